"""What stands at each path of the JSON objects of a column."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_KEYS = 64
"""Different keys at one place; more are no names of fields."""

DEEPEST = 24
LONGEST_KEY = 60
ANY = "*"
KEYS = "{key}"

AreData = Callable[[Sequence[str]], set[str]]


def _whole(text: str) -> str:
    """Return text without halves of surrogate pairs, which JSON can escape and UTF-8 cannot hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def parsed(text: str) -> Any:
    """Return the object or list that ``text`` spells, else None."""
    if not text.startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@dataclass(slots=True)
class Node:
    """What stands at one path in all cells: values, entries of lists, and what keys lead to."""

    values: list[Any] = field(default_factory=list)
    entries: Node | None = None
    children: dict[str, Node] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)

    def add(self, value: Any, depth: int) -> None:
        """Put one cell's value in its place; text that spells a structure is one."""
        if isinstance(value, str) and depth < DEEPEST:
            inner = parsed(value.strip())
            value = value if inner is None else inner
        if isinstance(value, list) and value and all(isinstance(each, tuple) for each in value):
            value = dict(value)  # so Arrow gives a map
        if isinstance(value, Mapping) and depth < DEEPEST:
            for key, inner in value.items():
                self.children.setdefault(_whole(str(key)), Node()).add(inner, depth + 1)
        elif isinstance(value, list | tuple) and depth < DEEPEST:
            self.entries = self.entries or Node()
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
            merged = self.children.setdefault(ANY, Node())
            for key in odd:
                if key != ANY:
                    merged.absorb(self.children.pop(key))
            self.keys = odd
        for place in [*self.children.values(), *([self.entries] if self.entries else [])]:
            place.settle(are_data, budget)
        budget[0] -= bool(self.values)
        if budget[0] < 0:
            self.values = []

    def absorb(self, other: Node) -> None:
        """Take in what stands at another path."""
        self.values += other.values
        if other.entries is not None:
            self.entries = self.entries or Node()
            self.entries.absorb(other.entries)
        for key, child in other.children.items():
            self.children.setdefault(key, Node()).absorb(child)

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


def _singular(name: str) -> str:
    for tail in ("_list", "List", "목록", "들"):
        name = name.removesuffix(tail)
    if name.endswith(("sses", "xes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name
