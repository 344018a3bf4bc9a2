"""The spaces of addresses, version 1: region, names, numbers, each exchanged for another of its kind.

What an address is made of stays: words such as 로, 길, 동, 호 and 아파트, and how long each name and number
is. In the form ``keep_region`` the province, city and district stay too, as they are spelled; a postal code
before them is exchanged, and an address whose region cannot be read has no space.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from functools import partial

from safeguards.items.kr import address
from safeguards.items.kr.regions import region_within
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
_DIGIT_RUNS = re.compile(r"[0-9]+|[^0-9]+")
_REGIONLESS = (
    'has an address that begins with no province and district that are known, so that form="keep_region" '
    "has no region to keep"
)


def _spaces(canonical: str, *, keeps_region: bool = False) -> Iterator[Space]:
    if shape := shape_of(_parts(canonical, keeps_region), str.upper):
        yield shape


def _parts(canonical: str, keeps_region: bool) -> Iterator[Part | None]:
    if not keeps_region:
        region, rest = _region(canonical)
        yield from (region,) if region is not None else ()
    elif kept := _kept(canonical):
        yield from _before(canonical[: kept[0]])
        yield literal(canonical[slice(*kept)])
        rest = canonical[kept[1] :]
    else:
        yield None
        return
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


def _before(text: str) -> Iterator[Part]:
    """Exchange the postal code, keep what else stands before a region: the country, 우, brackets."""
    for piece in _DIGIT_RUNS.findall(text):
        yield from _number(piece) if piece.isdigit() else (literal(piece),)


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


def _kept(canonical: str) -> tuple[int, int] | None:
    """Return where the region begins and ends: the longer of the listed one and the one that is read."""
    region, rest = _region(canonical)
    listed = (0, len(canonical) - len(rest)) if region is not None else None
    if region is not None and _listed_by_its_short_name(region[1], rest):
        listed = None  # 광주시 북구 lies in 광주, not in the city of that name.
    read = region_within(canonical)
    if read is not None:
        read = read[0], read[1] + _ward(canonical[slice(*read)], canonical[read[1] :])
    return max((each for each in (listed, read) if each), key=lambda each: each[1], default=None)


def _listed_by_its_short_name(region: str, rest: str) -> bool:
    return any(f"{region.removesuffix('시')} {word}" in _REGIONS[0].places for word in rest.split(" ")[1:2])


def _ward(region: str, rest: str) -> int:
    """Return how many characters a city's own district takes behind it, such as 영통구 behind 경기 수원시."""
    for name in NAMES:
        city, _, ward = name.partition(" ")
        if ward and region.endswith(city) and (found := re.match(rf" ?{ward}(?= |$|[가-힣])", rest)):
            return found.end()
    return 0


def _unread(canonical: str) -> str | None:
    return None if _kept(canonical) else _REGIONLESS


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
    "keep_region": Ladder(
        address.canonical, partial(_spaces, keeps_region=True), lambda longest: longest, unfit=_unread
    )
}
