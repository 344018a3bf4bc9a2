"""Typed values as bytes and back. Widths are fixed where the type allows, so that lengths say nothing."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from safeguards.errors import InputError

_EPOCH = datetime(1970, 1, 1)  # naive: wall-clock time is stored beside its offset
_MICROSECOND = timedelta(microseconds=1)
_NAIVE = -(1 << 31)
_MOMENT = struct.Struct(">qi")
_INT64 = struct.Struct(">q")
_FLOAT = struct.Struct(">d")
_DAY = struct.Struct(">i")


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Codec:
    """How one Python type is written as bytes.

    ``tag`` names the encoding and is authenticated with every value: none decrypts as another type.
    ``encode`` raises TypeError, ValueError or struct.error on a value that is not of the type, with
    messages that callers must not pass on. ``canonical`` maps equal values to one value, whose encoding
    search compares: 1.50 and 1.5 are equal, and so is one moment under two offsets.
    """

    tag: bytes
    python_type: type
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]
    canonical: Callable[[Any], Any] = _same


def codec_for(python_type: type) -> Codec:
    """Return the codec of str, bytes, bool, int, float, Decimal, date, datetime or UUID.

    Integers have 64 bits. A datetime keeps its offset from UTC and forgets the zone's name.

    Raises:
        InputError: the type has no codec.
    """
    codec = _CODECS.get(python_type)
    if codec is None:
        known = ", ".join(kind.__name__ for kind in _CODECS)
        raise InputError(f"values of type {python_type.__name__} cannot be encrypted; choose one of {known}")
    return codec


def _exactly(python_type: type, encode: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """Refuse values of other types, of subclasses too: a datetime is no date, and True is no number."""

    def checked(value: Any) -> bytes:
        if type(value) is not python_type:
            raise TypeError(python_type.__name__)
        return encode(value)

    return checked


def _encode_text(value: Any) -> bytes:
    # Subclasses of str (an enum of strings, say) are text too.
    if not isinstance(value, str):
        raise TypeError("str")
    return value.encode()


def _encode_bytes(value: Any) -> bytes:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError("bytes")
    return bytes(value)


def _decode_bool(data: bytes) -> bool:
    return data == b"\x01"


def _decode_int(data: bytes) -> int:
    value: int = _INT64.unpack(data)[0]
    return value


def _encode_float(value: Any) -> bytes:
    if type(value) not in {float, int}:
        raise TypeError("float")
    return _FLOAT.pack(value)


def _decode_float(data: bytes) -> float:
    value: float = _FLOAT.unpack(data)[0]
    return value


def _canonical_decimal(value: Decimal) -> Decimal:
    # Not `normalize`, which rounds to the context's precision.
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        return value
    if not any(digits):
        return Decimal(0)
    kept = "".join(map(str, digits)).rstrip("0")
    return Decimal((sign, tuple(map(int, kept)), exponent + len(digits) - len(kept)))


def _canonical_datetime(value: datetime) -> datetime:
    return value if value.utcoffset() is None else value.astimezone(UTC)


def _decode_date(data: bytes) -> date:
    return date.fromordinal(_DAY.unpack(data)[0])


def _encode_datetime(value: datetime) -> bytes:
    offset = value.utcoffset()
    if offset is not None and offset.microseconds:
        raise ValueError("an offset has whole seconds")
    microseconds = (value.replace(tzinfo=None) - _EPOCH) // _MICROSECOND
    return _MOMENT.pack(microseconds, _NAIVE if offset is None else round(offset.total_seconds()))


def _decode_datetime(data: bytes) -> datetime:
    microseconds, offset = _MOMENT.unpack(data)
    moment: datetime = _EPOCH + microseconds * _MICROSECOND
    if offset == _NAIVE:
        return moment
    return moment.replace(tzinfo=timezone(timedelta(seconds=offset)) if offset else UTC)


_CODECS: dict[type, Codec] = {
    str: Codec(b"str", str, _encode_text, bytes.decode),
    bytes: Codec(b"bytes", bytes, _encode_bytes, bytes),
    bool: Codec(b"bool", bool, _exactly(bool, lambda value: b"\x01" if value else b"\x00"), _decode_bool),
    int: Codec(b"int64", int, _exactly(int, _INT64.pack), _decode_int),
    float: Codec(b"float64", float, _encode_float, _decode_float, lambda value: value + 0.0),
    Decimal: Codec(
        b"decimal",
        Decimal,
        _exactly(Decimal, lambda value: str(value).encode()),
        lambda data: Decimal(data.decode()),
        _canonical_decimal,
    ),
    date: Codec(b"date", date, _exactly(date, lambda value: _DAY.pack(value.toordinal())), _decode_date),
    datetime: Codec(
        b"datetime", datetime, _exactly(datetime, _encode_datetime), _decode_datetime, _canonical_datetime
    ),
    uuid.UUID: Codec(
        b"uuid", uuid.UUID, _exactly(uuid.UUID, lambda value: value.bytes), lambda data: uuid.UUID(bytes=data)
    ),
}
