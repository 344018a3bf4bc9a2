"""Search tags: equal values get equal tags under one key, and without the key a tag says nothing."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from safeguards.values import Secret

TAG_BYTES = 16


class Tagger:
    """Makes tags under one key: ready-made state costs a third of ``hmac.digest`` on a short value.

    Safe to share between threads.
    """

    __slots__ = ("_keyed",)

    def __init__(self, key: Secret) -> None:
        self._keyed = HMAC(key.reveal(), SHA256())

    def tag(self, canonical: bytes) -> bytes:
        """Return the first 16 bytes of HMAC-SHA-256 (RFC 2104, FIPS 198-1) of a value's canonical form."""
        state = self._keyed.copy()
        state.update(canonical)
        return state.finalize()[:TAG_BYTES]

    def digest(self, canonical: bytes) -> bytes:
        """Return all 32 bytes, for pseudonyms that are longer than a tag."""
        state = self._keyed.copy()
        state.update(canonical)
        return state.finalize()


def tag(key: bytes, canonical: bytes) -> bytes:
    """Return one tag under a key that is not used again."""
    return Tagger(Secret(key)).tag(canonical)
