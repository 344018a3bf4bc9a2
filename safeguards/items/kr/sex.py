"""Sex (성별): a label's value, or the marker beside an age or a name in brackets.

PIPA 2(1); not among the sensitive data of Act 23 by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items import rows
from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, stars, words

_SEXES = {
    **dict.fromkeys(("남", "남자", "남성", "男", "m", "male", "man"), "M"),
    **dict.fromkeys(("여", "여자", "여성", "女", "f", "female", "woman"), "F"),
}
_VALUE = r"(?P<sex>남성|여성|남자|여자|남|여|男|女|(?i:female|male)|[MF])"
_AGE = r"(?:만 ?)?[0-9]{1,3} ?[세살]?"
_LABELLED = re.compile(
    rf"(?:성\s{{0,4}}별|(?i:(?<![A-Za-z])(?:sex|gender)))[\s:=┃|│▶▷→은는/\-]{{1,6}}{_VALUE}(?![가-힣A-Za-z/])"
)
_BESIDE_AGE = re.compile(
    rf"[(\[/,|] ?{_VALUE} ?[/,·] ?{_AGE}(?=[)\],/ ]|$)|(?:만 ?[0-9]{{1,3}} ?세|\([0-9]{{1,3}} ?[·,"
    r"/]) ?(?P<after>남성|여성|남자|여자|남|여)(?=[)\]., ]|$)"
)
_BRACKETED = re.compile(r"(?<=[가-힣A-Za-z]) ?\((?P<sex>남|여|男|女|M|F)\)")
_cells = rows.finder(r"성\s{0,4}별|(?i:(?<![a-z])(?:sex|gender)(?![a-z]))")
_RULES = (
    (_LABELLED, 0.95, "value of 성별"),
    (_BESIDE_AGE, 0.85, "sex beside an age"),
    (_BRACKETED, 0.6, "sex in brackets"),
)


def canonical(text: str) -> str:
    """Return ``M`` or ``F``; other text as it is, folded."""
    value = plain(text)
    return _SEXES.get(value.casefold(), value)


def mask(text: str) -> str:
    """Hide all."""
    return stars(text)


def validate(value: str) -> Verdict:
    """Judge by the words; a lone letter is nothing by itself."""
    return Verdict(0.05, 0.95, "word for a sex") if plain(value).casefold() in _SEXES else REJECTED


def candidates(text: str) -> Iterator[Candidate]:
    """Yield sexes that a label, an age or brackets show."""
    for rule, score, reason in _RULES:
        for found in rule.finditer(text):
            name = "sex" if found["sex"] else "after"
            yield Candidate(*found.span(name), score, reason)
    for start, end in _cells(text):
        if validate(text[start:end]):
            yield Candidate(start, end, 0.9, "value under the heading 성별")


ITEM = Item(
    id="sex",
    entity="SEX",
    name_ko="성별",
    name_en="sex",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words("성별, sex, gender"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="PIPA 2(1)",
    validate=validate,
    candidates=candidates,
    column_names=words("성별, sex, gender"),
    anchor=r"성 {0,4}별|[Ss][Ee][Xx]|[Gg][Ee][Nn][Dd][Ee][Rr]|[(\[/,|] ?(?:[남여男女MF]|[Ff]emale|"
    r"[Mm]ale)|[0-9] ?[세·,/] ?[남여]",
)
