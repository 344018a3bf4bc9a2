"""Keyed digests of many values at once, and how they are spelled."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from safeguards.pseudonyms.tokeniser import ALPHABET, BITS
from safeguards.values import Secret

DIGEST_BYTES = 32
_BLOCK = 64
# The standard's two pads, as tables for bytes.translate.
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


def keyed(key: Secret, values: Iterable[bytes]) -> list[bytes]:
    """Return HMAC-SHA-256 (RFC 2104) of each value under a key of at most 64 bytes.

    The two padded key blocks are hashed once for all values, which is three times as fast as ``hmac.digest``.
    """
    inner, outer = _blocks(key)
    digests = []
    for value in values:
        first = inner.copy()
        first.update(value)
        second = outer.copy()
        second.update(first.digest())
        digests.append(second.digest())
    return digests


def _blocks(key: Secret) -> tuple[Any, Any]:
    """Return the two hashes begun with the padded key; no name but the Secret's stands for its bytes."""
    padded = Secret(key.reveal().ljust(_BLOCK, b"\0"))
    return (
        hashlib.sha256(padded.reveal().translate(_INNER)),
        hashlib.sha256(padded.reveal().translate(_OUTER)),
    )


def spelled(digests: list[bytes], head: str, length: int) -> Any:
    """Write each digest as ``head`` and ``length`` (at most 51) characters of base 32; a string array."""
    raw = np.frombuffer(b"".join(digests), np.uint8).reshape(-1, DIGEST_BYTES)
    letters = np.frombuffer(ALPHABET.encode(), np.uint8)
    width = len(head) + length
    text = np.empty((len(digests), width), np.uint8)
    text[:, : len(head)] = np.frombuffer(head.encode(), np.uint8)
    for place in range(length):
        byte, bit = divmod(place * BITS, 8)
        pair = raw[:, byte].astype(np.uint16) << 8
        if byte + 1 < DIGEST_BYTES:
            pair |= raw[:, byte + 1]
        text[:, len(head) + place] = letters[pair >> (16 - BITS - bit) & (1 << BITS) - 1]
    offsets = np.arange(len(digests) + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(
        len(digests), pa.py_buffer(offsets.tobytes()), pa.py_buffer(text.tobytes())
    )
