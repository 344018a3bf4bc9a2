"""Device identifier (기기 식별자): IMEI, SIM card number, advertising identifier, Android id.

3GPP TS 23.003 (IMEI, Luhn digit), ITU-T E.118 (SIM card, Luhn digit), and the identifiers that
Apple (IDFA, IDFV) and Google (advertising id, Android id) give a device. Numbers that are only
digits, and UUIDs, need a word beside them.
"""

from __future__ import annotations

import re

from safeguards.items.checkdigit import LUHN
from safeguards.items.intl import uuid
from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import labels
from safeguards.items.text import compact, plain, stars, words

_GROUPED_IMEI = r"[0-9]{2}-[0-9]{6}-[0-9]{6}-[0-9]"
PATTERN = rf"{uuid.PATTERN}|{_GROUPED_IMEI}|[0-9]{{15}}|89[0-9]{{16,18}}|[0-9a-f]{{16}}"
_LUHN_LENGTHS = {15, 19, 20}
_SHOWN = 4


def canonical(text: str) -> str:
    """Return a UUID as `uuid` writes it, an IMEI or SIM card number as digits, other text folded."""
    digits = compact(text)
    if digits.isascii() and digits.isdigit() and len(digits) in _LUHN_LENGTHS:
        return digits
    return uuid.canonical(text)


def mask(text: str) -> str:
    """Hide all but the last four characters."""
    written = canonical(text)
    return "*" * (len(written) - _SHOWN) + written[-_SHOWN:] if validate(plain(text)) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by form and Luhn digit."""
    if uuid.FORM.fullmatch(value):
        return Verdict(0.1, 0.95, "form of an advertising identifier") if uuid.validate(value) else REJECTED
    digits = value.replace("-", "")
    if digits.isdigit():
        return _numbered(digits, grouped="-" in value)
    mixed = re.fullmatch(r"[0-9a-f]{16}", value) and not value.isalpha()
    return Verdict(0.05, 0.85, "form of an Android id") if mixed else REJECTED


def _numbered(digits: str, *, grouped: bool) -> Verdict:
    if len(set(digits)) == 1 or len(digits) not in _LUHN_LENGTHS or not LUHN.holds(digits[-20:][:20]):
        return REJECTED
    if len(digits) == 15:
        return Verdict(0.7 if grouped else 0.1, 0.97, "length and Luhn digit of an IMEI")
    return (
        Verdict(0.2, 0.95, "prefix, length and Luhn digit of a SIM card") if digits[:2] == "89" else REJECTED
    )


ITEM = Item(
    id="device_id",
    entity="DEVICE_ID",
    name_ko="기기 식별자",
    name_en="device identifier",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=words(
        """
        기기식별자, 기기 식별자, 단말기식별번호, 단말기 식별번호, 단말기일련번호, 기기번호, 기기 id, 단말,
        단말기, 디바이스,
        광고식별자, 광고 식별자, 광고 id, 유심, imei, imei1, imei2, meid, iccid, sim, device, device id,
        deviceid, device uuid, device identifier, idfa, idfv, gaid, aaid, adid,
        advertising id, advertising identifier, ad id, android id, handset
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="3GPP TS 23.003; ITU-T E.118",
    validate=validate,
    pattern=PATTERN,
    column_names=words(
        """
        기기식별자, 단말기식별번호, 광고식별자, 디바이스, imei, meid, iccid, device id, deviceid, device uuid,
        idfa, idfv, gaid, aaid, adid, advertising id, android id
        """
    ),
    against=labels.CODES,
    anchor=r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-|[0-9]-[0-9]{6}-[0-9]{6}-|[0-9a-f]{15}",
    zero_first=True,
)
