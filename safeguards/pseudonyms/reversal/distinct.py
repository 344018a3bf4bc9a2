"""Rows of a stream, each once, in memory that does not grow with it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa

from safeguards.pseudonyms.column import as_text
from safeguards.tables import BATCH_ROWS

HELD_BYTES = 16 << 20
PARTS = 64


class Distinct:
    """Distinct rows, in memory that is bounded by a few times 16 MiB, a batch and 1/64 of the distinct rows.

    At most 16 MiB are held, and as much again gathers. What is more is parted by a hash of the first column
    into nameless temporary files, each of which is read back alone, so that the order of rows tells nothing
    of the order they came in. For pseudonyms only: plain values never go into a temporary file. A context
    manager.

    Args:
        schema: of the rows.
        folder: where temporary files are made, which have no name and are gone with the process.
        held: bytes to hold.
    """

    def __init__(
        self, schema: pa.Schema, folder: str | os.PathLike[str] | None = None, held: int = HELD_BYTES
    ) -> None:
        self._schema = schema
        self._folder = folder
        self._limit = held
        self._held = schema.empty_table()
        self._new: list[pa.Table] = []
        self._files: dict[int, Any] = {}
        self._writers: dict[int, Any] = {}
        self._open = ExitStack()

    def add(self, rows: pa.Table) -> None:
        """Take rows in."""
        self._new.append(_unique(rows))
        # Only when as much again has come: looking through all that is held for each batch would be slow.
        if sum(table.nbytes for table in self._new) > max(self._limit // 8, self._held.nbytes):
            self._settle()
        if self._held.nbytes > self._limit:
            self._spill()

    def tables(self) -> Iterator[pa.Table]:
        """Yield all rows once, sorted by their first column within each table; the last thing to call."""
        self._settle()
        if not self._files:
            yield self._sorted(self._held)
            return
        self._spill()
        for writer in self._writers.values():
            writer.close()
        for part in sorted(self._files):
            file = self._files[part]
            file.seek(0)
            yield self._sorted(_unique(pa.ipc.open_stream(file).read_all()))

    def __enter__(self) -> Distinct:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give up the temporary files."""
        self._open.close()

    def _settle(self) -> None:
        self._held, self._new = _unique(pa.concat_tables([self._held, *self._new])), []

    def _spill(self) -> None:
        for batch in self._held.to_batches(max_chunksize=BATCH_ROWS):
            parts = np.array([crc32(text.encode()) % PARTS for text in as_text(batch.column(0)).to_pylist()])
            for part in np.unique(parts).tolist():
                self._writer(part).write_batch(batch.take(np.flatnonzero(parts == part)))
        self._held = self._schema.empty_table()

    def _writer(self, part: int) -> Any:
        if part not in self._writers:
            file: Any = self._open.enter_context(tempfile.TemporaryFile(dir=self._folder))  # noqa: SIM115
            self._files[part] = file
            self._writers[part] = pa.ipc.new_stream(file, self._schema)
        return self._writers[part]

    def _sorted(self, rows: pa.Table) -> pa.Table:
        return rows.sort_by(self._schema.names[0])


def _unique(rows: pa.Table) -> pa.Table:
    return rows.group_by(rows.schema.names, use_threads=False).aggregate([])
