"""Columns that hold structures (JSON text, structs, lists) as columns of their own, named by path.

``profile.contact.phone`` is what the key ``phone`` in ``contact`` in the column ``profile`` holds; ``tags[]``
are the entries of a list. Keys that are data themselves (a number, a name) or too many to be names are
written ``*``, and are looked at as the column ``profile.{key}``: no path ever holds a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from safeguards.detection.column import is_text
from safeguards.detection.tree import AreData, Node, parsed
from safeguards.items.text import words

STRUCTURED_FROM = 0.8
"""The least share of cells of text that are JSON objects or lists, from which the column is read as such."""

MOST_PATHS = 500
"""Paths of one column; deeper ones beyond them are left out."""


@dataclass(frozen=True, slots=True)
class Part:
    """A column, or what stands at one path in it. ``header`` is the name that says what it holds."""

    name: str
    header: str
    values: pa.ChunkedArray[Any]
    within: str | None = None


def parts(name: str, values: pa.ChunkedArray[Any], are_data: AreData) -> Iterator[Part]:
    """Yield the column itself, or the paths inside it and then what of it is no structure.

    ``are_data`` returns those among keys that are personal data rather than names of fields.
    """
    cells, rest = _structures(values)
    if not cells:
        yield Part(name, name, values)
        return
    root = Node()
    for cell in cells:
        root.add(cell, 0)
    root.settle(are_data, [MOST_PATHS])
    found = list(root.leaves(name, (name,)))
    yield from (Part(path, _header(keys), _column(leaf), name) for path, keys, leaf in found)
    if rest or not found:
        yield Part(name, name, pa.chunked_array([pa.array(rest, pa.large_string())]))


def _structures(values: pa.ChunkedArray[Any]) -> tuple[list[Any], list[str]]:
    """Return the structures among the cells, and the other cells; no structures where they are few."""
    if pa.types.is_nested(values.type):
        return [cell for cell in values.to_pylist() if cell is not None], []
    if not (is_text(values.type) or pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type)):
        return [], []
    texts = [text for cell in values.to_pylist() if (text := _text(cell))]
    starting = sum(text.startswith(("{", "[")) for text in texts)
    if not texts or starting < STRUCTURED_FROM * len(texts):
        return [], []
    read = [(text, parsed(text)) for text in texts]
    cells = [cell for _, cell in read if cell is not None]
    if len(cells) < STRUCTURED_FROM * len(texts):
        return [], []
    return cells, [text for text, cell in read if cell is None]


def _text(cell: Any) -> str:
    if isinstance(cell, bytes):
        return "" if b"\0" in cell else cell.decode(errors="ignore").strip()
    return cell.strip() if isinstance(cell, str) else ""


_GENERIC = frozenset(
    words("value, val, values, text, content, data, number, num, no, id, full, raw, 값, 내용, 번호, 전체")
)


def _header(keys: tuple[str, ...]) -> str:
    """Return the key that names the values: the last, with the one before it where the last says little."""
    last = keys[-1]
    return f"{keys[-2]} {last}" if len(keys) > 1 and last.casefold() in _GENERIC else last


_TYPED = {int, date, datetime, Decimal}


def _column(values: Iterable[Any]) -> pa.ChunkedArray[Any]:
    """Return values of one path as a column: whole numbers as such, dates as such, the rest as text."""
    held = list(values)
    kinds = set(map(type, held))
    if len(kinds) == 1 and kinds <= _TYPED:
        with suppress(pa.ArrowInvalid, OverflowError):
            return pa.chunked_array([pa.array(held)])
    texts = [value if isinstance(value, str) else _spelt(value) for value in held]
    return pa.chunked_array([pa.array(texts, pa.large_string())])


def _spelt(value: Any) -> str | None:
    if isinstance(value, bytes):
        return _text(value) or None
    return None if isinstance(value, bool | float) else str(value)
