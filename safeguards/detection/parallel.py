"""A column's work shared by processes: batches go out and spans come back, in order, a few at a time."""

from __future__ import annotations

import multiprocessing
import pickle
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.detection.column import SPANS, as_text, batches
from safeguards.errors import InputError

WAITING = 2
"""Batches a process may have before it: enough to keep it busy, few enough to keep memory flat."""

_DETECTOR: Any = None


def in_processes(detector: Any, values: Any, processes: int) -> pa.Table:
    """Return what ``detector.detect_column(values)`` returns, found by ``processes`` processes.

    Raises:
        InputError: the detector holds an item that cannot be sent to another process, or one of the processes
            ended too early.
    """
    try:
        packed = pickle.dumps(detector)
    except (pickle.PicklingError, AttributeError, TypeError):
        raise InputError(
            "processes above 1 send the detector to other processes, and a custom item of this one cannot be "
            "pickled; use functions of a module in it, or processes=1"
        ) from None
    try:
        parts = [SPANS.empty_table(), *_searched(packed, values, processes)]
    except BrokenProcessPool:
        raise InputError(
            "a process that searched a part of the column ended too early: it was killed, or the script that "
            'calls detect_column(processes=...) lacks the guard if __name__ == "__main__", which they '
            "need; nothing was returned"
        ) from None
    return pa.concat_tables(parts).combine_chunks()


def _searched(packed: bytes, values: Any, processes: int) -> Iterator[pa.Table]:
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _start, (packed,)) as pool:
        waiting: deque[tuple[int, Future[Any]]] = deque()
        for offset, batch in _numbered(values):
            waiting.append((offset, pool.submit(_search, _sent(batch))))
            if len(waiting) > WAITING * processes:
                yield _received(*waiting.popleft())
        for entry in waiting:
            yield _received(*entry)


def _numbered(values: Any) -> Iterator[tuple[int, Any]]:
    offset = 0
    for chunk in as_text(values).chunks:
        texts: Any = chunk.cast(chunk.type.value_type) if pa.types.is_dictionary(chunk.type) else chunk
        for batch in batches(texts):
            yield offset, batch
            offset += len(batch)


def _sent(batch: Any) -> bytes:
    """Return the batch alone: pickling a slice would send the whole column."""
    sink = pa.BufferOutputStream()
    record = pa.record_batch([batch], ["text"])
    with pa.ipc.new_stream(sink, record.schema) as writer:
        writer.write_batch(record)
    return sink.getvalue().to_pybytes()


def _received(offset: int, future: Future[Any]) -> pa.Table:
    table = future.result()
    rows: Any = pc.add(table.column("row"), offset)
    moved: pa.Table = table.set_column(0, SPANS.field("row"), rows)
    return moved


def _start(packed: bytes) -> None:
    global _DETECTOR
    _DETECTOR = pickle.loads(packed)  # noqa: S301


def _search(batch: bytes) -> pa.Table:
    with pa.ipc.open_stream(batch) as reader:
        found: pa.Table = _DETECTOR.detect_column(reader.read_all().column("text"))
    return found
