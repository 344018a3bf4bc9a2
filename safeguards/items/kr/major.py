"""Major (전공): the value of its label, or a department of a university.

PIPA 2(1). Departments of hospitals (영상의학과) are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.text import settle, squeeze, stars, words

_LABEL = (
    r"(?:(?:주|부|복수|세부|이중|연계|희망)?\s?전\s{0,8}공|학\s{0,8}과|학\s?부(?:/학과)?|학과/전공|"
    r"전공/학과|학과명|전공명|소속\s?학과|(?i:major|department))"
)
_SUBJECT = r"[가-힣A-Za-z·&]{1,14}"
_LABELLED = re.compile(
    rf"(?<![가-힣A-Za-z]){_LABEL}(?:\s?\([^()\n]{{1,10}}\))?(?:[ \t]{{0,3}}[:=┃|│▶][ \t]{{0,4}}|"
    r"[은는] |[ \t]{1,4})"
    rf"(?P<major>{_SUBJECT}(?: [A-Za-z&]{{2,14}}){{0,2}})"
)
_SUFFIX = re.compile(
    r".*(?:학과|학부|공학|전공|과|학|부|예술|디자인|교육|계열|경영|회계|무역|행정|미술|음악|체육|[A-Za-z])"
)
_PARTICLE = re.compile(r"(?:입니다|이며|이고|으로|에서|을|를|이|인|은|는|의|에)$")
_DEPARTMENT = re.compile(
    r"(?<![가-힣A-Za-z])(?P<major>[가-힣A-Za-z·]{1,14}?(?:학과|학부|교육과|공학부))(?![장과])(?!사무|"
    r"가-힣{4})"
    r"(?=[를을에의는은이가와과로]|[ \t]|[\n(),./·:\]\"'~]|[0-9]학년|졸|재학|출신|전공|생|$)"
)
_STUDIED = re.compile(
    r"(?<![가-힣A-Za-z])(?P<major>[가-힣A-Za-z·]{2,12}(?:학|공학|과|영|계|인|육|술|악))(?:을|"
    r"를)? ?전공(?=[)\s,.]|자|생|했|하|으로|이|$)"
)
_DEGREE = re.compile(r"(?<=[대교] )(?P<major>[가-힣]{2,10}학)(?= (?:학사|석사|박사)(?![가-힣]))")
_SHORT = re.compile(
    r"(?<=대 |교 )(?P<major>[가-힣]{1,4}과)(?=를? ?(?:[1-6]학년|졸업|재학|출신|나와|나왔|다니|중퇴|휴학|\())"
    r"|(?<![가-힣])(?P<bare>[가-힣]{1,3}과)(?=를? (?:[1-6]학년|졸업|재학|중퇴))"
)
_CLINIC = re.compile(
    r"(?:[가-힣]{0,4})(?:영상|가정|응급|재활|비뇨|정신건강|진단검사|마취통증|핵|방사선종양|직업환경|"
    r"예방|신경|정신|비뇨기|병리|감염|산업|스포츠|노인|수면|임상)의?학과"
)
_STOP = frozenset(
    words(
        "학과, 학부, 미래창조과학부, 해당학과, 모집학과, 소속학과, 전체학과, 각학과, 타학과, 지원학과,"
        " 희망학과, 대학학과, 학부모, 본학과, 동일학과, 관련학과, 무관, 전공, 사무실, 없음, 자, 분야,"
        " 선택, 지식, 과목, 서적, 필수, 이수, 학점"
    )
)


def canonical(text: str) -> str:
    """Return the words with single spaces, casefolded."""
    return settle(lambda value: squeeze(value).casefold(), text)


def mask(text: str) -> str:
    """Hide all."""
    return stars(text)


def validate(value: str) -> Verdict:
    """Judge by the ending: a department, a school or a science."""
    name = squeeze(value)
    if len(name) > 20 or name in _STOP or _CLINIC.fullmatch(name) or not _SUFFIX.fullmatch(name):
        return REJECTED
    return Verdict(0.3 if name.endswith(("학과", "학부")) else 0.05, 0.9, "name of a department or a science")


def candidates(text: str) -> Iterator[Candidate]:
    """Yield values of the label, and departments."""
    for found in _LABELLED.finditer(text):
        name = found["major"] if validate(found["major"]) else _PARTICLE.sub("", found["major"])
        if validate(name):
            yield Candidate(
                found.start("major"), found.start("major") + len(name), 0.93, "value of 전공 or 학과"
            )
    for rule, score, reason in (
        (_DEPARTMENT, 0.85, "department of a university"),
        (_STUDIED, 0.85, "what somebody studied"),
        (_SHORT, 0.75, "department behind a university"),
        (_DEGREE, 0.8, "science before a degree"),
    ):
        for found in rule.finditer(text):
            name = "bare" if found.groupdict().get("bare") else "major"
            if validate(found[name]):
                yield Candidate(*found.span(name), score, reason)


ITEM = Item(
    id="major",
    entity="MAJOR",
    name_ko="전공",
    name_en="major",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words("전공, 학과, 학부, major, department"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="PIPA 2(1)",
    validate=validate,
    candidates=candidates,
    column_names=words("전공, 학과, 학부, 전공명, 학과명, major"),
    anchor="학 {0,2}[학석박]사|"
    "전 {0,8}공|학 {0,8}[과부]|교육과|과를? (?:[1-6]학|졸업|재학|중퇴)|대 [가-힣]{1,4}과|"
    "교 [가-힣]{1,4}과|[Mm]ajor|[Dd]epartment",
)
