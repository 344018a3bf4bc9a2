"""Batches of pseudonyms back to values, and on to other pseudonyms, column by column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from safeguards.errors import InputError, offer
from safeguards.pseudonyms.column import is_text, of_column
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.reversal.use import Use
from safeguards.pseudonyms.transform import Bound, Transform


class Undoing:
    """Transforms taken back, in one process, keys in hand.

    Args:
        schema: of the batches.
        columns: how each column to be taken back was made; the others pass as they are.
        domain: the scope of the pseudonyms, with its keys in hand.
        use: the recorded use.
        to: the scope of other pseudonyms, which then come out in place of values.

    Raises:
        InputError: a column is missing, not of the type that its pseudonyms have, or made one-way.
    """

    def __init__(
        self,
        schema: pa.Schema,
        columns: Mapping[str, Transform],
        domain: Domain,
        use: Use,
        to: Domain | None = None,
    ) -> None:
        self._order = self.check(schema, columns)
        self._columns = columns
        self._back = {name: self._bound(name, lambda made: made.reverse(domain, use)) for name in self._order}
        self._forth: dict[str, Bound] = {}
        if to is not None:
            self._forth = {name: self._bound(name, lambda made: made.bind(to)) for name in self._order}
        empty = [pa.nulls(0, field.type) for field in schema]
        self.schema: pa.Schema = self._turned(pa.RecordBatch.from_arrays(empty, schema.names), 0).schema

    @staticmethod
    def check(schema: pa.Schema, columns: Mapping[str, Transform]) -> list[str]:
        """Return the columns in the order in which they are taken back, before any key is taken.

        Raises:
            InputError: as the class.
        """
        order = list(_ordered(columns))
        for name in order:
            check_column(schema, name, columns[name])
        return order

    def counts(self, batch: pa.RecordBatch) -> Counter[str]:
        """Return how many values of each column are no NULL."""
        return Counter({name: batch.num_rows - batch[name].null_count for name in self._order})

    def apply(self, batch: pa.RecordBatch, before: int = 0) -> pa.RecordBatch:
        """Return what the batch came from; ``before`` rows came before it, for messages.

        Raises:
            InputError: a value is no pseudonym of its column; the message tells its row, not the value.
        """
        result = self._turned(batch, before)
        return result if result.schema == self.schema else result.cast(self.schema)

    def _turned(self, batch: pa.RecordBatch, before: int) -> pa.RecordBatch:
        found = {name: batch[name] for name in batch.schema.names}
        for name in self._order:
            found[name] = turned(name, self._back[name], found[name], self._beside(name, found), before)
        results = dict(found)
        for name, bound in self._forth.items():
            results[name] = turned(name, bound, found[name], self._beside(name, found), before)
        return pa.RecordBatch.from_arrays(list(results.values()), names=list(results))

    def _bound(self, name: str, bind: Callable[[Transform], Bound]) -> Bound:
        try:
            return bind(self._columns[name])
        except InputError as error:
            raise InputError(f"column {name!r}: {error}") from None

    def _beside(self, name: str, found: Mapping[str, Any]) -> list[Any]:
        return [found[other] for other in self._columns[name].beside]


def check_column(schema: pa.Schema, name: str, transform: Transform) -> None:
    """Raise InputError for a column that is missing, or not of the type that its pseudonyms have."""
    for needed in (name, *transform.beside):
        if needed not in schema.names:
            raise InputError(f"no column {needed!r}; the columns are: {offer(needed, schema.names)}")
    if not (transform.keyed and transform.traits.reversible):
        raise InputError(f"column {name!r}: {transform.name} is one-way: nobody can go back from its results")
    kind = schema.field(name).type
    try:
        made = transform.output(kind)
    except InputError as error:
        raise InputError(f"column {name!r} {error}") from None
    if made is not None and is_text(made) and not is_text(kind):
        raise InputError(f"column {name!r} is {kind}, and its pseudonyms are text: read it as text")


def turned(name: str, bound: Bound, values: Any, beside: Sequence[Any], before: int = 0) -> Any:
    """Apply a bound transform to a column's values.

    Raises:
        InputError: a value has no place in it; the message tells its row.
    """
    try:
        return bound.apply(values, *beside)
    except Exception as error:
        found = of_column(error, name, lambda row: before + row)
    raise found


def _ordered(columns: Mapping[str, Transform]) -> Iterator[str]:
    """Yield each column after those that its transform reads beside it: it reads them as they came in."""
    done: set[str] = set()

    def follow(name: str, waiting: tuple[str, ...]) -> Iterator[str]:
        if name in waiting:
            raise InputError(f"column {name!r} is read beside itself")
        if name in columns and name not in done:
            for other in columns[name].beside:
                yield from follow(other, (*waiting, name))
            done.add(name)
            yield name

    for name in columns:
        yield from follow(name, ())
