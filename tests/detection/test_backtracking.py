"""Expressions on which `re` would hang are told from those that only look like them."""

from __future__ import annotations

import pytest

from safeguards.detection.backtracking import looks_around, may_take_ages
from safeguards.items import all_items


@pytest.mark.parametrize(
    "expression",
    [
        "(a+)+b", "(a|aa)+b", "(.*)*x", "([0-9]+-?)+X", r"(\w+\s?)+!", "(x+x+)+y", "(aa?)+b", r"(.*,){10,}P",
        "(?:[0-9]|[0-9]{2})+x", "((ab)*)*c", r"(\d{1,3}[ -]?){2,19}", "([^,]+)+;", "(?:(?:a+|b))+c",
        "(?i:([A-Z][a-z]*)+)!", "((가+)+)나",
    ],
)  # fmt: skip
def test_a_repeat_whose_rounds_share_characters_is_seen(expression: str) -> None:
    assert may_take_ages(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "E[0-9]{6}", "(?:[a-z]+-)+[0-9]", r"(\w+\.)+\w+", "([0-9]{4}-){3}[0-9]{4}", "(?:ab|cd)+", "(?>a+)+b",
        "(?:a++)+b", "(?:[0-9]{2,4}[ -]?){3,4}", "a{1,100000}", "(?:[0-9]{3}-?)+", r"P-\d+(?:/\d+)*",
    ],
)  # fmt: skip
def test_a_repeat_whose_rounds_end_clearly_is_none(expression: str) -> None:
    assert not may_take_ages(expression)


def test_no_item_of_the_house_has_such_a_repeat_or_looks_around() -> None:
    patterns = [item.pattern for item in all_items() if item.pattern]
    assert not any(may_take_ages(pattern) or looks_around(pattern) for pattern in patterns)
    assert looks_around("a(?=b)")
    assert looks_around("((?<!b)a)")
