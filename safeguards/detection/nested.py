"""Columns that hold structures (JSON text, structs, lists) as columns of their own, named by path.

``profile.contact.phone`` is what the key ``phone`` in ``contact`` in the column ``profile`` holds; ``tags[]``
are the entries of a list. Keys that are data themselves (a number, a name) or too many to be names are
written ``*``, and are looked at as the column ``profile.{key}``: no path ever holds a value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from safeguards.detection.column import is_text
from safeguards.items.text import words

STRUCTURED_FROM = 0.8
"""The least share of cells of text that are JSON objects or lists, from which the column is read as such."""

MOST_KEYS = 64
"""Different keys at one place; more are no names of fields."""

MOST_PATHS = 500
"""Paths of one column; deeper ones beyond them are left out."""

DEEPEST = 24
LONGEST_KEY = 60
ANY = "*"
KEYS = "{key}"

AreData = Callable[[Sequence[str]], set[str]]


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
    root = _Node()
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
    read = [(text, _parsed(text)) for text in texts]
    cells = [cell for _, cell in read if cell is not None]
    if len(cells) < STRUCTURED_FROM * len(texts):
        return [], []
    return cells, [text for text, cell in read if cell is None]


def _text(cell: Any) -> str:
    if isinstance(cell, bytes):
        return "" if b"\0" in cell else cell.decode(errors="ignore").strip()
    return cell.strip() if isinstance(cell, str) else ""


def _whole(text: str) -> str:
    """Return text without halves of surrogate pairs, which JSON can escape and UTF-8 cannot hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _parsed(text: str) -> Any:
    """Return the object or list that ``text`` spells, else None."""
    if not text.startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@dataclass(slots=True)
class _Node:
    """What stands at one path in all cells: values, entries of lists, and what keys lead to."""

    values: list[Any] = field(default_factory=list)
    entries: _Node | None = None
    children: dict[str, _Node] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)

    def add(self, value: Any, depth: int) -> None:
        """Put one cell's value in its place; text that spells a structure is one."""
        if isinstance(value, str) and depth < DEEPEST:
            inner = _parsed(value.strip())
            value = value if inner is None else inner
        if isinstance(value, Mapping) and depth < DEEPEST:
            for key, inner in value.items():
                self.children.setdefault(_whole(str(key)), _Node()).add(inner, depth + 1)
        elif isinstance(value, list | tuple) and depth < DEEPEST:
            self.entries = self.entries or _Node()
            for inner in value:
                self.entries.add(inner, depth + 1)
        elif value is not None:
            self.values.append(_whole(value) if isinstance(value, str) else value)

    def settle(self, are_data: AreData, budget: list[int]) -> None:
        """Put together the keys that are no names, here and below; ``budget`` holds the paths left."""
        many = len(self.children) > MOST_KEYS
        data = set() if many else are_data(list(self.children))
        odd = [key for key in self.children if many or key in data or not _names_a_field(key)]
        if odd:
            merged = self.children.setdefault(ANY, _Node())
            for key in odd:
                if key != ANY:
                    merged.absorb(self.children.pop(key))
            self.keys = odd
        for place in [*self.children.values(), *([self.entries] if self.entries else [])]:
            place.settle(are_data, budget)
        budget[0] -= bool(self.values)
        if budget[0] < 0:
            self.values = []

    def absorb(self, other: _Node) -> None:
        """Take in what stands at another path."""
        self.values += other.values
        if other.entries is not None:
            self.entries = self.entries or _Node()
            self.entries.absorb(other.entries)
        for key, child in other.children.items():
            self.children.setdefault(key, _Node()).absorb(child)

    def leaves(self, path: str, keys: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...], list[Any]]]:
        """Yield each path that has values, with the keys that lead there and the values."""
        if self.values:
            yield path, keys, self.values
        if self.keys:
            yield f"{path}.{KEYS}", keys, self.keys
        if self.entries is not None:
            yield from self.entries.leaves(f"{path}[]", (*keys[:-1], _singular(keys[-1])))
        for key, child in self.children.items():
            yield from child.leaves(f"{path}.{key}", (*keys, key) if key != ANY else keys)


def _names_a_field(key: str) -> bool:
    return len(key) <= LONGEST_KEY and key.isprintable()


_GENERIC = frozenset(
    words("value, val, values, text, content, data, number, num, no, id, full, raw, 값, 내용, 번호, 전체")
)


def _header(keys: tuple[str, ...]) -> str:
    """Return the key that names the values: the last, with the one before it where the last says little."""
    last = keys[-1]
    return f"{keys[-2]} {last}" if len(keys) > 1 and last.casefold() in _GENERIC else last


def _singular(name: str) -> str:
    for tail in ("_list", "List", "목록", "들"):
        name = name.removesuffix(tail)
    if name.endswith(("sses", "xes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


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
