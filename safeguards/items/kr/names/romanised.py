"""Korean names in Latin letters, numbered: a surname and two syllables, in either order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from safeguards.items.kr.names.romanised_1 import SURNAMES, SYLLABLES
from safeguards.items.ranks.ladder import Space
from safeguards.items.ranks.shape import Choices

_SURNAMES, _SYLLABLES = Choices("surname", SURNAMES), Choices("syllable", SYLLABLES)


@dataclass(frozen=True)
class Romanised(Space):
    """``hong gildong``, or ``gildong hong`` where the surname stands ``last``.

    ``glue`` stands between surname and given name in the canonical form, ``joint`` between syllables.
    """

    glue: str
    joint: str
    last: bool

    @property
    def label(self) -> str:  # type: ignore[override]
        """The order, and what joins the syllables."""
        return f"romanised:{self.last}:{self.joint}"

    @property
    def size(self) -> int:
        """Surnames times syllables, twice."""
        return len(SURNAMES) * len(SYLLABLES) ** 2

    @property
    def longest(self) -> int:
        """The characters of the longest name."""
        return _SURNAMES.longest + 1 + 2 * _SYLLABLES.longest + len(self.joint)

    def rank(self, canonical: str) -> int | None:
        """Number a name, cut where what stands first is longest."""
        for first, second in _cuts(canonical, self.glue):
            surname = _SURNAMES.places.get(second if self.last else first)
            given = None if surname is None else self._given(first if self.last else second)
            if surname is not None and given is not None:
                return surname * len(SYLLABLES) ** 2 + given
        return None

    def spell(self, rank: int) -> str:
        """Return the name with capitals: ``Hong Gildong``."""
        surname, given = divmod(rank, len(SYLLABLES) ** 2)
        before, behind = divmod(given, len(SYLLABLES))
        name = f"{SYLLABLES[before]}{self.joint}{SYLLABLES[behind]}"
        parts = (name, SURNAMES[surname]) if self.last else (SURNAMES[surname], name)
        return " ".join(parts).title()

    def _given(self, given: str) -> int | None:
        for first, second in _cuts(given, self.joint):
            before, behind = _SYLLABLES.places.get(first), _SYLLABLES.places.get(second)
            if before is not None and behind is not None:
                return before * len(SYLLABLES) + behind
        return None


def romanised(glue: str, joints: str) -> tuple[Romanised, ...]:
    """Return the forms of such names; ``joints`` are what can stand between syllables, besides nothing."""
    return tuple(Romanised(glue, joint, last) for joint in ("", *joints) for last in (False, True))


def _cuts(text: str, glue: str) -> Iterator[tuple[str, str]]:
    """Cut at each ``glue``, or anywhere where that is empty; the longest first part comes first."""
    end = len(text) if glue else len(text) - 1
    while (end := text.rfind(glue, 0, end) if glue else end) > 0:
        if behind := text[end + len(glue) :]:
            yield text[:end], behind
        end -= not glue
