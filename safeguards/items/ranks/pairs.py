"""Given name and surname in Latin letters, of frozen lists (`en/names_1.txt`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from safeguards.items.ranks.ladder import Space
from safeguards.items.ranks.shape import Choices


@cache
def lists() -> tuple[Choices, Choices]:
    """Return the given names and the surnames of version 1."""
    text = files("safeguards.items.en").joinpath("names_1.txt").read_text("utf-8")
    given, surnames = (section.partition("]\n")[2].split() for section in text.split("\n[")[1:])
    return Choices("given", given), Choices("surnames", surnames)


@dataclass(frozen=True)
class Pairs(Space):
    """Given name and surname, with ``glue`` between them in the canonical form."""

    glue: str
    label: str = "pairs"

    @property
    def size(self) -> int:
        """Given names times surnames."""
        given, surnames = lists()
        return len(given.values) * len(surnames.values)

    def rank(self, canonical: str) -> int | None:
        """Number a name, cut where its given name is longest."""
        given, surnames = lists()
        if not canonical.isascii():
            return None
        for end in range(len(canonical) - 1, 0, -1):
            if not canonical.startswith(self.glue, end):
                continue
            last = surnames.places.get(canonical[end + len(self.glue) :])
            first = given.places.get(canonical[:end]) if last is not None else None
            if first is not None and last is not None:
                return first * len(surnames.values) + last
        return None

    def spell(self, rank: int) -> str:
        """Return the name with capitals."""
        given, surnames = lists()
        first, last = divmod(rank, len(surnames.values))
        return f"{given.values[first]} {surnames.values[last]}".title()
