"""Texts of one shape: each part is chosen out of its list, what stands between them stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod
from typing import ClassVar

from safeguards.items.ranks.ladder import FEWEST, Space


class Choices:
    """What can stand at one place of a shape, under a name of its own."""

    def __init__(self, name: str, values: Sequence[str]) -> None:
        self.name = name
        self.values = values
        self.count = len(values)

    @cached_property
    def longest(self) -> int:
        """The characters of the longest value."""
        return max(map(len, self.values))

    @cached_property
    def places(self) -> dict[str, int]:
        """The number of each value."""
        return {value: place for place, value in enumerate(self.values)}


Part = tuple[Choices, str]
"""A choice, and what stands there."""


@lru_cache(4096)
def literal(text: str) -> Part:
    """Return a part that stays as it is."""
    return Choices(f"={text}", (text,)), text


@dataclass(frozen=True)
class Shape(Space):
    """All texts with these choices, one after the other, and ``parts`` the value that has the shape.

    Many of the texts are read as another shape or belong to another space: ten times as many are asked for.
    """

    fewest: ClassVar[int] = 10 * FEWEST

    parts: tuple[Part, ...]
    write: Callable[[str], str] = str

    @cached_property
    def label(self) -> str:  # type: ignore[override]
        """The names of the choices, each after its length."""
        return "shape:" + "".join(f"{len(choices.name)}:{choices.name}" for choices, _ in self.parts)

    @cached_property
    def size(self) -> int:
        """The product of the choices."""
        return prod(choices.count for choices, _ in self.parts)

    def rank(self, canonical: str) -> int | None:
        """Number the value that the shape was made of."""
        rank = 0
        for choices, text in self.parts:
            if choices.count > 1:
                rank = rank * choices.count + choices.places[text]
        return rank

    def spell(self, rank: int) -> str:
        """Return the text of that number."""
        found = []
        for choices, _ in reversed(self.parts):
            place = 0
            if choices.count > 1:
                rank, place = divmod(rank, choices.count)
            found.append(choices.values[place])
        return self.write("".join(reversed(found)))


def shape_of(parts: Iterable[Part | None], write: Callable[[str], str] = str) -> Shape | None:
    """Return the shape of a value's parts; None where it has none, or one has no list."""
    known = []
    for part in parts:
        if part is None:
            return None
        known.append(part)
    return Shape(tuple(known), write) if known else None
