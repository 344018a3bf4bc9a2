"""Calendar periods as ISO 8601 writes them: `P5Y`, `P6M`, `P2W`, `P10D`, `P0D` for at once."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_PERIOD = re.compile(r"P(?=[0-9])(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?")
_DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True, order=False)
class Duration:
    """Years, months and days; weeks are counted as days. Hours are finer than any retention period."""

    years: int = 0
    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read an ISO 8601 duration of years, months, weeks and days.

        Raises:
            ValueError: the text is none; the message says what one looks like.
        """
        found = _PERIOD.fullmatch(text)
        if not found:
            raise ValueError("needs an ISO 8601 period of years, months, weeks or days, such as P5Y or P6M")
        years, months, weeks, days = (int(part or 0) for part in found.groups())
        return cls(years, months, weeks * _DAYS_A_WEEK + days)

    def after(self, start: date) -> date:
        """Return the last day of the period that begins on ``start``, which the 9999th year ends.

        A day that its month does not have becomes that month's last one: 31 January and P1M is 28 February.
        """
        months = start.year * 12 + start.month - 1 + self.years * 12 + self.months
        year, month = months // 12, months % 12 + 1
        if year > date.max.year:
            return date.max
        end = date(year, month, min(start.day, monthrange(year, month)[1]))
        return date.fromordinal(min(end.toordinal() + self.days, date.max.toordinal()))

    def __str__(self) -> str:
        parts = ((self.years, "Y"), (self.months, "M"), (self.days, "D"))
        return "P" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0D")
