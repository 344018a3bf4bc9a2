"""Base 32 of many byte strings of one length at once, in the letters of tokens."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from safeguards.pseudonyms.tokens.tokeniser import ALPHABET, BITS

Bytes = npt.NDArray[np.uint8]
_GROUP = 5
"""Bytes that make eight letters."""
_ROWS_AT_ONCE = 8192  # what stays in a processor's cache
_LETTERS: npt.NDArray[np.uint8] = np.frombuffer(ALPHABET.encode(), np.uint8)
# Two letters for each ten bits, side by side in memory.
_PAIRS: npt.NDArray[np.uint16] = (
    np.stack([np.repeat(_LETTERS, len(ALPHABET)), np.tile(_LETTERS, len(ALPHABET))], axis=1)
    .copy()
    .view(np.uint16)
    .ravel()
)
_NONE = 255
_VALUES: npt.NDArray[np.uint8] = np.full(256, _NONE, np.uint8)
_VALUES[_LETTERS] = np.arange(len(ALPHABET))


def letters_for(size: int) -> int:
    """Return how many letters ``size`` bytes take."""
    return -(-size * 8 // BITS)


def encode(raw: Bytes, into: Bytes) -> None:
    """Write the first bits of each row of ``raw`` (n, bytes) as the letters of ``into`` (n, letters)."""
    size, letters = raw.shape[1], into.shape[1]
    groups = -(-letters // 8)
    for start in range(0, len(raw), _ROWS_AT_ONCE):
        some = raw[start : start + _ROWS_AT_ONCE, : groups * _GROUP]
        padded = np.zeros((len(some), groups * _GROUP), np.uint16)
        padded[:, : min(size, groups * _GROUP)] = some
        one, two, three, four, five = (padded[:, place::_GROUP] for place in range(_GROUP))
        tens = np.empty((len(some), groups, 4), np.uint16)
        tens[..., 0] = one << 2 | two >> 6
        tens[..., 1] = (two & 63) << 4 | three >> 4
        tens[..., 2] = (three & 15) << 6 | four >> 2
        tens[..., 3] = (four & 3) << 8 | five
        written = _PAIRS[tens].view(np.uint8).reshape(len(some), groups * 8)
        into[start : start + _ROWS_AT_ONCE] = written[:, :letters]


def decode(letters: Bytes) -> tuple[Bytes, npt.NDArray[np.bool_]]:
    """Return the bytes (n, whole bytes) that rows of letters hold, and which rows are such letters.

    A row whose last bits, which belong to no byte, are not zero is none: one byte string has one spelling.
    """
    values: Any = _VALUES[letters]
    good = (values != _NONE).all(axis=1)
    bits = np.unpackbits((values & 31)[..., None], axis=2)[..., 8 - BITS :].reshape(len(letters), -1)
    whole = bits.shape[1] // 8 * 8
    good &= ~bits[:, whole:].any(axis=1) & (letters_for(whole // 8) == letters.shape[1])
    return np.packbits(bits[:, :whole], axis=1), good
