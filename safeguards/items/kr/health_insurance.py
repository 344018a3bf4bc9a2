"""Health insurance certificate number (건강보험증번호): 1-1234567890.

National Health Insurance Act 12. It is none of the four unique identifiers of PIPA 24, but it opens a
person's medical history; whether Act 23 (health) reaches it is open, so the strict reading rules here:
encrypted.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import labels
from safeguards.items.text import compact, plain, stars, words

_DIGITS = re.compile(r"[1-9][0-9]{10}")
_WRITTEN = re.compile(r"[1-9] ?- ?[0-9]{10}")


def canonical(text: str) -> str:
    """Return eleven ASCII digits without hyphen; other text as it is, folded."""
    digits = compact(text)
    return digits if _DIGITS.fullmatch(digits) else plain(text)


def mask(text: str) -> str:
    """Keep the kind of insurance and the last two digits: ``1-********90``."""
    digits = canonical(text)
    return f"{digits[0]}-********{digits[-2:]}" if _DIGITS.fullmatch(digits) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by form only: the number has no published check digit, so a label decides."""
    if not _DIGITS.fullmatch(compact(value)):
        return REJECTED
    if _WRITTEN.fullmatch(value):
        return Verdict(0.3, 0.97, "form of a health insurance certificate")
    return Verdict(0.0, 0.8, "eleven digits, as a health insurance certificate has")


ITEM = Item(
    id="kr_health_insurance",
    entity="KR_HEALTH_INSURANCE",
    name_ko="건강보험증번호",
    name_en="health insurance number",
    legal_class=LegalClass.SENSITIVE,
    role=Role.IDENTIFIER,
    must_encrypt=True,
    context=words(
        """
        건강보험증번호, 건강보험증, 건강보험번호, 건강보험, 건강보험 가입자번호, 의료보험증번호, 의료보험증,
        의료보험, 보험증번호, 보험증, 증번호, 건보번호, 가입자번호, health insurance number,
        health insurance no, health insurance, insurance card
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="National Health Insurance Act 12; PIPA 23 read strictly",
    validate=validate,
    pattern=r"[1-9] ?- ?[0-9]{10}|[1-9][0-9]{10}",
    column_names=words(
        """
        건강보험증번호, 건강보험증, 건강보험번호, 의료보험증번호, 보험증번호, 건보번호, health insurance no,
        health insurance number, health insurance, nhis no
        """
    ),
    against=(
        *(word for word in labels.CODES if word not in ("접수", "발급번호")),
        *labels.ACCOUNT,
        "전화",
        "연락처",
    ),
    anchor="[1-9] ?- ?[0-9]{10}|[1-9][0-9]{10}",
)
