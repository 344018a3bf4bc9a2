"""Birth date (생년월일): a date that a label or the word 생 makes a person's.

No date is a birth date by itself, so in text a label stands right before it (생년월일, born, ...), 생 right
behind it, or a sex marker beside it. In a column its name decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items import rows
from safeguards.items.dates import calendar_date, is_birth_date, is_short_date, written_date
from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, stars, words

_DATE = (
    r"(?:1[89]|20)[0-9]{2}(?:\s?년\s?|\s?[-./]\s?)[0-9]{1,2}(?:\s?월\s?|\s?[-./]\s?)[0-9]{1,2}(?:\s?일|\.)?"
    r"|(?:19|20)[0-9]{6}"
)
_LABEL = (
    r"생\s{0,4}년\s{0,4}월\s{0,4}일|생년|출생년월일|출생일자?|출생|생일|주민(?:등록)?번호\s?앞자리|"
    r"(?i:date of birth|birth ?date|birthday|d\.?o\.?b\.?|born(?: on)?)"
)
_LABELLED = re.compile(
    rf"(?:{_LABEL})(?:\s?\([^()\n]{{1,12}}\))?(?:은|는|이|가|:|\s|=|-|▶|┃|\||┆|│|,|>|이고|」|\"){{0,12}}"
    rf"(?P<date>(?:{_DATE}|[0-9]{{2}}[./-]?[0-9]{{2}}[./-]?[0-9]{{2}}|(?:19|20)?[0-9]{{2}}년)(?:\s?생)?)(?![0-9])"
)
_BORN = re.compile(
    rf"(?<![0-9])(?P<date>(?:{_DATE}|(?:19|20)?[0-9]{{2}}년)\s?생)(?![가-힣](?<!이)(?<!입)(?<!으)(?<!임)(?<!인))"
)
_SEXED = re.compile(rf"(?:[MF]|남자?|여자?|男|女)\s?[/,·]\s?(?P<date>{_DATE})(?![0-9])")
_cells = rows.finder(
    r"생\s{0,4}년\s{0,4}월\s{0,4}일|생년|출생일|생일|"
    r"(?i:date of birth|birth ?date|birthday|(?<![a-z])dob(?![a-z]))"
)
_CELL = re.compile(rf"(?:{_DATE}|[0-9]{{2}}[./-]?[0-9]{{2}}[./-]?[0-9]{{2}})(?:\s?생)?")
_RULES = (
    (_LABELLED, 0.95, "date behind the label of a birth date"),
    (_BORN, 0.9, "date followed by 생"),
    (_SEXED, 0.7, "date beside a person's sex"),
)


def canonical(text: str) -> str:
    """Return ``YYYY-MM-DD`` where the text is a full date; other text as it is, folded."""
    written = written_date(text)
    return written.isoformat() if written else plain(text)


def mask(text: str) -> str:
    """Keep the year: ``1990-**-**``."""
    written = written_date(text)
    return f"{written.year}-**-**" if written else stars(text)


def validate(value: str) -> Verdict:
    """Judge by the calendar only; what makes the date a birth date stands around it."""
    short = is_short_date(value)
    if not short and not is_birth_date(written_date(value)):
        return REJECTED
    return Verdict(0.05, 0.5 if short else 0.9, "calendar date within a lifetime")


def candidates(text: str) -> Iterator[Candidate]:
    """Yield dates that a label, a heading, 생 or a sex marker makes birth dates."""
    for start, end in _cells(text):
        if _CELL.fullmatch(text, start, end) and _plausible(text[start:end]):
            yield Candidate(start, end, 0.9, "date under the heading of birth dates")
    for rule, score, reason in _RULES:
        for found in rule.finditer(text):
            if _plausible(found["date"]):
                yield Candidate(*found.span("date"), score, reason)


def _plausible(written: str) -> bool:
    bare = re.sub(r"\s?생$", "", written)
    if bare.endswith("년") and len(bare) <= len("1990년"):
        return len(bare) == len("91년") or is_birth_date(calendar_date(int(bare[:-1]), 1, 1))
    digits = re.sub(r"[./-]", "", bare)
    return is_birth_date(written_date(bare)) or (len(digits) == len("910314") and is_short_date(digits))


ITEM = Item(
    id="birth_date",
    entity="BIRTH_DATE",
    name_ko="생년월일",
    name_en="birth date",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words(
        """
        생년월일, 출생일, 출생, 생일, 생년, birth, birthday, born, dob, date of birth
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="PIPA 2(1); ISO 8601",
    validate=validate,
    candidates=candidates,
    column_names=words(
        """
        생년월일, 출생일, 출생일자, 생일, 생년, birth, birthday, birthdate, dob, born
        """
    ),
    anchor=(
        r"생\s{0,4}년|출생|생일|앞자리|[Bb][Ii][Rr][Tt][Hh]|[Dd]\.?[Oo]\.?[Bb]|[Bb][Oo][Rr][Nn]|[0-9년일.]\s?생"
        r"|[MF남여자男女]\s?[/,·]\s?[12][0-9]{3}"
    ),
    zero_first=True,
)
