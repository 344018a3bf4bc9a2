"""IP addresses whose networks stay recognisable as networks, though not as which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safeguards.errors import InputError
from safeguards.keys import Keyring
from safeguards.pseudonyms.column import by_unique, fitting, is_text, refuse_unfit
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.format_preserving.addresses import BITS, BYTES, WIDEST, read, write
from safeguards.pseudonyms.format_preserving.prefix_tree import PrefixTree
from safeguards.pseudonyms.reversal.permit import Permit
from safeguards.pseudonyms.transform import Bound, Traits, Transform, require_domain

ITEM = "ip_address"


@dataclass(frozen=True)
class PrefixPreserving(Transform):
    """Crypto-PAn (Xu, Fan, Ammar, Moon 2002): addresses that share their first k bits, and no more, still do.

    Different addresses stay different. Results are spelled as RFC 5952 says, whatever spelling came in; an
    IPv6 address that maps IPv4 is that IPv4 address. A network such as ``10.1.0.0/16`` becomes the network of
    its addresses' pseudonyms. Loopback, private and multicast ranges are hidden like all others. Versions 4
    and 6 have keys of their own.

    Who knows a few pairs learns the networks of all that share their prefixes: take ``Token`` where networks
    need not be recognised.

    Args:
        item: ``ip_address``, which is also what None means.

    Raises:
        InputError: the item is another one.
    """

    name: ClassVar[str] = "prefix_preserving"
    keyed: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "item", self.item or ITEM)
        super().__post_init__()
        if self.item != ITEM:
            raise InputError(f"item={self.item!r} has no prefixes of bits: PrefixPreserving is for {ITEM}")

    @property
    def traits(self) -> Traits:
        """Different addresses stay different."""
        return Traits(injective=True, reversible=True, type_preserving=True)

    def width(self, longest: int | None) -> int | None:
        """Return the length of the longest spelling of an address."""
        return WIDEST

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return text."""
        if not (is_text(kind) or pa.types.is_null(kind)):
            raise InputError(f"is {kind}: addresses are text")
        return pa.string()

    def bind(self, domain: Domain | None) -> Bound:
        """Derive the keys of the domain, one a version."""
        key_id, trees = self._trees(require_domain(domain, "PrefixPreserving"))
        return Bound(lambda values: _converted(values, _Walk(trees, back=False)), key_id)

    def reverse(self, domain: Domain | None, permit: Permit) -> Bound:
        """Go back to the addresses, in their canonical spelling."""
        key_id, trees = self._trees(require_domain(domain, "PrefixPreserving"), permit.keyring)
        return Bound(lambda values: _converted(values, _Walk(trees, back=True)), key_id)

    def holds(self, values: Any) -> Any | None:
        """Say which are addresses and networks, spelled as RFC 5952 says."""
        return fitting(values, _is_spelled)

    def parameters(self) -> Mapping[str, object]:
        """Name the scheme."""
        return {**super().parameters(), "scheme": "Crypto-PAn"}

    def _trees(self, domain: Domain, keyring: Keyring | None = None) -> tuple[int, Mapping[int, PrefixTree]]:
        found = {version: domain.key(self.item, f"crypto-pan-{version}", keyring) for version in BITS}
        trees = {version: PrefixTree(secret, BITS[version]) for version, (_, secret) in found.items()}
        return found[4][0], trees


def _is_spelled(text: str) -> bool:
    address = read(text, mapped=False)
    return address is not None and write(address) == text


class _Walk(NamedTuple):
    trees: Mapping[int, PrefixTree]
    back: bool


def _converted(values: Any, walk: _Walk) -> Any:
    found = by_unique(values, lambda unique: _walked(unique.cast(pa.string()), walk))
    refuse_unfit(pc.and_(pc.is_null(found), pc.is_valid(values)), _NO_ADDRESS)
    return found


def _walked(unique: Any, walk: _Walk) -> Any:
    found = [None if text is None else read(text, mapped=not walk.back) for text in unique.to_pylist()]
    result: list[str | None] = [None] * len(found)
    for version, tree in walk.trees.items():
        ours = [(row, address) for row, address in enumerate(found) if address and address.version == version]
        packed = b"".join(address.packed for _, address in ours)
        words = np.frombuffer(packed, ">u8").astype(np.uint64).reshape(-1, 2)
        lengths = np.array([address.length for _, address in ours], np.int64)
        turned = (tree.show if walk.back else tree.hide)(words, lengths).astype(">u8").tobytes()
        for place, (row, address) in enumerate(ours):
            turned_to = turned[place * BYTES : (place + 1) * BYTES]
            result[row] = write(address._replace(packed=turned_to))
    return pa.array(result, pa.string())


_NO_ADDRESS = (
    "holds a value that is no IP address and no network without host bits; correct it, or use Token or Drop"
)
