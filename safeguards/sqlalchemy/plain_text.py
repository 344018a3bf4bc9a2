"""Plain values that a database wrote as text, read as typed values without loss."""

from __future__ import annotations

import re
import struct
import uuid
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# Above every first byte of UTF-8 text and below that of every envelope.
PLAIN_END = b"\xf8"

_INTEGER = re.compile(r"0|-?[1-9]\d*", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|NaN|-?Infinity", re.ASCII)
_FLOAT = re.compile(_DECIMAL.pattern + "|nan|-?inf", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?([+-]\d\d(:?\d\d){0,2}|Z)?", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_TRUTH = {"1": True, "0": False, "true": True, "false": False, "t": True, "f": False}


def has_text_form(python_type: type) -> bool:
    """Say whether databases write values of the type as text that can be read back."""
    return python_type is str or python_type in _READERS


def reader(python_type: type) -> Callable[[bytes], Any]:
    """Return the function that reads a value of the type from its text in UTF-8.

    It raises ValueError, ArithmeticError or KeyError where the text is no such value; a number with leading
    zeros is none, since reading it would lose them.
    """
    if python_type is str:
        return bytes.decode
    read = _READERS.get(python_type, _refuse)
    return lambda data: read(data.decode())


def stored_bytes(value: object) -> bytes:
    """Return a value from the driver as bytes; text and numbers, which SQLite may hold, as UTF-8 text."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, bool):
        return b"1" if value else b"0"
    return (repr(value) if isinstance(value, float) else str(value)).encode()


def text_form(value: Any) -> bytes:
    """Return the text that :func:`reader` reads as the value, and that every database reads too."""
    if isinstance(value, uuid.UUID):
        return value.hex.encode()
    if isinstance(value, datetime):
        return value.isoformat(" ").encode()
    return stored_bytes(value)


UNREADABLE = (ValueError, ArithmeticError, KeyError, struct.error)


def _refuse(text: str) -> Any:
    """Refuse text for a type that has no text form of its own, such as bytes."""
    raise ValueError("no text form")


def _matching(pattern: re.Pattern[str], read: Callable[[str], Any]) -> Callable[[str], Any]:
    def checked(text: str) -> Any:
        if not pattern.fullmatch(text):
            raise ValueError(pattern.pattern)
        return read(text)

    return checked


_READERS: dict[type, Callable[[str], Any]] = {
    int: _matching(_INTEGER, int),
    bool: _TRUTH.__getitem__,
    float: _matching(_FLOAT, float),
    Decimal: _matching(_DECIMAL, Decimal),
    date: _matching(_DATE, date.fromisoformat),
    datetime: _matching(_MOMENT, datetime.fromisoformat),
    uuid.UUID: _matching(_UUID, uuid.UUID),
}
