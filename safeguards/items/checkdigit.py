"""Check digits as data, shared by the scalar validators and vectorised ones."""

from __future__ import annotations

from dataclasses import dataclass


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

    def expected(self, body: str) -> int:
        """Return the check digit that follows ``body``, at most ``len(weights)`` ASCII digits."""
        total = 0
        for back in range(1, len(body) + 1):
            product = int(body[-back]) * self.weights[-back]
            total += product + (product // 10 if self.carries and self.carries[-back] else 0)
        return (self.base - total % self.modulus) % 10

    def holds(self, digits: str) -> bool:
        """Say whether the last of ``digits`` is the check digit of the others."""
        return self.expected(digits[:-1]) == int(digits[-1])


CHANCE = 0.1
"""The share of random numbers whose check digit holds."""

LUHN = CheckDigit((1, 2) * 9, 10, 10, (False, True) * 9)
"""ISO/IEC 7812-1 annex B, up to 19 digits."""

EAN13 = CheckDigit((1, 3) * 6, 10, 10)
"""GS1 General Specifications 7.9: the barcodes that look like 13-digit identifiers."""
