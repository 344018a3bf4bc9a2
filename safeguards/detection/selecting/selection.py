"""Which rows of a column may hold a match of which expression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Rows = npt.NDArray[np.int64]

Pairs = tuple[Rows, Rows]
"""Rows, and for each the place of an expression that may match in it."""

Sieved = Sequence[Rows]
"""For each group of expressions, the rows in which one may match."""

Texts = pa.StringArray | pa.LargeStringArray
"""What is searched: an Arrow array of text, which may be sliced and hold NULLs."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows of a chunk that may hold something, each with the places of the expressions concerned.

    ``rows`` ascend, each once; those of the places of ``rows[n]`` begin at ``starts[n]``. No object for each
    row: the garbage collector would look at them again and again.
    """

    rows: Rows
    starts: Rows
    places: Rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[int, list[int]]]:
        """Yield each row with the places of the expressions that may match in it, both ascending."""
        starts, places = self.starts.tolist(), self.places.tolist()
        for row, start, end in zip(self.rows.tolist(), starts, [*starts, len(places)][1:], strict=True):
            yield row, places[start:end]

    def parts(self, size: int) -> Iterator[Selection]:
        """Yield the selection in parts of so many rows."""
        ends = np.append(self.starts, len(self.places))
        for first in range(0, len(self), size):
            starts = self.starts[first : first + size]
            last = ends[min(first + size, len(self))]
            rows = self.rows[first : first + size]
            yield Selection(rows, starts - starts[0], self.places[starts[0] : last])

    def with_place(self, place: int) -> Rows:
        """Return at which of ``rows`` the expression at ``place`` may match."""
        return np.searchsorted(self.starts, np.flatnonzero(self.places == place), "right") - 1


def selection(pairs: Pairs, always: Sequence[int], texts: Texts) -> Selection:
    """Return what ``pairs`` of rows and places select.

    Args:
        pairs: rows of ``texts`` with places, in any order.
        always: places that concern every row.
        texts: what was searched; NULLs are left out.
    """
    rows, places = pairs
    if always:
        every = np.arange(len(texts))
        rows = np.concatenate([rows, *(every for _ in always)])
        places = np.concatenate([places, *(np.full(len(texts), place) for place in always)])
    if texts.null_count:
        valid: Any = np.asarray(texts.is_valid())
        kept = valid[rows]
        rows, places = rows[kept], places[kept]
    width = int(places.max()) + 1 if len(places) else 1
    joined = np.unique(rows * width + places)
    rows, places = joined // width, joined % width
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    return Selection(rows[starts], starts, places)
