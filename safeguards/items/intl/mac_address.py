"""MAC address (MAC 주소): the hardware address of a network device, EUI-48.

IEEE 802-2014 clause 8 (hyphens) and the colons and dots that software writes. Personal where the device is a
person's; the broadcast address and the null address are nobody's.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, stars, words

_DIGITS = 12
_PAIR = "[0-9A-Fa-f]{2}"
_FOUR = "[0-9A-Fa-f]{4}"
PATTERN = rf"{_PAIR}(?::{_PAIR}){{5}}|{_PAIR}(?:-{_PAIR}){{5}}|{_FOUR}\.{_FOUR}\.{_FOUR}"
_FORM = re.compile(PATTERN)
_MULTICAST = 1


def canonical(text: str) -> str:
    """Return six pairs in lower case with colons, also of twelve bare digits; other text folded."""
    digits = _digits(text)
    return ":".join(digits[at : at + 2] for at in range(0, _DIGITS, 2)) if digits else plain(text)


def mask(text: str) -> str:
    """Keep the manufacturer's three pairs: ``00:1a:2b:**:**:**``."""
    return canonical(text)[:9] + "**:**:**" if _digits(text) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by form; group addresses are no device, and digits alone may be another number."""
    digits = _digits(value)
    if not _FORM.fullmatch(value) or not digits or set(digits) == {"0"} or int(digits[:2], 16) & _MULTICAST:
        return REJECTED
    if digits.isdigit():
        return Verdict(0.3 if ":" not in value else 0.6, 0.95, "six pairs of digits, as of a MAC address")
    return Verdict(0.9, 0.98, "MAC address")


def _digits(text: str) -> str:
    digits = re.sub(r"[:.\-]", "", plain(text)).lower()
    return digits if re.fullmatch(rf"[0-9a-f]{{{_DIGITS}}}", digits) else ""


ITEM = Item(
    id="mac_address",
    entity="MAC_ADDRESS",
    name_ko="MAC 주소",
    name_en="MAC address",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=words(
        """
        맥주소, 맥 주소, 물리주소, 물리적 주소, 단말, 단말기, 와이파이, 무선랜,
        mac, mac address, ethernet, hwaddr,
        wifi, wlan, bssid, physical address, ether, device
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="IEEE 802-2014 clause 8",
    validate=validate,
    pattern=PATTERN,
    column_names=words(
        """
        맥주소, 물리주소, mac, mac address, mac addr, macaddr, hwaddr, wifi mac, bssid, device mac
        """
    ),
    against=words("지문, 해시, fingerprint, sha1, md5, version, 버전, 시간, time"),
    glue=":.-",
    anchor=rf"{_PAIR}[:\-]{_PAIR}[:\-]{_PAIR}[:\-]|{_FOUR}\.{_FOUR}\.{_FOUR}",
)
