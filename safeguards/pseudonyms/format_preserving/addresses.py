"""IP addresses and networks, read from text into 16 bytes and written again."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Address, ip_network
from socket import AF_INET, inet_ntop, inet_pton
from typing import NamedTuple

from safeguards.items.text import plain

BITS = {4: 32, 6: 128}
BYTES = 16
WIDEST = len("ffff:" * 7 + "ffff/128")
_MAPPED_BITS = 96


class Address(NamedTuple):
    """An address, or a network of ``length`` bits; version 4 stands in the first four of 16 bytes."""

    version: int
    packed: bytes
    length: int
    is_network: bool


def read(text: str, *, mapped: bool) -> Address | None:
    """Read an address or a network; None for what is neither, has host bits, or names an interface.

    Where ``mapped``, addresses of version 6 that stand for version 4 (RFC 4291, 2.5.5.2) are those.
    """
    written = plain(text)
    is_network = "/" in written
    if not is_network and ":" not in written:
        return _read_four(written)
    try:
        network = ip_network(written)
    except ValueError:
        return None
    first = network.network_address
    if isinstance(first, IPv6Address):
        if first.scope_id is not None:
            return None
        if mapped and first.ipv4_mapped is not None and network.prefixlen >= _MAPPED_BITS:
            network = IPv4Network((first.ipv4_mapped, network.prefixlen - _MAPPED_BITS))
    packed = network.network_address.packed.ljust(BYTES, b"\0")
    return Address(network.version, packed, network.prefixlen, is_network)


def write(address: Address) -> str:
    """Return the spelling of RFC 5952."""
    if address.version == 4:
        text = inet_ntop(AF_INET, address.packed[:4])
    else:
        text = str(IPv6Address(address.packed))
    return f"{text}/{address.length}" if address.is_network else text


def _read_four(written: str) -> Address | None:
    # A fifth of what ipaddress takes.
    try:
        packed = inet_pton(AF_INET, written)
    except (OSError, ValueError):
        return None
    return Address(4, packed.ljust(BYTES, b"\0"), BITS[4], False)
