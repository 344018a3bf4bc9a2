"""What resident and foreigner registration numbers share: YYMMDD-SXXXXXC."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from safeguards.items.checkdigit import EAN13, CheckDigit
from safeguards.items.dates import calendar_date, is_birth_date
from safeguards.items.item import REJECTED, Verdict
from safeguards.items.text import compact, plain, stars

PATTERN = r"[0-9]{6} ?- ?[0-9*xX●○](?:[0-9]{6}|[*xX●○]{5,8})|[0-9]{13}|[0-9]{6} [0-9]{7}"
"""Thirteen digits, the last seven or six possibly masked where a hyphen stands."""

ANCHOR = "[0-9]{6} ?-? ?[0-9]{7}|[0-9]{6} ?- ?[0-9*xX●○][0-9*xX●○]{5}"
"""Without it no text holds one."""

WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
"""Weights of the first twelve digits (Enforcement Rule of the Resident Registration Act, before 2020)."""

_SPLIT = re.compile(r"([0-9]{6})([ -]*)([0-9*xX●○])([0-9]{6}|[*xX●○]{5,8})")
_BARCODE_PREFIX = "880"
_CORPORATION_IN_SEOUL = "110111"
_FEWEST_VALUES = 20
_MOST_ON_ONE_DAY = 0.1


def canonical(text: str) -> str:
    """Return the thirteen digits in ASCII without hyphen; other text as it is, folded."""
    digits = compact(text)
    return digits if re.fullmatch(r"[0-9]{13}", digits) else plain(text)


def mask(text: str) -> str:
    """Keep the birth date: ``900101-*******``."""
    digits = canonical(text)
    return f"{digits[:6]}-*******" if re.fullmatch(r"[0-9]{13}", digits) else stars(text)


def born(front: str, century_digit: str, centuries: Mapping[str, int]) -> date | None:
    """Return the birth date that YYMMDD and the century digit name, or None where there is none."""
    century = centuries.get(century_digit)
    if century is None:
        return None
    return calendar_date(century + int(front[:2]), int(front[2:4]), int(front[4:]))


def validator(centuries: Mapping[str, int], check: CheckDigit, name: str) -> Callable[[str], Verdict]:
    """Make the validator of a registration number whose seventh digit is one of ``centuries``.

    A failing check digit never rejects: numbers given since October 2020 end in random digits.
    """

    def validate(value: str) -> Verdict:
        found = _SPLIT.fullmatch(value)
        if not found:
            return REJECTED
        front, separator, century, rest = found.groups()
        if not century.isdigit():
            return _wholly_masked(front, name)
        if not is_birth_date(born(front, century, centuries)):
            return REJECTED
        if not rest.isdigit():
            return Verdict(0.85, 0.95, f"{name}, masked")
        return _numeric(front + century + rest, "-" in separator, check.holds(front + century + rest), name)

    return validate


def judge_column(values: Sequence[str]) -> Verdict | None:
    """Veto a column whose first six digits repeat, as courts' codes in corporations' numbers do."""
    fronts = Counter(found.group(1) for value in values if (found := _SPLIT.fullmatch(value)))
    total = fronts.total()
    if total < _FEWEST_VALUES or max(fronts.values()) <= _MOST_ON_ONE_DAY * total:
        return None
    return REJECTED


def _wholly_masked(front: str, name: str) -> Verdict:
    valid = calendar_date(2000, int(front[2:4]), int(front[4:])) is not None
    return Verdict(0.6, 0.9, f"{name}, masked") if valid else REJECTED


def _numeric(digits: str, hyphenated: bool, check_holds: bool, name: str) -> Verdict:
    if hyphenated:
        if check_holds:
            return Verdict(0.95, 0.99, f"{name}: birth date, century and check digit hold")
        if digits.startswith(_CORPORATION_IN_SEOUL):
            return Verdict(0.4, 0.9, f"{name}, or that of a corporation in Seoul")
        return Verdict(
            0.75, 0.95, f"{name}: birth date and century hold; issued since October 2020, or invented"
        )
    if digits.startswith(_BARCODE_PREFIX) and EAN13.holds(digits):
        return Verdict(0.1, 0.7, f"{name}, or a barcode")
    if check_holds:
        return Verdict(0.6, 0.95, f"{name} without hyphen: birth date, century and check digit hold")
    return Verdict(0.2, 0.9, f"{name} without hyphen: birth date and century hold")
