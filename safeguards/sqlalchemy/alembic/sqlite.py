"""SQLite's batch mode, which makes a table anew from reflection and would lose the search indexes."""

from __future__ import annotations

import re
import warnings
from typing import Any

from alembic.ddl.sqlite import SQLiteImpl
from sqlalchemy import Column as Column_
from sqlalchemy import Connection, Index, LargeBinary, MetaData, Table, func, inspect, literal_column
from sqlalchemy.sql.elements import conv

from safeguards.sqlalchemy.alembic.catalogue import Found, search_indexes


class SearchIndexKeepingImpl(SQLiteImpl):
    """Builds the search indexes again that a table had before batch mode moved its rows."""

    __dialect__ = "sqlite"

    _moved: tuple[str, list[tuple[Found, str]]] | None = None

    def prep_table_for_batch(self, batch_impl: Any, table: Table) -> None:
        """Remember the search indexes, under the names that their columns will have."""
        super().prep_table_for_batch(batch_impl, table)
        if self.connection is None:
            return
        kept = batch_impl.column_transfers
        indexes = [
            (found, str(kept[found.slice.column].get("name", found.slice.column)))
            for found in search_indexes(self.connection, table.name, table.schema)
            if found.slice.column in kept
        ]
        self._moved = (batch_impl.temp_table_name, indexes)

    def rename_table(self, old_table_name: str, new_table_name: Any, schema: Any = None) -> None:
        """Rename, and build the search indexes of a table that batch mode has made anew."""
        super().rename_table(old_table_name, new_table_name, schema)
        if self._moved is None or self._moved[0] != old_table_name:
            return
        for found, column in self._moved[1]:
            table = Table(str(new_table_name), MetaData(), Column_(column, LargeBinary), schema=schema)
            part = func.substr(
                table.c[column],
                literal_column(str(found.slice.offset)),
                literal_column(str(found.slice.width)),
            )
            self.create_index(Index(conv(str(found.name)), part, unique=found.unique))
        self._moved = None

    def requires_recreate_in_batch(self, batch_op: Any) -> bool:
        """Say what Alembic says; SQLAlchemy will not warn of indexes that are looked up here."""
        if self.connection is not None:
            be_quiet(self.connection, batch_op.table_name, batch_op.schema)
        return super().requires_recreate_in_batch(batch_op)


def be_quiet(connection: Connection, table: str, schema: str | None) -> None:
    """Keep SQLAlchemy from warning that it cannot reflect the search indexes of a table."""
    if connection.dialect.name == "sqlite" and inspect(connection).has_table(table, schema):
        for found in search_indexes(connection, table, schema):
            ignore(f"Skipped unsupported reflection of expression-based index {found.name}")


def ignore(message: str) -> None:
    """Ignore a warning that is about a search index."""
    warnings.filterwarnings("ignore", re.escape(message))
