"""A grid of numbers between two bounds, on which noise is counted in whole steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pseudonyms.column import is_text
from safeguards.pseudonyms.spelling import spell_decimal

Number = int | float
Integers = npt.NDArray[np.int64]
_FEWEST_STEPS = 1 << 14
_MOST_STEPS = 1 << 24
_LARGEST = 2**53
_MOST_DECIMALS = 15
_INT64 = (1 << 63) - 1
_FARTHEST_COUNTED = 1 << 50
"""Steps from 0: farther away floats would round two values more than a step away from each other."""

_FARTHEST = 1 << 62
"""Steps: the limits of 64 bits may lie farther from a bound than 64 bits count."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Steps from ``lower`` on; ``lower``, ``upper`` and ``step`` count units of 10^-``decimals``."""

    lower: int
    upper: int
    step: int
    decimals: int
    sensitivity: int

    @classmethod
    def between(
        cls, lower: object, upper: object, step: object, sensitivity: object, *, least: int | None
    ) -> Grid:
        """Choose a grid; ``least`` is how many decimals a step has at most, None for any.

        Raises:
            InputError: a bound is missing, or the settings are none of a grid.
        """
        if lower is None or upper is None:
            raise InputError("Noise needs lower= and upper=: what a value may be, not what the data holds")
        low, high = fraction("lower", lower), fraction("upper", upper)
        if not low < high or max(abs(low), abs(high)) > _LARGEST:
            raise InputError("lower= must be below upper=, and both of at most 2^53")
        size = fraction("step", step) if step is not None else _power_of_ten(high - low, least)
        if not 0 < size <= high - low or (high - low) / size > _MOST_STEPS:
            raise InputError(f"step= is positive, and at most {_MOST_STEPS} of it lie between the bounds")
        apart = high - low if sensitivity is None else fraction("sensitivity", sensitivity)
        if not 0 < apart <= high - low:
            raise InputError("sensitivity= is positive and at most upper - lower")
        if apart < high - low and max(abs(low), abs(high)) / size > _FARTHEST_COUNTED:
            raise InputError("step= is too small for numbers so far from 0, which are told apart by floats")
        decimals = max(map(_decimals, (low, high, size)))
        count = math.ceil((high - low) / size)
        # Two values so far apart may be rounded away from each other by one step.
        steps = min(count, math.ceil(apart / size) + 1)
        bottom, top, units = (int(part * 10**decimals) for part in (low, high, size))
        return cls(bottom, top, units, decimals, steps)

    @property
    def count(self) -> int:
        """Steps between the bounds, the last of which may be cut."""
        return -(-(self.upper - self.lower) // self.step)

    def require_held(self, kind: Any, beyond: int) -> None:
        """Raise InputError for a type that does not hold its numbers, and ``beyond`` steps on either side."""
        if pa.types.is_integer(kind) and self.decimals:
            raise InputError(f"is {kind}: bounds and step of whole numbers are whole")
        if pa.types.is_decimal(kind) and self.decimals > kind.scale:
            raise InputError(f"is {kind}, which has fewer decimals than the bounds or the step")
        least, most = self._limits(kind)
        if not least <= self.lower < self.upper <= most:
            raise InputError(f"is {kind}, which does not hold the bounds: cast it to a wider type")
        apart = beyond * self.step
        if not least <= self.lower - apart <= self.upper + apart <= most:
            wider = "" if kind == pa.float64() or is_text(kind) else "cast it to a wider type with a sign, "
            problem = "which does not hold what noise makes beyond the bounds"
            raise InputError(f"is {kind}, {problem}: {wider}say clamp=True, or give a greater epsilon=")

    def places(self, numbers: npt.NDArray[np.float64]) -> Integers:
        """Return the nearest place, from 0 to ``count``, of each number, those beyond the bounds at them."""
        unit = 10.0**self.decimals
        steps = (np.clip(numbers, self.lower / unit, self.upper / unit) * unit - self.lower) / self.step
        return np.clip(np.rint(steps), 0, self.count).astype(np.int64)

    def values(self, places: Integers, noise: Integers, kind: Any, *, clamp: bool) -> Any:
        """Return the numbers at places moved by noise, as an array of ``kind``; its limits hold them back."""
        least, most = (self.lower, self.upper) if clamp else self._limits(kind)
        first = max(-((self.lower - least) // self.step), -_FARTHEST)
        last = min((most - self.lower) // self.step, _FARTHEST)
        # Places whose numbers fit are kept; the bounds themselves may lie between two of them.
        moved = np.clip(places + noise, first, last)
        units = self.lower + moved * np.int64(self.step)
        if clamp:
            units = np.where(places + noise > last, self.upper, units)
        return self._written(units, kind)

    def _limits(self, kind: Any) -> tuple[int, int]:
        """Return the least and the greatest number of units that a type holds."""
        if pa.types.is_integer(kind):
            limits: Any = np.iinfo(kind.to_pandas_dtype())
            least, most = int(limits.min), int(limits.max)
        elif pa.types.is_decimal(kind):
            most = (10**kind.precision - 1) // 10 ** max(0, kind.scale - self.decimals)
            least = -most
        else:
            size = 65_504 if kind == pa.float16() else _LARGEST
            least, most = -size * 10**self.decimals, size * 10**self.decimals
        return max(least, -_INT64), min(most, _INT64)

    def _written(self, units: Integers, kind: Any) -> Any:
        if pa.types.is_integer(kind):
            return pa.array(units).cast(kind)
        if pa.types.is_floating(kind):
            return pa.array((units / 10.0**self.decimals).astype(kind.to_pandas_dtype()), kind)
        spelled = [Decimal(unit).scaleb(-self.decimals) for unit in units.tolist()]
        if is_text(kind):
            return pa.array(map(spell_decimal, spelled), pa.string())
        return pa.array(spelled, kind)


def fraction(name: str, number: object) -> Fraction:
    """Return a number of a setting as it is spelled: 0.1 is a tenth.

    Raises:
        InputError: it is no finite number.
    """
    if isinstance(number, int | float) and not isinstance(number, bool):
        try:
            return Fraction(Decimal(str(number)))
        except (InvalidOperation, ValueError, OverflowError):
            pass
    raise InputError(f"{name}= is a number")


def _power_of_ten(width: Fraction, least: int | None) -> Fraction:
    step = Fraction(10**_MOST_DECIMALS)
    while width / step < _FEWEST_STEPS:
        step /= 10
    return max(step, Fraction(1, 10**least)) if least is not None else step


def _decimals(number: Fraction) -> int:
    """Return how many decimals a number has.

    Raises:
        InputError: they are too many.
    """
    for decimals in range(_MOST_DECIMALS + 1):
        if (number * 10**decimals).denominator == 1:
            return decimals
    raise InputError(f"takes bounds and steps of at most {_MOST_DECIMALS} decimals")
