"""Corporate registration number (법인등록번호): 130111-0006246, with a check digit.

Commercial Registration Rule and the rule on registration numbers of corporations (법인등록번호): registry
office (4 digits), kind of corporation (2), serial and check digit (7). Companies registered since 31
January 2025 are said to carry seven serial digits without a check digit, which could not be read at the
source: so the digit confirms and never rejects. A corporation is no person, but a company of one points
at its owner.
"""

from __future__ import annotations

import re

from safeguards.items.checkdigit import EAN13, CheckDigit
from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import labels
from safeguards.items.text import compact, plain, stars, words

CHECK = CheckDigit((1, 2) * 6, 10, 10)
OFFICES = range(11, 30)
"""First two digits of a registry office: the district court it belongs to (11 Seoul to 28 and later
Sejong).
"""

KINDS = frozenset(
    words(
        """
        11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 38, 39, 41, 42, 43, 44, 45, 46, 47, 48, 49
        51, 52, 61, 71, 81, 82, 83, 84, 85, 86
        """
    )
)
"""Kinds: 11 stock, 12 general, 13 limited partnership, 14 limited, 15 limited liability company; 21
association, 22 foundation; 31 and on corporations under special acts; 81 and on foreign ones.
"""

_DIGITS = re.compile(r"[0-9]{13}")


def canonical(text: str) -> str:
    """Return thirteen ASCII digits without hyphen; other text as it is, folded."""
    digits = compact(text)
    return digits if _DIGITS.fullmatch(digits) else plain(text)


def mask(text: str) -> str:
    """Keep office and kind: ``130111-*******``."""
    digits = canonical(text)
    return f"{digits[:6]}-*******" if _DIGITS.fullmatch(digits) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by form, office, kind and check digit; a label decides, since residents' numbers look alike."""
    digits = compact(value)
    if not _DIGITS.fullmatch(digits):
        return REJECTED
    if int(digits[:2]) not in OFFICES or digits[4:6] not in KINDS:
        return (
            Verdict(0.0, 0.75, "form of a corporation's number, unknown office") if "-" in value else REJECTED
        )
    if "-" not in value:
        barcode = EAN13.holds(digits)
        return Verdict(0.05, 0.6 if barcode else 0.9, "thirteen digits with office and kind of a corporation")
    if CHECK.holds(digits):
        return Verdict(0.55, 0.99, "office, kind and check digit of a corporation's number")
    return Verdict(
        0.2, 0.97, "office and kind of a corporation's number; its check digit fails, or there is none"
    )


ITEM = Item(
    id="kr_crn",
    entity="KR_CRN",
    name_ko="법인등록번호",
    name_en="corporate registration number",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=words(
        """
        법인등록번호, 법인번호, 법인등록, 법인 등록번호, corporate registration number,
        corporate registration no, corporation number, crn
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="Commercial Registration Rule; rule on registration numbers of corporations",
    validate=validate,
    pattern=r"[0-9]{6} ?- ?[0-9]{7}|[0-9]{13}",
    column_names=words(
        """
        법인등록번호, 법인번호, crn, corporate registration, corp reg no, corp no, corporation no
        """
    ),
    against=(
        *labels.CODES,
        *labels.ACCOUNT,
        *labels.HEALTH_INSURANCE,
        "주민등록번호",
        "주민번호",
        "외국인등록번호",
    ),
    check_digit=CHECK,
    check_digit_binding=False,
    anchor="[0-9]{6} ?- ?[0-9]{7}|[0-9]{13}",
)
