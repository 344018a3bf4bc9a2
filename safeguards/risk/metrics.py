"""Figures of re-identification risk, each an exact count over all rows.

Sources: L. Sweeney, "k-anonymity: a model for protecting privacy" (2002) for k; uniqueness is the prosecutor
risk's share of rows that stand alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from safeguards.risk.classes import ClassCounter, Classes


@dataclass(frozen=True, slots=True)
class Risk:
    """What the classes of ``quasi_identifiers`` say about ``rows`` rows.

    ``k`` is the size of the smallest class, ``uniqueness`` the share (0..1) of rows alone in their class, and
    ``histogram`` the pairs (class size, number of classes of that size) by ascending size. An empty table has
    k 0, uniqueness 0 and no class: nothing can be said of it. Where ``person`` names the column that tells
    people apart, ``rows`` and all sizes count each person once in a class.
    """

    quasi_identifiers: tuple[str, ...]
    rows: int
    k: int
    uniqueness: float
    histogram: tuple[tuple[int, int], ...]
    person: str | None = None

    @property
    def classes(self) -> int:
        """The number of classes."""
        return sum(count for _, count in self.histogram)

    @classmethod
    def of(cls, counter: ClassCounter) -> Risk:
        """Draw the figures from what a counter has counted."""
        return cls.of_histogram(counter.classes, counter.histogram())

    @classmethod
    def of_histogram(cls, classes: Classes, histogram: Mapping[int, int]) -> Risk:
        """Draw the figures from how many classes there are of each size, wherever they were counted."""
        rows = sum(size * count for size, count in histogram.items())
        return cls(
            quasi_identifiers=classes.quasi_identifiers,
            rows=rows,
            k=min(histogram, default=0),
            uniqueness=histogram.get(1, 0) / rows if rows else 0.0,
            histogram=tuple(sorted(histogram.items())),
            person=classes.person,
        )


def measure(table: pa.Table, quasi_identifiers: Sequence[str], *, person: str | None = None) -> Risk:
    """Measure a table over the combination of its quasi-identifiers.

    NULL counts as a value of its own. Without ``person`` every row counts as somebody else.

    Args:
        table: the rows.
        quasi_identifiers: the columns that together could point to a person.
        person: the column that tells people apart, where somebody may have several rows.

    Raises:
        InputError: no column is named, one is named twice, missing, ambiguous or nested.
    """
    classes = Classes.of(quasi_identifiers, person)
    sizes, counts = np.unique(classes.sizes(table), return_counts=True)
    return Risk.of_histogram(classes, dict(zip(sizes.tolist(), counts.tolist(), strict=True)))
