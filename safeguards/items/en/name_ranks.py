"""The spaces of persons' names in Latin letters, version 1: listed names, then any letters."""

from __future__ import annotations

import string
from collections.abc import Iterator

from safeguards.items.en import name
from safeguards.items.kr.names.romanised import romanised
from safeguards.items.ranks.ladder import Ladder, Space
from safeguards.items.ranks.letters import letter
from safeguards.items.ranks.pairs import Initialled, Pairs
from safeguards.items.ranks.shape import shape_of
from safeguards.items.ranks.strings import strings_like

_ROMANISED = romanised(glue=" ", joints="- ")
_PAIRS = tuple(
    space
    for rare in (False, True)
    for space in (Pairs(" ", rare), Initialled("", rare), Initialled(".", rare))
)


def _spaces(canonical: str) -> Iterator[Space]:
    yield from _ROMANISED
    yield from _PAIRS
    if canonical.isascii() and canonical.isalpha():
        yield strings_like(canonical, "latin", string.ascii_lowercase, str.title)
    elif canonical and (shape := shape_of(map(letter, canonical), str.title)):
        yield shape


_LISTED = max(*(space.longest for space in _ROMANISED), *(space.longest for space in _PAIRS))


def _longest(characters: int) -> int:
    """Return the longest of the lists; of other letters there are as many as there were."""
    return max(_LISTED, characters)


LADDER = Ladder(name.canonical, _spaces, _longest)
