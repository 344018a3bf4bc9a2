"""The single values of JSON documents by the names that lead to them, for those who judge all of one name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow.compute as pc

from safeguards.pipeline.leaves import leaves
from safeguards.pipeline.nested import json_text
from safeguards.pipeline.nested.json_text import Number, as_decimal
from safeguards.pseudonyms.column import Unfit, is_text

Members = dict[tuple[str, ...], list[str]]
_LONG = 40
_DOCUMENT = r"^\s*[\[{]"


def of_texts(values: Any) -> Members:
    """Return the members of all documents in an array of any type; a text that is no document has none."""
    found: Members = {}
    for document in _documents(values):
        gather(document, (), found)
    return found


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


def _documents(values: Any) -> Iterator[Any]:
    for leaf in leaves(values):
        if not is_text(leaf.type):
            continue
        for text in leaf.filter(pc.match_substring_regex(leaf, _DOCUMENT)).drop_null().to_pylist():
            try:
                document = json_text.read(text, 0)
            except Unfit:
                continue
            yield document


def _digits(value: object) -> str:
    """Write a number without an exponent, which would hide its digits."""
    if isinstance(value, Number) and "e" in value.lower() and len(value) <= _LONG:
        number = as_decimal(value)
        if number.is_finite() and abs(number.adjusted()) <= _LONG:
            return format(number, "f")
    return str(value)
