"""Databases over SQLAlchemy, opened for reading only."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from types import TracebackType

from sqlalchemy import inspect, text
from sqlalchemy.engine import Engine
from sqlalchemy.engine.reflection import Inspector

from safeguards.errors import InputError, offer
from safeguards.tables.sql_source import TableSource
from safeguards.tables.urls import open_engine, refused_as_input, shown

# Partitions are read through their parent, or each row would be found twice.
_PARTITIONS = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relispartition"""


def open_database(url: str) -> Database:
    """Open the database at ``url``; nothing is ever written to it.

    ``postgresql://`` and ``mariadb://`` (or ``mysql://``) take the driver that is installed.

    Raises:
        InputError: no such database, or the server cannot be reached; the message holds no password.
        MissingExtra: the driver is not installed.
    """
    return Database(open_engine(url))


class Database:
    """The tables of one database. A context manager."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """The SQLAlchemy engine behind it."""
        return self._engine

    @property
    def name(self) -> str:
        """The URL without password and options."""
        return shown(self._engine.url)

    def tables(self) -> list[str]:
        """Return the tables' names, sorted; those outside the default schema as ``schema.table``.

        Materialised views are tables too: they hold copies of rows.
        """
        return sorted(self._tables)

    def source(self, table: str) -> TableSource:
        """Return a table or view as a source.

        Raises:
            InputError: there is no such table.
        """
        place = self._tables.get(table) or self._views.get(table)
        if place is None:
            raise InputError(f"no table {table!r} in {self.name}; it has: {offer(table, self.tables())}")
        return TableSource(self._engine, place[0], place[1], table)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def _tables(self) -> dict[str, tuple[str | None, str]]:
        with refused_as_input(f"cannot list the tables of {self.name}", self._engine.url):
            inspector = inspect(self._engine)
            found = [
                (schema, table)
                for schema in self._schemas
                for names in (inspector.get_table_names, *self._stored_views(inspector))
                for table in names(schema)
            ]
        return {_shown(*place): place for place in found if place not in self._partitions}

    def _stored_views(self, inspector: Inspector) -> tuple[Callable[[str | None], list[str]], ...]:
        known = self._engine.dialect.name == "postgresql"
        return (inspector.get_materialized_view_names,) if known else ()

    @cached_property
    def _views(self) -> dict[str, tuple[str | None, str]]:
        with refused_as_input(f"cannot list the views of {self.name}", self._engine.url):
            inspector = inspect(self._engine)
            found = [(schema, view) for schema in self._schemas for view in inspector.get_view_names(schema)]
        return {_shown(*place): place for place in found}

    @cached_property
    def _schemas(self) -> list[str | None]:
        """None stands for the default schema; only PostgreSQL has others inside one database."""
        if self._engine.dialect.name != "postgresql":
            return [None]
        inspector = inspect(self._engine)
        own = {inspector.default_schema_name, "information_schema"}
        return [
            None,
            *(
                name
                for name in inspector.get_schema_names()
                if name not in own and not name.startswith("pg_")
            ),
        ]

    @cached_property
    def _partitions(self) -> set[tuple[str | None, str]]:
        if self._engine.dialect.name != "postgresql":
            return set()
        default = inspect(self._engine).default_schema_name
        with self._engine.connect() as connection:
            found = connection.execute(text(_PARTITIONS)).all()
        return {(None if schema == default else schema, table) for schema, table in found}


def _shown(schema: str | None, table: str) -> str:
    return table if schema is None else f"{schema}.{table}"
