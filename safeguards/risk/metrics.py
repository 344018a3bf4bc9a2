"""Figures of re-identification risk, each an exact count over all rows.

Sources: L. Sweeney, "k-anonymity: a model for protecting privacy" (2002) for k; uniqueness is the prosecutor
risk's share of rows that stand alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.risk.classes import ClassCounter


@dataclass(frozen=True, slots=True)
class Risk:
    """What the classes of ``quasi_identifiers`` say about ``rows`` rows.

    ``k`` is the size of the smallest class, ``uniqueness`` the share (0..1) of rows alone in their class, and
    ``histogram`` the pairs (class size, number of classes of that size) by ascending size. An empty table has
    k 0, uniqueness 0 and no class: nothing can be said of it.
    """

    quasi_identifiers: tuple[str, ...]
    rows: int
    k: int
    uniqueness: float
    histogram: tuple[tuple[int, int], ...]

    @property
    def classes(self) -> int:
        """The number of classes."""
        return sum(count for _, count in self.histogram)

    @classmethod
    def of(cls, counter: ClassCounter) -> Risk:
        """Draw the figures from what a counter has counted."""
        tally = pc.value_counts(counter.sizes())
        sizes, counts = (tally.field(name).to_numpy().tolist() for name in ("values", "counts"))
        histogram: tuple[tuple[int, int], ...] = tuple(sorted(zip(sizes, counts, strict=True)))
        rows = sum(size * count for size, count in histogram)
        alone = dict(histogram).get(1, 0)
        smallest = histogram[0][0] if histogram else 0
        return cls(counter.quasi_identifiers, rows, smallest, alone / rows if rows else 0.0, histogram)


def measure(table: pa.Table, quasi_identifiers: Sequence[str]) -> Risk:
    """Measure a table over the combination of its quasi-identifiers.

    NULL counts as a value of its own.

    Raises:
        InputError: no quasi-identifier is named, one is named twice, missing, ambiguous or nested.
    """
    counter = ClassCounter(quasi_identifiers)
    counter.add(table)
    return Risk.of(counter)
