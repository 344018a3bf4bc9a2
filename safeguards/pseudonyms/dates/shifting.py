"""Dates and moments moved by days, whatever type holds them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from safeguards.items.dates import SPELLINGS, rewritten_date
from safeguards.pseudonyms.column import is_text, refuse_unfit

Days = npt.NDArray[np.int64]
_EPOCH = date(1970, 1, 1)
_FIRST, _LAST = (date.min - _EPOCH).days, (date.max - _EPOCH).days
_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
# Arrow would read the year 0, which no other spelling has.
_ISO = r"^([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-[0-9]{2}-[0-9]{2}$"
_BEYOND = "has a date that is, or moves, out of the years 1 to 9999 or of what its type holds; correct it"
_NO_DATE = (
    f"holds a text that is no date of the calendar, written as {SPELLINGS}, without a time zone; correct it, "
    'make it NULL with other="null", or use Generalise(years=1, other="?")'
)


def shifted(values: Any, days: Days, other: str = "refuse") -> Any:
    """Return each value moved by its number of days, in the same type; no date is refused, or NULL.

    Raises:
        Unfit: a text is no date, or a date leaves the calendar.
    """
    if is_text(values.type):
        texts = values.cast(pa.string())
        dates = _dates(texts)
        return _texts(texts, days, other) if dates is None else shifted(dates, days).cast(pa.string())
    if pa.types.is_null(values.type):
        return values.cast(pa.string())
    unit, storage = _unit(values.type)
    counts = values.cast(storage).cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    least, most = _bounds(unit)
    by = days * np.int64(unit)  # at most 36,500 days of nanoseconds, which 64 bits hold
    # Compared before anything is added, since sums would wrap around.
    beyond = ((by > 0) & (counts > most - np.maximum(by, 0))) | (
        (by < 0) & (counts < least - np.minimum(by, 0))
    )
    beyond |= (counts < least) | (counts > most)
    valid = values.is_valid().to_numpy(zero_copy_only=False)
    refuse_unfit(pa.array(beyond & valid), _BEYOND)
    moved: Any = pa.array(np.where(valid, counts + np.where(valid, by, 0), 0), mask=~valid)
    return moved.cast(storage).cast(values.type)


def of_calendar(values: Any) -> Any:
    """Say which dates or moments lie in the years 1 to 9999; a Boolean array, NULL for NULL."""
    unit, storage = _unit(values.type)
    counts = values.cast(storage).cast(pa.int64())
    least, most = _bounds(unit)
    return pc.and_(pc.greater_equal(counts, pa.scalar(least)), pc.less_equal(counts, pa.scalar(most)))


def _bounds(unit: int) -> tuple[int, int]:
    """Return the first and the last moment of the years 1 to 9999 that 64 bits hold."""
    return max(_FIRST * unit, -(1 << 63) + 1), min((_LAST + 1) * unit - 1, (1 << 63) - 1)


def _unit(kind: Any) -> tuple[int, pa.DataType]:
    """Return how many of a type's units a day has, and the integers that hold them."""
    if pa.types.is_date32(kind):
        return 1, pa.int32()
    return _DAY["ms" if pa.types.is_date64(kind) else kind.unit], pa.int64()


def _dates(texts: Any) -> Any:
    """Return date32 where all texts are dates of ISO 8601, which Arrow reads at once; else None."""
    if pc.all(pc.match_substring_regex(texts, _ISO)).as_py() is False:
        return None
    try:
        return texts.cast(pa.date32())
    except pa.ArrowInvalid:  # 30 February
        return None


def _texts(values: Any, days: Days, other: str) -> Any:
    seen: dict[tuple[str, int], str | None] = {}
    moved: list[str | None] = []
    late = np.zeros(len(values), bool)
    for row, pair in enumerate(zip(values.to_pylist(), days.tolist(), strict=True)):
        if pair[0] is not None and pair not in seen:
            seen[pair] = _text(*pair, late, row)
        moved.append(seen.get(pair))
    refuse_unfit(pa.array(late), _BEYOND)
    result = pa.array(moved, pa.string())
    if other == "refuse":
        refuse_unfit(pc.and_(pc.is_null(result), pc.is_valid(values)), _NO_DATE)
    return result


def _text(text: str, days: int, late: npt.NDArray[np.bool_], row: int) -> str | None:
    try:
        return rewritten_date(text, lambda written: written + timedelta(days))
    except OverflowError:
        late[row] = True
        return None
