"""Birth date in English text: a full date behind ``born``, ``DOB``, ``date of birth`` or ``birthday``.

PIPA 2(1). Korean forms, and years alone, are `birth_date`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.dates import is_birth_date, written_date
from safeguards.items.en.dates import DATE, english_date
from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, stars, words

_LABEL = (
    r"(?i:(?<![a-z])(?:date of birth|birth ?date|birth ?day|d\.?o\.?b\.?|b\.|born)(?![a-z]))|생년월일|"
    r"출생일|생일"
)
_LINK = r"(?:[ \t]?\([^()\n]{1,12}\))?(?:[\s:=\-,\"'>|]|is|was|on|(?<=[일])[은는이])"
_BORN = re.compile(
    rf"(?:{_LABEL}){_LINK}{{1,8}}(?P<date>{DATE})(?![0-9A-Za-z])"
    rf"|(?i:(?<![a-z])born (?:in|at) [^0-9\n.;:]{{2,40}}? on )(?P<later>{DATE})(?![0-9A-Za-z])"
)


def canonical(text: str) -> str:
    """Return ``YYYY-MM-DD`` where the text is a full date; other text as it is, folded."""
    written = english_date(text) or written_date(text)
    return written.isoformat() if written else plain(text)


def mask(text: str) -> str:
    """Keep the year: ``1981-**-**``."""
    written = english_date(text) or written_date(text)
    return f"{written.year}-**-**" if written else stars(text)


def validate(value: str) -> Verdict:
    """Judge by the calendar only; what makes the date a birth date stands before it."""
    if not is_birth_date(english_date(value)):
        return REJECTED
    return Verdict(0.05, 0.9, "calendar date within a lifetime")


def candidates(text: str) -> Iterator[Candidate]:
    """Yield dates behind a label of birth."""
    for found in _BORN.finditer(text):
        group = "date" if found["date"] else "later"
        if validate(found[group]):
            yield Candidate(*found.span(group), 0.95, "date behind the label of a birth date")


ITEM = Item(
    id="birth_date_en",
    entity="BIRTH_DATE",
    name_ko="생년월일 (영문 표기)",
    name_en="birth date as English writes it",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words("생년월일, 출생일, birth, birthday, born, dob, date of birth"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="PIPA 2(1)",
    validate=validate,
    candidates=candidates,
    column_names=words("영문생년월일, birth date en, dob en"),
    anchor=r"(?i:birth|d\.?o\.?b|born|b\.)|생년월일|출생일|생일",
)
