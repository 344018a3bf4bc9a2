"""Prefix-preserving addresses: the reference's vectors, and what a prefix is."""

from __future__ import annotations

import ipaddress
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.pseudonyms import Domain, PrefixPreserving
from safeguards.pseudonyms.column import Unfit
from safeguards.pseudonyms.format_preserving.addresses import read, write
from safeguards.pseudonyms.format_preserving.prefix_tree import PrefixTree
from safeguards.pseudonyms.reversal.permit import Permit
from safeguards.values import Secret

DOMAIN = Domain("logs-2026")
# The key and the first lines of the sample trace in the authors' distribution of Crypto-PAn 1.0.
SAMPLE_KEY = bytes(
    [21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
     216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2]
)  # fmt: skip
SAMPLES = [
    ("128.11.68.132", "135.242.180.132"),
    ("129.118.74.4", "134.136.186.123"),
    ("130.132.252.244", "133.68.164.234"),
    ("141.223.7.43", "141.167.8.160"),
    ("141.233.145.108", "141.129.237.235"),
    ("152.163.225.39", "151.140.114.167"),
    ("156.29.3.236", "147.225.12.42"),
    ("165.247.96.84", "162.9.99.234"),
    ("166.107.77.190", "160.132.178.185"),
    ("192.102.249.13", "252.138.62.131"),
    ("195.205.63.100", "255.186.223.5"),
    # Of the programs that came after, for 128 bits.
    ("::1", "78ff:f001:9fc0:20df:8380:b1f1:704:ed"),
    ("::2", "78ff:f001:9fc0:20df:8380:b1f1:704:ef"),
]
v4 = st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address)
v6 = st.integers(0, 2**128 - 1).map(ipaddress.IPv6Address).filter(lambda one: one.ipv4_mapped is None)


class Silent:
    """A sink that takes everything."""

    def record(self, event: object) -> None:
        """Take an event."""


def hidden(values: list[Any]) -> list[Any]:
    texts = [None if value is None else str(value) for value in values]
    found: list[Any] = PrefixPreserving().apply(pa.array(texts, pa.string()), DOMAIN).to_pylist()
    return found


def shown(ring: Keyring, values: list[Any]) -> list[Any]:
    permit = Permit(ring, "kim", "abuse report", "case 7", Silent())
    found: list[Any] = (
        PrefixPreserving().reverse(DOMAIN, permit).apply(pa.array(values, pa.string())).to_pylist()
    )
    return found


def reference(key: bytes, number: int, bits: int) -> int:
    """Crypto-PAn as the paper describes it, one address and one bit at a time."""
    aes = Cipher(algorithms.AES(key[:16]), modes.ECB())

    def encrypted(block: bytes) -> int:
        return int.from_bytes(aes.encryptor().update(block), "big")

    pad, address = encrypted(key[16:]), number << 128 - bits
    flips = 0
    for place in range(bits):
        tail = (1 << 128 - place) - 1
        block = (address & ~tail) | (pad & tail)
        flips = flips << 1 | encrypted(block.to_bytes(16, "big")) >> 127
    return number ^ flips


def common(one: Any, other: Any) -> int:
    """Return how many bits two addresses share at their beginning."""
    return int(one.max_prefixlen - (int(one) ^ int(other)).bit_length())


@pytest.mark.parametrize(("address", "pseudonym"), SAMPLES)
def test_the_sample_trace_of_crypto_pan_comes_out(address: str, pseudonym: str) -> None:
    given_, wanted = ipaddress.ip_address(address), ipaddress.ip_address(pseudonym)
    bits = given_.max_prefixlen
    words = np.frombuffer((int(given_) << 128 - bits).to_bytes(16, "big"), ">u8").astype(np.uint64)
    tree = PrefixTree(Secret(SAMPLE_KEY), bits)
    made = tree.hide(words.reshape(1, 2))
    assert int.from_bytes(made.astype(">u8").tobytes(), "big") >> 128 - bits == int(wanted)
    assert (tree.show(made) == words).all()


@given(addresses=st.lists(v4 | v6, min_size=1, max_size=6))
def test_each_bit_is_that_of_the_reference(ring_of_module: Keyring, addresses: list[Any]) -> None:
    keys = {n: DOMAIN.key("ip_address", f"crypto-pan-{n}")[1].reveal() for n in (4, 6)}
    for address, made in zip(addresses, hidden(addresses), strict=True):
        wanted = reference(keys[address.version], int(address), address.max_prefixlen)
        assert int(ipaddress.ip_address(made)) == wanted


