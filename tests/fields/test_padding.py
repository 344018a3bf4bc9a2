from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.fields.padding import BUCKET_LIMIT, Pad, bucket, is_pad, pad, padme, unpad

BUCKETS: list[Pad] = ["padme", 2, 64, (32, 64, 256), (2,)]
buckets = st.sampled_from(BUCKETS) | st.integers(2, 5000)


@given(
    st.binary(max_size=600) | st.binary(max_size=40).map(lambda data: data + b"\x80\x00\x80\x00\x00"), buckets
)
def test_whatever_is_padded_comes_back_and_fills_its_bucket(data: bytes, how: Pad) -> None:
    padded = pad(data, how)
    assert unpad(padded) == data
    assert len(padded) == bucket(len(data) + 1, how) > len(data)


@pytest.mark.parametrize("how", BUCKETS)
def test_values_at_and_beside_the_edges_of_buckets_come_back(how: Pad) -> None:
    for size in (0, 1, 2, 30, 31, 32, 33, 62, 63, 64, 65, 254, 255, 256, 257, 4095, 4096):
        for data in (bytes(size), b"\x80" * size):
            assert unpad(pad(data, how)) == data


def test_a_bucket_takes_one_byte_less_than_its_size() -> None:
    assert [len(pad(bytes(size), 64)) for size in (0, 1, 63, 64, 127, 128)] == [64, 64, 64, 128, 128, 192]
    sizes = (0, 31, 32, 63, 64, 255, 256)
    assert [len(pad(bytes(size), (32, 64, 256))) for size in sizes] == [32, 32, 64, 64, 256, 256, padme(257)]


@pytest.mark.parametrize(
    ("length", "rounded"),
    [(1, 1), (2, 2), (7, 7), (8, 8), (9, 10), (15, 16), (17, 18), (100, 104), (1000, 1024), (10**6, 1015808)],
)
def test_padme_rounds_as_its_paper_says(length: int, rounded: int) -> None:
    assert padme(length) == rounded


@given(st.integers(1, 1 << 40))
def test_padme_adds_twelve_percent_at_most_and_never_changes_a_bucket(length: int) -> None:
    rounded = padme(length)
    assert length <= rounded <= length * 1.12
    assert padme(rounded) == rounded <= padme(length + 1)


@pytest.mark.parametrize("data", [b"", b"\x00", bytes(64), b"text", b"\x80text\x00", b"\x80\x01\x00"])
def test_what_ends_in_no_padding_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no padding"):
        unpad(data)


@pytest.mark.parametrize(
    "value",
    [
        *(0, 1, -64, True, 64.0, BUCKET_LIMIT + 1, "", "Padme", "64", b"padme", {32: 64}),
        *((), (64, 32), (32, 32), (1, 2), (True, 2), (32, 64.0), (2, BUCKET_LIMIT + 1)),
    ],
)
def test_what_says_no_buckets_is_none(value: Any) -> None:
    assert not is_pad(value)


@pytest.mark.parametrize("value", [*BUCKETS, BUCKET_LIMIT])
def test_what_says_buckets_is_one(value: Any) -> None:
    assert is_pad(value)
