"""Korean names numbered: surnames, and for each of them so many syllables of given names."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from safeguards.items.ranks.ladder import Space


class Reach(NamedTuple):
    """How many first and last syllables of given names of two go with a surname, and names of one."""

    first: int
    last: int
    alone: int

    @property
    def names(self) -> int:
        """How many given names that makes."""
        return self.first * self.last + self.alone


@dataclass(frozen=True)
class NameGrid(Space):
    """Surnames with the given names in their reach, numbered surname by surname.

    Most given names go with common surnames, so that most numbers stand for names as Koreans bear them.
    A name that begins like a surname of two syllables (남궁민) is read as one where that is in reach.
    """

    label: str
    surnames: tuple[str, ...]
    reaches: tuple[Reach, ...]
    first: str
    last: str
    alone: str

    @property
    def size(self) -> int:
        """The names, some of them twice: 남 궁민 and 남궁 민 have two numbers, of which one counts."""
        return self.starts[-1]

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where the numbers of each surname begin, and where the last ones end."""
        return tuple(accumulate((reach.names for reach in self.reaches), initial=0))

    @property
    def longest(self) -> int:
        """The characters of the longest name."""
        return max(map(len, self.surnames)) + 2

    def rank(self, canonical: str) -> int | None:
        """Number a name; a surname of two syllables is tried first."""
        for length in (2, 1):
            surname = self._places.get(canonical[:length]) if len(canonical) > length else None
            given = None if surname is None else self._given(self.reaches[surname], canonical[length:])
            if surname is not None and given is not None:
                return self.starts[surname] + given
        return None

    def spell(self, rank: int) -> str:
        """Return the name of that number."""
        surname = bisect_right(self.starts, rank) - 1
        reach, given = self.reaches[surname], rank - self.starts[surname]
        pairs = reach.first * reach.last
        if given >= pairs:
            return self.surnames[surname] + self.alone[given - pairs]
        first, last = divmod(given, reach.last)
        return self.surnames[surname] + self.first[first] + self.last[last]

    def _given(self, reach: Reach, given: str) -> int | None:
        if len(given) == 1:
            place = self.alone.find(given)
            return reach.first * reach.last + place if 0 <= place < reach.alone else None
        if len(given) != 2:
            return None
        first, last = self.first.find(given[0]), self.last.find(given[1])
        if not (0 <= first < reach.first and 0 <= last < reach.last):
            return None
        return first * reach.last + last

    @cached_property
    def _places(self) -> dict[str, int]:
        return {surname: place for place, surname in enumerate(self.surnames)}
