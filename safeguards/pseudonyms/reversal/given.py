"""What whoever goes back hands in: frames, arrays, files and tables of databases, as one kind of source."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pseudonyms.transform import Transform
from safeguards.tables import BATCH_ROWS, Source, open_file, open_frame, to_like

Path_ = str | os.PathLike[str]
Advance = Callable[[int, int | None], object]
VALUES = "values"
"""What the column of a bare array is called."""


@dataclass(frozen=True)
class Given:
    """Rows, and how their columns were made. ``data`` is what was handed in."""

    data: Any
    source: Source
    columns: Mapping[str, Transform]

    @property
    def streams(self) -> bool:
        """Whether the rows can be read once only."""
        return isinstance(self.data, pa.RecordBatchReader)

    @property
    def count(self) -> int | None:
        """The number of rows in memory; None for files and streams, which nobody has counted."""
        return None if hasattr(self.data, "batches") else self.source.rows()

    def like(self, table: pa.Table) -> Any:
        """Return a result as the kind of object that was handed in."""
        if isinstance(self.data, pa.ChunkedArray):
            return table[VALUES]
        if isinstance(self.data, pa.Array):
            return table[VALUES].combine_chunks()
        return to_like(table, self.data)

    def batches(self, advance: Advance | None = None) -> Iterator[tuple[pa.RecordBatch, int]]:
        """Yield batches, and how many rows came before each."""
        total = self.source.rows() if advance else None
        rows = 0
        for batch in self.source.batches(size=BATCH_ROWS):
            yield batch, rows
            rows += batch.num_rows
            if advance:
                advance(rows, total)


def given(data: Any, columns: Mapping[str, Transform] | Transform) -> Given:
    """Open a frame, a source of :mod:`safeguards.tables`, or, with one transform, an Arrow array.

    Raises:
        InputError: it is none of these, or the columns name no transforms.
    """
    if isinstance(columns, Transform):
        if not isinstance(data, pa.Array | pa.ChunkedArray):
            raise InputError("one transform goes with one Arrow array; name the columns: {column: transform}")
        return Given(data, open_frame(pa.table({VALUES: data})), {VALUES: columns})
    if isinstance(data, pa.Array | pa.ChunkedArray):
        raise InputError("an Arrow array goes with one transform in place of {column: transform}")
    source = data if hasattr(data, "batches") and hasattr(data, "sample") else open_frame(data)
    return Given(data, source, _checked(columns))


def given_file(source: Path_ | Source, target: Path_, columns: Mapping[str, Transform]) -> Given:
    """Open a file, or take a source, that is to be written to ``target``.

    Raises:
        InputError: there is no such file, or both are one.
    """
    rows = open_file(source) if isinstance(source, str | os.PathLike) else source
    path = getattr(rows, "path", None)
    if path is not None and Path(path).resolve() == Path(target).resolve():
        raise InputError(f"{target}: source and target are one file; name another target")
    return Given(rows, rows, _checked(columns))


def _checked(columns: object) -> dict[str, Transform]:
    if not isinstance(columns, Mapping) or not columns:
        raise InputError("say how the columns were made: {column: transform}")
    for name, transform in columns.items():
        if not isinstance(transform, Transform):
            raise InputError(f"column {name!r}: {type(transform).__name__} is no transform")
    return dict(columns)
