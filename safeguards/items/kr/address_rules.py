"""Rules that find Korean addresses in text: region, road or lot, number, then building, floor and unit.

Road Name Address Act 7 and Enforcement Decree 6 (order of the parts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.item import Candidate
from safeguards.items.kr.regions import DISTRICTS, PROVINCES, SHORT


def _one_of(names: frozenset[str] | tuple[str, ...]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_PROVINCE = _one_of((*PROVINCES, *SHORT))
_DISTRICT = _one_of(DISTRICTS)
_FULL = _one_of(tuple(PROVINCES))
_REGION = (
    rf"(?:(?:(?:{_FULL}) {{0,2}}|(?:{_one_of(SHORT)}) {{1,2}})(?:(?:{_DISTRICT}) {{0,2}}){{0,2}}"
    rf"|(?:{_DISTRICT}) {{0,2}}(?:(?:{_DISTRICT}) {{0,2}})?)"
)
_TOWN = r"(?:[가-힣]{1,6}[0-9]{0,2}[읍면] {1,2})?"
_ROAD = r"[가-힣A-Za-z0-9·.]{1,15}(?:로|길|거리|가)(?: ?[0-9]{1,4}(?:번|가|나|다|라|마|바|사|아)?길)?"
_LOT = r"[가-힣·]{1,7}(?:[0-9]{1,2}(?:동|가|리)|동|리|읍|면|로[0-9]가|동[0-9]가|가)"
_NUMBER = (
    r"(?:지하 ?)?(?:산 ?)?[0-9]{1,5}(?:-[0-9]{1,4})?(?:번지)?"
    r"(?![0-9]|(?:번?길|로|거리|가) ?(?:[0-9]|지하|산))"
)
_UNIT = (
    r"(?:(?:지하 ?|B|제)?[0-9]{1,4}(?:동|층|호실?|단지|차|관)|제?[A-Z가나다라마바](?:동|관|룸|호)|"
    r"[1-9][0-9]{0,3}-[0-9]{1,4}(?!-)|(?:반지하|옥탑방?|지층|별관|본관|신관|지하)(?![가-힣0-9]))(?![0-9])"
)
_END = (
    r"(?=$|[^가-힣]|(?:이며|이고|입니다|이에요|인데|에서|으로|까지|에|의|은|는|을|를|이|가|로)(?:$|[^가-힣]))"
)
_NAME = r"[가-힣A-Za-z0-9&·'○-]{1,15}"
_KIND = (
    r"아파트|빌라|빌|빌딩|타워|오피스텔|센터|청사|하우스|파크|캐슬|맨션|마을|상가|리조트|호텔|병원|학교|기숙사|원룸|주택|"
    r"플라자|스퀘어|더샵|자이|래미안|푸르지오|힐스테이트|아이파크|국세청|경찰청|관세청|병무청|조달청|통계청|시청|구청|군청"
)
_BUILDING = rf"{_NAME}(?: {_NAME}){{0,2}}?(?= {_UNIT})|(?:[가-힣A-Za-z0-9·○]{{0,12}}(?:{_KIND})){_END}"
_QUARTER = r" ?\([가-힣0-9·]{1,10}(?:동|리|가|읍|면|마을)(?:[0-9]가)?(?:, ?[가-힣A-Za-z0-9 ·-]{1,24})?\)"
_PLACE = r" (?:(?:앞|인근|옆|주차장) (?:교차로|진입로|삼거리|사거리|도로)|노상|일원(?! [가-힣]{2}))"
_ADDRESS = re.compile(
    rf"{_REGION}(?:{_TOWN}(?:{_LOT}|{_ROAD}) ?{_NUMBER}|{_TOWN.rstrip('?')}{_NUMBER})"
    rf"(?:,? (?:{_UNIT}|{_BUILDING})){{0,5}}(?:{_QUARTER})?(?:{_PLACE})?"
)
_ANCHOR = re.compile(rf"(?<![가-힣])(?:(?:{_PROVINCE}|{_DISTRICT}) |(?:{_FULL})(?=(?:{_DISTRICT})))")
_LABELLED = re.compile(
    r"(?<![가-힣])(?:(?:집|자택|현|도로명|지번|사업장|배송|본사|회사)? ?주소지?|"
    r"거주지|소재지|배송지|본점|(?i:address))"
    r"(?:\s?\([^()\n]{1,10}\))?[ \t]{0,3}(?:[:=┃|▶]|[은는])[ \t]{0,3}"
    rf"(?P<address>{_TOWN}(?:{_LOT}|{_ROAD}) ?{_NUMBER}(?:,? (?:{_UNIT}|{_BUILDING})){{0,5}}(?:{_QUARTER})?)"
)
_PARTS = "[가-힣A-Za-z0-9·. ]{0,60}[동가리읍면로길] {0,2}(?:지하 ?)?(?:산 ?)?[0-9]"
ANCHOR = (
    rf"(?<![가-힣])(?:(?:{_PROVINCE}|{_DISTRICT}) |(?:{_FULL})){_PARTS}"
    rf"|(?:주 ?소|거주지|소재지|배송지|본점|[Aa][Dd][Dd][Rr][Ee][Ss][Ss])[^\n]{{0,30}}{_PARTS}"
)
"""Without it no text holds an address."""

_DETAIL = re.compile(_UNIT)
SCORE = 0.9
SCORE_WITHOUT_REGION = 0.75
SCORE_WITH_UNIT = 0.95


def is_district(word: str, *, first: bool) -> bool:
    """Say whether ``word`` is a province (at the beginning of an address), city, county or district."""
    return word in DISTRICTS or (first and (word in PROVINCES or word in SHORT))


def candidates(text: str) -> Iterator[Candidate]:
    """Yield addresses that have a number and begin with a region, or with road or lot behind a label."""
    position = 0
    while anchor := _ANCHOR.search(text, position):
        found = _ADDRESS.match(text, anchor.start())
        position = found.end() if found else anchor.end() - 1
        if found:
            has_unit = _DETAIL.search(text, anchor.end(), found.end()) is not None
            yield Candidate(
                *found.span(), SCORE_WITH_UNIT if has_unit else SCORE, "region, road or lot, and number"
            )
    for found in _LABELLED.finditer(text):
        yield Candidate(*found.span("address"), SCORE_WITHOUT_REGION, "label, road or lot, and number")
