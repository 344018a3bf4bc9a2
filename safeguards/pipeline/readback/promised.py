"""The values of one column, or of one part of it, judged by what its record promises."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.pipeline.manifest import ColumnRecord
from safeguards.pipeline.nested.paths import EACH, Path
from safeguards.pipeline.promises import holds_of, keeps_nulls
from safeguards.pipeline.readback.difference import Difference, column
from safeguards.pipeline.readback.standing import Standing
from safeguards.pipeline.readback.values import Column, Values

_NESTED = ("struct<", "list", "large_list", "fixed_size_list", "map<")


class Promised:
    """Counts the values that are none of the transform's results, and remembers the first one's row."""

    def __init__(self, record: ColumnRecord) -> None:
        self._record = record
        self._holds = holds_of(record)
        self._misses = self._first = 0

    def see(self, found: Values, before: int) -> None:
        """Judge values of a batch that comes after so many rows."""
        if self._holds is None:
            return
        held = pc.fill_null(self._holds(found.values), True)
        if misses := held.false_count:
            self._first = self._first or before + int(found.rows[pc.index(held, False).as_py()]) + 1
            self._misses += misses

    def differences(self) -> Iterator[Difference]:
        """Yield one where values are of another form."""
        if self._misses:
            told = self._record.transform + (f" of {self._record.item}" if self._record.item else "")
            found = f"{self._misses} values of another form, first in row {self._first}"
            yield Difference(column(self._record.column), told, found)


class Part:
    """A part of a nested column, or the single values of a JSON column that has parts besides."""

    def __init__(self, path: Path, among: Standing, stated: str) -> None:
        self._record = among[path]
        self._steps = path.steps
        inner = [
            other.steps[len(path.steps)] for other in among if other != path and _leads_into(path, other)
        ]
        self._opened = frozenset(list if step is EACH else dict for step in inner)
        self._promised = Promised(self._record)
        # What has become JSON since counts NULLs otherwise: those of a NULL struct's fields are gone.
        self._was_nested = stated.startswith(_NESTED)
        self._comparable = bool(path.steps)
        self._values = self._nulls = 0
        self._absent = self._there = False

    def see(self, read: Column, kind: pa.DataType, before: int) -> None:
        """Read the part in a batch that comes after so many rows; the column is of type ``kind``."""
        self._comparable &= self._was_nested == pa.types.is_nested(kind)
        found = read.at(self._steps, self._opened)
        if found is None:
            self._absent = True
            return
        self._values += len(found.values)
        self._nulls += found.values.null_count
        self._promised.see(found, before)
        self._there |= found.typed or len(found.values) > 0

    def differences(self) -> Iterator[Difference]:
        """Yield what is not as stated."""
        where, record = column(self._record.column), self._record
        if record.output_type is None:
            if self._there:
                yield Difference(where, f"it was left out ({record.transform})", "it")
            return
        if self._absent:
            yield Difference(where, record.output_type, "no such part")
            return
        if self._comparable and self._values != record.rows:
            yield Difference(where, f"{record.rows} values", f"{self._values}")
        if self._comparable and keeps_nulls(record) and self._nulls != record.nulls:
            yield Difference(where, f"{record.nulls} NULLs", f"{self._nulls}")
        yield from self._promised.differences()


def _leads_into(path: Path, other: Path) -> bool:
    return path.overlaps(other) and len(other.steps) > len(path.steps)
