"""Which rows of a column may hold a match of which expression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


class Selection:
    """The rows of a chunk that may hold something, each with the places of the expressions concerned.

    Args:
        pairs: rows of ``texts`` with places.
        always: places that concern every row.
        texts: what was searched.
    """

    def __init__(self, pairs: Pairs, always: Sequence[int], texts: Texts) -> None:
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
        self._rows, self._places = joined // width, joined % width

    @property
    def rows(self) -> Rows:
        """The rows, ascending, each once."""
        return np.unique(self._rows)

    def __iter__(self) -> Iterator[tuple[int, list[int]]]:
        """Yield each row with the places of the expressions that may match in it, both ascending."""
        starts = np.flatnonzero(np.diff(self._rows, prepend=-1))
        ends = np.append(starts, len(self._rows))[1:]
        places = self._places.tolist()
        for row, start, end in zip(self._rows[starts].tolist(), starts.tolist(), ends.tolist(), strict=True):
            yield row, places[start:end]
