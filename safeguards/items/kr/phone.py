"""Korean telephone number (전화번호): mobile, Internet, toll-free and call-centre numbers, also with +82.

Telecommunications Business Act 48 and the Ministry's numbering plan. 15xx to 18xx numbers belong to call
centres and need context. Numbers with an area code are found by `kr_landline`, virtual ones (050x) by
`kr_safe_number`; canonical form, masks and the judgement of whole values are here for all of them.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import labels
from safeguards.items.text import compact, plain, stars, words

_MOBILE = re.compile(r"010[0-9]{8}|01[16789][0-9]{7,8}")
_FIXED = re.compile(
    r"02[1-9][0-9]{6,7}|0(?:3[1-3]|4[1-4]|5[1-5]|6[1-4])[1-9][0-9]{6,7}|0[78]0[0-9]{7,8}|050[2-8][0-9]{7,8}"
)
_CENTRE = re.compile(r"1(?:5[2-9]|6[0-9]|8[0-9])[0-9]{5}")
_KINDS = (("mobile", _MOBILE), ("fixed", _FIXED), ("centre", _CENTRE))
_ABROAD = re.compile(r"\+[1-9][0-9]{6,14}")
_COUNTRY = re.compile(r"^\+?82(?=0?(?:1[016789]|[2-6]|[78]0|50))0?")
_SEPARATED = re.compile(r"[0-9][-. )]+[0-9]")
_AREA = re.compile(r"02|050[2-8]|0[0-9]{2}|1[0-9]{3}")


def canonical(text: str) -> str:
    """Return ASCII digits in national form, +82 folded to 0; numbers abroad keep ``+``; other text folded."""
    number = compact(text)
    folded = _COUNTRY.sub("0", number, count=1) if len(number) >= 10 else number
    if kind_of(folded):
        return folded
    return number if _ABROAD.fullmatch(number) else plain(text)


def mask_finance(text: str) -> str:
    """Hide the subscriber's last four digits: ``010-1234-****``."""
    parts = _parts(text)
    return "-".join([*filter(None, parts[:2]), "****"]) if parts else stars(text)


def mask_netact(text: str) -> str:
    """Hide the middle: ``010-****-5678``."""
    parts = _parts(text)
    if parts and not parts[1]:
        return f"{parts[0]}-****"
    return f"{parts[0]}-{stars(parts[1])}-{parts[2]}" if parts else stars(text)


def validate(value: str) -> Verdict:
    """Judge by the numbering plan and by whether separators were written."""
    number = canonical(value)
    kind = kind_of(number)
    separated = _SEPARATED.search(value) is not None or value.startswith("+")
    if kind == "mobile":
        return Verdict(0.9 if separated else 0.8, 0.98, "mobile number of the Korean numbering plan")
    if kind == "fixed":
        return Verdict(0.75 if separated else 0.3, 0.95, "area code and number of the Korean numbering plan")
    if kind == "centre":
        return Verdict(0.2, 0.45, "nationwide call-centre number") if separated else REJECTED
    return REJECTED


def kind_of(digits: str) -> str:
    """Return ``mobile``, ``fixed`` (also Internet and virtual numbers) or ``centre``; empty for other
    digits.
    """
    for kind, form in _KINDS:
        if form.fullmatch(digits):
            return kind
    return ""


def _parts(text: str) -> tuple[str, str, str] | None:
    digits = canonical(text)
    if not kind_of(digits):
        return None
    area = _AREA.match(digits)
    start = area.end() if area else 0
    return digits[:start], digits[start:-4], digits[-4:]


AREAS = "2|3[1-3]|4[1-4]|5[1-5]|6[1-4]"
"""Area codes after the leading zero: Seoul, then Gyeonggi to Jeju."""

_CALL_CENTRE = r"1[568][0-9]{2}-[0-9]{4}"
_SEPARATOR = r"(?: ?[-.)] ?| )"
CONTEXT = words(
    """
    전화번호, 전화, 휴대전화, 휴대폰, 핸드폰, 핸폰, 연락처, 비상연락처, 연락, 모바일, 번호, 팩스,
    대표번호, 대표전화, 고객센터, 콜센터, 문의, 내선, 유선, 무선, 직통, 자택, phone, phone number,
    telephone, tel, mobile, cell, cellphone, fax, hp, contact
    """
)


def written(prefixes: str) -> str:
    """Return the pattern of numbers that begin with one of ``prefixes`` (after the leading 0), however
    written.
    """
    return (
        rf"(?:(?:\+82 ?-? ?(?:\(0\) ?)?|0)(?:{prefixes}){_SEPARATOR}?|\(0(?:{prefixes})\) ?)"
        rf"[0-9]{{3,4}}{_SEPARATOR}?[0-9]{{4}}"
    )


ITEM = Item(
    id="kr_phone",
    entity="PHONE_NUMBER",
    name_ko="전화번호",
    name_en="telephone number",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=CONTEXT,
    canonical=canonical,
    masks={"finance": mask_finance, "netact": mask_netact},
    source="Telecommunications Business Act 48; numbering plan of the Ministry of Science and ICT",
    validate=validate,
    pattern=rf"{written('1[016789]|[78]0')}|{_CALL_CENTRE}",
    whole=rf"{written(f'1[016789]|[78]0|{AREAS}|50[2-8]')}|{_CALL_CENTRE}",
    column_names=words(
        """
        전화번호, 휴대전화, 휴대폰, 핸드폰, 연락처, 전화, 팩스, phone, phone number, mobile, tel, telephone,
        cell, cellphone, hp, hp no, fax, msisdn, contact no, contact number
        """
    ),
    against=(*labels.CODES, *labels.HEALTH_INSURANCE),
    anchor=r"(?:1[016789]|[78]0)[ .)\-]{0,3}[0-9]{3,4}[ .)\-]{0,3}[0-9]{4}|1[568][0-9]{2}-[0-9]{4}",
    ladders={1: "kr.phone_ranks"},
    zero_first=True,
)
