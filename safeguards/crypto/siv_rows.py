"""AES-256-SIV (RFC 5297) over many values of one length at once: AES-ECB over all rows for each block.

Bit for bit what :class:`safeguards.crypto.siv.Aes256Siv` seals, which also opens it, in a small part of the
time that calls for single values take.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from safeguards.crypto.siv import KEY_BYTES
from safeguards.values import Secret

Rows = npt.NDArray[np.uint8]
_BLOCK = 16
_BYTES_AT_ONCE = 1 << 18  # what stays in a processor's cache
_ZERO = bytes(_BLOCK)
_PADDED = 0x80
_OVERFLOW = 0x87  # x^7 + x^2 + x + 1, which x^128 is (RFC 5297, 2.3)
_CLEARED = (8, 12)  # bytes whose first bit the counter leaves free, so that 32 bits count without a carry


class Aes256SivRows:
    """AES-256-SIV under one 64-byte key, for rows of equal length.

    Raises:
        ValueError: the key has another length than 64 bytes.
    """

    __slots__ = ("_counter", "_last", "_mac", "_mac_key")

    def __init__(self, key: Secret) -> None:
        if len(key.reveal()) != KEY_BYTES:
            raise ValueError(f"an AES-256-SIV key has {KEY_BYTES} bytes")
        half = KEY_BYTES // 2
        self._mac_key = Secret(key.reveal()[:half])
        # ECB is the bare block cipher here: CMAC and CTR are made of it below.
        self._mac = Cipher(algorithms.AES256(self._mac_key.reveal()), modes.ECB())  # noqa: S305
        self._counter = Cipher(algorithms.AES256(key.reveal()[half:]), modes.ECB())  # noqa: S305
        whole = Secret(_doubled(_encrypted(self._mac, np.zeros((1, _BLOCK), np.uint8)).tobytes()))
        self._last = (whole, Secret(_doubled(whole.reveal())))

    def seal(self, rows: Rows, associated: bytes) -> Rows:
        """Return the synthetic IV and the ciphertext (n, 16 + length) of each row (n, length)."""
        length = rows.shape[1]
        sealed = np.empty((len(rows), _BLOCK + length), np.uint8)
        step = max(1, _BYTES_AT_ONCE // (_BLOCK + length))
        told = _xor(_doubled(self._cmac(_ZERO)), self._cmac(associated))
        for start in range(0, len(rows), step):
            some = rows[start : start + step]
            vectors = self._vectors(some, told)
            sealed[start : start + step, :_BLOCK] = vectors
            sealed[start : start + step, _BLOCK:] = some ^ self._stream(vectors, length)
        return sealed

    def _vectors(self, rows: Rows, told: bytes) -> Rows:
        """Return S2V of the associated data and each row."""
        length = rows.shape[1]
        if length >= _BLOCK:
            ended = rows.copy()
            ended[:, -_BLOCK:] ^= _row(told)
            return self._cmac_rows(ended)
        padded = np.zeros((len(rows), _BLOCK), np.uint8)
        padded[:, :length] = rows
        padded[:, length] = _PADDED
        return self._cmac_rows(padded ^ _row(_doubled(told)))

    def _cmac_rows(self, rows: Rows) -> Rows:
        """Return CMAC (NIST SP 800-38B) of rows of at least one block."""
        length = rows.shape[1]
        blocks = -(-length // _BLOCK)
        padded = np.zeros((len(rows), blocks * _BLOCK), np.uint8)
        padded[:, :length] = rows
        if length % _BLOCK:
            padded[:, length] = _PADDED
        padded[:, -_BLOCK:] ^= _row(self._last[length % _BLOCK > 0].reveal())
        chained = np.zeros((len(rows), _BLOCK), np.uint8)
        for start in range(0, padded.shape[1], _BLOCK):
            chained = _encrypted(self._mac, chained ^ padded[:, start : start + _BLOCK])
        return chained

    def _stream(self, vectors: Rows, length: int) -> Rows:
        """Return the key stream of each vector."""
        blocks = -(-length // _BLOCK)
        first = vectors.copy()
        first[:, _CLEARED] &= _PADDED - 1
        counters = np.repeat(first[:, None, :], blocks, axis=1)
        words: Any = counters.view(">u4")
        words[..., -1] += np.arange(blocks, dtype=np.uint32)
        return _encrypted(self._counter, counters).reshape(len(vectors), -1)[:, :length]

    def _cmac(self, data: bytes) -> bytes:
        mac = CMAC(algorithms.AES256(self._mac_key.reveal()))
        mac.update(data)
        return mac.finalize()


def _encrypted(cipher: Cipher[modes.ECB], blocks: Rows) -> Rows:
    encryptor = cipher.encryptor()
    data: Any = np.ascontiguousarray(blocks)
    return np.frombuffer(encryptor.update(data.data) + encryptor.finalize(), np.uint8).reshape(blocks.shape)


def _doubled(block: bytes) -> bytes:
    """Return ``block`` times x in the field of 2^128 elements."""
    number = int.from_bytes(block, "big") << 1
    carry = number >> 8 * _BLOCK
    return ((number & (1 << 8 * _BLOCK) - 1) ^ carry * _OVERFLOW).to_bytes(_BLOCK, "big")


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))


def _row(block: bytes) -> Rows:
    return np.frombuffer(block, np.uint8)
