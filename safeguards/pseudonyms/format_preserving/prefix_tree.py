"""Crypto-PAn over many addresses at once: what a bit becomes depends on the bits before it alone.

J. Xu, J. Fan, M. Ammar, S. Moon, "Prefix-Preserving IP Address Anonymization", ICNP 2002, with the padding of
the authors' program; its 128-bit form is that of the programs that came after.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from safeguards.values import Secret

KEY_BYTES = 32
_BLOCK = 16
_ROWS_AT_ONCE = 65_536
Words = npt.NDArray[np.uint64]
"""Addresses (n, 2): 128 bits of which the first come first, in the machine's order of bytes."""


class PrefixTree:
    """One key's tree of addresses of ``bits`` (32 or 128) bits; 16 bytes of the key are AES-128's.

    Raises:
        ValueError: the key has another length than 32 bytes.
    """

    def __init__(self, key: Secret, bits: int) -> None:
        if len(key.reveal()) != KEY_BYTES:
            raise ValueError(f"a key of Crypto-PAn has {KEY_BYTES} bytes")
        # Blocks are single and differ by what is encrypted; there is no text whose repeats would show.
        self._cipher = Cipher(algorithms.AES(key.reveal()[:_BLOCK]), modes.ECB())  # noqa: S305
        self._pad = _words(self._encrypted(key.reveal()[_BLOCK:]))
        self._bits = bits

    def hide(self, addresses: Words, lengths: Any = None) -> Words:
        """Return the pseudonyms; bits from ``lengths`` (n,) on stay what they are."""
        return self._walked(addresses, lengths, back=False)

    def show(self, pseudonyms: Words, lengths: Any = None) -> Words:
        """Return what ``hide`` made the pseudonyms of."""
        return self._walked(pseudonyms, lengths, back=True)

    def _walked(self, addresses: Words, lengths: Any, *, back: bool) -> Words:
        ends = np.full(len(addresses), self._bits) if lengths is None else np.asarray(lengths)
        parts = [
            self._some(addresses[start : start + _ROWS_AT_ONCE], ends[start : start + _ROWS_AT_ONCE], back)
            for start in range(0, len(addresses), _ROWS_AT_ONCE)
        ]
        return np.concatenate(parts) if parts else addresses

    def _some(self, addresses: Words, ends: Any, back: bool) -> Words:
        result = addresses.copy()
        known = result if back else addresses  # going back, each bit is needed for the next
        for place in range(int(ends.max())):
            mask = _mask(place)
            blocks = (known & mask) | (self._pad & ~mask)
            flips = np.frombuffer(self._encrypted(blocks.astype(">u8").tobytes()), np.uint8)[::_BLOCK] >> 7
            word, shift = divmod(place, 64)
            result[:, word] ^= (flips & (place < ends)).astype(np.uint64) << np.uint64(63 - shift)
        return result

    def _encrypted(self, blocks: bytes) -> bytes:
        encryptor = self._cipher.encryptor()
        return encryptor.update(blocks) + encryptor.finalize()


def _words(raw: bytes) -> Words:
    return np.frombuffer(raw, ">u8").astype(np.uint64)


def _mask(bits: int) -> Words:
    """Return a mask of the first ``bits`` of 128."""
    ones = ((1 << bits) - 1) << (128 - bits)
    return _words(ones.to_bytes(_BLOCK, "big"))
