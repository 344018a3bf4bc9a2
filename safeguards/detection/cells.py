"""The cells of a column as texts, each once with its count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.detection.column import is_text
from safeguards.detection.folding import fold_text

RRN_DIGITS = 13
PROBED = 100
"""Different cells that are looked at first, and as many again."""

_FLOAT = re.compile(r"[0-9]+\.0")
"""A whole number that was a float when it was written."""

LONGEST_BYTES = 65_536
"""Binary values longer than this are files, not text."""


@dataclass(frozen=True)
class Cells:
    """Distinct texts of a column with their counts; ``prose`` says whether spans may stand inside them.

    ``fractional`` numbers, such as degrees and weights, are what the column's name says, or nothing.
    """

    texts: tuple[str, ...]
    counts: tuple[int, ...]
    prose: bool
    numeric: bool
    fractional: bool = False

    @cached_property
    def probe(self) -> tuple[str, ...]:
        """Some of the texts: the most frequent ones, and others at equal distances."""
        order = sorted(range(len(self.texts)), key=lambda at: -self.counts[at])
        every = max(1, len(order) // PROBED)
        return tuple(self.texts[at] for at in (*order[:PROBED], *order[PROBED::every]))

    @property
    def rows(self) -> int:
        """The number of cells that are not empty."""
        return sum(self.counts)

    @property
    def distinct(self) -> float:
        """Different cells for each cell: 1 where none repeats, near 0 in a column of codes."""
        return round(len(self.texts) / self.rows, 4) if self.rows else 0.0


def cells(column: pa.ChunkedArray[Any]) -> Cells:
    """Return the cells that are neither NULL nor blank; types that hold no text have none."""
    if _is_binary(column.type):
        column = _decoded(column)
    if pa.types.is_floating(column.type):
        column = _whole(column)
    prose = is_text(column.type)
    numeric = pa.types.is_integer(column.type) or (
        pa.types.is_decimal(column.type) and column.type.scale == 0
    )
    fractional = pa.types.is_floating(column.type) or (pa.types.is_decimal(column.type) and not numeric)
    if not (
        prose or numeric or fractional or pa.types.is_date(column.type) or pa.types.is_timestamp(column.type)
    ):
        return Cells((), (), prose=False, numeric=False)
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.date32(), safe=False)
    entries: Any = pc.value_counts(column.cast(pa.large_string()))
    counted = [
        (fold_text(entry["values"]).text.strip(), entry["counts"])
        for entry in entries.to_pylist()
        if entry["values"] is not None
    ]
    pairs = [(text, count) for text, count in counted if text]
    if prose and pairs and all(_FLOAT.fullmatch(text) for text, _ in pairs):
        pairs, prose, numeric = [(text[: text.index(".")], count) for text, count in pairs], False, True
    texts, counts = tuple(text for text, _ in pairs), tuple(count for _, count in pairs)
    return Cells(texts, counts, prose, numeric, fractional)


def _whole(column: pa.ChunkedArray[Any]) -> pa.ChunkedArray[Any]:
    """Return floats that are whole numbers as such: pandas makes floats of whole numbers beside NULLs."""
    present: Any = column.filter(pc.is_finite(column))  # NaN may stand for NULL
    if not len(present):
        return column
    try:
        whole: pa.ChunkedArray[Any] = present.cast(pa.int64())
        return whole
    except pa.ArrowInvalid:
        return column


def _is_binary(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)


def _decoded(column: pa.ChunkedArray[Any]) -> pa.ChunkedArray[Any]:
    """Read bytes that are UTF-8 as text; ciphertexts never are, for none begins with 0xFE."""
    return pa.chunked_array([pa.array(map(_text_of, column.to_pylist()), pa.large_string())])


def _text_of(value: bytes | None) -> str | None:
    if value is None or len(value) > LONGEST_BYTES:
        return None
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def spellings(text: str, *, numeric: bool) -> tuple[str, ...]:
    """Return how a cell may be written: numbers have lost their leading zeros."""
    if not numeric:
        return (text,)
    return text, f"0{text}", text.zfill(RRN_DIGITS)
