"""The column that `safeguards plan-index` measures: a fair sample of its values, and how it was drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from safeguards.errors import InputError, offer
from safeguards.fields.planning.interval import margin, wilson
from safeguards.tables import Source, TableSource, open_database, open_file
from safeguards.tables.files import is_sqlite, kind_of
from safeguards.tables.source import reservoir
from safeguards.tables.sql_sampling import PAGES_ABOVE

_SEED = 0


@dataclass(frozen=True, slots=True, repr=False)
class Sample:
    """Values of one column. ``rows`` counts the table's and ``drawn`` the sample's, NULL included.

    ``how`` says how it was drawn; ``declared`` whether the column has a type of its own, as in a database.
    """

    table: str
    column: str
    values: list[Any]
    rows: int
    drawn: int
    how: str
    declared: bool

    @property
    def label(self) -> str:
        """The column's name for people."""
        return f"{self.table}.{self.column}"

    @property
    def null_interval(self) -> tuple[float, float]:
        """The 95 % interval of the share of NULL."""
        return wilson(self.drawn - len(self.values), self.drawn, self.rows)

    @property
    def margin(self) -> float:
        """How far a share of about one half is from the table's, 95 times in 100; others are nearer."""
        return margin(self.drawn, self.rows)

    def present(self, rows: int) -> int:
        """Return how many of so many rows of the table have a value."""
        return max(len(self.values), round(rows * len(self.values) / self.drawn))


def draw(target: str, table: str | None, column: str, rows: int, encoding: str | None) -> Sample:
    """Draw at most ``rows`` rows of the column at random.

    Raises:
        InputError: there is no such database, file, table or column, or it has no rows.
    """
    with _source(target, table, encoding) as source:
        kept, total = (_from_table if isinstance(source, TableSource) else _from_file)(source, column, rows)
        how = _how(source, total, kept.num_rows)
    if not kept.num_rows:
        raise InputError(f"{source.name} has no rows; nothing to measure")
    values = [value for value in _readable(kept.column(0)).to_pylist() if value is not None]
    name = source.name if isinstance(source, TableSource) else source.name.split(".", 1)[0]
    return Sample(name, column, values, total, kept.num_rows, how, isinstance(source, TableSource))


@contextmanager
def _source(target: str, table: str | None, encoding: str | None) -> Iterator[Source]:
    path = Path(target)
    if "://" not in target and not is_sqlite(path):
        yield _file(path, table, encoding)
        return
    if encoding is not None:
        raise InputError(f"--encoding goes with text files; {target.partition('://')[0]} is a database")
    with open_database(target if "://" in target else f"sqlite:///{target}") as database:
        if table is None:
            raise InputError(f"say which table of {database.name}: --table T")
        yield database.source(table)


def _file(path: Path, table: str | None, encoding: str | None) -> Source:
    if table is not None:
        raise InputError(f"--table names a table of a database; {path} is none")
    if not path.exists():
        raise InputError(f"no such file: {path}")
    kind_of(path, also="; also SQLite files, whatever their name")
    return open_file(path, encoding=encoding)


def _from_table(source: Any, column: str, rows: int) -> tuple[pa.Table, int]:
    narrow = source.only(column)
    kept = narrow.sample(rows, _SEED)
    return kept, max(kept.num_rows, narrow.rows() or 0)  # others may write meanwhile


def _from_file(source: Source, column: str, rows: int) -> tuple[pa.Table, int]:
    seen: list[int] = []

    def counted() -> Iterator[pa.RecordBatch]:
        for batch in source.batches([column]):
            seen.append(batch.num_rows)
            yield batch

    if column not in source.schema.names:
        raise InputError(
            f"{source.name} has no column {column!r}; it has: {offer(column, source.schema.names)}"
        )
    return reservoir(pa.schema([source.schema.field(column)]), counted(), rows, _SEED), sum(seen)


def _readable(values: Any) -> Any:
    """Return moments in microseconds, which Python has, where a file has them in nanoseconds."""
    if pa.types.is_timestamp(values.type):
        return values.cast(pa.timestamp("us", values.type.tz), safe=False)
    return values


def _how(source: Source, total: int, drawn: int) -> str:
    if drawn >= total:
        return "every row was read"
    if not isinstance(source, TableSource):
        return "drawn in one pass over the file; each row had the same chance"
    if source.engine.dialect.name != "postgresql":
        return "drawn by random keys, or in one pass; each row had the same chance"
    if total > PAGES_ABOVE:
        return (
            "drawn by TABLESAMPLE SYSTEM, which takes pages: where rows stored side by side are alike, "
            "shares are less certain than their intervals say"
        )
    return "drawn by TABLESAMPLE BERNOULLI, or in one pass; each row had the same chance"
