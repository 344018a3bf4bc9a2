"""The steps of one pass, at work in this process or shared by several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from safeguards.errors import SafeguardsError
from safeguards.pipeline.failure import Failure
from safeguards.pipeline.step import Counts, Running, Step
from safeguards.pipeline.workers import Workers

Done = tuple[int, pa.RecordBatch, list[Counts]]
"""Rows that came in, the batch that leaves, and what each step counted."""


ROWS_AT_ONCE = 16_384
"""Rows that are sent to another process at a time: several such batches are on their way."""


def start(steps: Sequence[Step], schema: pa.Schema, metadata: Mapping[str, str]) -> list[Running]:
    """Begin work on batches of ``schema``, each step on what the one before it makes."""
    running: list[Running] = []
    for step in steps:
        running.append(Failure.told("a step", step.start, schema, metadata))
        if not isinstance(getattr(running[-1], "schema", None), pa.Schema):
            raise SafeguardsError(
                "a step's start returns what works on batches: with schema, apply and finish"
            )
        schema = running[-1].schema
    return running


def transformed(running: Sequence[Running], batch: pa.RecordBatch, before: int) -> Done:
    """Return what all steps make of a batch, before which so many rows came.

    Raises:
        SafeguardsError: a step's own; another error is told by its class alone, since it may quote a value.
    """
    rows, counted = batch.num_rows, []
    for one in running:
        batch, counts = _applied(one, batch, before)
        counted.append(counts)
    return rows, batch, counted


def _applied(one: Running, batch: pa.RecordBatch, before: int) -> tuple[pa.RecordBatch, Counts]:
    pair: Any = Failure.told("a step", one.apply, batch, before)
    if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[1], Counter)):
        raise SafeguardsError("a step's apply returns a batch and its counts: return batch, Counts()")
    result, counts = pair
    if not isinstance(result, pa.RecordBatch) or not result.schema.equals(one.schema):
        raise SafeguardsError("a step makes other columns than it declares; nothing was written")
    # A batch without any column has no rows either.
    if result.num_rows != batch.num_rows and one.schema.names and not getattr(one, "filters", False):
        raise SafeguardsError(
            f"a step makes {result.num_rows} rows of {batch.num_rows}; one that may says filters = True"
        )
    return result, counts


@dataclass(frozen=True)
class Work:
    """The steps as data: called once in each process, it takes the keys and returns what works on batches."""

    steps: Sequence[Step]
    schema: pa.Schema
    metadata: Mapping[str, str]

    def __call__(self) -> _Working:
        """Start the steps."""
        return _Working(start(self.steps, self.schema, self.metadata))


class _Working:
    """Arrow's stream format goes to and fro: pickling a slice would send all that it is a slice of."""

    def __init__(self, running: Sequence[Running]) -> None:
        self._running = running

    def __call__(self, packed: bytes, before: int) -> tuple[int, bytes, list[Counts]]:
        rows, batch, counted = transformed(self._running, unpacked(packed), before)
        return rows, packed_of(batch), counted


def in_processes(work: Work, batches: Iterator[pa.RecordBatch], processes: int) -> Iterator[Done]:
    """Yield what becomes of each batch, in their order, worked on by so many processes.

    Raises:
        SafeguardsError: whatever a step raises, or a process ended too early.
    """
    with Workers(work, processes) as workers:
        for rows, packed, counted in workers.map(_numbered(batches)):
            yield rows, unpacked(packed), counted


def _numbered(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[bytes, int]]:
    before = 0
    for batch in batches:
        yield packed_of(batch), before
        before += batch.num_rows


def packed_of(batch: pa.RecordBatch) -> bytes:
    """Return a batch, and nothing beyond its rows, as bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


def unpacked(packed: bytes) -> pa.RecordBatch:
    """Return the batch."""
    with pa.ipc.open_stream(packed) as reader:
        batch: pa.RecordBatch = reader.read_next_batch()
    return batch
