"""Age (나이): ``만 47세`` with its 만, ``32세``, ``29살``, and the bare number behind a label or beside a
sex.

Civil Act 158 and the General Act on Public Administration 7-2: since 28 June 2023 an age is counted in
full years, with 만 or without. Ages of groups (19세 이상, 20대) are nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items import rows
from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, stars, words

OLDEST = 120
_WRITTEN = re.compile(r"(?:만\s?)?([0-9]{1,3})(?:\s?[세살])?")
_YEARS = r"(?:만\s?)?[0-9]{1,3}\s?(?:세|살)"
_GROUP = (
    r"(?! ?(?:이상|이하|미만|초과|까지|부터|기[^가-힣]|대[^가-힣]|[~\-–] ?[0-9]|형|용|관람|가 ?관람|"
    r"연령|이내|전후|쯤|안팎))"
)
_FULL = re.compile(
    r"(?<![0-9.,])(?P<age>만\s?[0-9]{1,3}\s?세)(?!기(?![가-힣]))(?! ?(?:미만|이하|초과|까지|가 ?되|부터))"
)
_LABELLED = re.compile(
    r"(?:나\s{0,4}이|연\s{0,4}령|(?i:(?<![A-Za-z])age))(?:\s?\([^()\n]{1,8}\))?[\s:=┃|│▶▷→은는/\-]{1,6}"
    r"(?P<age>(?:만\s?)?[0-9]{1,3}\s?(?:세|살)?)(?![0-9.%]|대)"
)
_BESIDE_SEX = re.compile(
    r"[(\[/,|] ?(?:남성|여성|남자|여자|남|여|男|女|[MF]|(?i:female|male)) ?[/,"
    r"·] ?(?P<age>(?:만\s?)?[0-9]{1,3}\s?[세살]?)(?=[)\],/ ]|$)"
    r"|[(\[] ?(?P<before>(?:만\s?)?[0-9]{1,3}\s?[세살]?) ?[/,·] ?(?:남성|여성|남자|여자|남|여|男|女|"
    r"[MF])(?=[)\],/ ])"
)
_SPOKEN = re.compile(
    rf"(?<![0-9A-Za-z.,~\-–])(?!(?<=[가-힣])[0-9]세)(?P<age>{_YEARS}){_GROUP}(?![기트])(?!대(?![가-힣]))"
)
_NAMED = re.compile(
    r"(?<=[가-힣])\((?P<age>[1-9][0-9])(?:세)?\) ?(?:씨|군|양|옹|할머니|할아버지)(?![가-힣]{2})"
)
_cells = rows.finder(r"나\s{0,4}이(?![가-힣])|연\s{0,4}령(?![가-힣])|(?i:(?<![a-z])age(?![a-z]))")
_RULES = (
    (_FULL, 0.93, "full years with 만"),
    (_LABELLED, 0.95, "number behind 나이"),
    (_BESIDE_SEX, 0.9, "number beside a sex"),
    (_NAMED, 0.85, "number in brackets behind a name"),
    (_SPOKEN, 0.6, "number of years of age"),
)


def canonical(text: str) -> str:
    """Return the years in ASCII digits; other text as it is, folded."""
    years = _years(text)
    return plain(text) if years is None else str(years)


def mask(text: str) -> str:
    """Hide the number."""
    return stars(text) if _years(text) is None else "**세"


def validate(value: str) -> Verdict:
    """Judge by the range; a number alone is no age."""
    years = _years(value)
    if years is None or years > OLDEST:
        return REJECTED
    written = value.strip()[-1] in "세살"
    return Verdict(0.45 if written else 0.02, 0.95, "years of a life")


def _years(text: str) -> int | None:
    found = _WRITTEN.fullmatch(plain(text))
    return int(found.group(1)) if found else None


def candidates(text: str) -> Iterator[Candidate]:
    """Yield ages; those of groups are left out unless they are written with 만."""
    for start, end in _cells(text):
        if validate(text[start:end]):
            yield Candidate(start, end, 0.9, "number under the heading 나이")
    for rule, score, reason in _RULES:
        for found in rule.finditer(text):
            name = "before" if found.groupdict().get("before") else "age"
            if validate(found[name]):
                yield Candidate(*found.span(name), score, reason)


ITEM = Item(
    id="age",
    entity="AGE",
    name_ko="나이",
    name_en="age",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words("나이, 연령, 만, age, years old"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="Civil Act 158; General Act on Public Administration 7-2",
    validate=validate,
    candidates=candidates,
    column_names=words("나이, 연령, 만나이, age"),
    anchor=r"[0-9] {0,2}[세살]|나 {0,4}이[^가-힣]|연 {0,4}령[^가-힣]|[Aa][Gg][Ee][^A-Za-z]|[(\[/,|"
    r"] ?(?:[남여男女MF]|[남여][성자]|[Ff]emale|[Mm]ale) ?[/,·] ?(?:만 ?)?[0-9]|[(\[] ?[0-9]{1,"
    r"3} ?[/,·] ?[남여男女MF]|\([0-9]{2}\) ?[씨군양옹할]",
)
