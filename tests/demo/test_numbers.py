"""Invented identifiers obey the published rules, computed here a second time."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from safeguards import items
from safeguards.demo import numbers

SEEDS = range(300)
BEFORE, SINCE = date(2020, 10, 4), date(2020, 10, 5)


def _registration_check(digits: str, plus: int = 0) -> int:
    total = sum(int(d) * w for d, w in zip(digits[:12], [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5], strict=True))
    return ((11 - total % 11) % 10 + plus) % 10


def _luhn(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value // 10 + value % 10
    return total % 10


@pytest.mark.parametrize(
    ("birth", "male", "digit"),
    [
        (date(1990, 12, 2), True, "1"),
        (date(1990, 12, 2), False, "2"),
        (date(2004, 2, 29), True, "3"),
        (date(2004, 2, 29), False, "4"),
    ],
)
def test_an_rrn_tells_birth_and_sex(birth: date, male: bool, digit: str) -> None:
    number = numbers.resident_registration(Random(1), birth, male, BEFORE)
    assert number[:6] == birth.strftime("%y%m%d")
    assert number[6:8] == f"-{digit}"


def test_rrns_check_before_october_2020_and_by_chance_only_since() -> None:
    def checks(issued: date) -> int:
        made = (numbers.resident_registration(Random(s), date(1985, 5, 5), True, issued) for s in SEEDS)
        return sum(_registration_check(n.replace("-", "")) == int(n[-1]) for n in made)

    assert checks(BEFORE) == len(SEEDS)
    assert 0 < checks(SINCE) < len(SEEDS) // 4


def test_foreigners_numbers_check_two_higher() -> None:
    for seed in SEEDS:
        number = numbers.foreigner_registration(Random(seed), date(1985, 5, 5), False, BEFORE).replace(
            "-", ""
        )
        assert number[6] == "6"
        assert _registration_check(number, plus=2) == int(number[-1])


def test_cards_pass_luhn_and_barcodes_ean() -> None:
    for seed in SEEDS:
        assert _luhn(numbers.card(Random(seed)).replace("-", "")) == 0
        code = numbers.barcode(Random(seed))
        assert sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(code)) % 10 == 0
        assert code.startswith("880")


def test_business_numbers_check() -> None:
    for seed in SEEDS:
        digits = [int(d) for d in numbers.business_registration(Random(seed)).replace("-", "")]
        total = (
            sum(d * w for d, w in zip(digits, [1, 3, 7, 1, 3, 7, 1, 3, 5], strict=False))
            + digits[8] * 5 // 10
        )
        assert (10 - total % 10) % 10 == digits[9]


@pytest.mark.parametrize(
    ("item", "make"),
    [
        ("kr_driver_license", lambda draw: numbers.driver_licence(draw, BEFORE)),
        ("kr_passport", numbers.passport),
        ("kr_phone", numbers.mobile),
        ("credit_card", numbers.card),
        ("kr_brn", numbers.business_registration),
    ],
)
def test_the_toolkit_recognises_what_was_invented(item: str, make) -> None:  # type: ignore[no-untyped-def]
    validate = items.get(item).validate
    assert validate is not None
    for seed in SEEDS:
        assert validate(make(Random(seed)))


def test_look_alikes_have_the_shape_that_deceives() -> None:
    day = date(2025, 3, 5)
    assert numbers.order_number(Random(3), day).startswith("20250305")
    assert len(numbers.order_number(Random(3), day)) == 12
    assert len(str(numbers.epoch_seconds(Random(3), day))) == 10
