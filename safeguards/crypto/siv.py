"""AES-256-SIV (RFC 5297): equal values give equal ciphertexts, and nothing else shows; suite 2's primitive.

There is no nonce to repeat: the synthetic IV of 16 bytes is both tag and starting counter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from safeguards.plugins import require
from safeguards.values import Secret

if TYPE_CHECKING:
    from safeguards.crypto.siv_rows import Aes256SivRows

KEY_BYTES = 64  # two AES-256 keys: for S2V, then for CTR
OVERHEAD_BYTES = 16


class Aes256Siv:
    """AES-256-SIV under one 64-byte key, with one string of associated data.

    Safe to share between threads and with forked children: it keeps no state.

    Raises:
        ValueError: the key has another length than 64 bytes.
    """

    __slots__ = ("_siv",)

    def __init__(self, key: Secret) -> None:
        if len(key.reveal()) != KEY_BYTES:
            raise ValueError(f"an AES-256-SIV key has {KEY_BYTES} bytes")
        self._siv = AESSIV(key.reveal())

    def seal(self, data: bytes, associated: bytes) -> bytes:
        """Return the synthetic IV of 16 bytes and the ciphertext; the same bytes for the same arguments."""
        return self._siv.encrypt(data, [associated])

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        """Return the plaintext of what ``seal`` returned.

        Raises:
            cryptography.exceptions.InvalidTag: any of key, data or associated data differs.
        """
        if len(sealed) < OVERHEAD_BYTES:
            raise InvalidTag
        return self._siv.decrypt(sealed, [associated])


def by_rows(key: Secret) -> Aes256SivRows:
    """Return what seals many values of one length at once, to the same bytes; it takes NumPy.

    Raises:
        MissingExtra: NumPy is not installed.
        ValueError: the key has another length than 64 bytes.
    """
    require("numpy", "pipeline")
    from safeguards.crypto.siv_rows import Aes256SivRows

    return Aes256SivRows(key)
