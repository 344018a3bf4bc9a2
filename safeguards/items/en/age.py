"""Age in English text: the number, where ``years old``, ``aged``, ``turned`` or a label makes it a
person's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, stars, words

_OLDEST = 120
_THINGS = (
    "compan|business|firm|start-?up|building|house|home|car|truck|whisk|wine|scotch|brandy|rum|port|tradition|bridge|bug|"
    "contract|record|tree|software|church|system|ship|law|rule|case|mystery|institution|organi[sz]ation|brand|site|"
    "technolog|infrastructure|facilit|plant|train|plane|computer|laptop|server|code|project|dispute|agreement|temple"
)
_NUMBER = r"(?P<age>[0-9]{1,3})"
_OLD = r"(?:[ -]?(?:years?|yrs?\.?)[ -](?:old|of age)|[ -]?y\.?/o\.?|[ -]?y\.?o\.?|-year-old)"
_CLOSED = (
    r"(?=[.,;!?)\"'\s]|$)(?! ?(?:%|per ?cent|degrees|minutes|hours|days|weeks|months|times|points|"
    r"dollars|euros|km|miles|pages|of|people))"
)
_RULES = (
    (
        re.compile(rf"(?<![0-9A-Za-z.,$#\-]){_NUMBER}(?i:{_OLD})(?![A-Za-z])(?![ -](?i:{_THINGS}))"),
        0.93,
        "number of years before 'old'",
    ),
    (re.compile(
        rf"(?i:(?<![a-z])(?:at |to |by |until |reached )?(?:the |an )?age of )"
        rf"{_NUMBER}(?![0-9A-Za-z.%]|,[0-9])"
    ), 0.9, "behind 'age of'"),
    (re.compile(
        rf"(?i:(?<![a-z])aged? ?[:=] ?|(?<![a-z])aged? (?:is )?){_NUMBER}(?![0-9A-Za-z%\-]|"
        rf"[.,][0-9]| (?i:months|weeks|days|hours))"
    ), 0.85, "behind 'age'"),
    (re.compile(
        rf"(?i:(?<![a-z])(?:just |recently |has |have |had |i'll |will |'ll )(?:just )?turn(?:ed)? "
        rf"|(?<![a-z])(?:turning|turned) ){_NUMBER}(?![0-9A-Za-z%:]|[.,][0-9]){_CLOSED}"
    ), 0.85, "behind 'turned'"),
    (re.compile(
        rf"(?i:(?<![a-z])when (?:he|she|i|they|[a-z]+) (?:was|were|is|am|are|turned) "
        rf"){_NUMBER}(?![0-9A-Za-z%:]|[.,][0-9])"
        rf"{_CLOSED}"
    ), 0.85, "behind 'when somebody was'"),
    (re.compile(
        rf"(?<![A-Za-z])(?:I'm|i'm|I am|i am|I’m) {_NUMBER}"
        r"(?![0-9A-Za-z%:/\-]|[.,][0-9])(?=[.,;!]|$| and | years)"
    ), 0.75, "behind 'I am'"),
)  # fmt: skip


def canonical(text: str) -> str:
    """Return the number of years; other text as it is, folded."""
    years = re.sub(rf"(?i){_OLD}$", "", plain(text))
    return str(int(years)) if re.fullmatch(r"[0-9]{1,3}", years) else plain(text)


def mask(text: str) -> str:
    """Hide the whole value."""
    return stars(text)


def validate(value: str) -> Verdict:
    """Judge by the span of a life; a number is an age only where a word says so."""
    years = canonical(value)
    if not (years.isascii() and years.isdigit() and 0 < int(years) <= _OLDEST):
        return REJECTED
    return Verdict(0.02, 0.8, "number of years within a lifetime")


def candidates(text: str) -> Iterator[Candidate]:
    """Yield numbers that words around them make ages."""
    for rule, score, reason in _RULES:
        for found in rule.finditer(text):
            if 0 < int(found["age"]) <= _OLDEST:
                yield Candidate(*found.span("age"), score, reason)


ITEM = Item(
    id="age_en",
    entity="AGE",
    name_ko="나이 (영문 표기)",
    name_en="age as English writes it",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words("나이, 연령, age, aged, years old"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="PIPA 2(1)",
    validate=validate,
    candidates=candidates,
    column_names=words("만나이(영문), age years, age in years"),
    anchor=r"[0-9][ \-]?[Yy]|(?i:age|turn|i['’]m |i am |when )",
)
