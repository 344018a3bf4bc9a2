"""Education (학력): the value of its label, or a university where somebody's standing follows.

PIPA 2(1). A school alone (its hospital, its letter-head) says nothing of a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.kr.schools import DEGREES, SHORT, STANDING
from safeguards.items.text import settle, squeeze, stars, words

_SHORT = "|".join(sorted(SHORT, key=len, reverse=True))
_SCHOOL = (
    r"(?:[가-힣A-Z]{1,12}(?:대학교|과학기술원|대학원대학교|전문대학|교육대학|사이버대학|"
    rf"대학(?![가-힣]))|{_SHORT}"
    r"|[가-힣]{2,6}대(?= [가-힣]{2,8}(?:학과|공학|학부|학) ?(?:학사|석사|박사|졸업|재학|[1-4]학년)))"
)
_GRADUATE = r"(?: ?[가-힣]{0,8}대학원(?![가-힣]))?"
_DEPARTMENT = (
    r"(?: ?[가-힣A-Za-z·]{0,14}(?:학과|학부|공학부|과|전공|대학|학|[의약법공미음치상교농]대|사범대|"
    r"간호대|경영대)(?:에서|을|를|에)?)?"
)
_LABEL = (
    r"(?:최종\s?학력|학\s{0,8}력|최종\s?학위|학위|출신\s?(?:학교|대학교?)|최종\s?출신교|(?i:education|"
    r"degree))"
)
_LABELLED = re.compile(
    rf"(?<![가-힣])(?P<label>{_LABEL})(?:\s?\([^()\n]{{1,10}}\))?(?P<sign>[ \t]{{0,3}}[:=┃|│▶][ \t]{{0,"
    r"4}|[은는] |[ \t]{1,4})"
    r"(?P<value>[가-힣A-Za-z○][가-힣A-Za-z○0-9·& ]{0,38})"
)
_WHOLE = re.compile(
    rf"(?:{_SCHOOL}{_GRADUATE}(?:{_DEPARTMENT} ?{STANDING}(?: ?(?:과정|졸업|수료|재학|취득|학위|중))?|"
    rf"{_DEPARTMENT})|(?:{DEGREES}))"
)
_FREE = re.compile(
    rf"(?<![가-힣A-Za-z○])(?P<school>{_SCHOOL}{_GRADUATE})(?!병원|부속|총장|총학|측|교수|출판|신문)"
    rf"(?:을|를|에서|에)?(?:,? ?\(?[가-힣A-Za-z·]{{0,8}}(?:캠퍼스|대학)\)?)?{_DEPARTMENT} {{0,"
    rf"2}}[(]?{STANDING}(?!지원|경고|일정|관리|행정|운영|정보)"
)
_SENTENCE = re.compile("(?:을|를|에서) ")
_STUDY = re.compile(
    r"(?<![가-힣A-Za-z○])[가-힣A-Za-z]{2,8}대(?:학교)? [가-힣]{2,8}학 (?:학사|석사|박사)(?![가-힣])"
)
_FIELD = re.compile(rf"(?<=/ ){_SCHOOL}{_DEPARTMENT} (?:졸업|재학|휴학|수료|중퇴)(?= ?(?:[/,\n]|$))")
_SCHOOLED = re.compile(
    r"(?<![가-힣A-Za-z])(?P<school>[가-힣A-Z○]{1,10}(?:고등학교|공고|상고|여고|외고|과학고|예고|"
    r"마이스터고)) ?(?:를 |을 )?(?:졸업|졸(?![가-힣])|중퇴|자퇴)"
)
_COURSE = re.compile(r"(?<![가-힣])[O○]{2}대학교 [가-힣]{2,8}학과 (?:석사|박사)과정")


def canonical(text: str) -> str:
    """Return the words with single spaces, casefolded."""
    return settle(lambda value: squeeze(value).casefold(), text)


def mask(text: str) -> str:
    """Hide all."""
    return stars(text)


def validate(value: str) -> Verdict:
    """Judge by the form: a school, a standing or a degree."""
    whole = _WHOLE.match(squeeze(value))
    return Verdict(0.2, 0.95, "school, standing or degree") if whole else REJECTED


def candidates(text: str) -> Iterator[Candidate]:
    """Yield values of the label, and schools where somebody studied."""
    for found in _LABELLED.finditer(text):
        whole = _WHOLE.match(found["value"])
        if whole and not _SENTENCE.search(whole.group()) and _alone(found["label"], whole.group()):
            yield Candidate(found.start("value"), found.start("value") + whole.end(), 0.93, "value of 학력")
    for rule in (_COURSE, _STUDY, _FIELD):
        for found in rule.finditer(text):
            yield Candidate(*found.span(), 0.87, "course of a university")
    for rule in (_FREE, _SCHOOLED):
        for found in rule.finditer(text):
            yield Candidate(*found.span("school"), 0.85, "school, and what somebody did there")


def _alone(label: str, value: str) -> bool:
    """Say whether the value is whole: behind 학력 (unlike 최종학력) a department is a value of its own."""
    return (
        label.startswith("최종") or re.search("(?:학과|학부|과) ", value) is None or value.startswith("지방")
    )


ITEM = Item(
    id="education",
    entity="EDUCATION",
    name_ko="학력",
    name_en="education",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words("학력, 최종학력, 학위, 출신학교, education, degree"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="PIPA 2(1)",
    validate=validate,
    candidates=candidates,
    column_names=words("학력, 최종학력, 학위, 출신학교, 출신대학, education, degree, school"),
    anchor=r"[가-힣]대 [가-힣]{1,12}[학과부][^가-힣]|[학석박]사|"
    rf"학 {{0,8}}[력위교]|대학|과학기술원|[가-힣][고]? ?졸업|(?:{_SHORT})|[Ee]ducation|[Dd]egree|"
    r"[공상여외과예]고",
)
