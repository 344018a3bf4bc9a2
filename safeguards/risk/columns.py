"""Columns as keys: equal values get equal codes, whatever Arrow type holds them.

NULL is a value like any other, NaN equals NaN and 0.0 equals -0.0: whoever looks for a person in the table
sees them so.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safeguards.errors import InputError

Column: TypeAlias = "pa.ChunkedArray[Any] | pa.Array[Any]"
Codes: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

_CODES_LIMIT = 2**62


def column(rows: pa.Table | pa.RecordBatch, name: str) -> Column:
    """Return a column in a type whose equal values are equal keys.

    Raises:
        InputError: it is missing, ambiguous, or nested and so without an equality.
    """
    places = rows.schema.get_all_field_indices(name)
    if len(places) != 1:
        problem = "is not in the table" if not places else "is in the table more than once"
        known = ", ".join(dict.fromkeys(rows.schema.names)) or "none"
        raise InputError(f"column {name!r} {problem}; its columns: {known}")
    return _plain(rows.column(places[0]), name)


def codes(columns: list[Column]) -> Codes:
    """Return one number a row, equal for rows that are equal in all columns; from 0 on, int64."""
    combined = np.zeros(len(columns[0]), np.int64)
    size = 1
    for values in columns:
        encoded, count = encode(values)
        if size * max(count, 1) > _CODES_LIMIT:
            distinct, combined = np.unique(combined, return_inverse=True)
            size = len(distinct)
        combined = combined * count + encoded
        size *= max(count, 1)
    return np.unique(combined, return_inverse=True)[1].astype(np.int64)


def encode(values: Column) -> tuple[Codes, int]:
    """Return a number for each value, and how many different ones there are; NULL has its own."""
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    encoded: Any = array.dictionary_encode(null_encoding="encode")
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), len(encoded.dictionary)


def _plain(values: Column, name: str) -> Column:
    kind = values.type
    if isinstance(kind, pa.BaseExtensionType):
        return _plain(values.cast(kind.storage_type), name)
    if pa.types.is_run_end_encoded(kind):
        return _plain(pc.call_function("run_end_decode", [values]), name)
    if pa.types.is_dictionary(kind):
        return _plain(values.cast(kind.value_type), name)
    if pa.types.is_nested(kind):
        raise InputError(f"column {name!r} is nested ({kind}); flatten it into plain columns first")
    if pa.types.is_floating(kind):
        wide = values.cast(pa.float64())
        plain: Column = pc.if_else(pc.is_nan(wide), float("nan"), pc.add(wide, 0.0))
        return plain
    if kind in (pa.string_view(), pa.binary_view()):
        return values.cast(pa.large_string() if kind == pa.string_view() else pa.large_binary())
    return values.cast(pa.bool_()) if pa.types.is_null(kind) else values
