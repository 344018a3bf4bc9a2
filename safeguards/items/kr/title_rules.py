"""Rules that find titles: behind a label, beside a name, in brackets, and where somebody works as one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.item import Candidate
from safeguards.items.kr.surnames import COMMON, DOUBLE, RARE
from safeguards.items.kr.title_words import CALLINGS, LABEL_STOP, RANKS, WEAK


def _one_of(titles: set[str]) -> str:
    return "|".join(re.escape(title).replace(r"\ ", " ") for title in sorted(titles, key=len, reverse=True))


_ALL = {*RANKS, *CALLINGS}
_TITLE = _one_of(_ALL)
_BESIDE = _one_of({*RANKS, *(word for word in CALLINGS if " " not in word)})
_ENDS = re.compile(rf"(?:.*[^가-힣])?[가-힣A-Za-z]{{0,8}}(?:{_TITLE})")
_SURNAME = "".join(sorted(COMMON | RARE))
_NAME = rf"(?:[{_SURNAME}][가-힣]{{2}}|(?:{'|'.join(sorted(DOUBLE))})[가-힣]{{1,2}}|[{_SURNAME}][가-힣])"
_LABEL = (
    r"(?:직\s{0,8}위|직\s{0,8}급|직\s{0,8}책|직\s{0,8}업|직\s{0,8}무|직\s{0,8}종|직\s{0,8}함|"
    r"(?i:job title|position|occupation|job))"
)
_FIELD = re.compile(
    rf"(?<![가-힣A-Za-z]){{0}}(?:(?<=지원)|(?<=지원 )|(?<=현재 )|(?<=희망 )|(?<![가-힣A-Za-z]))(?P<label>{_LABEL})"
    r"(?:\s?\([^()\n]{1,10}\))?\s{0,3}(?P<sign>[:=┃|│▶]\s{0,4}|[은는이가] |[ \t]{1,8}|→\s?)"
    r"(?P<title>[가-힣A-Za-z][가-힣A-Za-z&·./ ]{0,29})"
)
_CUT = re.compile(r" ?/ |  +| (?:으로|로) |\.(?:\s|$)|, ")
_PARTICLE = re.compile(r"(?:으로|로서|이며|이고|이다|입니다|이었|였|이었던|로|에서|을|를|이|가|인데|인|은|는|의)$")
_AFTER_NAME = re.compile(
    rf"(?<![가-힣])(?P<name>{_NAME}) ?(?P<title>[가-힣]{{0,4}}?(?:{_BESIDE}))"
    r"(?=[\s)(,.:/·\]\"'~<]|$|님(?!께서는)|에게|께|으로|이[ ,(]|가 |은 |는 |와 |과 |의 |입니다|이며|이고)"
)
_BEFORE_NAME = re.compile(
    rf"(?<![가-힣])(?P<title>(?:[가-힣]{{1,8}}과 )?[가-힣]{{0,6}}?(?:{_BESIDE}))(?P<sign>:? {{1,2}}|: ?)(?P<name>{_NAME})"
    r"(?=[\s)(,./·\]\"'<0-9]|$|님|씨|에게|께|이|가 |은 |는 |의 )"
)
_DOCTOR = re.compile(rf"(?P<title>[가-힣]{{1,8}}과 (?:전문의|당직의|전공의|과장|교수|원장))(?=:? ?{_NAME}(?![가-힣]))")
_BRACKETED = re.compile(
    rf"[(（](?:現 ?|현 ?|[^()\n]{{0,24}}[가-힣A-Za-z0-9](?:팀|부|실|과|센터|본부|지점|그룹|파트|현대[가-힣]+)[, ]+)?"
    rf"(?P<title>(?:[가-힣A-Za-z]{{1,8}} )?[가-힣]{{0,6}}?(?:{_TITLE}))[)）]"
)
_WORKS = re.compile(
    rf"(?<=에서 )(?P<title>(?:[가-힣A-Za-z]{{1,8}} )?[가-힣]{{0,6}}?(?:{_TITLE}))(?=(?:으?로서?|을|를)? ?(?:근무|재직|일하|일했|활동|재임|맡))"
)
_YEARS_OF = re.compile(rf"[0-9]{{1,2}}년 ?차 (?P<title>[가-힣]{{0,6}}?(?:{_TITLE}))(?=인데|이|입|로|으로|$|[\s,.)])")
_EMPLOYER = re.compile(
    rf"(?:직장|근무처|소속)(?:명)?(?:\s?[:(]\s?| )(?P<company>(?:\(주\)|주식회사 )?[가-힣A-Za-z0-9()]{{2,16}} (?:[가-힣A-Za-z0-9]{{2,8}}(?:점|팀|부|지점|본부|센터|과) )?)"
    rf"(?P<title>[가-힣]{{0,6}}?(?:{_TITLE}))(?=[)\s,./]|$)"
)
_APPROVAL = re.compile(r"[^\n]{0,60}(?:전결|대결|협조자|결재)")
ANCHOR = (
    r"직 {0,8}[위급책업무종함]|[Pp]osition|[Oo]ccupation|[Jj]ob"
    rf"|(?:{_one_of({title[-2:] if len(title) > 1 else title for title in _ALL if not title[-1].isascii()})}|MD|PD)[^가-힣]"
    r"|[0-9]년 ?차 "
)


def is_title(text: str) -> bool:
    """Say whether ``text`` is, or ends in, a known title or occupation."""
    return _ENDS.fullmatch(text) is not None


def may_be_title(text: str) -> bool:
    """Say whether ``text`` has the form of a title: one to five words of letters."""
    return re.fullmatch(r"[가-힣A-Za-z&·/.]{2,15}(?: [가-힣A-Za-z&·/.]{1,15}){0,4}", text) is not None


def candidates(text: str) -> Iterator[Candidate]:
    """Yield titles, without the names beside them."""
    yield from _labelled(text)
    for found in _AFTER_NAME.finditer(text):
        yield Candidate(*found.span("title"), _by_name(found["title"], 0.85, before=False), "title behind a name")
    for rule in (_DOCTOR, _BEFORE_NAME):
        for found in rule.finditer(text):
            score = _by_name(found["title"], 0.75 if rule is _BEFORE_NAME else 0.9, before=True)
            if _APPROVAL.match(text, found.end()) and found["title"].endswith("주무관"):
                score = 0.4
            yield Candidate(*found.span("title"), score, "title before a name")
    for rule, score, reason in (
        (_BRACKETED, 0.8, "title in brackets"),
        (_WORKS, 0.85, "what somebody works as"),
        (_YEARS_OF, 0.75, "title with years of service"),
        (_EMPLOYER, 0.8, "title behind an employer"),
    ):
        for found in rule.finditer(text):
            yield Candidate(*found.span("title"), score, reason)


def _by_name(title: str, score: float, *, before: bool) -> float:
    return 0.4 if before and title in WEAK else score


def _labelled(text: str) -> Iterator[Candidate]:
    for found in _FIELD.finditer(text):
        start, end = found.span("title")
        cut = _CUT.search(text, start, end)
        end = cut.start() if cut else end
        field = text[start:end].rstrip(" ./")
        end = start + len(field)
        colon = found["sign"].strip() != "" and found["sign"].strip() not in "은는이가"
        score, length = _judged(field, colon=colon)
        if length:
            yield Candidate(start, start + length, score, "value of a title's label")


def _judged(field: str, *, colon: bool) -> tuple[float, int]:
    if field in LABEL_STOP or not may_be_title(field):
        return 0.0, 0
    if is_title(field):
        return 0.93, len(field)
    bare = _PARTICLE.sub("", field.split("로 ")[0])
    first = _PARTICLE.sub("", field.split(" ")[0])
    for shorter in (bare, first):
        if shorter and is_title(shorter):
            return 0.9, len(shorter)
    return (0.55, len(field)) if colon else (0.0, 0)
