"""Vectorised check digits equal the scalar ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.detection.checkdigits import holding
from safeguards.items import all_items
from safeguards.items.checkdigit import EAN13, LUHN, CheckDigit

KNOWN = [item.check_digit for item in all_items() if item.check_digit is not None]
CHECKS = st.sampled_from([*KNOWN, LUHN, EAN13]) | st.builds(
    lambda entries, modulus, base: CheckDigit(
        tuple(weight for weight, _ in entries), modulus, base, tuple(carry for _, carry in entries)
    ),
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=20),
    st.integers(2, 37),
    st.integers(0, 40),
)


@given(check=CHECKS, numbers=st.lists(st.text("0123456789", min_size=1, max_size=24), max_size=30))
def test_every_number_holds_as_the_scalar_arithmetic_says(check: CheckDigit, numbers: list[str]) -> None:
    longest = len(check.weights) + 1
    expected = [len(number) <= longest and check.holds(number) for number in numbers]
    assert holding(check, numbers).tolist() == expected


@given(check=CHECKS, body=st.text("0123456789", min_size=1, max_size=8))
def test_exactly_one_of_ten_last_digits_holds(check: CheckDigit, body: str) -> None:
    kept = body[-len(check.weights) :]
    assert holding(check, [f"{kept}{digit}" for digit in range(10)]).sum() == 1


@pytest.mark.parametrize("text", ["", "12a4", "１２３", "٣٤٥", "²³", "-12", " 12", "1" * 40])
def test_what_is_no_run_of_digits_does_not_hold(text: str) -> None:
    assert holding(LUHN, [text, "4111111111111111"]).tolist() == [False, True]
