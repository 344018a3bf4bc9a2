"""Keyed hashes: what systems take that expect hexadecimal digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.errors import InputError
from safeguards.pseudonyms.canonical import canonical_bytes
from safeguards.pseudonyms.column import as_text, require_whole
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.not_of_item import by_unique_counted
from safeguards.pseudonyms.tokens.digests import in_hexadecimal, keyed
from safeguards.pseudonyms.transform import Bound, Traits, Transform, collision_odds, require_domain

SHORTEST, LONGEST = 20, 64
_BITS = 4
_PURPOSE = "hash"


@dataclass(frozen=True)
class Hash(Transform):
    """Hexadecimal digits of HMAC-SHA-256 over the value's canonical form (RFC 2104, FIPS 198-1).

    There is no hash without a key: all phone numbers can be hashed in minutes. The key is another one than
    that of ``Token``, so that a column of the one cannot be joined with one of the other. A hash does not
    show what it is; where that matters take ``Token``.

    Args:
        item: the kind of personal data, whose canonical form makes one value of its spellings. Without it,
            values are compared as Unicode NFC, white space around it cut.
        length: digits, 4 bits each, from 20 to 64.

    Raises:
        InputError: the item or the length is none of these.
    """

    name: ClassVar[str] = "hash"
    keyed: ClassVar[bool] = True

    length: int = LONGEST

    def __post_init__(self) -> None:
        super().__post_init__()
        whole = isinstance(self.length, int) and not isinstance(self.length, bool)
        if not whole or not SHORTEST <= self.length <= LONGEST:
            raise InputError(f"a hash's length is a whole number from {SHORTEST} to {LONGEST}")

    @property
    def traits(self) -> Traits:
        """Different values stay different, but for the stated odds."""
        return Traits(injective=True)

    def width(self, longest: int | None) -> int | None:
        """Return the one length of every hash."""
        return self.length

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return text."""
        require_whole(kind, self.item)
        return pa.string()

    def bind(self, domain: Domain | None) -> Bound:
        """Derive the key of the domain and the item."""
        key_id, secret = require_domain(domain, "Hash").key(self.item, _PURPOSE)

        def hashes(unique: Any) -> Any:
            return in_hexadecimal(keyed(secret, canonical_bytes(self.item, unique)), self.length)

        return by_unique_counted(self.item, hashes, key_id)

    def holds(self, values: Any) -> Any | None:
        """Say which are so many hexadecimal digits."""
        return pc.match_substring_regex(as_text(values), f"^[0-9a-f]{{{self.length}}}$")

    def parameters(self) -> Mapping[str, object]:
        """Add what the length means."""
        return {**super().parameters(), "bits": self.length * _BITS}

    def collision_odds(self, values: int) -> float | None:
        """Return the chance that any two of ``values`` different values share a hash (birthday bound)."""
        return collision_odds(values, self.length * _BITS)
