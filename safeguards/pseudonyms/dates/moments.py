"""Dates of any spelling, and ages counted from them, on whole arrays."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.errors import InputError
from safeguards.items.dates import written_date
from safeguards.pseudonyms.column import as_text, by_unique, plain
from safeguards.pseudonyms.dates.shifting import of_calendar

_OFFSET = r"(:[0-9]{2}(?:\.[0-9]+)?)(?:Z|[+-][0-9]{2}:?[0-9]{2})$"


def day(written: date | str) -> date:
    """Return a day given as a date or in ISO 8601.

    Raises:
        InputError: it is neither.
    """
    try:
        found = date.fromisoformat(written) if isinstance(written, str) else written
        return date(found.year, found.month, found.day)
    except (ValueError, AttributeError):
        raise InputError('on= is a date, such as "2026-01-01"') from None


def dates(values: Any) -> Any:
    """Return date32; NULL where a value is none or no date of the years 1 to 9999.

    A moment counts in its own time zone.
    """
    values = plain(values)
    if pa.types.is_timestamp(values.type) and values.type.tz:
        values = pc.local_timestamp(values)
    if pa.types.is_date(values.type) or pa.types.is_timestamp(values.type):
        # What lies beyond is cut off first: Arrow would wrap it around to other dates.
        within = pc.if_else(of_calendar(values), values, pa.scalar(None, values.type))
        return within.cast(pa.date32(), safe=False)
    return by_unique(values, _parsed)


def require_zone(kind: pa.DataType) -> None:
    """Raise InputError for moments of a time zone that nobody here knows."""
    held: Any = kind.value_type if pa.types.is_dictionary(kind) else kind
    if not pa.types.is_timestamp(held) or not held.tz:
        return
    try:
        moment: Any = pa.array([0], pa.int64()).cast(held)
        pc.local_timestamp(moment)
    except pa.ArrowInvalid:
        raise InputError(f"is {kind}, whose time zone is not known: cast it to one that is") from None


def without_zone(text: Any) -> Any:
    """Return moments that are written as text without their zone's offset, as which files have them."""
    return pc.replace_substring_regex(text, _OFFSET, r"\1")


def ages(born: Any, on: date) -> Any:
    """Return full years from each birth date to ``on``; NULL for one born later."""
    years = pc.subtract(pa.scalar(on.year), pc.year(born))
    turned = pc.less_equal(_in_year(pc.month(born), pc.day(born)), pa.scalar(on.month * 100 + on.day))
    full = pc.subtract(years, pc.if_else(turned, 0, 1))
    return pc.if_else(pc.greater_equal(full, pa.scalar(0)), full, None)


def _in_year(month: Any, day_of_month: Any) -> Any:
    return pc.add(pc.multiply(month, 100), day_of_month)


def _parsed(unique: Any) -> Any:
    return pa.array([written_date(text) for text in as_text(unique).to_pylist()], pa.date32())
