"""The single values of JSON documents by the names that lead to them, for those who judge all of one name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pyarrow.compute as pc

from safeguards.pipeline.leaves import leaves
from safeguards.pipeline.nested import json_text
from safeguards.pipeline.nested.json_text import Number, as_decimal
from safeguards.pseudonyms.column import Unfit, is_text

Members = dict[tuple[str, ...], list[str]]
_LONG = 40
# In whatever white space it is wrapped.
_DOCUMENT = r"(?s)^[\s\p{Z}\x{FEFF}]*[\[{].*[\]}][\s\p{Z}]*$"
_SIGNS = re.compile(r"[\"'\[\]{},:\\]+")
# Documents become Python objects, many times their size.
_ROWS, _CHARACTERS = 1024, 1 << 22


def of_texts(values: Any) -> Iterator[Members]:
    """Yield the members of all documents in an array of any type, of some millions of characters at once.

    Of what only looks like one, a Python dict or several documents, all that stands between its signs
    is taken as without a name.
    """
    found: Members = {}
    characters = 0
    for text in _texts(values):
        try:
            gather(json_text.read(text, 0), (), found)
        except Unfit:
            found.setdefault((), []).extend(filter(None, _SIGNS.split(text)))
        characters += len(text)
        if characters > _CHARACTERS:
            yield found
            found, characters = {}, 0
    yield found


def gather(value: Any, names: tuple[str, ...], into: Members) -> None:
    """Add the single values of a part of a document; the elements of an array share its name."""
    if isinstance(value, dict):
        for name, part in value.items():
            gather(part, (*names, name), into)
    elif isinstance(value, list):
        for part in value:
            gather(part, names, into)
    elif value is not None:
        into.setdefault(names, []).append(_digits(value))


def _texts(values: Any) -> Iterator[str]:
    """Yield the texts that begin and end as documents do."""
    for leaf in leaves(values):
        if is_text(leaf.type):
            likely = leaf.filter(pc.match_substring_regex(leaf, _DOCUMENT))
            for start in range(0, len(likely), _ROWS):
                yield from likely.slice(start, _ROWS).to_pylist()


def _digits(value: object) -> str:
    """Write a number without an exponent, which would hide its digits."""
    if isinstance(value, Number) and "e" in value.lower() and len(value) <= _LONG:
        number = as_decimal(value)
        if number.is_finite() and abs(number.adjusted()) <= _LONG:
            return format(number, "f")
    return str(value)
