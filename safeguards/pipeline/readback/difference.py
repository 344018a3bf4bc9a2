"""What differs between an output and its manifest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as the manifest says: where, what it says, and what is there; never a value."""

    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.where}: the manifest says {self.expected}, there is {self.found}"


def column(name: str) -> str:
    """Return how differences name a column, or a part of one."""
    return f"column {name!r}"
