"""A task done on rows: recorded, changed, recorded again, and only then handed out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from safeguards.pseudonyms.reversal.given import Advance, Given
from safeguards.pseudonyms.reversal.task import Task
from safeguards.pseudonyms.reversal.undoing import Undoing
from safeguards.pseudonyms.reversal.use import Use
from safeguards.tables import write_file

Metadata = Callable[[], Mapping[str, str]]


def changed(task: Task, given: Given) -> Any:
    """Return the same kind of object as was handed in; a reader is worked on while its result is read."""
    undoing, use = _begun(task, given)
    if given.streams:
        batches = _batches(undoing, use, given, each=True)
        return pa.RecordBatchReader.from_batches(undoing.schema, batches)
    table = pa.Table.from_batches(list(_batches(undoing, use, given)), undoing.schema)
    return given.like(table)


def written(
    task: Task,
    given: Given,
    target: str | os.PathLike[str],
    metadata: Metadata | None = None,
    advance: Advance | None = None,
) -> int:
    """Write the result to a file, which gets its name when the outcome stands recorded; return its rows."""
    undoing, use = _begun(task, given)
    rows = 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for batch in _batches(undoing, use, given, advance):
            rows += batch.num_rows
            yield batch

    with use:
        write_file(target, undoing.schema, batches(), metadata=metadata, private=task.to is None)
    return rows


def _begun(task: Task, given: Given) -> tuple[Undoing, Use]:
    schema = given.source.schema
    Undoing.check(schema, task.columns)
    with task.begin(given) as use:
        held = task.held(use)
        reached = None if task.to is None else task.reached(use)
        undoing = Undoing(schema, task.columns, held, use, reached)
    return undoing, use


def _batches(
    undoing: Undoing, use: Use, given: Given, advance: Advance | None = None, *, each: bool = False
) -> Iterator[pa.RecordBatch]:
    """Yield what becomes of each batch, where ``each`` is to be recorded after that; the outcome last."""
    rows = 0
    values: Counter[str] = Counter()
    with use:
        for batch, before in given.batches(advance):
            result = undoing.apply(batch, before)
            counts = undoing.counts(batch)
            if each:
                use.note("batch", rows=batch.num_rows, before=before, values=dict(counts))
            rows += batch.num_rows
            values.update(counts)
            yield result
        use.note("done", rows=rows, values=dict(values))
