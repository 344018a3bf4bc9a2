"""Tokens: one-way keyed pseudonyms, the same for the same value inside a domain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.pseudonyms.canonical import canonical_bytes
from safeguards.pseudonyms.column import as_text, require_whole
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.not_of_item import by_unique_counted
from safeguards.pseudonyms.tokens.digests import keyed, spelled
from safeguards.pseudonyms.tokens.tokeniser import ALPHABET, BITS, LENGTH, check_shape, head_of
from safeguards.pseudonyms.transform import Bound, Traits, Transform, collision_odds, require_domain


@dataclass(frozen=True)
class Token(Transform):
    """``tk1_email_`` and characters of HMAC-SHA-256 over the value's canonical form (RFC 2104, FIPS 198-1).

    One-way: nobody can go back, and who has the domain's keyring can only test guesses. The key depends on
    the domain, the item and the epoch, never on the column's name.

    Args:
        item: the kind of personal data, whose canonical form makes one value of its spellings. Without it,
            values are compared as Unicode NFC, white space around it cut.
        prefix: what stands for the item in the token; lower-case letters, digits and ``_``.
        length: characters after the prefix, 5 bits each: 26 are 130 bits, with which a billion values collide
            with odds of 1 in 10^21; 16 are 80 bits, with odds of 1 in 2 million.

    Raises:
        InputError: the item, the prefix or the length is none of these.
    """

    name: ClassVar[str] = "token"
    keyed: ClassVar[bool] = True

    prefix: str | None = None
    length: int = LENGTH

    def __post_init__(self) -> None:
        super().__post_init__()
        check_shape(self.prefix, self.length)

    @property
    def traits(self) -> Traits:
        """Different values stay different, but for the stated odds."""
        return Traits(injective=True)

    def width(self, longest: int | None) -> int | None:
        """Return the one length of every token."""
        return len(head_of(self.item, self.prefix)) + self.length

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return text."""
        require_whole(kind, self.item)
        return pa.string()

    def bind(self, domain: Domain | None) -> Bound:
        """Derive the key of the domain and the item."""
        key_id, secret = require_domain(domain, "Token").key(self.item)
        head = head_of(self.item, self.prefix)

        def tokens(unique: Any) -> Any:
            # Revealed for the digest alone: a traceback that shows locals shows no key.
            return spelled(keyed(secret, canonical_bytes(self.item, unique)), head, self.length)

        return by_unique_counted(self.item, tokens, key_id)

    def holds(self, values: Any) -> Any | None:
        """Say which are tokens of this item, prefix and length."""
        head = re.escape(head_of(self.item, self.prefix))
        return pc.match_substring_regex(as_text(values), f"^{head}[{ALPHABET}]{{{self.length}}}$")

    def parameters(self) -> Mapping[str, object]:
        """Add what the length means."""
        return {**super().parameters(), "bits": self.length * BITS}

    def collision_odds(self, values: int) -> float | None:
        """Return the chance that any two of ``values`` different values share a token (birthday bound)."""
        return collision_odds(values, self.length * BITS)
