"""What Arrow itself has of rows: tables in memory, streams that are read once, and data sets of files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa

from safeguards.errors import InputError, SafeguardsError
from safeguards.tables.source import BATCH_ROWS, as_text, pick, refuse_duplicates, reservoir, resize, takeable

# Arrow would read 16 batches of each of 4 files ahead, which is what memory then holds.
_BATCHES_AHEAD, _FILES_AHEAD = 2, 1
_OWN_KEYS = (b"ARROW:schema", b"pandas")


class TableFrame:
    """A table in memory."""

    def __init__(self, table: pa.Table, name: str = "table") -> None:
        refuse_duplicates(table.schema.names, f"the {name}")
        self.name = name
        self.table = table

    @property
    def schema(self) -> pa.Schema:
        """The table's schema."""
        return self.table.schema

    def rows(self) -> int | None:
        """Return the number of rows."""
        return int(self.table.num_rows)

    def batches(
        self, columns: Sequence[str] | None = None, size: int = BATCH_ROWS
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows without copying them."""
        wanted = pick(self.schema, columns, self.name)
        yield from resize(self.table.select(wanted).to_batches(), size)

    def sample(self, rows: int, seed: int = 0) -> pa.Table:
        """Draw rows at random."""
        count = min(rows, self.table.num_rows)
        drawn = np.random.default_rng(seed).choice(self.table.num_rows, count, replace=False)
        return takeable(self.table).take(np.sort(drawn))


class ReaderFrame:
    """A stream of batches, which can be read once."""

    def __init__(self, reader: pa.RecordBatchReader) -> None:
        refuse_duplicates(reader.schema.names, "the stream")
        self.name = "stream"
        self._reader: pa.RecordBatchReader | None = reader
        self.schema: pa.Schema = reader.schema

    def rows(self) -> int | None:
        """Return None: the stream does not say."""
        return None

    def batches(
        self, columns: Sequence[str] | None = None, size: int = BATCH_ROWS
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows, the first time only.

        Raises:
            InputError: the stream was read before, or what it comes from cannot be read.
        """
        wanted = pick(self.schema, columns, self.name)
        reader, self._reader = self._reader, None
        if reader is None:
            raise InputError("this stream was already read; pass a new RecordBatchReader")
        with unreadable("the stream"):
            yield from resize((batch.select(wanted) for batch in reader), size)

    def sample(self, rows: int, seed: int = 0) -> pa.Table:
        """Draw rows at random, which reads the stream."""
        return reservoir(self.schema, self.batches(), rows, seed)


class DatasetFrame:
    """A ``pyarrow.dataset.Dataset``: files, or tables in memory, scanned in order and as often as asked."""

    def __init__(self, dataset: Any) -> None:
        refuse_duplicates(dataset.schema.names, "the dataset")
        self.name = "dataset"
        self._dataset = dataset
        self.schema: pa.Schema = dataset.schema

    @cached_property
    def metadata(self) -> dict[str, str]:
        """What the first Parquet file that carries key-value metadata tells; Arrow's own schema left out."""
        from pyarrow.dataset import ParquetFileFragment  # loaded already: there is a dataset

        with unreadable("the dataset"):
            for file in _files(self._dataset):
                told = file.metadata.metadata if isinstance(file, ParquetFileFragment) else None
                if found := as_text(told, without=_OWN_KEYS):
                    return found
        return {}

    def rows(self) -> int | None:
        """Count the rows, for Parquet by the files' footers."""
        with unreadable("the dataset"):
            return int(self._dataset.count_rows())

    def batches(
        self, columns: Sequence[str] | None = None, size: int = BATCH_ROWS
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows in the order of the files.

        Raises:
            InputError: a file of it cannot be read.
        """
        wanted = pick(self.schema, columns, self.name)
        with unreadable("the dataset"):
            for part in self._parts():
                yield from resize(part(columns=wanted, batch_size=size, use_threads=False), size)

    def sample(self, rows: int, seed: int = 0) -> pa.Table:
        """Draw rows at random, which reads all files."""
        return reservoir(self.schema, self.batches(), rows, seed)

    def _parts(self) -> Iterator[Callable[..., Iterable[pa.RecordBatch]]]:
        """Yield what scans each part of the data set, in order.

        A scan of the whole reads far ahead of whoever works slower than it, so files are scanned one by one,
        Parquet by row groups. A data set that filters is scanned whole: only that applies its filter.
        """
        from pyarrow.dataset import FileSystemDataset, ParquetFileFragment, ParquetFragmentScanOptions

        dataset = self._dataset
        if not isinstance(dataset, FileSystemDataset) or getattr(dataset, "_scan_options", True) != {}:
            yield partial(dataset.to_batches, batch_readahead=_BATCHES_AHEAD, fragment_readahead=_FILES_AHEAD)
            return
        for file in dataset.get_fragments():
            if not isinstance(file, ParquetFileFragment):
                yield partial(file.to_batches, schema=self.schema, batch_readahead=_BATCHES_AHEAD)
                continue
            # A buffer of all that is to come of a file would be kept until its end is reached.
            plainly = ParquetFragmentScanOptions(pre_buffer=False)
            for group in file.split_by_row_group():
                yield partial(group.to_batches, schema=self.schema, fragment_scan_options=plainly)


def _files(dataset: Any) -> Iterator[Any]:
    """Yield the files of a data set, also of one that filters, which gives out no fragments of its own."""
    from pyarrow.dataset import FileSystemDataset, UnionDataset

    if isinstance(dataset, UnionDataset):
        for child in dataset.children:
            yield from _files(child)
    elif isinstance(dataset, FileSystemDataset):
        for path in dataset.files:
            yield dataset.format.make_fragment(path, dataset.filesystem)


@contextmanager
def unreadable(name: str) -> Iterator[None]:
    """Turn whatever an engine says while it reads into one line: its own words may quote a value."""
    try:
        yield
    except SafeguardsError:
        raise
    except Exception as error:
        raise InputError(f"{name} cannot be read to its end ({type(error).__name__})") from None
