"""What a task does with its rows: unwrap the keys once, run the steps, and add up what they counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
from pyspark import TaskContext

from safeguards.errors import SafeguardsError
from safeguards.pipeline import Chain, Counts, Parcel

COUNTED = "__safeguards_counts"
"""The column of counts: NULL in the data's rows, and set in one more row at each partition's end."""
Key = tuple[int, str, str]
"""A count: the step's place, the column, what was counted."""


class TaskFailed(SafeguardsError):
    """A step failed in a task, for a reason whose own words may quote a value."""


@dataclass(frozen=True)
class Task:
    """The work of a task: data that can be pickled, and no key.

    ``target`` is the schema that Spark expects. ``counted`` are the steps' counts to report, after the rows
    and before the NULLs of each column that leaves; None where nobody asks.
    """

    parcel: Parcel
    target: pa.Schema
    counted: tuple[Key, ...] | None = None

    def run(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Transform a partition.

        Raises:
            SafeguardsError: a step refuses its rows, or failed; the message tells no value.
        """
        with Telling():
            chain = self.parcel.open()
        for batch in batches:
            with Telling():
                given = batch.rename_columns(self.parcel.schema.names).cast(self.parcel.schema)
                done = chain.apply(given).cast(self._rows())
                shown = self._with_counts(done, None)
            yield shown
        if self.counted is not None:
            blank = pa.RecordBatch.from_arrays(
                [pa.nulls(1, field.type) for field in self._rows()], schema=self._rows()
            )
            yield self._with_counts(blank, self._numbers(chain))

    def _rows(self) -> pa.Schema:
        return self.target if self.counted is None else pa.schema(list(self.target)[:-1])

    def _with_counts(self, batch: pa.RecordBatch, numbers: list[int] | None) -> pa.RecordBatch:
        if self.counted is None:
            return batch
        kind = self.target.field(COUNTED).type
        counts = pa.array([numbers], kind) if numbers is not None else pa.nulls(batch.num_rows, kind)
        return pa.RecordBatch.from_arrays([*batch.columns, counts], schema=self.target)

    def _numbers(self, chain: Chain) -> list[int]:
        assert self.counted is not None
        found = {key: number for key, number in keyed(chain.counts).items() if number}
        if unknown := found.keys() - set(self.counted):
            raise TaskFailed(f"a step counts {sorted(unknown)[0][1:]}, which it does not for no rows")
        steps = (found.get(key, 0) for key in self.counted)
        return [chain.rows_in, *steps, *chain.nulls_out.values()]


def keyed(counts: Sequence[Counts]) -> dict[Key, int]:
    """Return the counts of each step by place, column and kind."""
    return {(place, *key): number for place, each in enumerate(counts) for key, number in each.items()}


class Telling:
    """Says in which partition something failed, and no value: Spark shows a task's error and logs it."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        context = TaskContext.get()
        where = "" if context is None else f"partition {context.partitionId()}: "
        if isinstance(error, SafeguardsError):
            raise _public(type(error))(f"{where}{error}") from None
        if isinstance(error, Exception):
            raise TaskFailed(
                f"{where}a step failed ({type(error).__name__}); nothing of it is written"
            ) from None


def _public(kind: type[SafeguardsError]) -> type[SafeguardsError]:
    """Return the error of the public tree that ``kind`` is one of: others may take more than a message."""
    return next(each for each in kind.__mro__ if each.__module__ == SafeguardsError.__module__)
