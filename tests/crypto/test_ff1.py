"""FF1: the standard's samples, Wycheproof's cases, and the batch beside the plain scalar."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.crypto import ff1
from safeguards.values import Secret

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "ff1.json").read_text())
KEY = bytes(range(32))
FILES = ("base10", "base36", "radix10", "radix36", "radix256", "radix65536")


def matrix(*rows: Sequence[int]) -> Any:
    return np.array(rows, np.int64)


@pytest.mark.parametrize("sample", VECTORS["samples"])
def test_the_samples_of_the_standard(sample: dict[str, Any]) -> None:
    key, tweak, radix = bytes.fromhex(sample["key"]), bytes.fromhex(sample["tweak"]), sample["radix"]
    plain, sealed = (
        [VECTORS["alphabet"].index(letter) for letter in sample[name]] for name in ("plain", "sealed")
    )
    assert ff1.encrypt(key, tweak, plain, radix) == sealed
    assert ff1.decrypt(Secret(key), tweak, sealed, radix) == plain
    assert ff1.encrypt_batch(key, tweak, matrix(plain, plain), radix).tolist() == [sealed, sealed]
    assert ff1.decrypt_batch(key, tweak, matrix(sealed, sealed), radix).tolist() == [plain, plain]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("batches_of", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_every_wycheproof_case_is_judged_as_it_should_be(shared: Path, name: str, batches_of: int) -> None:
    """A batch of one row costs many times its value alone: of those, one case in ten is tried in haste."""
    groups = json.loads((shared / "vectors" / f"aes_ff1_{name}_test.json").read_text())["testGroups"]
    for group in groups:
        for number, case in enumerate(group["tests"]):
            batch = number % batches_of == 0
            _judge(case, group["radix"], group.get("alphabet"), batch=batch)


def _judge(case: dict[str, Any], radix: int, alphabet: str | None, *, batch: bool) -> None:
    key, tweak = bytes.fromhex(case["key"]), bytes.fromhex(case["tweak"])
    message, sealed = (
        [alphabet.find(letter) for letter in case[part]] if alphabet else case[part] for part in ("msg", "ct")
    )
    if case["result"] == "valid" and "SmallMessageSize" not in case["flags"]:
        assert ff1.encrypt(key, tweak, message, radix) == sealed, case["tcId"]
        assert ff1.decrypt(key, tweak, sealed, radix) == message, case["tcId"]
        if not batch:
            return
        assert ff1.encrypt_batch(key, tweak, matrix(message), radix).tolist() == [sealed], case["tcId"]
        assert ff1.decrypt_batch(key, tweak, matrix(sealed), radix).tolist() == [message], case["tcId"]
        return
    with pytest.raises(ValueError):
        ff1.encrypt(key, tweak, message, radix)
    with pytest.raises(ValueError):
        ff1.encrypt_batch(key, tweak, matrix(message), radix)


RADIXES = st.one_of(st.sampled_from([2, 10, 36, 256, 11_172, 65_535, 65_536]), st.integers(2, 65_536))


@st.composite
def values(draw: st.DrawFn) -> tuple[int, list[list[int]]]:
    """A radix and some values of mixed lengths, the extreme numerals more often than chance has them."""
    radix = draw(RADIXES)
    least = next(length for length in range(2, 21) if radix**length >= ff1.FEWEST_VALUES)
    numeral = st.one_of(st.integers(0, radix - 1), st.sampled_from([0, radix - 1]))
    lengths = draw(st.lists(st.integers(least, least + 24), max_size=6))
    return radix, [draw(st.lists(numeral, min_size=size, max_size=size)) for size in lengths]


@given(given=values(), tweak=st.binary(max_size=40))
def test_a_batch_of_mixed_lengths_is_what_each_value_is_alone(
    given: tuple[int, list[list[int]]], tweak: bytes
) -> None:
    radix, rows = given
    offsets = np.cumsum([0, *map(len, rows)])
    flat = np.array([numeral for row in rows for numeral in row], np.uint32)
    sealed = ff1.encrypt_batch(KEY, tweak, flat, radix, offsets)
    assert sealed.dtype == flat.dtype
    alone = [ff1.encrypt(KEY, tweak, row, radix) for row in rows]
    assert [sealed[start:end].tolist() for start, end in pairwise(offsets)] == alone
    assert [ff1.decrypt(KEY, tweak, row, radix) for row in alone] == rows
    assert ff1.decrypt_batch(KEY, tweak, sealed, radix, offsets).tolist() == flat.tolist()


def test_a_whole_domain_is_permuted() -> None:
    every = (np.arange(10**6)[:, None] // 10 ** np.arange(5, -1, -1) % 10).astype(np.uint8)
    sealed = ff1.encrypt_batch(KEY, b"domain", every, 10)
    assert len(np.unique(sealed @ 10 ** np.arange(5, -1, -1, dtype=np.int64))) == 10**6
    assert np.array_equal(ff1.decrypt_batch(KEY, b"domain", sealed, 10), every)


def test_the_input_stays_what_it_was() -> None:
    rows = np.arange(40_000 * 7).reshape(40_000, 7) % 10
    before = rows.copy()
    ff1.encrypt_batch(KEY, b"", rows, 10)
    assert np.array_equal(rows, before)


@pytest.mark.parametrize("tweaks", [(b"", b"\0"), (b"a", b"b"), (b"a" * 16, b"a" * 17)])
def test_tweaks_make_different_ciphertexts(tweaks: tuple[bytes, bytes]) -> None:
    one, other = (ff1.encrypt(KEY, tweak, [1] * 12, 10) for tweak in tweaks)
    assert one != other


@pytest.mark.parametrize(
    ("radix", "length", "values"),
    [(10, 5, "100,000"), (2, 19, "524,288"), (36, 3, "46,656"), (999, 2, "998,001")],
)
def test_a_small_domain_is_refused_with_its_arithmetic(radix: int, length: int, values: str) -> None:
    for refused in (
        lambda: ff1.encrypt(KEY, b"", [0] * length, radix),
        lambda: ff1.encrypt_batch(KEY, b"", np.zeros((1, length), np.int64), radix),
        lambda: ff1.check_domain(radix, length),
    ):
        with pytest.raises(ValueError, match=f"make {values} values"):
            refused()
    assert ff1.check_domain(radix + 1 if radix == 999 else radix, length + 1) is None


@pytest.mark.parametrize(("radix", "digits"), [(1, [0] * 30), (65_537, [0] * 30), (10, []), (10, [3])])
def test_what_the_standard_does_not_allow_is_refused(radix: int, digits: list[int]) -> None:
    with pytest.raises(ValueError, match="FF1 takes"):
        ff1.encrypt(KEY, b"", digits, radix)


@pytest.mark.parametrize("wrong", [10, -1, 99_999])
def test_a_numeral_beyond_the_radix_is_refused_and_not_told(wrong: int) -> None:
    digits = [1, 2, 3, 4, 5, wrong, 6]
    for refused in (
        lambda: ff1.encrypt(KEY, b"", digits, 10),
        lambda: ff1.decrypt_batch(KEY, b"", matrix(digits), 10),
        lambda: ff1.encrypt_batch(KEY, b"", np.array(digits), 10, np.array([0, 7])),
    ):
        with pytest.raises(ValueError, match="not below the radix of 10") as caught:
            refused()
        assert str(wrong) not in str(caught.value).replace("radix of 10", "")


def test_empty_batches_stay_empty() -> None:
    assert ff1.encrypt_batch(KEY, b"", np.empty((0, 13), np.uint8), 10).shape == (0, 13)
    assert ff1.encrypt_batch(KEY, b"", np.empty(0, np.uint8), 10, np.zeros(1, np.int64)).shape == (0,)


@pytest.mark.parametrize(
    ("numerals", "offsets", "said"),
    [
        (np.zeros(12, np.int64), None, "a matrix of integers"),
        (np.zeros((2, 12)), None, "a matrix of integers"),
        (np.zeros((2, 12), np.int64), np.array([0, 12]), "a matrix of integers"),
        (np.zeros(12, np.int64), np.array([0, 11]), "offsets are integers that ascend"),
        (np.zeros(12, np.int64), np.array([1, 12]), "offsets are integers that ascend"),
        (np.zeros(24, np.int64), np.array([0, 13, 12, 24]), "offsets are integers that ascend"),
        (np.zeros(12, np.int64), np.array([], np.int64), "offsets are integers that ascend"),
    ],
)
def test_what_is_no_batch_is_refused(numerals: Any, offsets: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ff1.encrypt_batch(KEY, b"", numerals, 10, offsets)


def test_a_type_too_narrow_for_the_radix_is_refused() -> None:
    with pytest.raises(ValueError, match="type uint8 cannot hold those of radix 257"):
        ff1.encrypt_batch(KEY, b"", np.zeros((1, 12), np.uint8), 257)


@pytest.mark.parametrize("kind", [np.uint8, np.uint64, np.int32])
def test_offsets_may_be_of_any_integer_type(kind: Any) -> None:
    numerals, offsets = np.arange(27) % 10, np.array([0, 7, 27], kind)
    sealed = ff1.encrypt_batch(KEY, b"", numerals, 10, offsets)
    assert sealed[7:].tolist() == ff1.encrypt(KEY, b"", numerals[7:].tolist(), 10)
    with pytest.raises(ValueError, match="offsets are integers that ascend"):
        ff1.encrypt_batch(KEY, b"", numerals, 10, np.array([0, 20, 10, 27], kind))


def test_a_number_is_no_key_and_a_fraction_no_numeral() -> None:
    with pytest.raises(TypeError):
        ff1.encrypt(16, b"", [1] * 8, 10)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        ff1.encrypt(KEY, b"", [1.5] * 8, 10)  # type: ignore[list-item]
    with pytest.raises(ValueError, match="an int"):
        ff1.encrypt(KEY, b"", [1] * 8, np.int64(10))  # type: ignore[arg-type]


@pytest.mark.parametrize("rows", [1, 3])
def test_values_of_thousands_of_numerals_are_taken(rows: int) -> None:
    numerals = np.arange(rows * 5_000).reshape(rows, 5_000) % 10
    sealed = ff1.encrypt_batch(KEY, b"", numerals, 10)
    assert sealed[0].tolist() == ff1.encrypt(KEY, b"", numerals[0].tolist(), 10)
    assert np.array_equal(ff1.decrypt_batch(KEY, b"", sealed, 10), numerals)


@given(data=st.data(), size=st.integers(40, 120))
def test_many_chunks_in_rows_are_what_each_value_is_alone(data: st.DataObject, size: int) -> None:
    row = data.draw(st.lists(st.integers(0, 9), min_size=size, max_size=size))
    sealed = ff1.encrypt_batch(KEY, b"", np.array([row] * 60), 10)  # so many that none goes alone
    assert sealed.tolist() == [ff1.encrypt(KEY, b"", row, 10)] * 60
