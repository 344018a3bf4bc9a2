"""Payment card number (카드번호): 12 to 19 digits, Luhn.

ISO/IEC 7812-1. Notice 7 wants card numbers encrypted at rest. Domestic Korean cards begin with 9.
"""

from __future__ import annotations

import re

from safeguards.items.checkdigit import LUHN
from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import labels
from safeguards.items.text import compact, plain, stars, words

_LENGTHS = range(13, 20)
_MAESTRO = tuple(range(12, 20))
_ISSUERS = (
    ("4", "4", (13, 16, 19)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("300", "305", tuple(range(14, 20))),
    ("3095", "3095", tuple(range(14, 20))),
    ("36", "36", tuple(range(14, 20))),
    ("38", "39", tuple(range(14, 20))),
    ("6011", "6011", tuple(range(16, 20))),
    ("62", "62", (16, 17, 18, 19)),
    ("81", "81", (16, 17, 18, 19)),
    ("644", "659", tuple(range(16, 20))),
    ("35", "35", tuple(range(16, 20))),
    ("1800", "1800", (15,)),
    ("2131", "2131", (15,)),
    ("2200", "2204", (16, 17, 18, 19)),
    ("60", "60", (16,)),
    ("9", "9", (16,)),
    ("50", "50", _MAESTRO),
    ("56", "58", _MAESTRO),
    ("67", "67", _MAESTRO),
    ("0604", "0604", _MAESTRO),
    ("6304", "6304", _MAESTRO),
    ("6390", "6390", _MAESTRO),
)
"""First and last issuer prefix, and lengths: Visa, Mastercard, American Express, Diners Club,
Discover, UnionPay, JCB (all of 35, of which 3528 to 3589 are assigned), Mir, RuPay, domestic
Korean, Maestro (ISO/IEC 7812-1 issuer identification numbers)."""

_SHORT = 12
"""Digits of a short Maestro number, which without a label is more often a barcode or an order."""

_GROUPED = re.compile(r"[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}|[0-9]{4}([ -])[0-9]{6}\2[0-9]{5}")


def canonical(text: str) -> str:
    """Return ASCII digits without separators; other text as it is, folded."""
    digits = compact(text)
    return digits if digits.isascii() and digits.isdigit() and len(digits) in _LENGTHS else plain(text)


def mask(text: str) -> str:
    """Keep the issuer's six digits and the last four: ``4558-12**-****-0116``."""
    digits = canonical(text)
    if not (digits.isascii() and digits.isdigit() and _SHORT <= len(digits) <= _LENGTHS[-1]):
        return stars(text)
    hidden = digits[:6] + "*" * (len(digits) - 10) + digits[-4:]
    return "-".join(hidden[start : start + 4] for start in range(0, len(hidden), 4))


def validate(value: str) -> Verdict:
    """Judge by issuer, length and the Luhn digit; a mistyped number in groups still counts in context."""
    grouped = _GROUPED.fullmatch(value) is not None
    digits = compact(value)
    if not digits.isdigit() or not _issued(digits) or len(set(digits)) == 1:
        return REJECTED
    if LUHN.holds(digits):
        if len(digits) == _SHORT:
            return Verdict(0.1, 0.9, "issuer, length and Luhn digit of a Maestro card")
        return Verdict(0.9 if grouped else 0.6, 0.99, "issuer, length and Luhn digit of a card")
    return Verdict(0.3, 0.7, "form of a card; its Luhn digit fails") if grouped else REJECTED


def _issued(digits: str) -> bool:
    return any(
        low <= digits[: len(low)] <= high and len(digits) in lengths for low, high, lengths in _ISSUERS
    )


ITEM = Item(
    id="credit_card",
    entity="CREDIT_CARD",
    name_ko="카드번호",
    name_en="payment card number",
    legal_class=LegalClass.FINANCIAL,
    role=Role.IDENTIFIER,
    must_encrypt=True,
    context=words(
        """
        카드번호, 신용카드, 체크카드, 결제카드, 카드결제, 카드, 법인카드, 결제수단, credit card,
        card number, card no, debit card, card, cards, cc, ccn, pan, maestro, visa, mastercard, amex
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="ISO/IEC 7812-1; Notice 7 (card numbers encrypted at rest)",
    validate=validate,
    pattern=r"[0-9]{4}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}|[0-9]{4}[ -][0-9]{6}[ -][0-9]{5}|[0-9]{12,19}",
    column_names=words(
        """
        카드번호, 신용카드, 카드, card, credit card, card number, card no, cardno, pan, card num
        """
    ),
    against=(*labels.CODES, *labels.ACCOUNT),
    check_digit=LUHN,
    anchor="[0-9]{4}[ -][0-9]{4,6}[ -][0-9]|[0-9]{12}",
)
