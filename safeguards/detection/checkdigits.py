"""Check digits of many numbers at once: the arithmetic of `CheckDigit` as data, in NumPy.

Items use the standard library only, so the vectorised form stands here; a property test holds it equal to the
scalar one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from safeguards.items.checkdigit import CheckDigit

Flags = npt.NDArray[np.bool_]


def holding(check: CheckDigit, numbers: Sequence[str]) -> Flags:
    """Say of each number whether its last digit is the check digit of the others.

    What is no run of ASCII digits, or is longer than the weights reach, does not hold.
    """
    width = len(check.weights) + 1
    held = np.zeros(len(numbers), np.bool_)
    places = [at for at, digits in enumerate(numbers) if _fits(digits, width)]
    if places:
        held[places] = _last_holds(check, _matrix([numbers[at] for at in places], width))
    return held


def _fits(digits: str, width: int) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) <= width


def _matrix(numbers: Sequence[str], width: int) -> npt.NDArray[np.int64]:
    """Return one row of digits for each number; zeros before a shorter one weigh nothing."""
    text = "".join(digits.rjust(width, "0") for digits in numbers).encode("ascii")
    return np.frombuffer(text, np.uint8).reshape(-1, width).astype(np.int64) - ord("0")


def _last_holds(check: CheckDigit, digits: npt.NDArray[np.int64]) -> Flags:
    last: Flags = expected(check, digits[:, :-1]) == digits[:, -1]
    return last


def expected(check: CheckDigit, bodies: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the check digit that follows each row of digits, of which there are no more than weights."""
    width = bodies.shape[1]
    products = bodies * np.array(check.weights, np.int64)[len(check.weights) - width :]
    if check.carries:
        carries = np.array(check.carries)[len(check.weights) - width :]
        products += np.where(carries, products // 10, 0)
    digits: npt.NDArray[np.int64] = (check.base - products.sum(axis=1) % check.modulus) % 10
    return digits
