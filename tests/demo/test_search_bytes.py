"""The byte search finds every value that is there, wherever it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.demo.search_bytes import values_in

_VALUES = st.lists(st.text("가나다ab0", min_size=6, max_size=9), min_size=1, max_size=5, unique=True)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bytes") / "file.bin"


@given(st.text("가나다ab0", max_size=80), _VALUES)
def test_counts_what_a_plain_search_counts(file: Path, text: str, values: list[str]) -> None:
    file.write_bytes(b"\xfe" + text.encode())
    data = file.read_bytes()
    expected = sum(data.startswith(value.encode(), at) for at in range(len(data)) for value in values)
    assert values_in(file, values) == expected


def test_finds_a_value_at_the_very_end_and_none_in_an_empty_file(file: Path) -> None:
    file.write_bytes(bytes(1000) + "홍길".encode())
    assert values_in(file, ["홍길", "홍길동"]) == 1
    file.write_bytes(b"")
    assert values_in(file, ["홍길"]) == 0


def test_finds_a_value_across_the_border_of_two_chunks(file: Path) -> None:
    for before in range(11):
        file.write_bytes(bytes((4 << 20) - before) + b"0123456789" + bytes(9))
        assert values_in(file, ["0123456789"]) == 1


def test_refuses_a_value_too_short_to_mean_anything(file: Path) -> None:
    with pytest.raises(ValueError, match="at least 6 bytes"):
        values_in(file, ["홍"])
