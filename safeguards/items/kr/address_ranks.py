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
from safeguards.items.ranks.letters import letter
from safeguards.items.ranks.shape import Choices, Part, literal, shape_of

_REGIONS = (Choices("region", REGIONS), Choices("region's name", NAMES))
_SYLLABLES = (Choices("place", SYLLABLES), Choices("word", MORE_SYLLABLES))
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
    for piece in _PIECE.finditer(rest):
        if piece["number"]:
            yield from _number(piece["number"])
        elif name := piece["stem"] or piece["name"]:
            yield from _name(name)
        elif not piece["kind"]:
            yield letter(piece.group())
        if piece["kind"]:
            yield literal(piece["kind"])


def _region(canonical: str) -> tuple[Part | None, str]:
    """Cut the longest listed region off an address."""
    words = canonical.split(" ")
    for count in (3, 2, 1):
        begin = " ".join(words[:count])
        for choices in _REGIONS:
            if begin in choices.places:
                return (choices, begin), canonical[len(begin) :]
    return None, canonical


def _name(name: str) -> Iterator[Part | None]:
    """Take a name's syllables out of the first list that has them all."""
    for choices in _SYLLABLES:
        if all(syllable in choices.places for syllable in name):
            yield from ((choices, syllable) for syllable in name)
            return
    yield from map(letter, name)


def _number(digits: str) -> Iterator[Part]:
    """Keep a zero at a number's beginning, and set none there."""
    yield literal("0") if digits[0] == "0" else (_FIRST, digits[0])
    for digit in digits[1:]:
        yield _DIGITS, digit


LADDER = Ladder(address.canonical, _spaces)
FORMS: Mapping[str, Ladder] = {"keep_region": Ladder(address.canonical, partial(_spaces, keeps_region=True))}
