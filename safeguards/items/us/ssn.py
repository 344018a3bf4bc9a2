"""US social security number (미국 사회보장번호): area, group, serial.

20 CFR 422.103; Social Security Administration, POMS RM 10201.035: no area 000, 666 or 900-999, no
group 00, no serial 0000. Since June 2011 numbers are drawn at random, so that no other combination
is known to be void, and there is no check digit. To Korean law it is a unique identifier of another
state; encrypted by strict default.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import labels
from safeguards.items.text import plain, stars, words

PATTERN = r"[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{4}|[0-9]{3}\.[0-9]{2}\.[0-9]{4}|[0-9]{9}"
_FORM = re.compile(r"([0-9]{3})([ .\-]?)([0-9]{2})\2([0-9]{4})")
_PRINTED = frozenset({"078051120", "219099999", "123456789", "987654321"})
"""Numbers that advertisements and wallets printed, and counting: nobody's (SSA, "Misused SSNs")."""


def canonical(text: str) -> str:
    """Return nine digits without separators; other text as it is, folded."""
    return _digits(text) or plain(text)


def mask(text: str) -> str:
    """Keep the serial number: ``***-**-6789``."""
    digits = _digits(text)
    return f"***-**-{digits[-4:]}" if digits else stars(text)


def validate(value: str) -> Verdict:
    """Judge by the ranges that were never issued and by whether separators were written."""
    found = _FORM.fullmatch(value)
    if found is None or not _issued(found[1], found[3], found[4]):
        return REJECTED
    if found[2] == "-":
        return Verdict(0.45, 0.97, "ranges of a US social security number")
    return Verdict(0.2 if found[2] else 0.05, 0.9, "ranges of a US social security number")


def _issued(area: str, group: str, serial: str) -> bool:
    if area in {"000", "666"} or area[0] == "9" or group == "00" or serial == "0000":
        return False
    return area + group + serial not in _PRINTED and len(set(area + group + serial)) > 1


def _digits(text: str) -> str:
    found = _FORM.fullmatch(plain(text))
    return found[1] + found[3] + found[4] if found and found.group().isascii() else ""


ITEM = Item(
    id="us_ssn",
    entity="US_SSN",
    name_ko="미국 사회보장번호",
    name_en="US social security number",
    legal_class=LegalClass.UNIQUE_IDENTIFIER,
    role=Role.IDENTIFIER,
    must_encrypt=True,
    context=words(
        """
        사회보장번호, 미국 사회보장번호, 소셜번호, 소셜 넘버, 소셜 시큐리티, ssn, ssns, social security,
        social security number, social security no, soc sec
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="20 CFR 422.103; SSA POMS RM 10201.035",
    validate=validate,
    pattern=PATTERN,
    column_names=words(
        """
        사회보장번호, 미국사회보장번호, ssn, social security number, social security no, ssn no
        """
    ),
    against=(*labels.CODES, *labels.ACCOUNT),
    anchor=r"[0-9]{3}[ .\-][0-9]{2}[ .\-][0-9]{4}|[0-9]{9}",
    zero_first=True,
)
