"""Reversible tokens: a value sealed so that equal values look equal, and the key leads back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safeguards.crypto.framing import frame
from safeguards.crypto.kdf import derive
from safeguards.crypto.siv import OVERHEAD_BYTES, Aes256Siv, by_rows
from safeguards.errors import InputError
from safeguards.fields.padding import Pad, bucket, is_pad
from safeguards.keys import Keyring
from safeguards.pseudonyms.canonical import canonical_bytes
from safeguards.pseudonyms.column import as_text, by_unique, is_text, refuse_unfit, require_whole
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.not_of_item import by_unique_counted
from safeguards.pseudonyms.reversal.permit import Permit
from safeguards.pseudonyms.tokens import sealed_text
from safeguards.pseudonyms.tokens.base32 import letters_for
from safeguards.pseudonyms.tokens.tokeniser import (
    ALPHABET,
    BITS,
    LENGTH,
    REVERSIBLE_MARK,
    check_shape,
    head_of,
)
from safeguards.pseudonyms.transform import Bound, Traits, Transform, require_domain
from safeguards.values import Secret

PAD = 16
_PURPOSE = "reversible-token"
_ASSOCIATED_BYTES = 16
_BYTE_BITS = 8
_UTF_8_GROWTH = 36
"""Bytes that the canonical form of one character has at most: NFKC makes 18 characters of one."""


@dataclass(frozen=True)
class ReversibleToken(Transform):
    """``rt1_email_`` and letters of AES-256-SIV (RFC 5297) over the value's canonical form.

    Equal canonical forms have equal tokens inside a domain. What comes back is the canonical form, such as
    ``kim@example.com`` for ``Kim@Example.com``, as text; of a number its digits. The token's length tells
    that of the value, rounded up to ``pad``. A token of another domain, item or key, or one that was cut or
    changed, does not come back at all.

    Args:
        item: the kind of personal data, whose canonical form makes one value of its spellings. Without it,
            values are compared as Unicode NFC, white space around it cut.
        prefix: what stands for the item in the token; lower-case letters, digits and ``_``.
        pad: to what lengths values are rounded up, in bytes of UTF-8: multiples of a number (1 shows the
            length), chosen sizes, or ``padme`` for texts of any length. Two columns that are joined have the
            same one.

    Raises:
        InputError: the item, the prefix or the padding is none of these.
    """

    name: ClassVar[str] = "reversible_token"
    keyed: ClassVar[bool] = True

    prefix: str | None = None
    pad: Pad = PAD

    def __post_init__(self) -> None:
        super().__post_init__()
        check_shape(self.prefix, LENGTH)
        if isinstance(self.pad, list):  # as TOML writes it
            object.__setattr__(self, "pad", tuple(self.pad))
        exact = type(self.pad) is int and self.pad == 1
        if not exact and not is_pad(self.pad):
            raise InputError('pad= is a number of bytes, ascending sizes of at least 2 bytes, or "padme"')

    @property
    def traits(self) -> Traits:
        """Different values stay different."""
        return Traits(injective=True, reversible=True)

    def width(self, longest: int | None) -> int | None:
        """Return the length of the token of the worst text of ``longest`` characters."""
        if longest is None:
            return None
        sealed = OVERHEAD_BYTES + bucket(longest * _UTF_8_GROWTH + 1, self.pad)
        return len(self._head) + letters_for(sealed)

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return text."""
        require_whole(kind, self.item)
        return pa.string()

    def bind(self, domain: Domain | None) -> Bound:
        """Derive the key of the domain and the item."""
        key_id, secret, associated = self._key(require_domain(domain, "ReversibleToken"))
        siv = by_rows(secret)

        def tokens(unique: Any) -> Any:
            canonical = canonical_bytes(self.item, unique)
            return sealed_text.sealed(siv, canonical, associated, self._head, self.pad)

        return by_unique_counted(self.item, tokens, key_id)

    def reverse(self, domain: Domain | None, permit: Permit) -> Bound:
        """Open tokens; text comes back, in the canonical form."""
        scope = require_domain(domain, "ReversibleToken")
        key_id, secret, associated = self._key(scope, permit.keyring)
        siv = Aes256Siv(secret)

        def values_of(column: Any) -> Any:
            if not is_text(column.type) and not pa.types.is_null(column.type):
                raise InputError(f"is {column.type}, which holds no tokens")
            found = by_unique(column, lambda some: sealed_text.opened(siv, some, associated, self._head))
            refuse_unfit(pc.and_(pc.is_null(found), pc.is_valid(column)), _CLOSED)
            return found

        return Bound(values_of, key_id)

    def holds(self, values: Any) -> Any | None:
        """Say which are tokens of this item and prefix, as long as the padding makes them."""
        text = as_text(values)
        letters = pc.subtract(pc.utf8_length(text), pa.scalar(len(self._head), pa.int32()))
        sizes = np.unique(letters.drop_null().to_numpy()).tolist()
        padded: Any = pa.array([size for size in sizes if self._padded_to(size)], letters.type)
        written = pc.match_substring_regex(text, f"^{re.escape(self._head)}[{ALPHABET}]+$")
        return pc.and_(written, pc.is_in(letters, value_set=padded))

    def _padded_to(self, letters: int) -> bool:
        """Say whether so many letters hold a padded value."""
        sealed = letters * BITS // _BYTE_BITS
        padded = sealed - OVERHEAD_BYTES
        return padded > 0 and letters_for(sealed) == letters and bucket(padded, self.pad) == padded

    def parameters(self) -> Mapping[str, object]:
        """Add the primitive."""
        return {**super().parameters(), "primitive": "AES-256-SIV"}

    @property
    def _head(self) -> str:
        return head_of(self.item, self.prefix, REVERSIBLE_MARK)

    def _key(self, domain: Domain, keyring: Keyring | None = None) -> tuple[int, Secret, bytes]:
        key_id, root = domain.key(self.item, _PURPOSE, keyring)
        # No name stands for the bytes: a traceback that shows locals shows no key.
        secret = Secret(b"".join(derive(root, "aes-256-siv", half).reveal() for half in ("s2v", "ctr")))
        # The key says as much already; a digest, so that it has one length.
        labels = (domain.name, str(domain.epoch), domain.regime, self.item or "", self._head)
        named = sha256(frame(*(label.encode() for label in labels))).digest()
        return key_id, secret, named[:_ASSOCIATED_BYTES]


_CLOSED = (
    "holds what is no token of this domain, item, prefix and key, or one that was changed; nothing was shown"
)
