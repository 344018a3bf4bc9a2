"""The values that a path leads to, read out of lists, structs, maps and JSON documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from safeguards.pipeline.nested import json_text, maps
from safeguards.pipeline.nested.documents import JSON_TYPE, holds_json
from safeguards.pipeline.nested.paths import EACH, Step
from safeguards.pipeline.nested.place import Places
from safeguards.pseudonyms import lists
from safeguards.pseudonyms.column import Unfit, plain

NO_JSON = object()
"""Stands for a text that is no JSON document."""


class Values(NamedTuple):
    """Values, the row of each, counted from 0, and whether the column's type has such a part."""

    values: Any
    rows: Places
    typed: bool = True


class Column:
    """One batch's column; JSON documents are read once, whatever number of paths leads into them."""

    def __init__(self, values: Any) -> None:
        self._whole = Values(values, np.arange(len(values), dtype=np.int64))
        self._documents: dict[tuple[Step, ...], list[Any]] = {}

    def at(self, steps: Sequence[Step], opened: frozenset[type]) -> Values | None:
        """Return the values at a path, None where the column's type has no such part.

        Out of JSON they come as text. ``opened`` are the kinds of JSON, ``dict`` and ``list``, that other
        paths lead into; such are no values of this one.
        """
        found = self._whole
        for taken, step in enumerate(steps):
            found = Values(_decoded(found.values), found.rows)
            if holds_json(found.values.type):
                return self._in_documents(found, tuple(steps[:taken]), steps[taken:], opened)
            inner = _each(found) if step is EACH else _field(found, step)
            if inner is None:
                return None
            found = inner
        if opened and holds_json(found.values.type):
            return self._in_documents(found, tuple(steps), (), opened)
        return found

    def broken(self) -> list[int]:
        """Return the rows of texts that are no JSON, where paths led into such."""
        return [row for read in self._documents.values() for row, document in read if document is NO_JSON]

    def _in_documents(
        self, found: Values, before: tuple[Step, ...], steps: Sequence[Step], opened: frozenset[type]
    ) -> Values:
        if before not in self._documents:
            self._documents[before] = _read(found)
        pairs = [
            (row, _spelled(value))
            for row, document in self._documents[before]
            if document is not NO_JSON
            for value in _inside(document, steps)
            if type(value) not in opened
        ]
        values = pa.array([value for _, value in pairs], pa.string())
        return Values(values, np.array([row for row, _ in pairs], np.int64), typed=False)


def _decoded(values: Any) -> Any:
    return values.dictionary.take(values.indices) if pa.types.is_dictionary(values.type) else values


def _field(found: Values, name: str) -> Values | None:
    kind = found.values.type
    place = kind.get_field_index(name) if pa.types.is_struct(kind) else -1
    return Values(found.values.flatten()[place], found.rows) if place >= 0 else None


def _each(found: Values) -> Values | None:
    values = found.values
    if pa.types.is_map(values.type):
        lengths, values = maps.opened(values)
    elif lists.is_list(values.type):
        lengths, values = lists.lengths(values), values.flatten()
    else:
        return None
    return Values(values, found.rows[lists.parents(lengths)])


def _read(found: Values) -> list[tuple[int, Any]]:
    stored = found.values.storage if isinstance(found.values.type, JSON_TYPE) else found.values
    texts = plain(stored).to_pylist()
    return [
        (row, _document(text))
        for row, text in zip(found.rows.tolist(), texts, strict=True)
        if text is not None
    ]


def _document(text: str) -> Any:
    try:
        return json_text.read(text, 1)
    except Unfit:
        return NO_JSON


def _inside(value: Any, steps: Sequence[Step]) -> Iterator[Any]:
    if not steps:
        yield value
    elif steps[0] is EACH and isinstance(value, list):
        for part in value:
            yield from _inside(part, steps[1:])
    elif steps[0] is not EACH and isinstance(value, dict) and steps[0] in value:
        yield from _inside(value[steps[0]], steps[1:])


def _spelled(value: Any) -> str | None:
    """Return a value as text; text as it is, without quotes."""
    return value if value is None or type(value) is str else json_text.write(value)
