"""Arrow tables and data frames as sources, and results back as the kind that came in."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from safeguards.errors import InputError
from safeguards.plugins import require
from safeguards.tables.source import BATCH_ROWS, pick, refuse_duplicates, reservoir, resize, takeable

Frame = Any
INDEX = "__index_level_{}__"


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
            InputError: the stream was read before.
        """
        wanted = pick(self.schema, columns, self.name)
        reader, self._reader = self._reader, None
        if reader is None:
            raise InputError("this stream was already read; pass a new RecordBatchReader")
        yield from resize((batch.select(wanted) for batch in reader), size)

    def sample(self, rows: int, seed: int = 0) -> pa.Table:
        """Draw rows at random, which reads the stream."""
        return reservoir(self.schema, self.batches(), rows, seed)


def is_frame(obj: object) -> bool:
    """Say whether :func:`open_frame` takes ``obj``."""
    return (
        isinstance(obj, pa.Table | pa.RecordBatch | pa.RecordBatchReader)
        or hasattr(obj, "__arrow_c_stream__")
        or _pandas(obj)
    )


def open_frame(obj: Frame) -> TableFrame | ReaderFrame:
    """Open an Arrow table, batch or reader, a pandas or polars frame, or what else narwhals knows.

    A pandas index that is more than row numbers from 0 becomes a column, without a name
    ``__index_level_0__``.

    Raises:
        InputError: the object is no frame, is lazy, or a column of it holds values of several types.
    """
    if isinstance(obj, pa.RecordBatchReader):
        return ReaderFrame(obj)
    if isinstance(obj, pa.Table):
        return TableFrame(obj)
    if isinstance(obj, pa.RecordBatch):
        return TableFrame(pa.Table.from_batches([obj]), "batch")
    if _pandas(obj):
        return TableFrame(_from_pandas(obj), "frame")
    return TableFrame(_from_other(obj), "frame")


def to_like(table: pa.Table, like: Frame) -> Frame:
    """Return ``table`` as the kind of object that ``like`` is; as itself where that kind cannot be made.

    A column that pandas indexed by goes back into the index while it is still in the table.
    """
    if isinstance(like, pa.Table):
        return table
    if isinstance(like, pa.RecordBatch):
        return _one_batch(table)
    if isinstance(like, pa.RecordBatchReader):
        return table.to_reader()
    if _pandas(like):
        return _to_pandas(table, like)
    narwhals = require("narwhals", "pipeline")
    if not isinstance(narwhals.from_native(like, pass_through=True), narwhals.DataFrame):
        return table
    made = narwhals.from_arrow(table, backend=narwhals.get_native_namespace(like))
    return made if isinstance(like, narwhals.DataFrame) else made.to_native()


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], table.schema)


def _pandas(obj: object) -> bool:
    kind = type(obj)
    return kind.__name__ == "DataFrame" and kind.__module__.partition(".")[0] == "pandas"


def _from_other(obj: Frame) -> pa.Table:
    narwhals = require("narwhals", "pipeline")
    frame = narwhals.from_native(obj, pass_through=True)
    if isinstance(frame, narwhals.LazyFrame):
        raise InputError("this frame is lazy; call collect() first")
    if isinstance(frame, narwhals.DataFrame):
        return _arrow(frame)
    if hasattr(obj, "__arrow_c_stream__"):
        # A series is a stream too, but not of batches of columns.
        with contextlib.suppress(pa.ArrowInvalid):
            return pa.RecordBatchReader.from_stream(obj).read_all()
    raise InputError(
        f"{type(obj).__name__} is no table: pass an Arrow table or reader, or a pandas or polars frame"
    )


def _arrow(frame: Any) -> pa.Table:
    try:
        table: pa.Table = frame.to_arrow()
    except (pa.ArrowException, TypeError):
        raise InputError("the frame has a column of a type that Arrow has not; cast it first") from None
    return table


def _from_pandas(frame: Frame) -> pa.Table:
    names = list(frame.columns)
    if not all(isinstance(name, str) for name in names):
        raise InputError("the frame has column names that are not text; rename them")
    if any("\ud800" <= character <= "\udfff" for name in names for character in name):
        raise InputError("the frame has a column name with half of a surrogate pair; rename it")
    refuse_duplicates(names, "the frame")
    series = [(name, frame[name]) for name in names] + index_columns(frame)
    return pa.table([_array(name, values) for name, values in series], names=[name for name, _ in series])


def index_columns(frame: Frame) -> list[tuple[str, Any]]:
    """Return a pandas index as named series; an empty list for plain row numbers from 0."""
    index = frame.index
    plain = (
        type(index).__name__ == "RangeIndex" and index.start == 0 and index.step == 1 and index.name is None
    )
    if plain:
        return []
    return [
        (str(name) if name is not None else INDEX.format(level), index.get_level_values(level))
        for level, name in enumerate(index.names)
    ]


def _array(name: str, values: Any) -> pa.Array[Any]:
    try:
        converted: pa.Array[Any] = pa.array(values, from_pandas=True)
    except UnicodeEncodeError:
        raise InputError(
            f"column {name!r} holds halves of surrogate pairs, which UTF-8 has not; replace them first"
        ) from None
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        # Arrow's own message quotes the value.
        raise InputError(
            f"column {name!r} holds values of several types, or of one that Arrow has not; make them one"
        ) from None
    return converted


def _to_pandas(table: pa.Table, like: Frame) -> Frame:
    frame = table.to_pandas(ignore_metadata=True)
    original = _from_pandas(like.iloc[:0]).schema
    for field in table.schema:
        if field.name in like.columns and _restorable(field, original, like):
            frame[field.name] = frame[field.name].astype(like[field.name].dtype)
    levels = [name for name, _ in index_columns(like) if name in table.schema.names]
    if not levels:
        return frame
    frame = frame.set_index(levels)
    frame.index.names = [None if name.startswith("__index_level_") else name for name in levels]
    return frame


def _restorable(field: pa.Field[Any], original: pa.Schema, like: Frame) -> bool:
    # Categories list values that may be in no row any more: those of the result are made anew.
    unchanged = field.name in original.names and original.field(field.name).type == field.type
    return unchanged and like[field.name].dtype.name != "category"
