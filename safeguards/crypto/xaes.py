"""XAES-256-GCM (C2SP): AES-256-GCM with a 24-byte nonce, safe for 2^80 messages under one key.

The first half of the nonce derives an AES key (NIST SP 800-108r1, CMAC in counter mode), the second half is
the GCM nonce. Source: https://c2sp.org/XAES-256-GCM
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import repeat

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from safeguards.values import Secret

KEY_BYTES = 32
NONCE_BYTES = 24
OVERHEAD_BYTES = 16
PREFIX_BYTES = 12
Writer = tuple[bytes, Callable[[bytes, bytes, bytes], bytes]]
_CMAC_POLYNOMIAL = 0x87
_COUNTERS = (b"\x00\x01X\x00", b"\x00\x02X\x00")
# One derived key serves this many values before a writer draws another (2026-11): far below GCM's 2^32.
VALUES_PER_DERIVED_KEY = 1024
_DERIVED_KEYS_KEPT = 1024


class Xaes256Gcm:
    """XAES-256-GCM under one 32-byte key.

    Safe to share between threads. A forked child draws its own derived key.

    ``turns`` gives each value that is written its writer: the first half of its nonce, with the encryption
    under the key that this derives. Where it is at its end, `renew` begins anew.

    Args:
        key: 32 bytes.
        spend: asked by ``seal`` how many values it may write before it asks again, at most 1,024; an error
            of it leaves the value unwritten.

    Raises:
        ValueError: the key has another length than 32 bytes.
    """

    __slots__ = ("__weakref__", "_derive", "_spend", "derived", "turns")

    def __init__(self, key: Secret, spend: Callable[[], int] | None = None) -> None:
        if len(key.reveal()) != KEY_BYTES:
            raise ValueError(f"an XAES-256-GCM key has {KEY_BYTES} bytes")
        ecb = Cipher(AES(key.reveal()), ECB())  # noqa: S305  single blocks inside CMAC
        # No method of this instance: a cycle would keep keys in memory until the collector finds it.
        self._derive = partial(_derive, ecb, _subkey(ecb))
        self.derived = lru_cache(_DERIVED_KEYS_KEPT)(self._derive)
        self._spend = spend
        self.turns = _NONE
        _instances.add(self)

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes) -> bytes:
        """Return ciphertext and 16-byte tag under an explicit 24-byte nonce; ``seal`` chooses one itself."""
        return self.derived(nonce[:PREFIX_BYTES]).encrypt(nonce[PREFIX_BYTES:], data, associated)

    def decrypt(self, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
        """Return the plaintext of ciphertext and tag.

        Raises:
            cryptography.exceptions.InvalidTag: any of key, nonce, data or associated data differs.
        """
        return self.derived(nonce[:PREFIX_BYTES]).decrypt(nonce[PREFIX_BYTES:], sealed, associated)

    def seal(self, data: bytes, associated: bytes) -> bytes:
        """Return a fresh nonce, the ciphertext and the tag.

        Deriving an AES key costs more than encrypting a short value, so that up to 1,024 values share the
        first half of their nonces; the second half is random for each.
        """
        prefix, encrypt = next(self.turns, None) or self.renew()
        rest = os.urandom(PREFIX_BYTES)
        return prefix + rest + encrypt(rest, data, associated)

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        """Return the plaintext of what ``seal`` returned.

        Raises:
            cryptography.exceptions.InvalidTag: any of key, data or associated data differs.
        """
        return self.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)

    def renew(self) -> Writer:
        """Draw another derived key, and return it for the value at hand."""
        allowed = VALUES_PER_DERIVED_KEY if self._spend is None else self._spend()
        prefix = os.urandom(PREFIX_BYTES)
        writer = prefix, self._derive(prefix).encrypt
        self.turns = repeat(writer, allowed - 1)
        return writer


def _subkey(ecb: Cipher[ECB]) -> int:
    """CMAC's first subkey (NIST SP 800-38B, 6.1) as a 128-bit integer."""
    block = int.from_bytes(ecb.encryptor().update(bytes(16)), "big")
    doubled = (block << 1) & (1 << 128) - 1
    return doubled ^ _CMAC_POLYNOMIAL if block >> 127 else doubled


def _derive(ecb: Cipher[ECB], mask: int, prefix: bytes) -> AESGCM:
    blocks = (int.from_bytes(counter + prefix, "big") ^ mask for counter in _COUNTERS)
    return AESGCM(ecb.encryptor().update(b"".join(block.to_bytes(16, "big") for block in blocks)))


_NONE: Iterator[Writer] = iter(())
_instances: weakref.WeakSet[Xaes256Gcm] = weakref.WeakSet()


def _use_up_all() -> None:
    for instance in list(_instances):
        instance.turns = _NONE


os.register_at_fork(after_in_child=_use_up_all)
