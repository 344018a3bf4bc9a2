"""Steps that work on some columns and let the others pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import pyarrow as pa

from safeguards.errors import InputError, SafeguardsError, offer
from safeguards.pipeline.manifest import ColumnRecord
from safeguards.pipeline.step import NULLS, Counts
from safeguards.pseudonyms.column import Unfit, of_column


class AtRow(Exception):
    """An error that a value met; ``row`` counts from 1 in the batch at hand."""

    def __init__(self, error: SafeguardsError, row: int) -> None:
        super().__init__(str(error))
        self.error = error
        self.row = row


class Work(Protocol):
    """What a step does to one column, keys in hand."""

    @property
    def output(self) -> pa.DataType:
        """The type of the result."""

    def apply(self, values: Any, batch: pa.RecordBatch) -> Any:
        """Return what becomes of the column's values; ``batch`` has those beside it.

        Raises:
            AtRow: a value met an error.
            Unfit: a value has no place.
            InputError: the column as a whole has none.
        """

    def record(self, column: str, input_type: str, rows: int, nulls: int) -> ColumnRecord:
        """Say what was done."""


class ColumnsRunning:
    """A step at work on some columns."""

    def __init__(self, schema: pa.Schema, works: Mapping[str, Work]) -> None:
        self._works = works
        self._inputs = {name: str(schema.field(name).type) for name in works}
        self.schema = pa.schema(
            [
                pa.field(field.name, works[field.name].output) if field.name in works else field
                for field in schema
            ]
        )

    def apply(self, batch: pa.RecordBatch, before: int = 0) -> tuple[pa.RecordBatch, Counts]:
        """Work on a batch and count the NULLs of its columns.

        Raises:
            SafeguardsError: a value or a column met an error; the message tells its row, never the value.
        """
        counts = Counts({(name, NULLS): batch[name].null_count for name in self._works})
        arrays = [
            self._column(name, batch, before) if name in self._works else batch[name]
            for name in self.schema.names
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema), counts

    def finish(self, rows: int, counts: Counts) -> Sequence[ColumnRecord]:
        """Return one record a column."""
        return [
            work.record(name, self._inputs[name], rows, counts[name, NULLS])
            for name, work in self._works.items()
        ]

    def _column(self, name: str, batch: pa.RecordBatch, before: int) -> Any:
        try:
            return self._works[name].apply(batch[name], batch)
        except AtRow as failed:
            found: SafeguardsError = type(failed.error)(
                f"column {name!r}, row {before + failed.row}: {failed.error}"
            )
        except Exception as error:
            found = of_column(error, name, lambda row: before + row)
        raise found


def require_columns(names: Iterable[str], schema: pa.Schema) -> None:
    """Raise InputError for the first name that the schema has not."""
    for name in names:
        if name not in schema.names:
            raise InputError(f"no column {name!r}; the columns are: {offer(name, schema.names)}")


def each(values: Sequence[Any], convert: Callable[[Any], Any], problem: str) -> list[Any]:
    """Convert each value that is not None.

    Raises:
        Unfit: a value cannot be converted; the message is ``problem``.
    """
    converted: list[Any] = []
    row = None
    try:
        converted.extend(None if value is None else convert(value) for value in values)
    except (ValueError, TypeError, OverflowError, AttributeError, RecursionError, pa.ArrowException):
        row = len(converted) + 1
    if row is not None:
        raise Unfit(problem, row)
    return converted
