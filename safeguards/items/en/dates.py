"""Dates as English text writes them: ``March 3, 1981``, ``3rd of March 1981``, ``03/14/1985``,
``1985-03-14``."""

from __future__ import annotations

import re
from datetime import date

from safeguards.items.dates import calendar_date
from safeguards.items.text import plain

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"[0-3]?[0-9](?:st|nd|rd|th)?"
_YEAR = r"(?:1[89]|20)[0-9]{2}"
DATE = (
    rf"(?i:{_MONTH} {_DAY},? {_YEAR}|{_DAY}(?: of)? {_MONTH},? {_YEAR}|{_DAY}[\-/]{_MONTH}[\-/]{_YEAR})"
    rf"|[0-3]?[0-9] ?/ ?[0-3]?[0-9] ?/ ?{_YEAR}|[0-3]?[0-9]-[0-3]?[0-9]-{_YEAR}|"
    rf"[0-3]?[0-9]\.[0-3]?[0-9]\.{_YEAR}"
    rf"|{_YEAR}[-/.][01]?[0-9][-/.][0-3]?[0-9]"
)
_FORM = re.compile(DATE)
_PARTS = re.compile(r"[A-Za-z]{3,}|[0-9]+")


def english_date(text: str) -> date | None:
    """Read a full date; of two numbers that may both be months the first is the month, as in the US.

    Returns None where the text is no date of the calendar.
    """
    written = plain(text)
    if not _FORM.fullmatch(written) or not written.isascii():
        return None
    parts = [part.lower() for part in _PARTS.findall(written)]
    month = next((number for part in parts if (number := _month(part))), 0)
    numbers = [int(part) for part in parts if part.isdigit()]
    if month:
        return calendar_date(numbers[1], month, numbers[0])
    if numbers[0] > 999:
        return calendar_date(*numbers)
    first, second, year = numbers
    day_first = "." in written or first > len(MONTHS)
    return calendar_date(year, second, first) if day_first else calendar_date(year, first, second)


def _month(word: str) -> int:
    return next((place for place, name in enumerate(MONTHS, 1) if name.startswith(word[:3])), 0)
