"""What a task does with its rows: unwrap the keys once, run the steps, and add up what they counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
from pyspark import TaskContext

from safeguards.errors import SafeguardsError
from safeguards.pipeline import Chain, Counts, Parcel

COUNTED = "__safeguards_counts"
"""The column of counts: NULL in the data's rows, and set in one more row at each partition's end."""


class TaskFailed(SafeguardsError):
    """A step failed in a task, for a reason whose own words may quote a value."""


@dataclass(frozen=True)
class Task:
    """The work of a task: data that can be pickled, and no key.

    ``target`` is the schema that Spark expects; where counts are asked for, their column is its last one.
    """

    parcel: Parcel
    target: pa.Schema
    counted: bool = False

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
                done = self._fitted(chain.apply(given))
            yield done
        if self.counted:
            blank = [pa.nulls(1, field.type) for field in list(self.target)[:-1]]
            yield pa.RecordBatch.from_arrays([*blank, pa.array([packed(chain)])], schema=self.target)

    def _fitted(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if not self.counted:
            return batch.cast(self.target)
        nulls = pa.nulls(batch.num_rows, pa.string())
        return batch.append_column(COUNTED, nulls).cast(self.target)


def packed(chain: Chain) -> str:
    """Return as text how many rows a partition had, what each step counted, and the NULLs that leave."""
    counts = [[[*key, number] for key, number in each.items()] for each in chain.counts]
    return json.dumps([chain.rows_in, counts, chain.nulls_out], ensure_ascii=False)


def unpacked(text: str) -> tuple[int, list[Counts], dict[str, int]]:
    """Return what :func:`packed` made into text."""
    rows, counts, nulls = json.loads(text)
    return rows, [Counts({(column, what): number for column, what, number in each}) for each in counts], nulls


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
