"""Virtual number (안심번호): 0502 to 0508, which a service lends to a person and forwards to the true
number.

Telecommunications Business Act 48 and the Ministry's numbering plan (050 personal numbers). Canonical
form and masks are those of `kr_phone`.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import labels, phone
from safeguards.items.text import words

_VIRTUAL = re.compile(r"050[2-8][0-9]{7,8}")


def validate(value: str) -> Verdict:
    """Judge by the numbering plan and by whether separators were written."""
    if not _VIRTUAL.fullmatch(phone.canonical(value)):
        return REJECTED
    separated = re.search(r"[0-9][-. )]+[0-9]", value) is not None or value.startswith("+")
    return Verdict(0.85 if separated else 0.5, 0.97, "virtual number of the Korean numbering plan")


ITEM = Item(
    id="kr_safe_number",
    entity="PHONE_NUMBER",
    name_ko="안심번호",
    name_en="virtual number",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=(*phone.CONTEXT, "안심번호", "가상번호", "평생번호", "safe number", "virtual number"),
    canonical=phone.canonical,
    masks=phone.ITEM.masks,
    source=phone.ITEM.source,
    validate=validate,
    pattern=phone.written("50[2-8]"),
    column_names=words(
        """
        안심번호, 가상번호, 평생번호, safe number, safe no, virtual number
        """
    ),
    against=(*labels.CODES, *labels.HEALTH_INSURANCE, *labels.ACCOUNT),
    anchor=r"50[2-8][0-9 )\-.]{0,4}[0-9]{3,4}[ .)\-]{0,3}[0-9]{4}",
    ladders={1: "kr.phone_ranks"},
    zero_first=True,
)
