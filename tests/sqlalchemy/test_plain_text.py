from __future__ import annotations

import math
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.sqlalchemy.plain_text import UNREADABLE, reader, stored_bytes


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_is_read_as_it_is(value: str) -> None:
    assert reader(str)(value.encode()) == value


@given(
    st.one_of(
        st.integers(), st.booleans(), st.floats(allow_nan=False), st.dates(), st.uuids(), st.datetimes()
    )
)
def test_a_value_is_read_from_its_text(value: Any) -> None:
    text = (
        str(int(value))
        if isinstance(value, bool)
        else repr(value)
        if isinstance(value, float)
        else str(value)
    )
    assert reader(type(value))(text.encode()) == value


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_keeps_its_digits(value: Decimal) -> None:
    assert str(reader(Decimal)(str(value).encode())) == str(value)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (bool, "t", True),
        (bool, "false", False),
        (datetime, "2026-01-02 03:04:05+00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (datetime, "2026-01-02 03:04:05.5", datetime(2026, 1, 2, 3, 4, 5, 500000)),
        (uuid.UUID, "0" * 31 + "7", uuid.UUID(int=7)),
        (float, "NaN", math.nan),
    ],
)
def test_spellings_of_databases_are_read(kind: type, text: str, value: Any) -> None:
    read = reader(kind)(text.encode())
    assert read == value or (read != read and value != value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (int, "007"),
        (int, "1.0"),
        (int, "１"),
        (bool, "2"),
        (date, "20260102"),
        (date, "2026-02-30"),
        (date, "infinity"),
        (datetime, "2026-01-02"),
        (uuid.UUID, "{0}"),
        (Decimal, "x"),
        (Decimal, "1_000"),
        (Decimal, "１２３"),
        (Decimal, " 5"),
        (Decimal, "007"),
        (float, "1_000.5"),
        (float, "１２３"),
        (float, " 5"),
        (int, "1_000"),
        (bytes, "abc"),
    ],
)
def test_what_would_lose_something_is_not_read(kind: type, text: str) -> None:
    with pytest.raises(UNREADABLE):
        reader(kind)(text.encode())


def test_bytes_that_are_no_text_are_not_read() -> None:
    with pytest.raises(UNREADABLE):
        reader(str)(b"\xff")


@pytest.mark.parametrize(
    ("stored", "data"),
    [(memoryview(b"a"), b"a"), ("가", "가".encode()), (12, b"12"), (0.1, b"0.1"), (b"", b"")],
)
def test_whatever_a_driver_gives_has_bytes(stored: object, data: bytes) -> None:
    assert stored_bytes(stored) == data
