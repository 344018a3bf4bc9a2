"""Columns of text: every cell's spans as one Arrow table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

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

Detect = Callable[[str], list[Span]]


def detect_column(values: Any, detect: Detect) -> pa.Table:
    """Return the spans of every cell; equal cells of a chunk are looked at once.

    Args:
        values: an Arrow array or chunked array of text (string, large_string, string_view, also dictionary
            encoded), or anything `pyarrow.array` takes, such as a list or a pandas series. NULL has no span.
        detect: what finds the spans of one text.

    Raises:
        InputError: the column does not hold text.
    """
    found: dict[str, list[Any]] = {name: [] for name in SPANS.names}
    for row, span in _spans(as_text(values), detect):
        for name, value in zip(
            SPANS.names, (row, span.start, span.end, span.entity, span.score), strict=True
        ):
            found[name].append(value)
    return pa.table(found, schema=SPANS)


def as_text(values: Any) -> pa.ChunkedArray[Any]:
    """Return ``values`` as a chunked array of text.

    Raises:
        InputError: the column does not hold text.
    """
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
    try:
        array: pa.Array[Any] = pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        raise InputError("detection reads a flat column of text; this one mixes or nests types") from None
    return array


def _spans(column: pa.ChunkedArray[Any], detect: Detect) -> Iterator[tuple[int, Span]]:
    offset = 0
    for chunk in column.chunks:
        codes, texts = _encoded(chunk)
        spans = [detect(text) if text else [] for text in texts]
        for row, code in enumerate(codes):
            if code is not None:
                yield from ((offset + row, span) for span in spans[code])
        offset += len(chunk)


def _encoded(chunk: pa.Array[Any]) -> tuple[Iterable[int | None], list[str | None]]:
    if pa.types.is_string_view(chunk.type):
        chunk = chunk.cast(pa.large_string())
    coded: Any = chunk if pa.types.is_dictionary(chunk.type) else pc.dictionary_encode(chunk)
    return coded.indices.to_pylist(), coded.dictionary.to_pylist()
