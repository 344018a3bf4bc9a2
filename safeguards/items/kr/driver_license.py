"""Driver's licence number (운전면허번호): 11-19-384756-02, or with the region's name, 서울 19-384756-02.

Road Traffic Act 85; numbers for regions since 1 June 2013. Region, year of issue, serial, and two digits
whose arithmetic is not published.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import labels
from safeguards.items.text import compact, plain, stars, words

REGIONS = dict(
    pair.split("=")
    for pair in words(
        """
        서울=11, 부산=12, 경기=13, 강원=14, 충북=15, 충남=16, 전북=17, 전남=18, 경북=19, 경남=20
        제주=21, 대구=22, 인천=23, 광주=24, 대전=25, 울산=26, 경기북부=28
        """
    )
)
"""Region's name to its number."""

_CODES = frozenset(REGIONS.values())
_NAMED = re.compile(rf"({'|'.join(sorted(REGIONS, key=len, reverse=True))})([0-9]{{10}})")
_DIGITS = re.compile(r"[0-9]{12}")


def canonical(text: str) -> str:
    """Return twelve ASCII digits, a region's name replaced by its number; other text as it is, folded."""
    value = compact(text)
    named = _NAMED.fullmatch(value)
    if named:
        return REGIONS[named.group(1)] + named.group(2)
    return value if _DIGITS.fullmatch(value) else plain(text)


def mask(text: str) -> str:
    """Hide the serial number: ``11-12-******-10``."""
    digits = canonical(text)
    return f"{digits[:2]}-{digits[2:4]}-******-{digits[10:]}" if _DIGITS.fullmatch(digits) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by form and region; bare digits need context, because order numbers look the same."""
    digits = canonical(value)
    if not _DIGITS.fullmatch(digits) or digits[:2] not in _CODES:
        return _other_region(value)
    if not value[0].isdigit():
        return Verdict(0.9, 0.98, "region by name, year and serial of a driver's licence")
    if "-" in value:
        return Verdict(0.8, 0.97, "region, year and serial of a driver's licence")
    return Verdict(0.05, 0.85, "twelve digits with the region of a driver's licence")


def _other_region(value: str) -> Verdict:
    written = re.fullmatch(r"[0-9]{2}-[0-9]{2}-[0-9]{6}-[0-9]{2}", value)
    return Verdict(0.1, 0.6, "form of a driver's licence, unknown region") if written else REJECTED


_REGION = f"(?:{'|'.join(sorted(REGIONS, key=len, reverse=True))})"

ITEM = Item(
    id="kr_driver_license",
    entity="KR_DRIVER_LICENSE",
    name_ko="운전면허번호",
    name_en="driver's licence number",
    legal_class=LegalClass.UNIQUE_IDENTIFIER,
    role=Role.IDENTIFIER,
    must_encrypt=True,
    context=words(
        """
        운전면허번호, 운전면허, 운전면허증, 면허번호, 면허증번호, 면허, driver license, driver's license,
        drivers license, driving licence, licence no, license no
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="Road Traffic Act 85; PIPA 24 and Decree 19",
    validate=validate,
    pattern=rf"{_REGION} ?[0-9]{{2}} ?- ?[0-9]{{6}} ?- ?[0-9]{{2}}"
    r"|[0-9]{2}-[0-9]{2}-[0-9]{6}-[0-9]{2}"
    r"|[0-9]{12}|[0-9]{2} [0-9]{2} [0-9]{6} [0-9]{2}",
    column_names=words(
        """
        운전면허번호, 면허번호, 운전면허, driver license, drivers license, driving license, driver licence,
        driving licence, license no, licence no, dl no
        """
    ),
    against=(*labels.CODES, *labels.ACCOUNT, *labels.HEALTH_INSURANCE),
    anchor="[0-9]{2} ?-? ?[0-9]{6} ?-? ?[0-9]{2}",
)
