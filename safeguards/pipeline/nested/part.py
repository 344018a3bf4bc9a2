"""One part of a table, a column or what a path leads to, and its transform at work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from safeguards.errors import InputError, meant
from safeguards.pipeline import rules
from safeguards.pipeline.manifest import ColumnRecord
from safeguards.pipeline.nested.place import At, Scope
from safeguards.pipeline.step import NULLS, Counts, told
from safeguards.pseudonyms import Transform
from safeguards.pseudonyms.column import of_column
from safeguards.pseudonyms.transform import Bound

ROWS = "rows"
COUNTED = "transform:"
"""What the names of counts begin with that a transform tells by itself."""


class Part:
    """A transform with its key in hand.

    Raises:
        InputError: it does not take values of ``kind``, or reads a column beside it that is not there.
        KeyringError: the domain's keyring is not there.
    """

    def __init__(self, name: str, transform: Transform, kind: pa.DataType, scope: Scope) -> None:
        self.name = name
        self.transform = transform
        self.kind = kind
        self._inner = name not in scope.columns
        self._domain = scope.domain if transform.keyed else None
        if missing := [other for other in transform.beside if other not in scope.columns]:
            hint = meant(missing[0], scope.columns)
            raise InputError(f"column {name!r}: no column {missing[0]!r}, which {transform.name} reads{hint}")
        rules.check_kind(name, transform, kind)
        try:
            self.output = transform.output(kind)
        except InputError as error:
            raise InputError(f"column {name!r} {error}") from None
        self._bound: Bound = transform.bind(scope.domain)

    def parts(self) -> Sequence[Part]:
        """Return the part itself."""
        return [self]

    def apply(self, values: Any, at: At) -> Any:
        """Count the values and transform them.

        Raises:
            InputError: a value has no place in the transform; the message tells its row, not the value.
            AlreadyProtected: the values are ciphertexts or tokens.
        """
        self.count(len(values), values.null_count, at)
        if self.output is None:
            return None
        beside = [at.beside(column) for column in self.transform.beside]
        return self.guarded(lambda: self._transformed(values, beside, at.counts), at)

    @property
    def keeps(self) -> bool:
        """Whether documents keep members that no path names."""
        return False

    def unmet(self, counts: Counts) -> Iterator[str]:
        """Yield nothing: a column, or a part that its type tells of, is there."""
        yield from ()

    def count(self, rows: int, nulls: int, at: At) -> None:
        """Count values that came in."""
        at.counts[self.name, NULLS] += nulls
        if self._inner:
            at.counts[self.name, ROWS] += rows

    def guarded(self, work: Callable[[], Any], at: At) -> Any:
        """Do some work; what it raises names this part, and no value."""
        try:
            return work()
        except Exception as error:
            found = of_column(error, self.name, lambda row: at.row(row - 1))
        raise found

    def record(self, rows: int, counts: Counts) -> ColumnRecord:
        """Say what was done to the part; ``rows`` are the table's."""
        transform = self.transform
        rows, nulls = counts[self.name, ROWS] if self._inner else rows, counts[self.name, NULLS]
        return ColumnRecord(
            column=self.name,
            transform=transform.name,
            item=transform.item,
            parameters=transform.parameters(),
            **asdict(transform.traits),
            input_type=str(self.kind),
            output_type=None if self.output is None else str(self.output),
            rows=rows,
            nulls=nulls,
            domain=self._domain.name if self._domain else None,
            epoch=self._domain.epoch if self._domain else None,
            key_id=self._bound.key_id,
            collision_odds=transform.collision_odds(rows - nulls),
            counts=told(counts, self.name, COUNTED),
        )

    def _transformed(self, values: Any, beside: Sequence[Any], counts: Counts) -> Any:
        rules.check_values(values, self.transform, self.name)
        if self._bound.counted is None:
            result = self._bound.apply(values, *beside)
        else:
            result, counted = self._bound.counted(values, *beside)
            counts.update({(self.name, f"{COUNTED}{what}"): number for what, number in counted.items()})
        rules.check_result(result, self.transform, self.name)
        return result


def declared(parts: Iterable[Part]) -> Mapping[str, Transform]:
    """Return the parts' transforms by name."""
    return {part.name: part.transform for part in parts}
