"""How single values are spelled as text, the same value the same way whatever type holds it.

:func:`safeguards.pseudonyms.column.as_text` spells whole Arrow columns alike, so that a pseudonym made of a
value in Python meets the one made of a file's cell.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import singledispatch
from math import isfinite
from uuid import UUID

from safeguards import items
from safeguards.errors import InputError

_DIGITS = 76
"""What Arrow's widest decimal holds: no export could hold a longer number."""
_BITS = 256


@singledispatch
def spell(value: object) -> str:
    """Spell a value as text.

    Numbers are digits without zeros at their end and without exponents; dates are ISO 8601; moments have no
    trailing zeros, and those of a time zone are told in UTC; bytes are hexadecimal.

    Raises:
        InputError: values of that type have no one spelling, or this one is no finite number of 76 digits.
    """
    raise InputError(
        "takes text, numbers, dates, times, UUIDs and bytes, of which a pseudonym can be made, "
        f"not {type(value).__name__}"
    )


@spell.register
def _(value: str) -> str:
    return str.__str__(value)  # also of an Enum's member


@spell.register
def _(value: bool) -> str:
    return "true" if value else "false"


@spell.register
def _(value: int) -> str:
    if value.bit_length() > _BITS:
        raise InputError(f"takes whole numbers of at most {_DIGITS} digits")
    return int.__repr__(value)


@spell.register
def spell_float(value: float) -> str:
    """Spell a float with the digits that tell it from its neighbours."""
    if value.is_integer():
        return str(int(value))
    digits = float.__repr__(value)
    return spell_decimal(Decimal(digits)) if isfinite(value) else digits


def spell_decimal(value: Decimal) -> str:
    """Spell a finite decimal, all its digits but zeros at the end of a fraction."""
    # Not by normalize(), which rounds to the context's 28 digits.
    digits = _trimmed(format(value, "f"))
    return "0" if digits == "-0" else digits


@spell.register
def _(value: Decimal) -> str:
    if not value.is_finite() or abs(value.adjusted()) > _DIGITS:
        raise InputError(f"takes finite decimals of at most {_DIGITS} digits")
    return spell_decimal(value)


@spell.register
def _(value: date) -> str:
    return value.isoformat()


@spell.register
def _(value: datetime) -> str:
    if value.utcoffset() is None:
        return _trimmed(value.replace(tzinfo=None).isoformat(" "))
    try:
        moment = value.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        raise InputError("takes moments whose year in UTC is from 1 to 9999") from None
    return f"{_trimmed(moment.isoformat(' '))}Z"


@spell.register
def _(value: time) -> str:
    if value.tzinfo is not None:
        raise InputError("takes times of day without a time zone")
    return _trimmed(value.isoformat())


@spell.register
def _(value: UUID) -> str:
    return str(value)


@spell.register(bytes)
@spell.register(bytearray)
@spell.register(memoryview)
def _(value: bytes) -> str:
    return value.hex()


def as_nfc(text: str) -> str:
    """Return text in Unicode NFC without white space around it: what texts of no item are compared by."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip()


def _trimmed(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def require_zeros(item: str | None, fault: str, remedy: str) -> None:
    """Raise InputError, of a number, where values of ``item`` may begin with a zero."""
    if item is not None and items.get(item).zero_first:
        raise InputError(f"{fault}, and a {item} may begin with a zero, which numbers have lost: {remedy}")


def require_no_boolean(item: str | None, fault: str, remedy: str) -> None:
    """Raise InputError, of a Boolean, where an item says what values are: none has Booleans."""
    if item is not None:
        raise InputError(f"{fault}, and no {item} is true or false: {remedy}")
