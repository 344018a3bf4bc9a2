"""FF1 over numbers below any size, many at once: the next power of a radix, walked until a number is in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from safeguards.crypto.ff1 import RADIXES

Numbers = npt.NDArray[Any]
"""Integers of 64 bits, or Python's own (dtype object) where the power beyond the size might not fit them."""

Turn = Callable[[npt.NDArray[np.int64], int], npt.NDArray[np.int64]]
"""FF1 under one key and tweak, either way: a matrix of numerals and the radix in, the same out."""

Fits = Callable[[Numbers], npt.NDArray[np.bool_]]
_WORD_BITS = 62

LONGEST_WALK = 1_000
"""Steps; if half of all numbers fit, the chance of a longer walk is below 10^-300."""


def numbers(values: list[int], size: int) -> Numbers:
    """Return integers below ``size`` in the type that holds them."""
    return np.array(values, np.int64 if size.bit_length() <= _WORD_BITS else object)


def permuted(ranks: Numbers, size: int, turn: Turn, fits: Fits) -> Numbers:
    """Return what a permutation of the numbers that ``fits`` takes does to ``ranks``, which are some of them.

    Cycle walking (Black and Rogaway 2002): a number that does not fit is encrypted again. It ends, since
    each cycle leads back to the number it began with, and is short where most numbers fit. A walk of more
    than ``LONGEST_WALK`` steps is given up, and the result is -1.
    """
    radix, length = _shape(size)
    result = ranks.copy()
    rows = np.arange(len(ranks))
    for _ in range(LONGEST_WALK):
        if not len(rows):
            break
        found = _read(turn(_digits(result[rows], radix, length), radix), radix, ranks.dtype)
        result[rows] = found
        bad = np.asarray(found >= size, np.bool_)
        inside = np.flatnonzero(~bad)
        bad[inside] = ~fits(found[inside])
        rows = rows[bad]
    result[rows] = -1
    return result


def _shape(size: int) -> tuple[int, int]:
    """Return the radix and the length, 2 or more, of the tightest power that holds ``size`` numbers."""
    length = max(2, -(-(size - 1).bit_length() // (RADIXES[-1].bit_length() - 1)))
    low, high = 2, RADIXES[-1]
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if middle**length >= size else (middle + 1, high)
    return low, length


def _digits(ranks: Numbers, radix: int, length: int) -> npt.NDArray[np.int64]:
    matrix = np.empty((len(ranks), length), np.int64)
    for place in reversed(range(length)):
        quotient = ranks // radix
        matrix[:, place] = ranks - quotient * radix
        ranks = quotient
    return matrix


def _read(matrix: npt.NDArray[np.int64], radix: int, kind: np.dtype[Any]) -> Numbers:
    ranks = matrix[:, 0].astype(kind)
    for place in range(1, matrix.shape[1]):
        ranks = ranks * radix + matrix[:, place].astype(kind)
    return ranks
