"""What an expression requires stands in every one of its matches."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeguards.detection.selecting import digits_in, requirements
from safeguards.items import all_items

EXPRESSIONS = [item.pattern for item in all_items() if item.pattern] + [
    r"(?i:a@b)[0-9]{2}|x@[0-9]{3}",
    r"\d{3}-?",
    r"(?:ab){2,}c?[0-9a]",
    r"(?=x)x{0,2}[1-3]+",
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
@given(data=st.data())
@settings(max_examples=30)
def test_every_match_meets_the_requirements(expression: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(re.compile(expression, re.ASCII), fullmatch=True))
    assert requirements(expression).met_by(text, digits_in(text))


@pytest.mark.parametrize(
    ("expression", "digits", "characters"),
    [
        ("[0-9]{6}-?[0-9]{7}", 13, ""),
        ("a(?:[0-9]|[0-9]{3})@", 1, "a@"),
        ("(?i:a-)b", 0, "-b"),
        (r"\d{4}", 0, ""),
        ("[0-9a]x*", 0, ""),
        ("7(?:8|9)", 2, ""),
    ],
)
def test_requirements_are_told(expression: str, digits: int, characters: str) -> None:
    told = requirements(expression)
    assert (told.digits, told.characters) == (digits, frozenset(characters))
