"""A native expression finds at least what Python's own finds."""

from __future__ import annotations

import re
import sys
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeguards.detection.selecting import superset
from safeguards.detection.selecting.characters import Characters
from safeguards.items import all_items

EXPRESSIONS = [
    r"\b[A-Z]{2}[0-9]{2}(?:[A-Z0-9]{4}){2,7}\b",
    r"(?<![0-9])(?:[0-9]{6})-?([1-4])[0-9]{6}(?![0-9])",
    r"(?i)\b(?:bearer|token)\s*[:=]\s*(?P<quote>['\"]?)[a-z0-9_\-]{16,64}(?P=quote)",
    r"^(?=.*\d)[^\s@]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}$",
    r"(?x) [가-힣]{2,4}  # a name \n (?:님|씨)",
    r"(?P<a>x)?(?(a)1{3}|2{2})",
    r"(?s:a.{0,3}b)|[^a-z]{3,}q",
    r"(?i:straße|kelvin|ﬁne)[\w.]{2,}",
    r"a{40,60}b",
    r"(?:(?:ab){2,3}c){1,2}",
    r"\D\S\W[^가-힣]z",
    r"(?>[0-9]+)x++",
]


def found_natively(expression: str, text: str) -> bool:
    (matched,) = pc.match_substring_regex(pa.array([text]), expression).to_pylist()
    return bool(matched)


@pytest.mark.parametrize("expression", EXPRESSIONS)
@given(data=st.data())
@settings(max_examples=40)
def test_every_text_that_python_finds_is_found(expression: str, data: st.DataObject) -> None:
    native = superset(expression)
    assert native is not None
    before, after = data.draw(st.text(max_size=5)), data.draw(st.text(max_size=5))
    text = before + data.draw(st.from_regex(re.compile(expression))) + after
    if re.search(expression, text):
        assert found_natively(native, text)


@pytest.mark.parametrize("item", [item for item in all_items() if item.pattern], ids=lambda item: item.id)
@given(data=st.data())
@settings(max_examples=40)
def test_every_value_of_an_item_is_found_in_full_width_too(item: object, data: st.DataObject) -> None:
    pattern = item.pattern  # type: ignore[attr-defined]
    wide = {chr(code): [chr(code + 0xFEE0)] for code in range(0x21, 0x7F)}
    native = superset(pattern, spellings=wide)
    assert native is not None
    text = data.draw(st.from_regex(pattern, fullmatch=True))
    assert found_natively(native, text)
    assert found_natively(native, "".join(wide.get(character, [character])[0] for character in text))


@given(letter=st.characters(codec="utf-8"), other=st.characters(codec="utf-8"))
def test_letters_that_python_takes_for_the_same_are_in_one_set(letter: str, other: str) -> None:
    pattern = re.compile(re.escape(letter), re.IGNORECASE)
    native = superset(re.escape(letter), re.IGNORECASE)
    assert native is not None
    for text in (other, letter.upper(), letter.lower(), letter.title()):
        if pattern.search(text):
            assert found_natively(native, text)


@pytest.mark.parametrize("letter", ["k", "K", "s", "i", "I", "å", "µ", "ß", "σ", "ǆ"])
def test_no_character_of_unicode_that_matches_a_letter_is_missing(letter: str) -> None:
    expected = {c for c in map(chr, range(sys.maxunicode + 1)) if re.fullmatch(letter, c, re.IGNORECASE)}
    ranges = Characters(((ord(letter), ord(letter)),)).of_either_case().ranges
    assert expected <= {chr(code) for low, high in ranges for code in range(low, high + 1)}


@pytest.mark.parametrize(("category", "expression"), [("digit", r"\d"), ("word", r"\w"), ("space", r"\s")])
def test_a_class_of_python_is_within_the_native_one(category: str, expression: str) -> None:
    members = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character) != "Cs" and re.fullmatch(expression, character)
    ]
    native = superset(expression)
    assert native is not None
    assert len(members) > 15, category
    missed = [
        m
        for m, hit in zip(
            members, pc.match_substring_regex(pa.array(members), native).to_pylist(), strict=True
        )
        if not hit
    ]
    assert missed == []


@pytest.mark.parametrize("expression", ["", "a*", "(?:a|b?)", r"\b", "(?=a)", "(", r"\p{Lu}+"])
def test_an_expression_that_rules_nothing_out_selects_everything(expression: str) -> None:
    assert superset(expression) is None
