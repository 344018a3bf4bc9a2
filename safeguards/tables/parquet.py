"""Parquet files, read by row groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from safeguards.errors import InputError
from safeguards.tables.source import BATCH_ROWS, as_text, pick, refuse_duplicates

# A sample reads at most this many row groups, so that a very large file is not read whole for it.
SAMPLED_GROUPS = 64

PAGES_BYTES = 1 << 20
"""What is read of a column at a time: row groups of other writers may be larger than memory."""


class ParquetFile:
    """One Parquet file. ``metadata`` is its own key-value metadata, as text."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.path = path
        with self._open() as file:
            self.schema: pa.Schema = file.schema_arrow
            self._rows = file.metadata.num_rows
            self.metadata = as_text(file.metadata.metadata, without={b"ARROW:schema"})
        refuse_duplicates(self.schema.names, self.name)

    def rows(self) -> int | None:
        """Return the number of rows that the footer states."""
        return int(self._rows)

    def batches(
        self, columns: Sequence[str] | None = None, size: int = BATCH_ROWS
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows.

        Raises:
            InputError: the file is damaged.
        """
        wanted = pick(self.schema, columns, self.name)
        with self._open() as file:
            for batch in file.iter_batches(batch_size=size, columns=wanted):
                yield batch.select(wanted)

    def sample(self, rows: int, seed: int = 0) -> pa.Table:
        """Draw rows at random from all row groups, or from 64 (or what it takes) drawn at random."""
        random = np.random.default_rng(seed)
        with self._open() as file:
            order = random.permutation(file.metadata.num_row_groups)
            every = [file.metadata.row_group(int(group)).num_rows for group in order]
            enough = max(SAMPLED_GROUPS, int(np.searchsorted(np.cumsum(every), rows)) + 1)
            groups, sizes = order[:enough], every[:enough]
            total = sum(sizes)
            drawn = np.sort(random.choice(total, min(rows, total), replace=False))
            ends = np.cumsum(sizes)
            parts = [self.schema.empty_table()]
            for group, end, length in zip(groups, ends, sizes, strict=True):
                own = drawn[(drawn >= end - length) & (drawn < end)] - (end - length)
                if len(own):
                    parts.append(file.read_row_group(int(group)).take(own))
        return pa.concat_tables(parts)

    @contextmanager
    def _open(self) -> Iterator[pq.ParquetFile]:
        try:
            # By default Arrow reads ahead over all row groups, and memory would grow with the file.
            with pq.ParquetFile(self.path, pre_buffer=False, buffer_size=PAGES_BYTES) as file:
                yield file
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError):
            raise InputError(f"{self.name}: not a Parquet file, or damaged") from None
