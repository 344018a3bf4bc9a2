"""The spaces of addresses, version 1: region, names, numbers, each exchanged for another of its kind.

What an address is made of stays: words such as 로, 길, 동, 호 and 아파트, and how long each name and number
is. In the form ``keep_region`` the province, city and district stay too.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from functools import partial

from safeguards.items.kr import address
from safeguards.items.kr.regions_1 import MORE_SYLLABLES, NAMES, REGIONS, SYLLABLES
from safeguards.items.ranks.ladder import Ladder, Space
from safeguards.items.ranks.letters import HANGUL, letter
from safeguards.items.ranks.shape import Choices, Part, literal, shape_of

_REGIONS = (Choices("region", REGIONS), Choices("region's name", NAMES))
_SYLLABLES = (Choices("place", SYLLABLES), Choices("word", MORE_SYLLABLES), Choices("hangul", HANGUL))
_DIGITS = Choices("digits", string.digits)
_FIRST = Choices("first", "123456789")
_KINDS = (
    "아파트|오피스텔|빌딩|타워|빌라|맨션|센터|하우스|상가|주택|병원|학교|마을|번지|번길|대로|거리|지하|호실|"
    "단지|로|길|가|동|리|읍|면|층|호|차|관|실|산"
)
_PIECE = re.compile(
    rf"(?P<stem>[가-힣]*?)(?P<kind>(?:{_KINDS})(?![가-힣]))|(?P<name>[가-힣]+)|(?P<number>[0-9]+)|.",
    re.DOTALL,
)


def _spaces(canonical: str, *, keeps_region: bool = False) -> Iterator[Space]:
    if shape := shape_of(_parts(canonical, keeps_region), str.upper):
        yield shape


def _parts(canonical: str, keeps_region: bool) -> Iterator[Part | None]:
    region, rest = _region(canonical)
    if region is not None:
        yield literal(region[1]) if keeps_region else region
    pieces = list(_PIECE.finditer(rest))
    names = [piece["stem"] or piece["name"] or "" for piece in pieces]
    syllables = _list_of("".join(names))
    for piece, name in zip(pieces, names, strict=True):
        if piece["number"]:
            yield from _number(piece["number"])
        elif name:
            yield from ((syllables, syllable) for syllable in name)
        elif not piece["kind"]:
            yield letter(piece.group())
        if piece["kind"]:
            yield literal(piece["kind"])


def _list_of(syllables: str) -> Choices:
    """Return the first list that has all syllables of an address.

    One list for each name would make the walk long: each new name had to miss the shorter lists.
    """
    return next(choices for choices in _SYLLABLES if all(each in choices.places for each in syllables))


def _region(canonical: str) -> tuple[Part | None, str]:
    """Cut the longest listed region off an address."""
    words = canonical.split(" ")
    for count in (3, 2, 1):
        begin = " ".join(words[:count])
        for choices in _REGIONS:
            if begin in choices.places:
                return (choices, begin), canonical[len(begin) :]
    return None, canonical


def _number(digits: str) -> Iterator[Part]:
    """Keep a zero at a number's beginning, and set none there."""
    yield literal("0") if digits[0] == "0" else (_FIRST, digits[0])
    for digit in digits[1:]:
        yield _DIGITS, digit


_WIDEST = 255
"""What columns of addresses usually hold: what would be longer is no address that somebody has."""


def _longest(characters: int) -> int:
    """Return the length with the shortest region exchanged for the longest."""
    return min(_WIDEST, characters + max(choices.longest - _shortest(choices) for choices in _REGIONS))


def _shortest(choices: Choices) -> int:
    return min(map(len, choices.values))


LADDER = Ladder(address.canonical, _spaces, _longest)
FORMS: Mapping[str, Ladder] = {
    "keep_region": Ladder(address.canonical, partial(_spaces, keeps_region=True), lambda longest: longest)
}
