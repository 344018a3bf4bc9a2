"""What every source of rows offers, and the draw of a fair sample from a stream."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from safeguards.errors import InputError, offer

BATCH_ROWS = 65_536


class Source(Protocol):
    """Rows of one table, file or frame. ``name`` is what messages call it."""

    name: str

    @property
    def schema(self) -> pa.Schema:
        """Names and Arrow types of the columns, in order."""

    def rows(self) -> int | None:
        """Return the exact number of rows, or None where only reading everything would tell."""

    def batches(
        self, columns: Sequence[str] | None = None, size: int = BATCH_ROWS
    ) -> Iterator[pa.RecordBatch]:
        """Yield all rows in batches of at most ``size`` rows, in memory that does not grow with it."""

    def sample(self, rows: int, seed: int = 0) -> pa.Table:
        """Draw ``rows`` rows at random from the whole source, or all of them where there are fewer."""


def is_empty(source: Source) -> bool:
    """Say whether ``source`` has no row, reading at most one batch."""
    probe = getattr(source, "is_empty", None)
    if probe is not None:
        return bool(probe())
    count = source.rows()
    if count is not None:
        return count == 0
    return not any(batch.num_rows for batch in source.batches(size=1024))


def as_text(metadata: Mapping[bytes, bytes] | None, without: Collection[bytes] = ()) -> dict[str, str]:
    """Return key-value metadata as text, without some keys; what is no UTF-8 is replaced."""
    return {
        key.decode(errors="replace"): value.decode(errors="replace")
        for key, value in (metadata or {}).items()
        if key not in without
    }


def told_by(source: Source) -> dict[str, str]:
    """Return what a source tells of itself: a file's own metadata, or those of its schema."""
    return {**as_text(source.schema.metadata), **getattr(source, "metadata", {})}


def pick(schema: pa.Schema, columns: Sequence[str] | None, name: str) -> list[str]:
    """Return the columns asked for, all of them for None.

    Raises:
        InputError: ``schema`` lacks one of them.
    """
    if columns is None:
        return list(schema.names)
    unknown = [column for column in columns if column not in schema.names]
    if unknown:
        raise InputError(f"{name} has no column {unknown[0]!r}; it has: {offer(unknown[0], schema.names)}")
    return list(columns)


def refuse_duplicates(names: Sequence[str], source: str) -> None:
    """Raise InputError when two columns share a name: which one is meant could not be told."""
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{source} has more than one column named {name!r}; rename one")


def takeable(table: pa.Table) -> pa.Table:
    """Return the table with views as large texts and bytes, for Arrow cannot take rows of views."""
    views = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}
    fields: Any = [field.with_type(views.get(field.type, field.type)) for field in table.schema]
    metadata: Any = table.schema.metadata
    return table.cast(pa.schema(fields, metadata)) if fields != list(table.schema) else table


def resize(batches: Iterable[pa.RecordBatch], size: int) -> Iterator[pa.RecordBatch]:
    """Cut batches so that none is longer than ``size`` rows; empty ones are left out."""
    for batch in batches:
        for start in range(0, batch.num_rows, size):
            yield batch.slice(start, size)


def reservoir(schema: pa.Schema, batches: Iterable[pa.RecordBatch], rows: int, seed: int) -> pa.Table:
    """Draw ``rows`` rows from a stream, each row of the stream with the same chance.

    Every row gets a random key and the smallest keys win, so one pass and memory of about ``rows`` rows do.
    """
    draw = Draw(rows, seed)
    kept = takeable(schema.empty_table())
    for batch in batches:
        chosen = draw.offer(batch.num_rows)
        grown = pa.concat_tables([kept, takeable(pa.Table.from_batches([batch], schema)).take(chosen)])
        kept = grown.take(draw.settle())
    return kept


class Draw:
    """The bookkeeping of a reservoir: which offered rows enter, and which of the kept ones stay."""

    def __init__(self, rows: int, seed: int) -> None:
        self._rows = rows
        self._random = np.random.default_rng(seed)
        self._keys = np.empty(0)
        self._bound = 1.0 if rows > 0 else 0.0

    def offer(self, count: int) -> np.ndarray:
        """Return the positions, of ``count`` new rows, that enter; they follow the kept ones."""
        keys = self._random.random(count)
        chosen = np.flatnonzero(keys < self._bound)
        self._keys = np.concatenate([self._keys, keys[chosen]])
        return chosen

    def settle(self) -> np.ndarray:
        """Return the positions, of kept and entered rows together, that stay; in order."""
        if len(self._keys) <= self._rows:
            return np.arange(len(self._keys))
        stay = np.sort(np.argpartition(self._keys, self._rows)[: self._rows])
        self._keys = self._keys[stay]
        self._bound = float(self._keys.max(initial=0.0))
        return stay
