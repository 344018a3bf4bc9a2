"""Check digits as data, shared by the scalar validators and vectorised ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CheckDigit:
    """The last digit is ``(base - sum % modulus) % 10``, where ``sum`` adds weight times digit.

    ``weights`` align with the end of the digits before the last one, so that one table serves several
    lengths. Where ``carries`` is true, the product's tens are added once more, which makes a product's own
    digits count (Luhn). One in ten random numbers holds: see ``CHANCE``.
    """

    weights: tuple[int, ...]
    modulus: int
    base: int
    carries: tuple[bool, ...] = ()
    _parts: tuple[Mapping[str, int], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        carries = self.carries or (False,) * len(self.weights)
        parts = (
            {str(digit): digit * weight + (digit * weight // 10 if carry else 0) for digit in range(10)}
            for weight, carry in zip(reversed(self.weights), reversed(carries), strict=True)
        )
        object.__setattr__(self, "_parts", tuple(parts))

    def expected(self, body: str) -> int:
        """Return the check digit that follows ``body``, at most ``len(weights)`` ASCII digits."""
        total = sum([part[digit] for part, digit in zip(self._parts, reversed(body), strict=False)])
        return (self.base - total % self.modulus) % 10

    def holds(self, digits: str) -> bool:
        """Say whether the last of ``digits`` is the check digit of the others."""
        return self.expected(digits[:-1]) == int(digits[-1])


CHANCE = 0.1
"""The share of random numbers whose check digit holds."""

LUHN = CheckDigit((1, 2) * 10, 10, 10, (False, True) * 10)
"""ISO/IEC 7812-1 annex B, up to 21 digits."""

EAN13 = CheckDigit((1, 3) * 6, 10, 10)
"""GS1 General Specifications 7.9: the barcodes that look like 13-digit identifiers."""
