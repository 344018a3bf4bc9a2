"""Strings of one alphabet, numbered by length and then letter by letter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from safeguards.items.ranks.ladder import FEWEST, Space


@dataclass(frozen=True)
class Strings(Space):
    """All strings of ``shortest`` to ``longest`` letters of an alphabet; ``write`` spells them usually."""

    name: str
    alphabet: str
    shortest: int
    longest: int
    write: Callable[[str], str] = str

    @property
    def label(self) -> str:  # type: ignore[override]
        """The alphabet's name and the length."""
        return f"{self.name}:{self.longest}"

    @property
    def size(self) -> int:
        """The strings of each length, added up."""
        return self._below(self.longest + 1)

    def rank(self, canonical: str) -> int | None:
        """Number a string; shorter ones come first."""
        if not self.shortest <= len(canonical) <= self.longest:
            return None
        places, rank = _places(self.alphabet), 0
        for letter in canonical:
            place = places.get(letter)
            if place is None:
                return None
            rank = rank * len(places) + place
        return self._below(len(canonical)) + rank

    def spell(self, rank: int) -> str:
        """Return the string of that number."""
        length = self.shortest
        while rank >= (count := len(self.alphabet) ** length):
            rank, length = rank - count, length + 1
        letters = []
        for _ in range(length):
            rank, place = divmod(rank, len(self.alphabet))
            letters.append(self.alphabet[place])
        return self.write("".join(reversed(letters)))

    def _below(self, length: int) -> int:
        return sum(len(self.alphabet) ** each for each in range(self.shortest, length))


def strings_like(text: str, name: str, alphabet: str, write: Callable[[str], str] = str) -> Strings:
    """Return the strings as long as ``text``; those too short to be many share one space.

    So a name of one syllable is no less hidden than others: it becomes one of two or three.
    """
    least = _least(len(alphabet))
    length = len(text)
    return Strings(name, alphabet, 1 if length <= least else length, max(length, least), write)


@cache
def _least(radix: int) -> int:
    length = 1
    while radix**length < FEWEST:
        length += 1
    return length


@cache
def _places(alphabet: str) -> dict[str, int]:
    return {letter: place for place, letter in enumerate(alphabet)}
