"""IP address, version 4 and 6.

RFC 791, RFC 4291, RFC 5952. Retention: Protection of Communications Secrets Act decree 41(2).
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, stars, words

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_V4 = rf"{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}"
_V6 = r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}"
_LIKE_A_SECTION = re.compile(r"(?:[0-9]|1[0-9])(?:\.(?:[0-9]|1[0-9])){3}")
_IS_V4 = re.compile(_V4)
_FEWEST_GROUPS = 3
_PRODUCT = r"(?:(?<![/0-9A-Za-z])[A-Za-z][A-Za-z0-9_.+\-]{0,40}/|(?<![A-Za-z])rv:)(?![0-9.]*:)"
"""What a version stands behind (RFC 9110, 10.1.5: ``Chrome/34.0.84.0``), unless a port or version 6 follows:
Java writes an address as ``host/10.0.0.1:443``."""


def canonical(text: str) -> str:
    """Return the shortest form (RFC 5952), IPv4-mapped IPv6 as IPv4; other text as it is, folded."""
    address = _parse(text)
    return plain(text) if address is None else str(address)


def mask(text: str) -> str:
    """Hide the third part: ``1.2.***.4``; of version 6 keep the first two groups."""
    address = _parse(text)
    if isinstance(address, IPv4Address):
        first, second, _, last = str(address).split(".")
        return f"{first}.{second}.***.{last}"
    if address is None:
        return stars(text)
    return ":".join([*address.exploded.split(":")[:2], *["****"] * 6])


def validate(value: str) -> Verdict:
    """Judge by form; four small numbers may be a section or a version."""
    spelt = _IS_V4.fullmatch(value) is not None
    address = None if spelt else _parse(value)  # which takes its time
    if spelt or isinstance(address, IPv4Address):
        if _LIKE_A_SECTION.fullmatch(value):
            return Verdict(0.3, 0.95, "four small numbers: an IP address, a section or a version")
        return Verdict(0.8, 0.98, "IP address, version 4")
    if address is None or sum(map(bool, value.split(":"))) < _FEWEST_GROUPS or not re.search("[0-9]", value):
        return REJECTED
    return Verdict(0.85, 0.98, "IP address, version 6")


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(plain(text))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


ITEM = Item(
    id="ip_address",
    entity="IP_ADDRESS",
    name_ko="IP 주소",
    name_en="IP address",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=words(
        """
        아이피, 접속지, 서버, ip, ip address, ipv4, ipv6, host, client, remote, addr
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="RFC 791, RFC 4291, RFC 5952",
    validate=validate,
    pattern=rf"{_V4}|{_V6}",
    column_names=words(
        """
        아이피, 아이피주소, ip주소, 접속ip, ip, ip address, ip addr, ipaddr, remote addr, client ip
        """
    ),
    against=(
        "버전",
        "펌웨어",
        "version",
        "ver",
        "release",
        "firmware",
        "section",
        "chapter",
        "조",
        "항",
        "절",
    ),
    part_of=_PRODUCT,
    glue=".",
)
