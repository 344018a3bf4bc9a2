"""The spaces of persons' names, version 1: Korean ones first, then Latin ones, then any letters."""

from __future__ import annotations

import string
from collections.abc import Iterator

from safeguards.items.kr import name
from safeguards.items.kr.names import lists_1 as lists
from safeguards.items.kr.names.grid import NameGrid, Reach
from safeguards.items.kr.names.romanised import romanised
from safeguards.items.ranks.ladder import Ladder, Space
from safeguards.items.ranks.letters import HANGUL, letter
from safeguards.items.ranks.pairs import Pairs
from safeguards.items.ranks.shape import shape_of
from safeguards.items.ranks.strings import strings_like

_SURNAMES = (*lists.COMMON, *lists.FAMILIAR, *lists.RARE, *lists.DOUBLE)
_WHOLE = Reach(len(lists.FIRST), len(lists.LAST), len(lists.ALONE))
_REACHES = (
    *[Reach(150, 190, 124)] * len(lists.COMMON),
    *[Reach(100, 115, 70)] * len(lists.FAMILIAR),
    *[Reach(35, 45, 20)] * (len(lists.RARE) + len(lists.DOUBLE)),
)

USUAL = NameGrid("usual", _SURNAMES, _REACHES, lists.FIRST, lists.LAST, lists.ALONE)
"""A million names in which common surnames are common: more than half have one of the first twenty."""

UNUSUAL = NameGrid("unusual", _SURNAMES, (_WHOLE,) * len(_SURNAMES), lists.FIRST, lists.LAST, lists.ALONE)
"""Any listed surname with any listed given name."""

_ROMANISED = romanised(glue="", joints="-")
_PAIRS = (Pairs(glue="", rare=False), Pairs(glue="", rare=True))


def _spaces(canonical: str) -> Iterator[Space]:
    if canonical.isascii():
        yield from _ROMANISED
        yield from _PAIRS
    if canonical.isascii() and canonical.isalpha():
        yield strings_like(canonical, "latin", string.ascii_lowercase, str.title)
    elif canonical:
        if not canonical.isascii():
            yield USUAL
            yield UNUSUAL
            yield strings_like(canonical, "syllables", lists.SYLLABLES)
            yield strings_like(canonical, "hangul", HANGUL)
        if shape := shape_of(map(letter, canonical), str.title):
            yield shape


_LISTED = max(USUAL.longest, *(space.longest for space in _ROMANISED), *(space.longest for space in _PAIRS))


def _longest(characters: int) -> int:
    """Return the longest of the lists; of other letters there are as many as there were."""
    return max(_LISTED, characters)


LADDER = Ladder(name.canonical, _spaces, _longest, (USUAL, UNUSUAL))
