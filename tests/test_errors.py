"""What errors tell of names that nobody knows."""

from __future__ import annotations

from safeguards.errors import meant, misspelt, offer


def test_the_known_names_are_told_and_the_one_most_like_it() -> None:
    assert offer("feild", ["type", "field"]) == "type, field; did you mean 'field'?"
    assert offer("aad", ["type", "field"]) == "type, field"
    assert offer("aad", []) == "none"
    assert offer(None, ["type"]) == "type"


def test_capitals_do_not_hide_what_was_meant() -> None:
    assert meant("EMAIL", ["Email", "phone"]) == "; did you mean 'Email'?"


def test_of_thousands_of_names_a_hundred_are_told() -> None:
    told = offer("column 9999", [f"column {n}" for n in range(10_000)])
    assert told.endswith("column 99 and 9900 more; did you mean 'column 9999'?")


def test_a_misspelt_key_is_found_among_those_given() -> None:
    assert misspelt("step", ["columns", "stap"]) == "; 'stap' stands there; did you mean 'step'?"
    assert misspelt("step", ["columns"]) == ""
