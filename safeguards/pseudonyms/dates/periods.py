"""Beginnings of hours, days, weeks, months, quarters and years."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.items.dates import rewritten_date
from safeguards.pseudonyms.column import all_of, refuse_unfit

PERIODS = ("hour", "day", "week", "month", "quarter", "year")
SHORTER_THAN_DAYS = ("hour", "day")
_TIME = re.compile(r"(?P<hour>[0-9]{1,2}):[0-9]{2}")
_DIGIT = re.compile("[0-9]")


def begun(values: Any, period: str) -> Any:
    """Return dates or moments taken back to the beginning of the period that they lie in, in their type.

    Raises:
        Unfit: the beginning lies before the years that the type holds.
    """
    found = _beginnings(values, period)
    # Before the first moment of nanoseconds Arrow wraps around.
    refuse_unfit(pc.fill_null(pc.greater(found, values), False), "has a moment too early for its type")
    return found


def are_begun(values: Any, period: str) -> Any:
    """Say which dates or moments are the beginning of a period."""
    if pa.types.is_date(values.type) and period in SHORTER_THAN_DAYS:
        return all_of(values, True)
    return pc.equal(_beginnings(values, period), values)


def _beginnings(values: Any, period: Any) -> Any:
    kind = values.type
    if pa.types.is_date64(kind):
        values = values.cast(pa.date32())
    local = pc.local_timestamp(values) if pa.types.is_timestamp(kind) and kind.tz else values
    found = pc.floor_temporal(local, unit=period)
    if local is not values:
        # Clocks that are put back show an hour twice. Where they are put forward at midnight, as in Seoul in
        # 1948, the day begins with the first moment after it: Arrow's other choice is the day before.
        found = pc.assume_timezone(found, kind.tz, ambiguous="earliest", nonexistent="latest")
    # Before the first moment of nanoseconds Arrow wraps around.
    refuse_unfit(pc.fill_null(pc.greater(found, values), False), "has a moment too early for its type")
    return found.cast(kind)


def begun_text(text: str, period: str) -> str | None:
    """Take a date that is written as text back, in its spelling; None for what is none.

    A time of day becomes midnight, or the beginning of its hour; without one there is no hour.
    """
    written = rewritten_date(text, lambda day: _first(day, period))
    time = _TIME.search(written) if written else None
    if written is None or (time is None and period == "hour"):
        return None
    if time is None:
        return written
    kept = time.end("hour") if period == "hour" else time.start()
    return written[:kept] + _DIGIT.sub("0", written[kept:])


def _first(day: date, period: str) -> date:
    if period in SHORTER_THAN_DAYS:
        return day
    if period == "week":
        return date.fromordinal(day.toordinal() - day.weekday())
    month = {"year": 1, "quarter": day.month - (day.month - 1) % 3}.get(period, day.month)
    return date(day.year, month, 1)
