"""Columns of text: every cell's spans as one Arrow table."""

from __future__ import annotations

import re
from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from safeguards.detection.engine import Engine
from safeguards.detection.folding import fold_text
from safeguards.detection.selecting import BACKENDS, Selector
from safeguards.detection.selecting.arrow import indices
from safeguards.detection.selecting.selection import Selection, Sieved
from safeguards.detection.span import Span
from safeguards.errors import InputError

_FIELDS: dict[str, Any] = {
    "row": pa.int64(),
    "start": pa.int32(),
    "end": pa.int32(),
    "entity": pa.string(),
    "score": pa.float64(),
}
SPANS = pa.schema(_FIELDS)
"""``row`` counts from 0 over the whole column; ``start`` and ``end`` are code points of the cell."""

BATCH_ROWS = 262_144
BATCH_BYTES = 32 * 2**20
"""What is looked at in one go at most, so that memory stays flat."""

FIRST_SHARE = 16
"""The first batch is so much smaller, and each twice as large as the one before: reading starts soon."""

FEW_BYTES = 8_192
"""Less than this is read row by row: RE2 would take longer to compile what it looks for."""

_HALVES = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs, which Arrow's UTF-8 cannot hold; no rule reads them."""

AHEAD = 2
"""How many batches are sieved before they are read."""

READ_AT_ONCE = 16_384
"""Rows that become Python texts at a time."""


class Column:
    """Searches columns: RE2 selects rows, the engine reads them."""

    def __init__(self, engine: Engine, backend: str) -> None:
        if backend not in BACKENDS:
            raise InputError(f"unknown backend {backend!r}; use one of: {', '.join(BACKENDS)}")
        self._engine = engine
        self._backend = backend

    @cached_property
    def _selector(self) -> Selector:
        """What selects rows; made for the first column, since a single text needs none."""
        return self._engine.selector(self._backend)

    def table(self, values: Any) -> pa.Table:
        """Return the spans of every cell.

        Args:
            values: an Arrow array or chunked array of text (string, large_string, string_view, also
                dictionary-encoded), or anything `pyarrow.array` takes, such as a list or a pandas series.

        Raises:
            InputError: the column does not hold text.
        """
        found = _Found()
        for row, spans in self.spans(values):
            found.add(row, spans)
        return found.table()

    def spans(self, values: Any) -> Iterator[tuple[int, list[Span]]]:
        """Yield the rows in which something is found, ascending, with their spans."""
        offset = 0
        for chunk in as_text(values).chunks:
            if pa.types.is_dictionary(chunk.type):
                yield from self._encoded(chunk, offset)
            else:
                yield from self._plain(chunk, offset)
            offset += len(chunk)

    def _encoded(self, chunk: Any, offset: int) -> Iterator[tuple[int, list[Span]]]:
        """Look at each text of the dictionary once."""
        spans = dict(self._plain(chunk.dictionary, 0))
        codes = chunk.indices
        hits = np.isin(
            np.asarray(codes.cast(pa.int64()).fill_null(-1)), np.fromiter(spans, np.int64, len(spans))
        )
        for row in np.flatnonzero(hits).tolist():
            yield offset + row, spans[codes[row].as_py()]

    def _plain(self, texts: Any, offset: int) -> Iterator[tuple[int, list[Span]]]:
        if texts.nbytes < FEW_BYTES:
            for row, text in enumerate(texts.to_pylist(), offset):
                if text and (spans := self._engine.spans(text)):
                    yield row, spans
            return
        for batch, sieved in self._sieved(texts):
            for part in self._selector.select(batch, sieved).parts(READ_AT_ONCE):
                for row, spans in self._read(part, batch.take(indices(part.rows)).to_pylist()):
                    yield offset + row, spans
            offset += len(batch)

    def _read(self, part: Selection, texts: list[str]) -> Iterator[tuple[int, list[Span]]]:
        """Read the texts of selected rows; those with unusual characters are selected anew without these."""
        unusual = part.with_place(self._engine.everything).tolist()
        folded = [fold_text(texts[at]) for at in unusual]
        plain = pa.array([one.text for one in folded], pa.large_string())
        anew = dict(zip(unusual, folded, strict=True))
        places_anew = {unusual[at]: places for at, places in self._selector.select(plain)}
        for at, ((row, places), text) in enumerate(zip(part, texts, strict=True)):
            found = anew.get(at)
            if found is not None:
                places = places_anew.get(at, [])
            spans = self._engine.spans_at(found or fold_text(text), places)
            if spans:
                yield row, spans

    def _sieved(self, texts: Any) -> Iterator[tuple[Any, Sieved]]:
        """Yield batches with where to look, some batches ahead: RE2 needs no lock of Python's.

        The thread ahead makes few calls, for after each it waits until Python's lock is handed over.
        """
        waiting: deque[tuple[Any, Future[Sieved]]] = deque()
        with ThreadPoolExecutor(1, "safeguards-sieve") as ahead:
            for batch in batches(texts):
                waiting.append((batch, ahead.submit(self._selector.sieve, batch)))
                if len(waiting) > AHEAD:
                    taken, sieved = waiting.popleft()
                    yield taken, sieved.result()
            for taken, sieved in waiting:
                yield taken, sieved.result()


