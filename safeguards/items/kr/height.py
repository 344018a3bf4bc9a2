"""Body height (키): centimetres behind the label 키, 신장 or height.

PIPA 2(1). A measure of the body is no health record by itself (Act 23); within one, the policy declares it.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import body
from safeguards.items.text import plain, stars, words

RANGE = (40.0, 230.0)
"""Centimetres from newborn to tallest."""

_CENTIMETRES = re.compile(r"([0-9]{2,3}(?:\.[0-9]{1,2})?)\s?(?:(?i:cm)|센티(?:미터)?|㎝)?")
_METRES = re.compile(r"([12])(?:\.([0-9]{1,2})\s?(?i:m)|\s?(?i:m)\s?([0-9]{1,2})(?:\s?(?i:cm))?)")


def centimetres(text: str) -> float | None:
    """Return the height in centimetres, or None."""
    value = plain(text)
    if found := _CENTIMETRES.fullmatch(value):
        return float(found.group(1))
    if found := _METRES.fullmatch(value):
        whole, decimals, rest = found.groups()
        return int(whole) * 100 + (int(decimals.ljust(2, "0")) if decimals else int(rest))
    return None


def canonical(text: str) -> str:
    """Return centimetres without unit; other text as it is, folded."""
    height = centimetres(text)
    return plain(text) if height is None else f"{height:g}"


def mask(text: str) -> str:
    """Hide the number."""
    return stars(text) if centimetres(text) is None else "***cm"


def validate(value: str) -> Verdict:
    """Judge by the range; a length alone is nobody's height."""
    height = centimetres(value)
    if height is None or not RANGE[0] <= height <= RANGE[1]:
        return REJECTED
    return Verdict(0.1, 0.9, "length within the range of bodies")


ITEM = Item(
    id="height",
    entity="HEIGHT",
    name_ko="키",
    name_en="body height",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words("키, 신장, height, body height"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="PIPA 2(1)",
    validate=validate,
    candidates=body.finder(
        r"(?:키|신\s{0,4}장)(?: ?/ ?(?:몸무게|체중))?|(?i:height(?: ?/ ?weight)?)",
        r"[0-9]{2,3}(?:\.[0-9]{1,2})?\s?(?:(?i:cm)|센티(?:미터)?|㎝)|[12]\.[0-9]{1,2}\s?m|"
        r"[12]m\s?[0-9]{1,2}(?:\s?cm)?"
        r"|(?<=\(cm\): )[0-9]{2,3}(?:\.[0-9])?|(?<=\(cm\) )[0-9]{2,3}(?:\.[0-9])?"
        r"|1[0-9]{2}(?:\.[0-9])?(?=에 |[,/] ?(?:몸무게|체중)|\s(?:몸무게|체중))",
        lambda value: bool(validate(value)),
        "centimetres behind 키",
    ),
    column_names=words("키, 신장, height cm, body height, stature"),
    anchor="(?:키|장|[Hh][Ee][Ii][Gg][Hh][Tt])[^0-9]{0,18}[0-9]{1,3}",
)
