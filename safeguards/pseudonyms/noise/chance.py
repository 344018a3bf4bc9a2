"""Exact samples of the discrete Laplace and Gaussian distributions, many at once.

C. Canonne, G. Kamath, T. Steinke, "The Discrete Gaussian for Differential Privacy", NeurIPS 2020, algorithms
1 to 3. Only integers are drawn and compared, from the operating system's generator: the noise of floating
point shows in its last bits what it was added to (Mironov, CCS 2012).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Bits = npt.NDArray[np.bool_]
Draw = Callable[[int], bytes]
"""Returns so many random bytes."""

LARGEST_SCALE = 1 << 50
LARGEST_SIGMA = 1 << 26
_TRIALS = 1 << 9
"""Beyond so many a product with a denominator would leave 64 bits; their chance is that of 1 in 512!."""


class Chance:
    """Samples from one source of bytes."""

    def __init__(self, draw: Draw = secrets.token_bytes) -> None:
        self._draw = draw

    def laplace(self, numerator: int, denominator: int, size: int) -> Integers:
        """Return ``size`` integers x, each with a probability proportional to exp(-|x| n / d).

        Raises:
            ValueError: the denominator is beyond 2^50.
        """
        if not (numerator >= 1 and 1 <= denominator <= LARGEST_SCALE):
            raise ValueError("a scale is a fraction with a denominator of at most 2^50")
        return self._until_accepted(size, lambda count: self._laplace(numerator, denominator, count))

    def gaussian(self, sigma: int, size: int) -> Integers:
        """Return ``size`` integers x, each with a probability proportional to exp(-x² / 2 sigma²).

        Raises:
            ValueError: sigma is beyond 2^26.
        """
        if not 1 <= sigma <= LARGEST_SIGMA:
            raise ValueError("sigma is a whole number of at most 2^26")
        return self._until_accepted(size, lambda count: self._gaussian(sigma, count))

    def below(self, limit: int, size: int) -> Integers:
        """Return ``size`` integers from 0 to ``limit`` - 1, each as likely as any other."""
        bits = (limit - 1).bit_length()

        def tried(count: int) -> tuple[Integers, Bits]:
            words = np.frombuffer(self._draw(8 * count), np.uint64) >> np.uint64(64 - max(bits, 1))
            drawn = words.astype(np.int64) if bits else np.zeros(count, np.int64)
            return drawn, drawn < limit

        return self._until_accepted(size, tried)

    def _laplace(self, numerator: int, denominator: int, count: int) -> tuple[Integers, Bits]:
        low = self.below(denominator, count)
        kept = self._exp(low, denominator)
        high = self._successes(count)
        size = (low + denominator * high) // numerator
        negative = self.below(2, count) == 1
        return np.where(negative, -size, size), kept & ~(negative & (size == 0))

    def _gaussian(self, sigma: int, count: int) -> tuple[Integers, Bits]:
        drawn = self.laplace(1, sigma, count)
        distance = np.abs(np.abs(drawn) - sigma)
        # Their chance is below exp(-400), less than that of any fault of the machine.
        near = distance < 32 * sigma
        distance = np.where(near, distance, 0)
        return drawn, near & self._exp(distance**2, 2 * sigma**2)

    def _exp(self, numerators: Integers, denominator: int) -> Bits:
        """Return True with the probability exp(-n / d) for each n (algorithm 1)."""
        whole, rest = np.divmod(numerators, denominator)
        result = self._exp_of_fraction(rest, denominator)
        alive = np.flatnonzero(result & (whole > 0))
        ones = 0
        while len(alive):
            ones += 1
            lost = ~self._exp_of_fraction(np.ones(len(alive), np.int64), 1)
            result[alive[lost]] = False
            alive = alive[~lost & (whole[alive] > ones)]
        return result

    def _exp_of_fraction(self, numerators: Integers, denominator: int) -> Bits:
        """Return True with the probability exp(-n / d), where n <= d."""
        result = np.zeros(len(numerators), bool)
        alive = np.arange(len(numerators))
        trial = 1
        while len(alive):
            went_on = self.below(denominator * trial, len(alive)) < numerators[alive]
            result[alive[~went_on]] = trial % 2 == 1
            alive = alive[went_on]
            trial = min(trial + 1, _TRIALS)
        return result

    def _successes(self, count: int) -> Integers:
        """Return how often in a row exp(-1) came true."""
        result = np.zeros(count, np.int64)
        alive = np.arange(count)
        while len(alive):
            alive = alive[self._exp_of_fraction(np.ones(len(alive), np.int64), 1)]
            result[alive] += 1
        return result

    def _until_accepted(self, size: int, tried: Callable[[int], tuple[Integers, Bits]]) -> Integers:
        result = np.zeros(size, np.int64)
        left = np.arange(size)
        while len(left):
            drawn, accepted = tried(len(left))
            result[left[accepted]] = drawn[accepted]
            left = left[~accepted]
        return result
