"""Arrow tables, data frames and queries as sources, and results back as the kind that came in."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa

from safeguards.errors import InputError
from safeguards.plugins import require
from safeguards.tables.arrow_frames import DatasetFrame, ReaderFrame, TableFrame
from safeguards.tables.lazy_frames import (
    DuckRelation,
    LazyPolars,
    as_relation,
    is_duckdb,
    is_lazy_polars,
    lazy_polars,
)
from safeguards.tables.pandas_frames import from_pandas, is_pandas, to_pandas
from safeguards.tables.source import Source

Frame = Any


def is_frame(obj: object) -> bool:
    """Say whether :func:`open_frame` takes ``obj``."""
    obj = _native(obj)
    return (
        isinstance(obj, pa.Table | pa.RecordBatch | pa.RecordBatchReader)
        or hasattr(obj, "__arrow_c_stream__")
        or is_pandas(obj)
        or is_lazy_polars(obj)
        or _is_dataset(obj)
    )


def is_stream(obj: object) -> bool:
    """Say whether the result of ``obj`` is worked on while it is read: a reader, or a lazy polars frame."""
    obj = _native(obj)
    return isinstance(obj, pa.RecordBatchReader) or is_lazy_polars(obj)


def open_frame(obj: Frame) -> Source:
    """Open a frame as a source; nothing of it is changed.

    Arrow tables, batches, readers and data sets, pandas frames, polars frames, eager and lazy, relations of
    DuckDB, and what else narwhals knows; also inside a frame of narwhals. A pandas index that is more than
    row numbers from 0 becomes a column, without a name ``__index_level_0__``.

    Raises:
        InputError: the object is no frame, is lazy and of another library, or a column of it holds values of
            several types.
    """
    obj = _native(obj)
    if isinstance(obj, pa.RecordBatchReader):
        return ReaderFrame(obj)
    if isinstance(obj, pa.Table):
        return TableFrame(obj)
    if isinstance(obj, pa.RecordBatch):
        return TableFrame(pa.Table.from_batches([obj]), "batch")
    if is_pandas(obj):
        return TableFrame(from_pandas(obj), "frame")
    if is_lazy_polars(obj):
        return LazyPolars(obj)
    if is_duckdb(obj):
        return DuckRelation(obj)
    return DatasetFrame(obj) if _is_dataset(obj) else TableFrame(_from_other(obj), "frame")


def to_like(table: pa.Table, like: Frame) -> Frame:
    """Return ``table`` as the kind of object that ``like`` is; as itself where that kind cannot be made.

    A column that pandas indexed by goes back into the index while it is still in the table.
    """
    native = _native(like)
    made = _made(table, native)
    return made if native is like else require("narwhals", "pipeline").from_native(made)


def stream_like(schema: pa.Schema, begin: Callable[[], Iterable[pa.RecordBatch]], like: Frame) -> Frame:
    """Return what yields the batches of ``begin()`` when it is read, as the kind of stream that ``like`` is.

    A reader begins once; a lazy frame each time that it is run.
    """
    native = _native(like)
    if isinstance(native, pa.RecordBatchReader):
        return pa.RecordBatchReader.from_batches(schema, iter(begin()))
    made = lazy_polars(schema, begin)
    return made if native is like else require("narwhals", "pipeline").from_native(made)


def _made(table: pa.Table, like: Frame) -> Frame:
    if isinstance(like, pa.Table):
        return table
    if isinstance(like, pa.RecordBatch):
        return _one_batch(table)
    if isinstance(like, pa.RecordBatchReader):
        return table.to_reader()
    if is_pandas(like):
        return to_pandas(table, like)
    if is_duckdb(like):
        return as_relation(table, like)
    if _is_dataset(like):
        return require("pyarrow.dataset", "pipeline").dataset(table)
    if is_lazy_polars(like):
        return lazy_polars(table.schema, table.to_batches)
    narwhals = require("narwhals", "pipeline")
    if not isinstance(narwhals.from_native(like, pass_through=True), narwhals.DataFrame):
        return table
    return narwhals.from_arrow(table, backend=narwhals.get_native_namespace(like)).to_native()


def _native(obj: object) -> Any:
    """Return what a frame of narwhals wraps, and any other object as it is."""
    narwhals = sys.modules.get("narwhals")
    wrapped = narwhals is not None and isinstance(obj, narwhals.DataFrame | narwhals.LazyFrame)
    return obj.to_native() if wrapped else obj  # type: ignore[attr-defined]


def _is_dataset(obj: object) -> bool:
    # Looked up, not imported: Arrow's data sets are a library of their own, which takes time to load.
    known = sys.modules.get("pyarrow.dataset")
    return known is not None and isinstance(obj, known.Dataset)


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], table.schema)


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
        f"{type(obj).__name__} is no table: pass an Arrow table, reader or dataset, a pandas or "
        "polars frame, or a relation of DuckDB"
    )


def _arrow(frame: Any) -> pa.Table:
    try:
        table: pa.Table = frame.to_arrow()
    except (pa.ArrowException, TypeError):
        raise InputError("the frame has a column of a type that Arrow has not; cast it first") from None
    return table
