"""Personal customs clearance code (개인통관고유부호): P and twelve digits.

Customs Act 241 and the Commissioner's notice on import clearance: the number that stands for a resident
registration number on parcels from abroad. It is none of the four unique identifiers of PIPA 24 and
Decree 19, so encryption is not prescribed.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import labels
from safeguards.items.text import compact, plain, stars, words

_CODE = re.compile(r"P[0-9]{12}")


def canonical(text: str) -> str:
    """Return ``P`` and twelve ASCII digits; other text as it is, folded."""
    value = compact(text).upper()
    return value if _CODE.fullmatch(value) else plain(text)


def mask(text: str) -> str:
    """Keep the letter, two digits and the last two: ``P12********34``."""
    value = canonical(text)
    return f"{value[:3]}********{value[-2:]}" if _CODE.fullmatch(value) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by form only; part numbers may look the same, so a lone code is less certain."""
    if not _CODE.fullmatch(compact(value).upper()):
        return REJECTED
    return Verdict(0.65 if value[0] == "P" else 0.3, 0.98, "form of a personal customs code")


ITEM = Item(
    id="kr_customs_code",
    entity="KR_CUSTOMS_CODE",
    name_ko="개인통관고유부호",
    name_en="personal customs clearance code",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=words(
        """
        개인통관고유부호, 개인통관부호, 통관고유부호, 통관부호, 통관번호, 개인통관, 통관, pccc,
        customs clearance code, customs code, personal customs code, customs id
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="Customs Act 241; Korea Customs Service, notice on import clearance",
    validate=validate,
    pattern=r"[Pp][0-9]{12}|P[0-9]{4} [0-9]{4} [0-9]{4}|P[0-9]{4}-[0-9]{4}-[0-9]{4}",
    column_names=words(
        """
        개인통관고유부호, 통관고유부호, 통관부호, pccc, customs code, customs clearance code
        personal customs code
        """
    ),
    against=(*labels.CODES, "부품번호", "제품번호", "자재코드", "part", "part no", "model", "product"),
    anchor="[Pp][0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}",
)
