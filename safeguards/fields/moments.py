"""Dates, times and moments as bytes of fixed width."""

from __future__ import annotations

import struct
from datetime import UTC, date, datetime, time, timedelta, timezone

from safeguards.fields.codec import Codec, exactly

_EPOCH = datetime(1970, 1, 1)  # naive: wall-clock time is stored beside its offset
_MIDNIGHT = datetime.min
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)
_DAY_OF_MICROSECONDS = timedelta(days=1) // _MICROSECOND
_NAIVE = -(1 << 31)
_MOMENT = struct.Struct(">qi")
_DAY = struct.Struct(">i")


def _encode_date(value: date) -> bytes:
    return _DAY.pack(value.toordinal())


def _decode_date(data: bytes) -> date:
    return date.fromordinal(_DAY.unpack(data)[0])


def _encode_datetime(value: datetime) -> bytes:
    microseconds = (value.replace(tzinfo=None) - _EPOCH) // _MICROSECOND
    return _MOMENT.pack(microseconds, _seconds(value.utcoffset()))


def _decode_datetime(data: bytes) -> datetime:
    microseconds, offset = _MOMENT.unpack(data)
    moment: datetime = _EPOCH + microseconds * _MICROSECOND
    return moment.replace(tzinfo=_zone(offset))


def _compared_datetime(value: datetime) -> bytes:
    return _encode_datetime(value if value.utcoffset() is None else value.astimezone(UTC))


def _encode_time(value: time) -> bytes:
    if value.tzinfo is not None and value.utcoffset() is None:
        raise ValueError("without a date, this zone has no offset")
    return _MOMENT.pack(_since_midnight(value), _seconds(value.utcoffset()))


def _decode_time(data: bytes) -> time:
    microseconds, offset = _MOMENT.unpack(data)
    if not 0 <= microseconds < _DAY_OF_MICROSECONDS:
        raise ValueError("no time of day")
    moment: datetime = _MIDNIGHT + microseconds * _MICROSECOND
    return moment.time().replace(tzinfo=_zone(offset))


def _compared_time(value: time) -> bytes:
    # As Python and PostgreSQL compare: 09:00+09:00 is 00:00Z, and 01:00+09:00 is not 16:00Z, a day later.
    offset = value.utcoffset()
    if offset is None:
        return _encode_time(value)
    return _MOMENT.pack(_since_midnight(value) - offset // _MICROSECOND, 0)


def _since_midnight(value: time) -> int:
    return (datetime.combine(_MIDNIGHT, value.replace(tzinfo=None)) - _MIDNIGHT) // _MICROSECOND


def _seconds(offset: timedelta | None) -> int:
    if offset is None:
        return _NAIVE
    if offset.microseconds:
        raise ValueError("an offset has whole seconds")
    return offset // _SECOND


def _zone(seconds: int) -> timezone | None:
    if seconds == _NAIVE:
        return None
    return timezone(timedelta(seconds=seconds)) if seconds else UTC


MOMENTS: dict[type, Codec] = {
    date: Codec(b"date", date, exactly(date, _encode_date), _decode_date),
    time: Codec(b"time", time, exactly(time, _encode_time), _decode_time, _compared_time),
    datetime: Codec(
        b"datetime", datetime, exactly(datetime, _encode_datetime), _decode_datetime, _compared_datetime
    ),
}
