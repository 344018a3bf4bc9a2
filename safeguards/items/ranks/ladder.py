"""Spaces of values that are numbered, and the ladder of those that an item's values belong to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from safeguards.items.kr.names.grid import NameGrid

FEWEST = 10**6
"""The least space whose values may be exchanged: a smaller one can be looked through."""

LONGEST_VALUE = 256
"""Characters of a value: a longer one is a text, whose number would take long to encrypt."""


class Space(ABC):
    """Texts numbered from 0 to ``size - 1``; ``label`` tells it from all other spaces of its ladder.

    A space of less than ``fewest`` texts is not used.
    """

    label: str
    fewest: ClassVar[int] = FEWEST

    @property
    @abstractmethod
    def size(self) -> int:
        """How many texts there are."""

    @abstractmethod
    def rank(self, canonical: str) -> int | None:
        """Return the number of a value in canonical form; None where it is no text of this space."""

    @abstractmethod
    def spell(self, rank: int) -> str:
        """Return the text of that number, as people usually write it."""


class Place(NamedTuple):
    """A space and the number of a value in it."""

    space: Space
    rank: int


@dataclass(frozen=True)
class Ladder:
    """The spaces of an item, from the most realistic one down to one of any letters.

    A value belongs to the first space that has it. Spaces may overlap: a number whose text belongs to an
    earlier space, or is read as another number, is none that values have (:meth:`stays`), and encryption
    walks on to the next one. So different values never share a surrogate, whatever the spaces are.

    Args:
        canonical: the item's canonical form.
        spaces: the spaces that a canonical text may belong to, the most realistic first.
        longest: the most characters of a surrogate, where no value has more than the number given.
        grids: the first of them, where values are Korean names: those are numbered in whole columns.
        unfit: says what is wrong with a canonical text that no space has; None: letters or signs.
    """

    canonical: Callable[[str], str]
    spaces: Callable[[str], Iterable[Space]]
    longest: Callable[[int], int]
    grids: tuple[NameGrid, ...] = field(default=())
    unfit: Callable[[str], str | None] = field(default=lambda _: None)

    def place(self, canonical: str) -> Place | None:
        """Return where a value in canonical form belongs; None where no space has it.

        A space of too few values is returned when no larger one has it.
        """
        place = self._first(canonical)
        return place if place is not None and self.reads_back(place, canonical) else None

    def found(self, surrogate: str) -> Place | None:
        """Return the place of a surrogate, None where the text is none."""
        return self.place(self.canonical(surrogate))

    def value(self, place: Place) -> str | None:
        """Return the value that belongs to a place, None where none does."""
        return place.space.spell(place.rank)

    def reads_back(self, place: Place, canonical: str) -> bool:
        """Say whether a value can be read out of its number: without it, a walk might never end."""
        return self.canonical(place.space.spell(place.rank)) == canonical

    def stays(self, place: Place) -> bool:
        """Say whether the text of a place belongs to it, and not to another one."""
        again = self._first(self.canonical(place.space.spell(place.rank)))
        return again is not None and (again.space.label, again.rank) == (place.space.label, place.rank)

    def _first(self, canonical: str) -> Place | None:
        small: Place | None = None
        for space in self.spaces(canonical):
            rank = space.rank(canonical)
            if rank is not None and space.size >= space.fewest:
                return Place(space, rank)
            if rank is not None:
                small = small or Place(space, rank)
        return small
