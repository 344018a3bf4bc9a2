"""The gate that lets a result leave only where nobody stands out: every class has at least k members.

It satisfies ``Gate`` of the room ``pipeline``, which stands above this one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from safeguards.errors import GateRefused, InputError
from safeguards.risk.classes import ClassCounter, Classes

K = 5
"""What is asked where nothing is said: a judgement of this toolkit, no number of the law's (2026-11)."""


@dataclass(frozen=True)
class RiskGate:
    """k-anonymity of the whole result: no class of the quasi-identifiers has fewer than ``k`` members.

    Args:
        quasi_identifiers: columns of the result that together could point to a person.
        k: the smallest class that may leave, at least 2.
        person: a column of the result that tells people apart, such as a token's. With it a class counts
            each person once; without it each row counts as somebody else.

    Raises:
        InputError: a setting is none of these.
    """

    quasi_identifiers: Sequence[str]
    k: int = K
    person: str | None = None
    _classes: Classes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if isinstance(self.k, bool) or not isinstance(self.k, int) or self.k < 2:
            raise InputError("k= is a whole number from 2: the size of the smallest class that may leave")
        named = self.quasi_identifiers
        if not isinstance(named, list | tuple) or not all(isinstance(name, str) for name in named):
            raise InputError("quasi_identifiers= is a list of names of columns")
        if self.person is not None and not isinstance(self.person, str):
            raise InputError("person= is the name of a column")
        object.__setattr__(self, "_classes", Classes.of(named, self.person))
        object.__setattr__(self, "quasi_identifiers", tuple(named))

    def watch(self, schema: pa.Schema) -> _Watching:
        """Begin to count the classes of batches of ``schema``.

        Raises:
            InputError: the result lacks one of the columns, or it is nested.
        """
        try:
            counter = ClassCounter(self._classes)
            counter.add(schema.empty_table())
        except InputError as error:
            raise InputError(f"the risk gate judges what leaves: {error}") from None
        return _Watching(self, counter)

    def judge(self, sizes: Mapping[int, int]) -> Mapping[str, Any]:
        """Return the evidence for so many classes of each size: the smallest, and how many there are.

        Raises:
            GateRefused: some class is smaller than ``k``.
        """
        small = {size: count for size, count in sizes.items() if size < self.k}
        members = sum(size * count for size, count in sizes.items())
        if small:
            raise GateRefused(self._refusal(small, members))
        counted = "rows" if self.person is None else "persons_in_classes"
        return {"k": min(sizes, default=0), "classes": sum(sizes.values()), counted: members}

    def describe(self) -> Mapping[str, Any]:
        """Return the settings."""
        person = {} if self.person is None else {"person": self.person}
        return {"gate": "risk", "k": self.k, "quasi_identifiers": list(self.quasi_identifiers), **person}

    def _refusal(self, small: Mapping[int, int], members: int) -> str:
        below = sum(size * count for size, count in small.items())
        what = "rows" if self.person is None else "persons"
        return (
            f"{below:,} of {members:,} {what} are in {sum(small.values()):,} classes of fewer than "
            f"k={self.k} over {', '.join(self.quasi_identifiers)} (the smallest has "
            f"{min(small)}): generalise these columns further, group what is rare, or drop one; "
            "nothing was written"
        )


class _Watching:
    def __init__(self, gate: RiskGate, counter: ClassCounter) -> None:
        self._gate = gate
        self._counter = counter

    def see(self, batch: pa.RecordBatch) -> None:
        """Count the rows of a batch."""
        self._counter.add(batch)

    def judge(self) -> Mapping[str, Any]:
        """Return the evidence.

        Raises:
            GateRefused: some class is smaller than ``k``.
        """
        sizes = self._counter.histogram()
        self._counter.close()
        return self._gate.judge(sizes)
