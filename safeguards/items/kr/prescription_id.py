"""Prescription number (처방전 번호): the issue number of a prescription, with RX or behind its label.

Medical Service Act 18 and its Enforcement Rule 12 (교부번호). It opens a person's diagnosis and
medicines; whether Act 23 (health) reaches the bare number is open, so the strict reading rules here:
sensitive, encrypted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, spaceless, stars, words

FEWEST_DIGITS = 5
_CODE = r"(?P<code>[A-Za-z0-9]{1,12}(?:[-_/][A-Za-z0-9]{1,12}){0,4})(?![0-9A-Za-z_])(?!-[0-9A-Za-z])"
_LABELLED = re.compile(
    r"(?:처방전?\s?(?:\(?(?:전자|원외|원내)\)?\s?)?(?:발급|발행|교부|접수|조회|관리|식별|고유)?\s?"
    r"(?:번호|코드|(?i:id|no\.?|number))|(?i:prescription (?:no\.?|number|id)|rx ?(?:no\.?|number|id)))"
    rf"[\s:=#|┃│▶▷→은는이가\"']{{0,6}}(?<![A-Za-z0-9]){_CODE}"
)
_MARKED = re.compile(
    r"(?<![0-9A-Za-z_-])(?P<code>R[Xx]-?[0-9]{2,8}(?:-[0-9A-Za-z]{2,10}){1,3}|RX[0-9]{8,14})(?![0-9A-Za-z_-])"
)
_WHOLE = re.compile(r"[A-Za-z0-9]{1,12}(?:[-_/][A-Za-z0-9]{1,12}){0,4}")


def canonical(text: str) -> str:
    """Return the number in upper case without spaces; other text as it is, folded."""
    value = spaceless(text)
    return value.upper() if validate(value) else plain(text)


def mask(text: str) -> str:
    """Keep the last two characters: a prescription number has no common parts."""
    value = canonical(text)
    return "*" * (len(value) - 2) + value[-2:] if validate(value) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by form only; hospitals number as they like."""
    if not _WHOLE.fullmatch(value) or sum(map(str.isdigit, value)) < FEWEST_DIGITS:
        return REJECTED
    if _MARKED.fullmatch(value):
        return Verdict(0.7, 0.97, "number marked RX")
    return Verdict(0.02, 0.9, "letters and digits, as prescriptions are numbered")


def candidates(text: str) -> Iterator[Candidate]:
    """Yield numbers behind a prescription's label, and those marked RX."""
    for rule, score, reason in (
        (_LABELLED, 0.95, "label of a prescription number"),
        (_MARKED, 0.7, "number marked RX"),
    ):
        for found in rule.finditer(text):
            if validate(found["code"]):
                yield Candidate(*found.span("code"), score, reason)


ITEM = Item(
    id="prescription_id",
    entity="PRESCRIPTION_ID",
    name_ko="처방전번호",
    name_en="prescription number",
    legal_class=LegalClass.SENSITIVE,
    role=Role.IDENTIFIER,
    must_encrypt=True,
    context=words(
        "처방전번호, 처방전 번호, 처방번호, 교부번호, 처방전, prescription number, prescription id, rx no"
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="Medical Service Act 18; Enforcement Rule 12; PIPA 23 read strictly",
    validate=validate,
    candidates=candidates,
    column_names=words(
        "처방전번호, 처방번호, 처방전, prescription id, prescription no, prescription number, rx no, rx id"
    ),
    anchor="처방|[Rr][Xx]|[Pp][Rr][Ee][Ss][Cc][Rr][Ii][Pp]",
    zero_first=True,
)
