"""The single values of JSON documents by the names that lead to them, for those who judge all of one name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow.compute as pc

from safeguards.pipeline.leaves import DIGITS, leaves, text_of
from safeguards.pipeline.nested import json_text
from safeguards.pipeline.nested.json_text import Number, as_decimal
from safeguards.pipeline.registration_numbers import CHECKED_LEAST
from safeguards.pseudonyms.column import Unfit

Members = dict[tuple[str, ...], list[str]]
_LONG = 40
# In whatever white space it is wrapped. A text in quotes may hold another document.
_DOCUMENT = r'(?s)^[\s\p{Z}\x{FEFF}]*[\[{"].*[\]}"][\s\p{Z}]*$'
_SIGNS = r"\"'\[\]{},:;=\\"
_BETWEEN, _BETWEEN_NUMBERS = re.compile(f"[{_SIGNS}]+"), re.compile(rf"[{_SIGNS}\s]+")
_NAMED = re.compile("[:=]")
# Documents become Python objects, many times their size.
_ROWS, _CHARACTERS = 1024, 1 << 22
_DIGITS, _OPENING = re.compile("[0-9]{6}"), re.compile(r'[\s\ufeff]*[\[{"]')


def documents(values: Any) -> list[Any]:
    """Return the texts of an array of any type that begin and end as documents do, an array a leaf."""
    texts = (text_of(leaf) for leaf in leaves(values))
    return [text.filter(pc.match_substring_regex(text, _DOCUMENT)) for text in texts if text is not None]


def of_texts(documents: Sequence[Any], holding: str) -> Iterator[Members]:
    """Yield the members of such texts, of some millions of characters at once.

    Of what only looks like a document, a Python dict or several of them, all that stands between its signs
    is taken as without a name. There are none where nothing matches ``holding``, an expression of RE2.
    """
    found: Members = {}
    characters = 0
    for text in _texts(documents, holding):
        try:
            gather(json_text.read(text, 0), (), found)
        except Unfit:
            _gather_pieces(text, found)
        characters += len(text)
        if characters > _CHARACTERS:
            yield found
            found, characters = {}, 0
    yield found


def gather(value: Any, names: tuple[str, ...], into: Members) -> None:
    """Add the single values of a part of a document; the elements of an array share its name.

    A long name of a member may be data, and is a value too.
    """
    if isinstance(value, dict):
        for name, part in value.items():
            if len(name) >= DIGITS:
                into.setdefault((*names, ""), []).append(name)
            gather(part, (*names, name), into)
    elif isinstance(value, list):
        for part in value:
            gather(part, names, into)
    elif value is not None:
        into.setdefault(names, []).append(_digits(value))


def _gather_pieces(text: str, into: Members) -> None:
    between = _BETWEEN if any(map(str.isalpha, text)) else _BETWEEN_NUMBERS
    is_object = text.lstrip("\ufeff \t\r\n").startswith("{")
    *named, last = _NAMED.split(text) if is_object else [text]
    single = into.setdefault((), [])
    for part in named:
        *values, name = _pieces(between, part) or [""]
        single.extend(values)
        into.setdefault((name,), [])
        into.setdefault(("",), []).append(name)
    single.extend(_pieces(between, last))


def _pieces(between: re.Pattern[str], text: str) -> list[str]:
    return [piece for piece in map(str.strip, between.split(text)) if piece]


def together(found: Members) -> Members:
    """Return members with those of few values put together by their last name, and what is left in one.

    Names may be data themselves, such as ids; then no name has values enough to judge.
    """
    for shorter in (lambda names: names[-1:], lambda names: ()):
        merged: Members = {}
        for names, values in found.items():
            few = 0 < len(values) < CHECKED_LEAST
            merged.setdefault(shorter(names) if few else names, []).extend(values)
        found = merged
    return found


def may_be_numbers(values: list[str]) -> bool:
    """Say whether values may be judged to be RRNs, or documents that hold one; those of most are not."""
    few = len(values) < CHECKED_LEAST
    return any(_may_be(value) and not (few and value.isdecimal()) for value in values)


def _may_be(value: str) -> bool:
    if _OPENING.match(value):
        return True
    return bool(_DIGITS.search(value)) if value.isascii() else sum(map(str.isnumeric, value)) >= DIGITS


def _texts(documents: Sequence[Any], holding: str) -> Iterator[str]:
    """Yield all texts of a leaf where one of them matches."""
    for texts in documents:
        if pc.any(pc.match_substring_regex(texts, holding)).as_py():
            for start in range(0, len(texts), _ROWS):
                yield from texts.slice(start, _ROWS).to_pylist()


def _digits(value: object) -> str:
    """Write a number without an exponent, which would hide its digits."""
    if isinstance(value, Number) and "e" in value.lower() and len(value) <= _LONG:
        number = as_decimal(value)
        if number.is_finite() and abs(number.adjusted()) <= _LONG:
            return format(number, "f")
    return str(value)
