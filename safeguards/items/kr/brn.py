"""Business registration number (사업자등록번호): 123-45-67890, with a check digit.

Value-Added Tax Act 8 and its Enforcement Decree 12. Tax office, kind of business, serial, check digit. For a
sole trader the number points at a person.
"""

from __future__ import annotations

import re

from safeguards.items.checkdigit import CheckDigit
from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import labels
from safeguards.items.text import compact, plain, stars, words

CHECK = CheckDigit((1, 3, 7, 1, 3, 7, 1, 3, 5), 10, 10, (False,) * 8 + (True,))
LOWEST_OFFICE = 101
_DIGITS = re.compile(r"[0-9]{10}")


def canonical(text: str) -> str:
    """Return ten ASCII digits without hyphens; other text as it is, folded."""
    digits = compact(text)
    return digits if _DIGITS.fullmatch(digits) else plain(text)


def mask(text: str) -> str:
    """Keep office and kind: ``123-45-*****``."""
    digits = canonical(text)
    return f"{digits[:3]}-{digits[3:5]}-*****" if _DIGITS.fullmatch(digits) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by form, office, kind and check digit; one in ten random numbers passes the latter."""
    digits = compact(value)
    if not _DIGITS.fullmatch(digits) or int(digits[:3]) < LOWEST_OFFICE or digits[3:5] == "00":
        return REJECTED
    holds = CHECK.holds(digits)
    if "-" in value:
        if holds:
            return Verdict(0.8, 0.99, "form and check digit of a business number")
        return Verdict(0.3, 0.75, "form of a business number; its check digit fails")
    if holds:
        return Verdict(0.1, 0.9, "ten digits with the check digit of a business number")
    return Verdict(0.0, 0.55, "ten digits; the check digit of a business number fails")


ITEM = Item(
    id="kr_brn",
    entity="KR_BRN",
    name_ko="사업자등록번호",
    name_en="business registration number",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=words(
        """
        사업자등록번호, 사업자번호, 사업자등록증, 사업자등록, 사업자, 개인사업자,
        business registration number, business registration no, business number, brn
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="Value-Added Tax Act 8; Enforcement Decree 12",
    validate=validate,
    pattern=r"[0-9]{3} ?- ?[0-9]{2} ?- ?[0-9]{5}|[0-9]{10}",
    column_names=words(
        """
        사업자등록번호, 사업자번호, 사업자, brn, business registration, business number, business no,
        biz no, bizno, biz reg no
        """
    ),
    against=(*labels.CODES, *labels.ACCOUNT, *labels.HEALTH_INSURANCE, "전화", "연락처", "휴대폰"),
    check_digit=CHECK,
    anchor="[0-9]{3} ?- ?[0-9]{2} ?- ?[0-9]{5}|[0-9]{10}",
)
