"""Body weight (몸무게): kilograms behind the label 몸무게, 체중 or weight.

PIPA 2(1). A measure of the body is no health record by itself (Act 23); within one, the policy declares it.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import body
from safeguards.items.text import plain, stars, words

RANGE = (1.0, 250.0)
"""Kilograms from newborn to heaviest."""

_KILOGRAMS = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)\s?(?:(?i:kg)|킬로(?:그램)?|㎏)?")


def kilograms(text: str) -> float | None:
    """Return the weight in kilograms, or None."""
    found = _KILOGRAMS.fullmatch(plain(text))
    return float(found.group(1)) if found else None


def canonical(text: str) -> str:
    """Return kilograms without unit; other text as it is, folded."""
    weight = kilograms(text)
    return plain(text) if weight is None else f"{weight:g}"


def mask(text: str) -> str:
    """Hide the number."""
    return stars(text) if kilograms(text) is None else "**kg"


def validate(value: str) -> Verdict:
    """Judge by the range; a weight alone is nobody's."""
    weight = kilograms(value)
    if weight is None or not RANGE[0] <= weight <= RANGE[1]:
        return REJECTED
    return Verdict(0.05, 0.9, "weight within the range of bodies")


ITEM = Item(
    id="weight",
    entity="WEIGHT",
    name_ko="몸무게",
    name_en="body weight",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words("몸무게, 체중, weight, body weight"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="PIPA 2(1)",
    validate=validate,
    candidates=body.finder(
        r"몸\s?무\s?게|체\s{0,4}중|(?i:weight)",
        r"[0-9]{1,3}(?:\.[0-9]{1,2})?\s?(?:(?i:kg)|킬로(?:그램)?|㎏)|(?<=\(kg\): )[0-9]{2,"
        r"3}(?:\.[0-9])?|(?<=\(kg\) )[0-9]{2,3}(?:\.[0-9])?",
        lambda value: bool(validate(value)),
        "kilograms behind 몸무게",
        skipped=r"[0-9]{2,3}(?:\.[0-9])? ?(?i:cm) ?[/,] ?",
    ),
    column_names=words("몸무게, 체중, weight kg, body weight"),
    anchor="(?:게|중|[Ww][Ee][Ii][Gg][Hh][Tt])[^0-9]{0,18}[0-9]{1,3}",
)