def batches(texts: Any) -> Iterator[Any]:
    """Cut an array of text into slices of bounded rows and bytes; a longer row is one of its own."""
    if pa.types.is_string_view(texts.type):
        for first in range(0, len(texts), BATCH_ROWS):
            yield texts.slice(first, BATCH_ROWS).cast(pa.large_string())
        return
    share = FIRST_SHARE
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    offsets = np.frombuffer(texts.buffers()[1], width)[texts.offset :] if len(texts) else np.zeros(1, width)
    first = 0
    while first < len(texts):
        most = offsets[first] + BATCH_BYTES // share
        by_bytes = int(np.searchsorted(offsets[: len(texts) + 1], most, "right")) - 1
        last = min(max(by_bytes, first + 1), first + max(1, BATCH_ROWS // share), len(texts))
        yield texts.slice(first, last - first)
        first, share = last, max(1, share // 2)


class _Found:
    """Spans in compact columns."""

    def __init__(self) -> None:
        self._rows, self._starts, self._ends = array("q"), array("i"), array("i")
        self._entities, self._scores = array("i"), array("d")
        self._codes: dict[str, int] = {}

    def add(self, row: int, spans: list[Span]) -> None:
        for span in spans:
            self._rows.append(row)
            self._starts.append(span.start)
            self._ends.append(span.end)
            self._entities.append(self._codes.setdefault(span.entity, len(self._codes)))
            self._scores.append(span.score)

    def table(self) -> pa.Table:
        names = np.array([*self._codes, ""], object)
        columns = (self._rows, self._starts, self._ends, names[np.asarray(self._entities)], self._scores)
        arrays: list[Any] = [
            pa.array(np.asarray(column), field.type) for column, field in zip(columns, SPANS, strict=True)
        ]
        return pa.Table.from_arrays(arrays, schema=SPANS)


def as_text(values: Any) -> pa.ChunkedArray[Any]:
    """Return ``values`` as a chunked array of text.

    Raises:
        InputError: the column does not hold text.
    """
    if isinstance(values, str | bytes):
        raise InputError("detect_column reads a column of texts; for one text there is detect")
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else _from_python(values)
    column = pa.chunked_array([array], array.type) if isinstance(array, pa.Array) else array
    if is_text(column.type):
        return column
    if pa.types.is_null(column.type):
        return column.cast(pa.string())
    raise InputError(f"detection reads text, not {column.type}; cast the column to string first")


def is_text(kind: pa.DataType) -> bool:
    """Say whether an Arrow type is text, also behind a dictionary."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _from_python(values: Any) -> pa.Array[Any]:
    if isinstance(values, str | bytes | Mapping) or hasattr(values, "columns"):
        raise InputError(f"detection reads a column of texts, not {type(values).__name__}")
    if not hasattr(values, "__len__") and isinstance(values, Iterable):
        values = list(values)
    try:
        array: pa.Array[Any] = pa.array(values, from_pandas=True)
    except UnicodeEncodeError:
        return _from_python(
            [_HALVES.sub("\ufffd", each) if isinstance(each, str) else each for each in values]
        )
    except (pa.ArrowException, TypeError, OverflowError):
        raise InputError("detection reads a flat column of text; this one mixes or nests types") from None
    return array
