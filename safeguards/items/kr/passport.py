"""Passport number (여권번호): M12345678, since December 2021 M123A4567; foreign passports by context only.

Passport Act 7 and its Enforcement Rule. M ordinary, S single, R residence, O official, D diplomatic; older
books have two letters and seven digits.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import labels
from safeguards.items.text import compact, plain, stars, words

SHOWN = 5
_NEW = re.compile(r"[MSRODG][0-9]{3}[A-Z][0-9]{4}")
_OLD = re.compile(r"[MSRODG][0-9]{8}|(?:[A-Z]{2})[0-9]{7}")
_FOREIGN = re.compile(r"[A-Z]{1,2}[0-9]{6,8}")


def canonical(text: str) -> str:
    """Return letters in upper case and ASCII digits without separators; other text as it is, folded."""
    value = compact(text).upper()
    return value if _shape(value) else plain(text)


def mask(text: str) -> str:
    """Keep the letter and four digits: ``M1234****``."""
    value = canonical(text)
    return value[:SHOWN] + "*" * (len(value) - SHOWN) if _shape(value) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by form only: a passport number has no check digit outside its machine-readable zone."""
    if _NEW.fullmatch(value):
        return Verdict(0.6 if value[0] == "M" else 0.3, 0.97, "form of a Korean passport since 2021")
    if re.fullmatch(r"M[0-9]{8}", value):
        return Verdict(0.4, 0.95, "form of a Korean passport")
    if _OLD.fullmatch(value):
        return Verdict(0.2, 0.9, "form of an older Korean passport")
    return Verdict(0.05, 0.8, "form of a foreign passport") if _FOREIGN.fullmatch(value) else REJECTED


def _shape(value: str) -> bool:
    return any(form.fullmatch(value) for form in (_NEW, _OLD, _FOREIGN))


ITEM = Item(
    id="kr_passport",
    entity="KR_PASSPORT",
    name_ko="여권번호",
    name_en="passport number",
    legal_class=LegalClass.UNIQUE_IDENTIFIER,
    role=Role.IDENTIFIER,
    must_encrypt=True,
    context=words(
        """
        여권번호, 여권, 구여권, 전자여권, passport number, passport no, passport
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="Passport Act 7; PIPA 24 and Decree 19",
    validate=validate,
    pattern=r"[A-Z][0-9]{3}[A-Z][0-9]{4}|[A-Z]{1,2}[0-9]{6,8}",
    column_names=words(
        """
        여권번호, 여권, passport, passport no, passport number
        """
    ),
    against=(*labels.CODES, *labels.ACCOUNT),
    anchor="[A-Z][0-9]{3}[A-Z][0-9]{4}|[A-Z][0-9]{6}",
)
