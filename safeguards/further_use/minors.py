"""Count the people under 14 in a column of birth dates, exact or generalised (Act 22-2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.further_use.bands import Band, read_band
from safeguards.items.dates import written_date
from safeguards.pseudonyms.column import as_text

ADULT_ENOUGH = 14
_MASKED_YEAR = re.compile(r"(\d{4})-\*\*-\*\*")


@dataclass(frozen=True, slots=True)
class Minors:
    """Rows of ``column`` under 14 on ``day``: for certain, possibly, and where the value cannot be read."""

    column: str
    day: date
    rows: int
    certain: int
    possible: int
    unreadable: int

    @property
    def readable(self) -> bool:
        """Whether any value could be read."""
        return self.rows > self.unreadable


class MinorCounter:
    """Counts batch by batch; ``settings`` are those of the column's transform, empty for exact dates."""

    def __init__(self, column: str, day: date, settings: Mapping[str, object]) -> None:
        self._column, self._day, self._settings = column, day, settings
        # Somebody born after this day is under 14 on ``day``.
        self._cutoff = _years_before(day, ADULT_ENOUGH)
        self._counts = {"certain": 0, "possible": 0, "unreadable": 0, "older": 0}

    def add(self, values: Any) -> None:
        """Count the values of one Arrow array; NULL tells nothing and is not counted."""
        if pa.types.is_nested(values.type):
            self._counts["unreadable"] += len(values) - values.null_count
            return
        tally = pc.value_counts(as_text(values).drop_null())
        for text, count in zip(
            tally.field("values").to_pylist(), tally.field("counts").to_pylist(), strict=True
        ):
            self._counts[self._judge(text)] += count

    def result(self) -> Minors:
        """Return the counts."""
        counts = self._counts
        return Minors(
            self._column,
            self._day,
            sum(counts.values()),
            counts["certain"],
            counts["possible"],
            counts["unreadable"],
        )

    def _judge(self, text: str) -> str:
        span = born_between(text, self._settings)
        if span is None:
            return "unreadable"
        earliest, latest = span
        if earliest > self._cutoff:
            return "certain"
        return "possible" if latest > self._cutoff else "older"


def born_between(text: str, settings: Mapping[str, object]) -> tuple[date, date] | None:
    """Return the first and the last day on which somebody with this value may be born, None if neither."""
    exact = written_date(text)
    if exact is not None:
        return exact, exact
    masked = _MASKED_YEAR.fullmatch(text)
    band = read_band(masked[1] if masked else text)
    if band is None:
        return None
    if "ages" in settings:
        try:
            return _by_age(band, date.fromisoformat(str(settings.get("on"))))
        except (ValueError, OverflowError):
            return None
    return _by_year(band) if masked or "years" in settings or _is_year(band) else None


def _is_year(band: Band) -> bool:
    return 1800 <= band.low < 2200 and band.end <= 2200


def _by_year(band: Band) -> tuple[date, date]:
    first = date(int(band.low), 1, 1) if 1 <= band.low <= date.max.year else date.min
    last = date(int(band.end) - 1, 12, 31) if 1 < band.end <= date.max.year else date.max
    return first, last


def _by_age(band: Band, on: date) -> tuple[date, date]:
    oldest = date.min if band.end == inf else _years_before(on, int(band.end)) + timedelta(days=1)
    youngest = on if band.low in {-inf, 0} else _years_before(on, int(band.low))
    return oldest, youngest


def _years_before(day: date, years: int) -> date:
    if day.year <= years:
        return date.min
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        # 29 February of a year that has none: whoever is born on the 1st of March is still a year younger.
        return date(day.year - years, 2, 28)
