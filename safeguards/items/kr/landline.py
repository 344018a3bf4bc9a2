"""Landline number with an area code (유선전화): 02-123-4567, 031-1234-5678, (02) 123 4567,
+82-2-123-4567.

Telecommunications Business Act 48 and the Ministry's numbering plan: 02 for Seoul, 031 to 064 for the
provinces. The number of an institution is found like that of a home. Canonical form and masks are those
of `kr_phone`.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import labels, phone
from safeguards.items.text import words

_LANDLINE = re.compile(rf"0(?:{phone.AREAS})[1-9][0-9]{{6,7}}")


def validate(value: str) -> Verdict:
    """Judge by the numbering plan and by whether separators were written."""
    return phone.validate(value) if _LANDLINE.fullmatch(phone.canonical(value)) else REJECTED


ITEM = Item(
    id="kr_landline",
    entity="PHONE_NUMBER",
    name_ko="유선전화번호",
    name_en="landline number",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=(*phone.CONTEXT, "집전화", "일반전화", "사무실", "행정실", "민원실", "landline"),
    canonical=phone.canonical,
    masks=phone.ITEM.masks,
    source=phone.ITEM.source,
    validate=validate,
    pattern=phone.written(phone.AREAS),
    column_names=words(
        """
        집전화, 자택전화, 유선전화, 일반전화, 회사전화, 직장전화, 사무실전화, landline, home phone
        office phone, home tel, office tel
        """
    ),
    against=(*labels.CODES, *labels.HEALTH_INSURANCE),
    anchor=r"(?:0|82[ )(0\-]{0,8})(?:2|[3-6][1-5])[ .)\-]{0,3}[0-9]{3,4}[ .)\-]{0,3}[0-9]{4}",
    ladders={1: "kr.phone_ranks"},
    zero_first=True,
)
