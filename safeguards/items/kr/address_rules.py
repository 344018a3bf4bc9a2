"""Rules that find Korean addresses in text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.item import Candidate
from safeguards.items.kr.regions import PROVINCES, SHORT

_PROVINCE = "|".join(sorted((*PROVINCES, *SHORT), key=len, reverse=True))
_DISTRICT = r"[가-힣]{1,5}[시군구]"
_TOWN = r"[가-힣]{1,6}(?:[0-9]{1,2})?[읍면]"
_ROAD = r"[가-힣A-Za-z0-9·]{1,15}(?:로|길)(?: ?[0-9]{1,4}(?:번|가|나|다|라)?길)?"
_LOT = r"[가-힣]{1,6}[0-9]{0,2}(?:동|리|가)(?:[0-9]가)?"
_NUMBER = r"(?:지하 ?)?(?:산 ?)?[0-9]{1,5}(?:-[0-9]{1,4})?(?:번지)?"
_UNIT = (
    r"(?:,? ?(?:[가-힣A-Za-z0-9()·&-]{0,20}?(?:아파트|빌라|오피스텔|타워|빌딩|센터|"
    r"하이츠|청사|[0-9]동|[A-Z가나다라]동|[0-9]차|[0-9]단지|층|[0-9]호|[0-9]호실)))"
)
_ADDRESS = re.compile(
    rf"(?:(?:{_PROVINCE}) {{1,2}})?(?:{_DISTRICT} ){{0,3}}(?:{_TOWN} )?"
    rf"(?:{_ROAD}|{_LOT}) ?{_NUMBER}{_UNIT}{{0,5}}"
)
_FIRST = re.compile(rf"(?:{_PROVINCE})")
_ANCHOR = re.compile(rf"(?<![가-힣])(?:{_PROVINCE}|{_DISTRICT}) ")


def is_district(word: str, *, first: bool) -> bool:
    """Say whether ``word`` is a province, city, county or district."""
    if first and _FIRST.fullmatch(word):
        return True
    return re.fullmatch(_DISTRICT, word) is not None


def candidates(text: str) -> Iterator[Candidate]:
    """Yield addresses that begin with a province, city, county or district and have a number."""
    position = 0
    while anchor := _ANCHOR.search(text, position):
        found = _ADDRESS.match(text, anchor.start())
        position = anchor.end()
        if found and found.end() > anchor.end():
            position = found.end()
            yield Candidate(*found.span(), 0.9, "district, road or lot, and number")
