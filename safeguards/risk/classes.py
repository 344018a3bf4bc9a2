"""Count equivalence classes: the rows that share one combination of quasi-identifiers.

NULL is a value like any other, NaN equals NaN and 0.0 equals -0.0: whoever looks for a person in the table
sees them so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.errors import InputError

# Counted batches are merged when at least this many classes wait, so memory follows classes and not rows.
_LEAST_WAITING = 1 << 20
_COUNT = "count"

Column: TypeAlias = "pa.ChunkedArray[Any] | pa.Array[Any]"


class ClassCounter:
    """Counts classes batch by batch; the memory it needs grows with the number of classes.

    Raises:
        InputError: no quasi-identifier is named, or one twice.
    """

    def __init__(self, quasi_identifiers: Sequence[str]) -> None:
        if isinstance(quasi_identifiers, str):
            raise InputError("quasi_identifiers needs a list of column names, not one text")
        if not quasi_identifiers:
            raise InputError(
                "quasi_identifiers is empty; name the columns that together could point to a person"
            )
        if len(set(quasi_identifiers)) < len(quasi_identifiers):
            raise InputError("quasi_identifiers names a column twice")
        self.quasi_identifiers = tuple(quasi_identifiers)
        self._keys = [f"key{place}" for place in range(len(quasi_identifiers))]
        self._counted: list[pa.Table] = []
        self._waiting = 0
        self._limit = _LEAST_WAITING

    def add(self, rows: pa.Table | pa.RecordBatch) -> None:
        """Count these rows.

        Raises:
            InputError: a quasi-identifier is missing, ambiguous, or nested and so without an equality.
        """
        columns = [_plain(_column(rows, name), name) for name in self.quasi_identifiers]
        if rows.num_rows == 0:
            return
        grouped = pa.table(columns, names=self._keys).group_by(self._keys).aggregate([([], "count_all")])
        self._counted.append(grouped.rename_columns([*self._keys, _COUNT]))
        self._waiting += grouped.num_rows
        if self._waiting > self._limit:
            self._merge()

    def sizes(self) -> Column:
        """Return the number of rows of each class, int64, in no order."""
        if not self._counted:
            return pa.array([], pa.int64())
        self._merge()
        return self._counted[0][_COUNT]

    def _merge(self) -> None:
        if len(self._counted) > 1:
            counted = pa.concat_tables(self._counted).group_by(self._keys).aggregate([(_COUNT, "sum")])
            self._counted = [counted.rename_columns([*self._keys, _COUNT])]
        # Waiting for as many again keeps the whole cost in proportion to the rows.
        self._waiting, self._limit = 0, max(_LEAST_WAITING, self._counted[0].num_rows)


def _column(rows: pa.Table | pa.RecordBatch, name: str) -> Column:
    places = rows.schema.get_all_field_indices(name)
    if len(places) != 1:
        problem = "is not in the table" if not places else "is in the table more than once"
        known = ", ".join(dict.fromkeys(rows.schema.names)) or "none"
        raise InputError(f"quasi-identifier {name!r} {problem}; its columns: {known}")
    return rows.column(places[0])


def _plain(column: Column, name: str) -> Column:
    """Return the column in a type whose equal values are equal keys."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _plain(column.cast(kind.storage_type), name)
    if pa.types.is_run_end_encoded(kind):
        return _plain(pc.call_function("run_end_decode", [column]), name)
    if pa.types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type), name)
    if pa.types.is_nested(kind):
        raise InputError(f"quasi-identifier {name!r} is nested ({kind}); flatten it into plain columns first")
    if pa.types.is_floating(kind):
        wide = column.cast(pa.float64())
        plain: Column = pc.if_else(pc.is_nan(wide), float("nan"), pc.add(wide, 0.0))
        return plain
    if kind in (pa.string_view(), pa.binary_view()):
        return column.cast(pa.large_string() if kind == pa.string_view() else pa.large_binary())
    return column.cast(pa.bool_()) if pa.types.is_null(kind) else column
