"""One table of a database as a source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from copy import copy
from functools import cached_property
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row

from safeguards.errors import InputError, offer
from safeguards.tables import sql_sampling, stored_types
from safeguards.tables.source import BATCH_ROWS, pick
from safeguards.tables.sql_types import MARIADB, arrow_type, sql_name, to_array
from safeguards.tables.urls import refused_as_input

# Columns of MariaDB that `SELECT *` leaves out, among them the search index of an encrypted column.
_INVISIBLE = sa.text("""
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = :table AND extra LIKE '%INVISIBLE%'""")


class TableSource:
    """A table or view. ``sql_types`` maps each column to its type as the database spells it."""

    def __init__(self, engine: Engine, schema: str | None, table: str, name: str) -> None:
        self.name = name
        self.engine = engine
        self.place = (schema, table)
        with refused_as_input(f"cannot read {name}", engine.url):
            hidden = self._invisible()
            reflected = sa.inspect(engine).get_columns(table, schema)
            self._declared = {
                column["name"]: column["type"] for column in reflected if column["name"] not in hidden
            }
            self.sql_types = {name: sql_name(kind, engine.dialect) for name, kind in self._declared.items()}
        self.selectable = sa.table(table, *(sa.column(name) for name in self._declared), schema=schema)

    @property
    def columns(self) -> list[str]:
        """The columns' names, in order."""
        return list(self._declared)

    @property
    def wanted(self) -> list[sa.ColumnElement[Any]]:
        """The columns to read, for a query."""
        return [self.selectable.c[name] for name in self._declared]

    def only(self, column: str) -> TableSource:
        """Return the same rows with one column, so that a sample does not read and hold the others.

        Raises:
            InputError: there is no such column.
        """
        if column not in self._declared:
            raise InputError(f"{self.name} has no column {column!r}; it has: {offer(column, self._declared)}")
        narrow = copy(self)
        narrow.__dict__.pop("schema", None)
        narrow._declared = {column: self._declared[column]}
        return narrow

    @cached_property
    def schema(self) -> pa.Schema:
        """Arrow types; on SQLite those of the values stored, which takes one pass over the table.

        So does MariaDB's TINYINT(1), which holds Booleans or small numbers.
        """
        types = [arrow_type(self._declared[name]) for name in self.columns]
        with refused_as_input(f"cannot read {self.name}", self.engine.url):
            types = stored_types.stored(self.engine, self.selectable, self.columns, types)
        return pa.schema(list(zip(self.columns, types, strict=True)))

    def rows(self) -> int | None:
        """Count the rows."""
        query = sa.select(sa.func.count()).select_from(self.selectable)
        with (
            refused_as_input(f"cannot read {self.name}", self.engine.url),
            self.engine.connect() as connection,
        ):
            return int(connection.execute(query).scalar_one())

    def is_empty(self) -> bool:
        """Look for one row."""
        query = sa.select(sa.literal(1)).select_from(self.selectable).limit(1)
        with (
            refused_as_input(f"cannot read {self.name}", self.engine.url),
            self.engine.connect() as connection,
        ):
            return connection.execute(query).first() is None

    def batches(
        self, columns: Sequence[str] | None = None, size: int = BATCH_ROWS
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows over a server-side cursor, in no order.

        Raises:
            InputError: the table cannot be read, or a value has not its column's type.
        """
        wanted = pick(self.schema, columns, self.name)
        schema = pa.schema([self.schema.field(name) for name in wanted])
        query = sa.select(*(self.selectable.c[name] for name in wanted))
        for rows in self.stream(query, size):
            yield pa.RecordBatch.from_arrays(self._arrays(rows, schema), schema=schema)

    def sample(self, rows: int, seed: int = 0) -> pa.Table:
        """Draw rows at random without reading a large table whole, where the database has a way.

        See :mod:`safeguards.tables.sql_sampling`. Where :attr:`schema` reads the table, the types are
        those of the values drawn.
        """
        drawn = sql_sampling.draw(self, rows, seed)
        types = [
            stored_types.seen(self.engine, arrow_type(self._declared[name]), values)
            for name, values in zip(self.columns, self._values(drawn), strict=True)
        ]
        schema = pa.schema(list(zip(self.columns, types, strict=True)))
        return pa.Table.from_arrays(self._arrays(drawn, schema), schema=schema)

    def stream(self, query: sa.Select[Any], size: int = BATCH_ROWS) -> Iterator[Sequence[Row[Any]]]:
        """Yield the rows of ``query`` in lists of at most ``size``, as the driver returns them."""
        with (
            refused_as_input(f"cannot read {self.name}", self.engine.url),
            self.engine.connect() as connection,
        ):
            result = connection.execute(query, execution_options={"stream_results": True, "yield_per": size})
            try:
                yield from result.partitions(size)
            except GeneratorExit:
                self._cut(connection, result)
                raise

    def _cut(self, connection: sa.Connection, result: sa.CursorResult[Any]) -> None:
        """End a query early: MariaDB's client would read the rest of the table before it closes a cursor."""
        if self.engine.dialect.name in MARIADB:
            number = connection.connection.dbapi_connection.thread_id()  # type: ignore[union-attr]
            with self.engine.connect() as other:
                other.execute(sa.text(f"KILL QUERY {int(number)}"))
            with suppress(sa.exc.DBAPIError):
                for _ in result:
                    """What was under way, up to the server's word that the query was killed."""
        result.close()

    def _arrays(self, rows: Sequence[Sequence[Any]], schema: pa.Schema) -> list[pa.Array[Any]]:
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
        return [
            to_array(values, field.type, field.name, self.name)
            for values, field in zip(columns, schema, strict=True)
        ]

    def _values(self, rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
        return list(zip(*rows, strict=True)) if rows else [()] * len(self.columns)

    def _invisible(self) -> set[str]:
        if self.engine.dialect.name not in MARIADB:
            return set()
        with self.engine.connect() as connection:
            return set(connection.execute(_INVISIBLE, {"table": self.place[1]}).scalars())
