"""Invented identifiers that pass every format and check-digit rule, and look-alikes that are none.

Every function draws from the ``random.Random`` it is given, so that one seed gives one service.
"""

from __future__ import annotations

from datetime import date
from random import Random

from safeguards import items
from safeguards.items.checkdigit import EAN13, LUHN, CheckDigit

# Since this day the digits after the first of the second half are random (Enforcement Rule of the Resident
# Registration Act, amended 2020): no region, no check digit.
RRN_WITHOUT_CHECK_DIGIT = date(2020, 10, 5)
_REGIONS = 95
_LICENCE_OFFICES = (*range(11, 27), 28)
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


def resident_registration(draw: Random, birth: date, male: bool, issued: date) -> str:
    """Return an RRN ``YYMMDD-SNNNNNN``; its last digit checks only when ``issued`` before October 2020."""
    return _registration(draw, birth, _century_digit(birth, male, first=1), issued, _check("kr_rrn"))


def foreigner_registration(draw: Random, birth: date, male: bool, issued: date) -> str:
    """Return a foreigner registration number, whose seventh digit is 5 to 8."""
    return _registration(draw, birth, _century_digit(birth, male, first=5), issued, _check("kr_frn"))


def _century_digit(birth: date, male: bool, first: int) -> int:
    return first + (0 if male else 1) + (2 if birth.year >= 2000 else 0)


def _registration(draw: Random, birth: date, digit: int, issued: date, check: CheckDigit) -> str:
    front = f"{birth:%y%m%d}"
    if issued >= RRN_WITHOUT_CHECK_DIGIT:
        return f"{front}-{digit}{draw.randrange(10**6):06d}"
    rest = f"{digit}{draw.randrange(_REGIONS + 1):02d}{draw.randrange(1000):03d}"
    return f"{front}-{rest}{check.expected(front + rest)}"


def business_registration(draw: Random) -> str:
    """Return a business registration number ``NNN-NN-NNNNN`` with its check digit."""
    body = f"{draw.randrange(101, 1000)}{draw.randrange(1, 80):02d}{draw.randrange(10**4):04d}"
    return f"{body[:3]}-{body[3:5]}-{body[5:]}{_check('kr_brn').expected(body)}"


def driver_licence(draw: Random, issued: date) -> str:
    """Return a driver licence ``RR-YY-NNNNNN-CC``: office, year, serial and two further digits."""
    office = draw.choice(_LICENCE_OFFICES)
    return f"{office}-{issued:%y}-{draw.randrange(1, 10**6):06d}-{draw.randrange(10, 100)}"


def passport(draw: Random) -> str:
    """Return a passport number: ``M`` and eight digits, or the form since 2021 with a letter inside."""
    if draw.random() < 0.5:
        return f"M{draw.randrange(10**7, 10**8)}"
    return f"M{draw.randrange(100, 1000)}{draw.choice(_LETTERS)}{draw.randrange(10**4):04d}"


def mobile(draw: Random) -> str:
    """Return a mobile number ``010-NNNN-NNNN``."""
    return f"010-{draw.randrange(2000, 10000)}-{draw.randrange(10**4):04d}"


def card(draw: Random) -> str:
    """Return a 16-digit card number in fours whose Luhn digit is right."""
    body = f"4{draw.randrange(10**14):014d}"
    digits = f"{body}{LUHN.expected(body)}"
    return "-".join(digits[start : start + 4] for start in range(0, 16, 4))


def order_number(draw: Random, day: date) -> str:
    """Return ``20YYMMDDNNNN``, which looks like a driver licence and is none."""
    return f"{day:%Y%m%d}{draw.randrange(10**4):04d}"


def epoch_seconds(draw: Random, day: date) -> int:
    """Return ten digits that look like a business registration and are none."""
    return (day - date(1970, 1, 1)).days * 86_400 + draw.randrange(86_400)


def barcode(draw: Random) -> str:
    """Return an EAN-13 of Korea (880), which looks like an RRN and is none."""
    body = f"880{draw.randrange(10**9):09d}"
    return f"{body}{EAN13.expected(body)}"


def _check(item: str) -> CheckDigit:
    check = items.get(item).check_digit
    assert check is not None, f"{item} has no check digit"
    return check
