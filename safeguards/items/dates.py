"""Calendar dates inside identifiers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from safeguards.items.text import plain

OLDEST_YEARS = 120
"""Nobody verified has lived longer than 122 years; older birth dates are other numbers."""

SPELLINGS = "1990-03-01, 1990. 3. 1., 1990년 3월 1일 or 19900301, the year first"
"""What :func:`written_date` reads, for messages."""

_WRITTEN = re.compile(
    r"(?:(\d{4})\s?(?:년|[-./])\s?(\d{1,2})\s?(?:월|[-./])\s?(\d{1,2})\s?일?\.?|(\d{4})(\d{2})(\d{2}))"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?\s?생?"
)
_SHORT = re.compile(r"\d{2}(\d{2})(\d{2})")


def calendar_date(year: int, month: int, day: int) -> date | None:
    """Return the date, or None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_birth_date(born: date | None) -> bool:
    """Say whether a living person may have been born then: not after today, not before 120 years ago."""
    today = date.today()
    return born is not None and today.year - OLDEST_YEARS <= born.year and born <= today


def written_date(text: str) -> date | None:
    """Read a full date as Koreans write it: 1990-03-01, 1990. 3. 1., 1990년 3월 1일(생), 19900301."""
    found = _WRITTEN.fullmatch(plain(text))
    if not found:
        return None
    year, month, day = found.group(*_groups(found))
    return calendar_date(int(year), int(month), int(day))


def rewritten_date(text: str, change: Callable[[date], date]) -> str | None:
    """Put another date into ``text`` in the spelling that it has; a time of day and the word 생 stay.

    Months and days have leading zeros where one shows, or where both have two digits without space or Hangul
    between. None where the text is no date that ``written_date`` reads; an error of ``change`` passes.
    """
    written = plain(text)
    found, old = _WRITTEN.fullmatch(written), written_date(written)
    if not found or old is None:
        return None
    new = change(old)
    year, month, day = _groups(found)
    filled = _filled(found[month], found[day], written[found.end(year) : found.start(day)])
    for group, part in ((day, f"{new.day:0{filled}d}"), (month, f"{new.month:0{filled}d}")):
        written = written[: found.start(group)] + part + written[found.end(group) :]
    return f"{new.year:04d}{written[found.end(year) :]}"


def _groups(found: re.Match[str]) -> tuple[int, int, int]:
    return (1, 2, 3) if found.group(1) else (4, 5, 6)


def _filled(month: str, day: str, between: str) -> int:
    """Return how many digits a month or a day has at least, judged by one date's spelling."""
    if len(month) < 2 or len(day) < 2:
        return 1
    spaced = any(sign.isspace() or sign == "년" for sign in between)
    return 1 if spaced and not month.startswith("0") and not day.startswith("0") else 2


def is_short_date(text: str) -> bool:
    """Say whether ``text`` is six digits YYMMDD of some century."""
    found = _SHORT.fullmatch(text)
    return found is not None and calendar_date(2000, int(found.group(1)), int(found.group(2))) is not None
