"""Names in Latin letters out of frozen lists (`en/names_1.txt`): one of them, or given name and surname."""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from safeguards.items.ranks.ladder import Space
from safeguards.items.ranks.shape import Choices


class Listed(NamedTuple):
    """Given names and surnames."""

    given: Choices
    surnames: Choices


@cache
def listed(rare: bool) -> Listed:
    """Return the names of version 1: those of several countries, or with the ``rare`` ones behind them."""
    text = files("safeguards.items.en").joinpath("names_1.txt").read_text("utf-8")
    given, given_rare, surnames, surnames_rare = (
        section.partition("]\n")[2].split() for section in text.split("\n[")[1:]
    )
    if rare:
        given, surnames = given + given_rare, surnames + surnames_rare
    return Listed(Choices("given", given), Choices("surname", surnames))


@dataclass(frozen=True)
class Pairs(Space):
    """A listed name, or a given name and a surname with ``glue`` between them in the canonical form.

    One name alone is hidden among all pairs, most of which are two.
    """

    glue: str
    rare: bool

    @property
    def label(self) -> str:  # type: ignore[override]
        """Which lists."""
        return f"pairs:{self.rare}"

    @property
    def size(self) -> int:
        """Given names, surnames and pairs; of a name that is both, the first number counts."""
        given, surnames = listed(self.rare)
        return given.count + surnames.count + given.count * surnames.count

    @property
    def longest(self) -> int:
        """The characters of the longest pair."""
        given, surnames = listed(self.rare)
        return given.longest + 1 + surnames.longest

    def rank(self, canonical: str) -> int | None:
        """Number a name, cut where its given name is longest."""
        given, surnames = listed(self.rare)
        if not canonical.isascii():
            return None
        if canonical in given.places:
            return given.places[canonical]
        if canonical in surnames.places:
            return given.count + surnames.places[canonical]
        for end in range(len(canonical) - 1, 0, -1):
            if not canonical.startswith(self.glue, end):
                continue
            last = surnames.places.get(canonical[end + len(self.glue) :])
            first = given.places.get(canonical[:end]) if last is not None else None
            if first is not None and last is not None:
                return given.count + surnames.count + first * surnames.count + last
        return None

    def spell(self, rank: int) -> str:
        """Return the name with capitals."""
        given, surnames = listed(self.rare)
        if rank < given.count:
            return given.values[rank].title()
        if rank < given.count + surnames.count:
            return surnames.values[rank - given.count].title()
        first, last = divmod(rank - given.count - surnames.count, surnames.count)
        return f"{given.values[first]} {surnames.values[last]}".title()


@dataclass(frozen=True)
class Initialled(Space):
    """Given name, an initial with ``point`` or nothing behind it, and surname, blanks between them."""

    point: str
    rare: bool

    @property
    def label(self) -> str:  # type: ignore[override]
        """Which lists, and how the initial is written."""
        return f"initialled{self.point}:{self.rare}"

    @property
    def size(self) -> int:
        """The pairs with each letter."""
        given, surnames = listed(self.rare)
        return given.count * len(string.ascii_lowercase) * surnames.count

    @property
    def longest(self) -> int:
        """The characters of the longest name."""
        given, surnames = listed(self.rare)
        return given.longest + len("  ") + 1 + len(self.point) + surnames.longest

    def rank(self, canonical: str) -> int | None:
        """Number a name."""
        given, surnames = listed(self.rare)
        parts = canonical.split(" ")
        if len(parts) != 3 or len(parts[1]) != 1 + len(self.point) or not parts[1].endswith(self.point):
            return None
        first, initial = given.places.get(parts[0]), string.ascii_lowercase.find(parts[1][0])
        last = surnames.places.get(parts[2])
        if first is None or last is None or initial < 0:
            return None
        return (first * len(string.ascii_lowercase) + initial) * surnames.count + last

    def spell(self, rank: int) -> str:
        """Return the name with capitals."""
        given, surnames = listed(self.rare)
        rank, last = divmod(rank, surnames.count)
        first, initial = divmod(rank, len(string.ascii_lowercase))
        name = f"{given.values[first]} {string.ascii_lowercase[initial]}{self.point} {surnames.values[last]}"
        return name.title()
