"""pandas frames as Arrow tables, and back."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from safeguards.errors import InputError
from safeguards.items.text import has_half
from safeguards.tables.source import refuse_duplicates

INDEX = "__index_level_{}__"


def is_pandas(obj: object) -> bool:
    """Say whether ``obj`` is a pandas frame, without importing pandas."""
    kind = type(obj)
    return kind.__name__ == "DataFrame" and kind.__module__.partition(".")[0] == "pandas"


def from_pandas(frame: Any) -> pa.Table:
    """Return a frame as a table; an index that is more than row numbers from 0 becomes a column.

    Raises:
        InputError: a column's name is no text, or its values are of several types.
    """
    names = list(frame.columns)
    if not all(isinstance(name, str) for name in names):
        raise InputError("the frame has column names that are not text; rename them")
    if any(map(has_half, names)):
        raise InputError("the frame has a column name with half of a surrogate pair; rename it")
    refuse_duplicates(names, "the frame")
    series = [(name, frame[name]) for name in names] + index_columns(frame)
    return pa.table([_array(name, values) for name, values in series], names=[name for name, _ in series])


def index_columns(frame: Any) -> list[tuple[str, Any]]:
    """Return a pandas index as named series; an empty list for plain row numbers from 0."""
    index = frame.index
    plain = (
        type(index).__name__ == "RangeIndex" and index.start == 0 and index.step == 1 and index.name is None
    )
    if plain:
        return []
    return [
        (str(name) if name is not None else INDEX.format(level), index.get_level_values(level))
        for level, name in enumerate(index.names)
    ]


def to_pandas(table: pa.Table, like: Any) -> Any:
    """Return a table as a frame whose types and index are those of ``like`` where they still fit."""
    frame = table.to_pandas(ignore_metadata=True)
    original = from_pandas(like.iloc[:0]).schema
    for field in table.schema:
        if field.name in like.columns and _restorable(field, original, like):
            frame[field.name] = frame[field.name].astype(like[field.name].dtype)
        elif field.name in like.columns and _were_objects(like[field.name], frame[field.name]):
            values: Any = table[field.name].to_pylist()
            frame[field.name] = type(frame[field.name])(values, dtype=object, index=frame.index)
    levels = [name for name, _ in index_columns(like) if name in table.schema.names]
    if not levels:
        return frame
    frame = frame.set_index(levels)
    frame.index.names = [None if name.startswith("__index_level_") else name for name in levels]
    return frame


def _array(name: str, values: Any) -> pa.Array[Any]:
    try:
        converted: pa.Array[Any] = pa.array(values, from_pandas=True)
    except UnicodeEncodeError:
        raise InputError(
            f"column {name!r} holds halves of surrogate pairs, which UTF-8 has not; replace them first"
        ) from None
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        # Arrow's own message quotes the value.
        raise InputError(
            f"column {name!r} holds values of several types, or of one that Arrow has not; make them one"
        ) from None
    return converted


def _were_objects(before: Any, after: Any) -> bool:
    """Say whether values were Python's objects and are no more; of bytes, which have no other form, no."""
    if before.dtype != object or after.dtype == object:
        return False
    return not any(isinstance(first, bytes) for first in before[before.notna()].head(1))


def _restorable(field: pa.Field[Any], original: pa.Schema, like: Any) -> bool:
    # Categories list values that may be in no row any more: those of the result are made anew.
    unchanged = field.name in original.names and original.field(field.name).type == field.type
    return unchanged and like[field.name].dtype.name != "category"
