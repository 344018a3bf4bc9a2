"""A Korean address (주소): by road name or by lot, down to building, floor and unit.

Road Name Address Act 7 and its Enforcement Decree; older lot addresses (지번) stay in use.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import address_rules
from safeguards.items.kr.regions import PROVINCES
from safeguards.items.text import settle, squeeze, stars, words

_PUNCTUATION = re.compile(r"\s*[,()]\s*")


def canonical(text: str) -> str:
    """Return the address with short province, single spaces and no commas or brackets, casefolded."""
    return settle(_canonical, text)


def _canonical(text: str) -> str:
    parts = _PUNCTUATION.sub(" ", squeeze(text)).split()
    if parts:
        parts[0] = PROVINCES.get(parts[0], parts[0])
    return " ".join(parts).casefold()


def mask(text: str) -> str:
    """Keep province, city and district: ``서울특별시 마포구 ****``; of these alone, nothing."""
    parts = squeeze(text).split(" ")
    kept = 0
    while kept < len(parts) and address_rules.is_district(parts[kept], first=not kept):
        kept += 1
    return " ".join([*parts[:kept], "****"]) if 0 < kept < len(parts) else stars(text)


def validate(value: str) -> Verdict:
    """Judge a whole value: it is an address from its first to its last character."""
    whole = squeeze(value)
    found = next(iter(address_rules.candidates(whole)), None)
    if found is None or found.start != 0:
        return REJECTED
    share = found.end / len(whole)
    return Verdict(found.score * share, found.score * share, found.reason)


ITEM = Item(
    id="kr_address",
    entity="ADDRESS",
    name_ko="주소",
    name_en="address",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words(
        """
        주소, 거주지, 소재지, 배송지, address, residence
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="Road Name Address Act 7",
    validate=validate,
    candidates=address_rules.candidates,
    anchor=address_rules.ANCHOR,
    column_names=words(
        """
        주소, 거주지, 소재지, 배송지, 도로명주소, 지번주소, 상세주소, address, addr, street, address1,
        address2, addr1, addr2, home address
        """
    ),
    ladders={1: "kr.address_ranks"},
)