@given(one=v4, other=v4, prefix=st.integers(0, 32))
def test_addresses_share_exactly_as_many_bits_as_before(
    ring_of_module: Keyring, one: Any, other: Any, prefix: int
) -> None:
    tail = (1 << 32 - prefix) - 1
    other = ipaddress.IPv4Address((int(one) & ~tail) | (int(other) & tail))
    made = [ipaddress.ip_address(text) for text in hidden([one, other])]
    assert common(*made) == common(one, other)


@given(addresses=st.lists(st.none() | v4 | v6, max_size=8))
def test_addresses_come_back_and_stay_different(ring_of_module: Keyring, addresses: list[Any]) -> None:
    made = hidden(addresses)
    assert shown(ring_of_module, made) == [None if one is None else str(one) for one in addresses]
    assert len(set(made)) == len(set(addresses))


@given(network=v4, length=st.integers(0, 32), host=st.integers(0, 2**32 - 1))
def test_a_network_holds_the_pseudonyms_of_its_addresses(
    ring_of_module: Keyring, network: Any, length: int, host: int
) -> None:
    tail = (1 << 32 - length) - 1
    first = ipaddress.IPv4Address(int(network) & ~tail)
    inside = ipaddress.IPv4Address(int(first) | (host & tail))
    made = hidden([f"{first}/{length}", inside])
    assert ipaddress.ip_address(made[1]) in ipaddress.ip_network(made[0])
    assert shown(ring_of_module, made[:1]) == [f"{first}/{length}"]


def test_every_spelling_of_an_address_has_one_pseudonym(ring: Keyring) -> None:
    spellings = ["10.1.2.3", " 10.1.2.3 ", "::ffff:10.1.2.3", "::FFFF:0a01:0203", "１０.1.2.3"]
    assert len(set(hidden(spellings))) == 1
    assert hidden(["::ffff:10.1.2.0/120"]) == hidden(["10.1.2.0/24"])
    assert len(set(hidden(["2001:db8::1", "2001:0DB8:0:0::0001"]))) == 1


def test_versions_have_trees_of_their_own(ring: Keyring) -> None:
    first = ipaddress.ip_address(hidden(["10.1.2.3"])[0])
    sixth = ipaddress.ip_address(hidden([ipaddress.IPv6Address(0x0A010203 << 96)])[0])
    assert int(sixth) >> 96 != int(first)


def test_an_ipv6_pseudonym_that_looks_mapped_comes_back_as_ipv6(ring: Keyring) -> None:
    mapped = "::ffff:1.2.3.4"
    found = shown(ring, [mapped])
    assert ipaddress.ip_address(found[0]).version == 6
    assert hidden(found) == [str(ipaddress.ip_address(mapped))]


@pytest.mark.parametrize("bad", ["", "0", "10.1.2", "10.1.2.3/24", "256.1.1.1", "fe80::1%eth0", "localhost"])
def test_what_is_no_address_is_refused_by_its_row(ring: Keyring, bad: str) -> None:
    with pytest.raises(Unfit) as caught:
        hidden(["10.1.2.3", None, bad])
    assert caught.value.row == 3
    assert not bad or bad not in str(caught.value).split()


def test_other_items_and_numbers_are_refused(ring: Keyring) -> None:
    with pytest.raises(InputError, match="no prefixes"):
        PrefixPreserving(item="email")
    with pytest.raises(InputError, match="addresses are text"):
        PrefixPreserving().apply(pa.array([1]), DOMAIN)
    with pytest.raises(InputError, match="keyed"):
        PrefixPreserving().apply(pa.array(["10.1.2.3"]))


@given(text=st.text("0123456789abcdef:./ %", max_size=16) | v4.map(str) | v6.map(str))
def test_addresses_are_those_that_the_standard_library_reads(text: str) -> None:
    try:
        network: Any = ipaddress.ip_network(text.strip()) if "%" not in text else None
    except ValueError:
        network = None
    found = read(text, mapped=False)
    assert (found is None) == (network is None)
    if found is not None:
        assert (found.version, found.length) == (network.version, network.prefixlen)
        assert write(found) == (str(network) if "/" in text else str(network.network_address))
