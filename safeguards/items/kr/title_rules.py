"""Rules that find titles: behind a label, beside a name, in brackets, and where somebody works as one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items import rows
from safeguards.items.item import Candidate
from safeguards.items.kr.surnames import COMMON, DOUBLE, RARE
from safeguards.items.kr.title_words import (
    CALLINGS,
    COMPOUND,
    DRAFTERS,
    FAMILY,
    GIVEN_FIRST,
    GIVEN_SECOND,
    LABEL_STOP,
    NO_NAMES,
    NOUNS,
    RANKS,
    UNIFORMED,
    WEAK,
)

_ALL = frozenset({*RANKS, *CALLINGS})
_PHRASES = tuple(sorted((title for title in _ALL if " " in title), key=len, reverse=True))
_SURNAME = "".join(sorted(COMMON | RARE))
_NAME = (
    rf"(?:[{_SURNAME}][{GIVEN_FIRST}][{GIVEN_SECOND}]|(?:{'|'.join(sorted(DOUBLE))})[{GIVEN_FIRST}]["
    rf"{GIVEN_SECOND}])"
)
_PHRASE = "|".join(map(re.escape, _PHRASES))
_WORD = r"[가-힣A-Za-z]{2,12}"
_TITLE = rf"(?:{_PHRASE}|(?:(?:시니어|주니어|수석|책임|선임|총괄) )?{_WORD})"
_LABEL = (
    r"(?:직\s{0,8}위|직\s{0,8}급|직\s{0,8}책|직\s{0,8}업|직\s{0,8}무|직\s{0,8}종|직\s{0,8}함|"
    r"지원\s?분야|지원\s?부문|모집\s?분야|채용\s?분야|(?i:job title|position|occupation|job))"
)
_FIELD = re.compile(
    rf"(?P<label>{_LABEL})(?:/[가-힣]{{2,4}})?(?:\s?\([^()\n]{{1,10}}\))?"
    r"(?P<sign>\s{0,3}[:=┃|│▶][ \t]{0,4}|[은는이가] |[ \t]{1,8}|→\s?)(?P<field>[^\n]{2,50})"
)
_LED_LENGTH = 3
_LED = re.compile(r"(?:^|[^가-힣A-Za-z]|지원 ?|희망 ?|담당)$")
_PARTS = re.compile(r"(?:[^/,()|;→]|\([A-Z]{2,5}\))+")
_PARTICLE = re.compile(
    r"(?:으로써?|로써?|으로서|로서|이며|이고|이다|입니다|이었[가-힣]*|였[가-힣]*|이셨[가-힣]*|이세요|"
    r"이에요|예요|이십니다|에서|에게|을|를|이지만|이라|인데|인|이|가|은|는|의|로)$"
)
_AFTER_NAME = re.compile(
    rf"(?<![가-힣])(?P<name>{_NAME})(?=(?:\s?\([^()\n]{{1,20}}\))? {{1,2}}(?P<title>[가-힣]{{2,"
    r"10})(?=$|[^가-힣]))"
)
_ADDRESSED = re.compile("님[가-힣]{0,3}$")
_UNIT = re.compile(r"(?:[가-힣](?:과|팀|서|대|계|청|소)|육군|해군|공군|해병대?|예비역) ?$")
_UNIT_LENGTH = 4
_DECIDES = re.compile(r" (?:전결|대결)")
_BEFORE_NAME = re.compile(
    rf"(?<![가-힣A-Za-z])(?P<title>[가-힣]{{2,12}})(?: ?: ?| {{1,2}})(?=(?P<name>{_NAME})(?:$|[^가-힣]|"
    r"님|씨|에게|께|이|가 |은 |는 |의 |와 |과 |을 |를 ))"
)
_DOCTOR = re.compile(
    r"(?<![가-힣])(?P<title>[가-힣]{1,8}과 (?:전문의|당직의|전공의|"
    rf"레지던트))(?=:? ?{_NAME}(?![가-힣])|$|[\s)])"
)
_BRACKETED = re.compile(
    r"\((?:現 ?|현 ?|[^()\n]{1,24}?(?:팀|부|실|과|센터|본부|지점|그룹|파트|국|처|[0-9A-Za-z])[, ]{1,2})?"
    rf"(?P<title>{_TITLE})\)"
)
_LISTED = re.compile(rf"(?:팀|부|실|과|센터|본부|지점|그룹|파트) ?[,/·] ?(?P<title>{_WORD})(?= ?[,)/\n]|$)")
_WORKS = re.compile(
    rf"(?<=에서 )(?P<title>(?:[가-힣A-Za-z]{{2,8}} )?{_WORD}?)(?=(?:으?로서?|을|를) ?(?:근무|재직|일하|"
    r"일했|활동|재임|맡|종사))"
)
_UNIT_OF = re.compile(
    r"(?<=[가-힣A-Za-z0-9])(?:팀|(?<!정)부|실|본부|센터| ?파트|지점|본점|그룹|약국|병원|"
    rf"의원) (?P<title>{_WORD})(?=$|[^가-힣A-Za-z])"
)
_BECOMES = re.compile(r"(?:승진|임명|임용|선임|발령|내정|취임|승격|위촉|재직)(?!일|자|식|률)")
_BECOMING = re.compile(
    rf"(?<![가-힣A-Za-z])(?P<title>최고[가-힣]{{2,6}}책임자(?:\([A-Z]{{3,4}}\))?|{_WORD}?)(?:으로|로)? $"
)
_BECOMING_REACH = 24
_NOW = re.compile(rf"현재 (?P<title>(?:[가-힣A-Za-z]{{2,8}} )?{_WORD}?)(?=(?:으로|로) ?(?:근무|재직|일하))")
_ACCUSED = re.compile(rf"(?<=\)), (?P<title>{_WORD})(?=$|\n|, )")
_YEARS_OF = re.compile(rf"[0-9]{{1,2}}년 ?차 (?P<title>{_TITLE})(?=$|[^가-힣A-Za-z])")
_EMPLOYER = re.compile(
    r"(?:직장|근무처|근무지|회사)(?:명)?(?:\s?[:(]\s?| )(?:\(주\)|주식회사 ?|㈜)?[가-힣A-Za-z0-9&()]{2,16}"
    rf" (?:[가-힣A-Za-z0-9]{{1,8}}(?:점|팀|부|지점|본부|센터|과|실) )?(?P<title>{_WORD})(?=[)\s,./]|$)"
)
_cells = rows.finder(rf"(?<![가-힣]){_LABEL}(?![가-힣])")
_APPROVAL = re.compile(r"[^\n]{0,60}(?:전결|대결|협조자|결재)")
_CHIEF = re.compile(r"최고[가-힣]{2,6}책임자(?:\([A-Z]{3,4}\))?|C[EFTIOMPS][OS]?O")
_DEPARTMENT = re.compile(r".*(?:팀|부|실|과|본부|지점|파트|그룹|연구소|공장|국|처)$")
_MANY = 3
_SHORTEST_NAME = 3
_TAIL = re.compile(r" ?(?:겸직|겸임|대우|재직(?:중| 중)?|근무(?:중| 중)?|퇴직|휴직(?:중| 중)?)$")
_LAST = sorted(
    {title[-2:] for title in _ALL if "가" <= title[-1] <= "힣"} | {title[-2:] for title in COMPOUND}
)
ANCHOR = (
    r"직 {0,8}[위급책업무종함]|[Pp][Oo][Ss][Ii][Tt][Ii][Oo][Nn]|[Oo]ccupation|[Jj][Oo][Bb]"
    rf"|(?:{'|'.join(_LAST)}|MD|PD)(?:[^가-힣]|$|[가인이으로을를님])"
)


def is_title(text: str) -> bool:
    """Say whether ``text`` is a known title or occupation, or ends in one that makes compounds (인사팀장)."""
    if text in _ALL or not text.strip():
        return text in _ALL
    last = text.rsplit(" ", 1)[-1]
    if last in _ALL - NOUNS:
        return True
    name = len(last) <= _SHORTEST_NAME and last[0] in COMMON
    return len(last) > 2 and last.endswith(COMPOUND) and not last.endswith(FAMILY) and not name


def may_be_title(text: str) -> bool:
    """Say whether ``text`` has the form of a title: one to five words of letters."""
    return re.fullmatch(r"[가-힣A-Za-z&·/.()]{2,18}(?: [가-힣A-Za-z&·/.]{1,15}){0,4}", text) is not None


def candidates(text: str) -> Iterator[Candidate]:
    """Yield titles, without the names beside them."""
    yield from _labelled(text)
    yield from _beside(text)
    yield from _becoming(text)
    for start, end in _cells(text):
        title, skipped = _title_in(text[start:end].strip())
        if title:
            yield Candidate(
                start + skipped, start + skipped + len(title), 0.9, "value under the heading of titles"
            )
    for rule, score, reason in (
        (_DOCTOR, 0.9, "physician's specialty"),
        (_BRACKETED, 0.8, "title in brackets"),
        (_LISTED, 0.8, "title behind a department"),
        (_UNIT_OF, 0.8, "title behind a department"),
        (_NOW, 0.9, "what somebody works as"),
        (_ACCUSED, 0.75, "occupation behind a person's number"),
        (_WORKS, 0.85, "what somebody works as"),
        (_YEARS_OF, 0.75, "title with years of service"),
        (_EMPLOYER, 0.8, "title behind an employer"),
    ):
        for found in rule.finditer(text):
            title = "" if found["title"].endswith(("을", "를")) else _trimmed(found["title"])
            certain = rule in (_WORKS, _ACCUSED, _NOW) or title not in WEAK
            if title and certain and not _DECIDES.match(text, found.end()):
                yield Candidate(found.start("title"), found.start("title") + len(title), score, reason)


def _becoming(text: str) -> Iterator[Candidate]:
    for found in _BECOMES.finditer(text):
        words = _BECOMING.search(text, max(0, found.start() - _BECOMING_REACH), found.start())
        title = _trimmed(words["title"]) if words and not words["title"].endswith(("을", "를")) else ""
        if words and title:
            start = words.start("title")
            yield Candidate(start, start + len(title), 0.8, "what somebody becomes")


def _beside(text: str) -> Iterator[Candidate]:
    for found in _AFTER_NAME.finditer(text):
        title = _trimmed(_ADDRESSED.sub("", found["title"]))
        if (
            title
            and title not in NOUNS
            and found["name"] not in NO_NAMES
            and not _DECIDES.match(text, found.end("title"))
        ):
            yield Candidate(
                found.start("title"), found.start("title") + len(title), 0.9, "title behind a name"
            )
    for found in _BEFORE_NAME.finditer(text):
        title = found["title"]
        unit = _UNIT.search(text, max(0, found.start() - _UNIT_LENGTH), found.start()) is not None
        ranked = title in UNIFORMED and unit
        if is_title(title) and (ranked or title not in NOUNS) and found["name"] not in NO_NAMES:
            weak = (
                title in WEAK
                or title.endswith("담당자")
                or (title in DRAFTERS and _APPROVAL.match(text, found.end()))
            )
            score = 0.5 if title == "대표이사" else 0.4 if weak and not ranked else 0.8
            yield Candidate(*found.span("title"), score, "title before a name")


def _trimmed(words: str, *, labelled: bool = False) -> str:
    """Return the title at the end of ``words``, particles cut; empty where there is none."""
    if _CHIEF.fullmatch(words):
        return words
    for text in (words, _PARTICLE.sub("", words)):
        if words.endswith(FAMILY):
            return ""
        if is_title(text) and (labelled or text.split(" ")[0] not in NOUNS):
            return text
    return ""


def _labelled(text: str) -> Iterator[Candidate]:
    for found in _FIELD.finditer(text):
        if not _LED.search(text, max(0, found.start() - _LED_LENGTH), found.start()) and found.start():
            continue
        sign = found["sign"].strip()
        certain = sign != "" and sign not in "은는이가"
        for score, start, end in _parts(found["field"], certain=certain):
            begin = found.start("field")
            yield Candidate(begin + start, begin + end, score, "value of a title's label")


def _parts(field: str, *, certain: bool) -> Iterator[tuple[float, int, int]]:
    """Yield the best part of a field: a known title, else the first words where the label is certain."""
    head = re.split(r"(?<=[^ ]) {2,}|\t|\. |, (?=[가-힣]+:)", field, maxsplit=1)[0]
    parts = [(part.start(), part.group()) for part in _PARTS.finditer(head)]
    spans = [(begin + len(part) - len(part.lstrip()), part.strip(" .)'\"")) for begin, part in parts]
    bracket = head.find("(")
    if certain and bracket >= 0 and len(spans) > 1:
        spans.sort(key=lambda span: span[0] < bracket)
    for begin, words in spans[: 3 if certain else 1]:
        title, skipped = _title_in(words)
        if title and title not in LABEL_STOP and title not in ("학생", "대학생"):
            yield 0.93 if certain else 0.88, begin + skipped, begin + skipped + len(title)
            return
    if certain and spans and spans[0][1] not in LABEL_STOP and _unknown_title(spans[0][1], head):
        yield 0.55, spans[0][0], spans[0][0] + len(spans[0][1])


def _title_in(words: str) -> tuple[str, int]:
    bare = _TAIL.sub("", words)
    whole = _trimmed(bare, labelled=True)
    if whole and may_be_title(whole):
        parts = whole.split(" ")
        if whole not in _ALL and len(parts) > 1 and (len(parts) >= _MANY or _DEPARTMENT.fullmatch(parts[0])):
            return parts[-1], len(whole) - len(parts[-1])
        return whole, 0
    first = _trimmed(words.split(" ")[0], labelled=True)
    follows = words[len(words.split(" ")[0]) :].lstrip()
    return (first, 0) if first and not follows.startswith(("및", "또는")) else ("", 0)


def _unknown_title(words: str, head: str) -> bool:
    return (
        may_be_title(words)
        and len(words) <= 14
        and not words.endswith(("업", "팀", "학생"))
        and "~" not in head
    )
