"""Vehicle registration number (자동차등록번호): 12가 3456, 123가 4567, 서울 12바 3456, 외교 001-001.

Automobile Management Act 10, and the notice on number plates: two digits (three since September 2019), a
syllable for the use, four digits. Plates until 2003, and commercial ones still, begin with the region. It
belongs to a vehicle, and so to a keeper; none of the four unique identifiers.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr.regions import SHORT
from safeguards.items.text import plain, spaceless, stars, words

PRIVATE = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주"
COMMERCIAL = "바사아자배하허호"
"""Taxis and buses, deliveries, rented cars."""

MILITARY = "국합육해공"
OLD = "차카타파"
"""Syllables of plates before 1996, and mistakes for others."""

COUNTERS = frozenset("조주부호대도구수차자")
"""Syllables that also count things: 30조 4000, 12호 1024, 10부 2000."""

PARTICLES = frozenset("가나로사하공국무두우고다라")
"""Syllables that also link words, or end or begin them."""

_REGION = "|".join(sorted(SHORT))
PATTERN = (
    rf"(?:(?:{_REGION}) ?)?[0-9]{{2,3}} ?[{PRIVATE}{COMMERCIAL}{MILITARY}{OLD}] ?[0-9]{{4}}"
    rf"|(?:{_REGION}) ?[0-9] ?[{PRIVATE}{COMMERCIAL}] ?[0-9]{{4}}"
    rf"|(?:{_REGION}) ?[가-힣]{{2,3}} ?[{PRIVATE}] ?[0-9]{{4}}"
    r"|(?:외교|영사|준외|준영|국기|협정|대표) ?[0-9]{3} ?- ?[0-9]{3}"
)
_PLATE = re.compile(rf"({_REGION})?[0-9]{{1,3}}([가-힣])([0-9]{{4}})")
_MOTORCYCLE = re.compile(rf"(?:{_REGION})[가-힣]{{2,3}}[{PRIVATE}][0-9]{{4}}")
_DIPLOMATIC = re.compile(r"(?:외교|영사|준외|준영|국기|협정|대표)[0-9]{3}-[0-9]{3}")
_WHOLE = re.compile(PATTERN)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}|[1-9]000")


def canonical(text: str) -> str:
    """Return the number without spaces; other text as it is, folded."""
    value = spaceless(text)
    return value if _WHOLE.fullmatch(value) else plain(text)


def mask(text: str) -> str:
    """Hide the last four digits: ``12가****``; the last three of a diplomatic plate."""
    value = canonical(text)
    if not _WHOLE.fullmatch(value):
        return stars(text)
    hidden = 3 if _DIPLOMATIC.fullmatch(value) else 4
    return value[:-hidden] + "*" * hidden


def validate(value: str) -> Verdict:
    """Judge by form and syllable; those that also count things need a label more than others."""
    if not _WHOLE.fullmatch(value):
        return REJECTED
    plate = _PLATE.fullmatch(spaceless(value))
    if plate is None:
        motor = _MOTORCYCLE.fullmatch(spaceless(value))
        return Verdict(0.3 if motor else 0.6, 0.95, "form of a motorcycle's or a diplomatic plate")
    region, syllable, serial = plate.groups()
    if region:
        return Verdict(0.85, 0.98, "region, use and serial of a number plate")
    if syllable in OLD + MILITARY:
        return Verdict(0.3, 0.9, "form of a number plate, rare syllable")
    if syllable in COUNTERS:
        return Verdict(0.3, 0.97, "form of a number plate, or a count")
    if syllable in PARTICLES:
        return Verdict(0.4 if _YEAR.fullmatch(serial) else 0.55, 0.97, "form of a number plate")
    return Verdict(0.6 if _YEAR.fullmatch(serial) else 0.8, 0.98, "form of a number plate")


ITEM = Item(
    id="kr_vehicle_registration",
    entity="KR_VEHICLE_REGISTRATION",
    name_ko="자동차등록번호",
    name_en="vehicle registration number",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=words(
        """
        자동차등록번호, 차량등록번호, 차량번호, 자동차번호, 차번호, 차번, 차량, 승용차, 번호판, 등록번호
        임시번호, 택시, 화물차, 트럭, 승합차, 렌터카, 오토바이, 자가용, 차주, 운전, 주차, 번호, plate
        plate no, license plate, licence plate, vehicle registration, vehicle no, vehicle number
        car number, car no
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="Automobile Management Act 10; notice on number plates",
    validate=validate,
    pattern=PATTERN,
    column_names=words(
        """
        자동차등록번호, 차량등록번호, 차량번호, 자동차번호, 차번호, 번호판, license plate, licence plate
        plate no, plate number, car no, car number, vehicle no, vehicle number, vehicle registration
        """
    ),
    against=words(
        """
        주문번호, 사건번호, 문서번호, 접수번호, 예산, 금액, 가격, 매출, 사건, order no, case no
        """
    ),
    anchor=(
        rf"[0-9] ?[{PRIVATE}{COMMERCIAL}{MILITARY}{OLD}] ?[0-9]{{4}}"
        rf"|(?:{_REGION}) ?[가-힣]{{2,3}} ?[{PRIVATE}] ?[0-9]{{4}}"
        r"|(?:외교|영사|준외|준영|국기|협정|대표) ?[0-9]{3} ?- ?[0-9]{3}"
    ),
)
