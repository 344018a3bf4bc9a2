"""The spaces of persons' names in Latin letters, version 1: given name and surname, then any letters."""

from __future__ import annotations

import string
from collections.abc import Iterator

from safeguards.items.en import name
from safeguards.items.kr.names.romanised import romanised
from safeguards.items.ranks.ladder import Ladder, Space
from safeguards.items.ranks.letters import letter
from safeguards.items.ranks.pairs import Pairs
from safeguards.items.ranks.shape import shape_of
from safeguards.items.ranks.strings import strings_like

_ROMANISED = romanised(glue=" ", joints="- ")
_PAIRS = Pairs(glue=" ")


def _spaces(canonical: str) -> Iterator[Space]:
    yield from _ROMANISED
    yield _PAIRS
    if canonical.isascii() and canonical.isalpha():
        yield strings_like(canonical, "latin", string.ascii_lowercase, str.title)
    elif canonical and (shape := shape_of(map(letter, canonical), str.title)):
        yield shape


LADDER = Ladder(name.canonical, _spaces)
