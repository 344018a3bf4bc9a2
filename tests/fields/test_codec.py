from __future__ import annotations

import math
import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.errors import InputError
from safeguards.fields import codec_for

OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
VALUES: dict[type, st.SearchStrategy[Any]] = {
    str: st.text(),
    bytes: st.binary(),
    bool: st.booleans(),
    int: st.integers(-(1 << 63), (1 << 63) - 1),
    float: st.floats(allow_nan=False),
    Decimal: st.decimals(allow_nan=False),
    date: st.dates(),
    time: st.times() | st.times(timezones=OFFSETS),
    datetime: st.datetimes() | st.datetimes(timezones=OFFSETS),
    uuid.UUID: st.uuids(),
}
FIXED = {bool: 1, int: 8, float: 8, date: 4, time: 12, datetime: 12, uuid.UUID: 16}


@given(st.data())
@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_every_value_survives_with_its_type(kind: type, data: st.DataObject) -> None:
    codec, value = codec_for(kind), data.draw(VALUES[kind])
    encoded = codec.encode(value)
    found = codec.decode(encoded)
    assert found == value
    assert type(found) is kind
    assert len(encoded) == FIXED.get(kind, len(encoded))


def test_every_hangul_syllable_and_trailing_characters_survive() -> None:
    codec = codec_for(str)
    for point in range(0xAC00, 0xD7A4):
        assert codec.decode(codec.encode(chr(point))) == chr(point)
    for text in ("*", "값***", " 값 ", "값\x00", "\n", ""):
        assert codec.decode(codec.encode(text)) == text


def test_details_that_equality_hides_survive() -> None:
    assert str(codec_for(Decimal).decode(codec_for(Decimal).encode(Decimal("1.10")))) == "1.10"
    assert math.isnan(codec_for(float).decode(codec_for(float).encode(math.nan)))
    seoul = datetime(2026, 7, 1, 9, tzinfo=timezone(timedelta(hours=9)))
    assert codec_for(datetime).decode(codec_for(datetime).encode(seoul)).isoformat() == seoul.isoformat()
    assert codec_for(datetime).decode(codec_for(datetime).encode(datetime.now(UTC))).tzinfo is UTC


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (str, b"x"),
        (str, 7),
        (str, "\ud800"),
        (bytes, "x"),
        (int, True),
        (int, 1 << 63),
        (int, 1.0),
        (bool, 1),
        (float, "1"),
        (date, datetime(2026, 1, 1)),
        (datetime, date(2026, 1, 1)),
        (time, datetime(2026, 1, 1)),
        (time, time(1, tzinfo=timezone(timedelta(microseconds=1)))),
        (Decimal, 1.5),
        (uuid.UUID, "x"),
    ],
)
def test_a_value_of_another_type_is_not_encoded(kind: type, value: object) -> None:
    with pytest.raises(Exception):
        codec_for(kind).encode(value)


def test_type_tags_differ() -> None:
    assert len({codec_for(kind).tag for kind in VALUES}) == len(VALUES)


def test_a_type_without_a_codec_is_named() -> None:
    with pytest.raises(InputError, match="complex"):
        codec_for(complex)
