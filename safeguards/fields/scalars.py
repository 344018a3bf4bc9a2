"""Texts, bytes, numbers and identifiers as bytes."""

from __future__ import annotations

import struct
import uuid
from decimal import Decimal
from typing import Any

from safeguards.fields.codec import Codec, exactly

_INT64 = struct.Struct(">q")
_FLOAT = struct.Struct(">d")


def _encode_bytes(value: Any) -> bytes:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError("bytes")
    return bytes(value)


def _encode_bool(value: bool) -> bytes:
    return b"\x01" if value else b"\x00"


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


def _compared_float(value: float) -> bytes:
    return _FLOAT.pack(value + 0.0)  # -0.0 is 0.0


def _encode_decimal(value: Decimal) -> bytes:
    return str(value).encode()


def _decode_decimal(data: bytes) -> Decimal:
    return Decimal(data.decode())


def _compared_decimal(value: Decimal) -> bytes:
    # Not `normalize`, which rounds to the context's precision.
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        return _encode_decimal(value)
    if not any(digits):
        return _encode_decimal(Decimal(0))
    kept = "".join(map(str, digits)).rstrip("0")
    return _encode_decimal(Decimal((sign, tuple(map(int, kept)), exponent + len(digits) - len(kept))))


def _encode_uuid(value: uuid.UUID) -> bytes:
    return value.bytes


def _decode_uuid(data: bytes) -> uuid.UUID:
    return uuid.UUID(bytes=data)


SCALARS: dict[type, Codec] = {
    str: Codec(b"str", str, str.encode, bytes.decode),
    bytes: Codec(b"bytes", bytes, _encode_bytes, bytes),
    bool: Codec(b"bool", bool, exactly(bool, _encode_bool), _decode_bool),
    int: Codec(b"int64", int, exactly(int, _INT64.pack), _decode_int),
    float: Codec(b"float64", float, _encode_float, _decode_float, _compared_float),
    Decimal: Codec(
        b"decimal", Decimal, exactly(Decimal, _encode_decimal), _decode_decimal, _compared_decimal
    ),
    uuid.UUID: Codec(b"uuid", uuid.UUID, exactly(uuid.UUID, _encode_uuid), _decode_uuid),
}
