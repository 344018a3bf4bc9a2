"""The DDL of search tags: a generated column on MariaDB, an expression index elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Index, Table, inspect, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateColumn
from sqlalchemy.sql.compiler import DDLCompiler, IdentifierPreparer

from safeguards.sqlalchemy.mapping import is_encrypted
from safeguards.sqlalchemy.tag import MARIADB, TagOf


@compiles(CreateColumn, *MARIADB)
def _with_generated_column(element: CreateColumn, compiler: DDLCompiler, **kw: Any) -> str:
    own: str = compiler.visit_create_column(element, **kw)  # type: ignore[no-untyped-call]
    column = element.element
    if own is None or not is_encrypted(column):
        return own
    return ", \n\t".join([own, *(part.declaration(compiler.preparer) for _, part in _column_slices(column))])


@dataclass(frozen=True, slots=True)
class SearchSlice:
    """The part of an encrypted column that one index serves, in words that need neither type nor key.

    ``offset`` counts from 1, ``width`` is in bytes; ``generated`` is the name of MariaDB's generated column.
    """

    column: str
    generated: str
    offset: int
    width: int

    def declaration(self, preparer: IdentifierPreparer) -> str:
        """Return MariaDB's declaration of the column that repeats the tag; the database keeps it in step."""
        name, tag = preparer.quote(self.column), preparer.quote(self.generated)
        part = f"SUBSTR({name}, {self.offset}, {self.width})"
        return f"{tag} VARBINARY({self.width}) GENERATED ALWAYS AS ({part}) VIRTUAL INVISIBLE"


def search_slices(table: Table) -> Iterator[tuple[Index, SearchSlice]]:
    """Yield the indexes that a table's encrypted columns got for search, each with the slice it is on."""
    for index in table.indexes:
        for tag in index.expressions:
            if isinstance(tag, TagOf):
                name: str = tag.element.name
                yield index, SearchSlice(name, tag.generated, tag.offset, tag.where.width)


def _column_slices(column: Column[Any]) -> list[tuple[Index, SearchSlice]]:
    """Return the indexes of one column with their slices, in the order of their bytes."""
    own = (pair for pair in search_slices(column.table) if pair[1].column == column.name)
    return sorted(own, key=lambda pair: pair[1].offset)


_POSTGRESQL_BYTES = 63


def database_name(dialect: Dialect, name: Any) -> str:
    """Return the name that an index gets in the database.

    PostgreSQL clips names by bytes, SQLAlchemy by letters.
    """
    own = str(dialect.identifier_preparer.truncate_and_render_index_name(name, _alembic_quote=False))
    if dialect.name != "postgresql":
        return own
    return own.encode()[:_POSTGRESQL_BYTES].decode(errors="ignore")


def tag_index(column: Column[Any]) -> Index:
    """Return the index that an encrypted column of a table got for the first of its searches."""
    return _column_slices(column)[0][0]


def add_search(connection: Connection, column: Column[Any]) -> None:
    """Build the tag indexes of an encrypted column in a table that exists, and ANALYZE the table.

    ``column`` belongs to a Table whose column type is ``Encrypted(..., search=Exact())``.
    """
    preparer = connection.dialect.identifier_preparer
    table = preparer.format_table(column.table)
    if connection.dialect.name in MARIADB:
        for _, part in _column_slices(column):
            declaration = part.declaration(preparer)
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {declaration}")
    for index, _ in _column_slices(column):
        if not _exists(connection, index):
            index.create(connection)
    analyze = "ANALYZE TABLE" if connection.dialect.name in MARIADB else "ANALYZE"
    connection.exec_driver_sql(f"{analyze} {table}")


def has_search(connection: Connection, column: Column[Any]) -> bool:
    """Say whether the database has an index for each search of an encrypted column."""
    return all(_exists(connection, index) for index, _ in _column_slices(column))


def drop_search(connection: Connection, column: Column[Any]) -> None:
    """Drop the tag indexes of an encrypted column where they are and, on MariaDB, their generated columns."""
    preparer = connection.dialect.identifier_preparer
    table = preparer.format_table(column.table)
    for index, part in _column_slices(column):
        if _exists(connection, index):
            index.drop(connection)
        if connection.dialect.name in MARIADB:
            name = preparer.quote(part.generated)
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN IF EXISTS {name}")


# SQLAlchemy reflects neither SQLite's expression indexes nor MariaDB's names with a backtick.
_INDEX_OF_SQLITE = "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = :name AND tbl_name = :table"
_INDEX_OF_MARIADB = """
    SELECT 1 FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = COALESCE(:schema, DATABASE())
    AND TABLE_NAME = :table AND INDEX_NAME = :name LIMIT 1
"""


def _exists(connection: Connection, index: Index) -> bool:
    table: Any = index.table
    name = str(index.name)
    if connection.dialect.name == "postgresql":
        return inspect(connection).has_index(table.name, name, schema=table.schema)
    where = {"name": name, "table": table.name}
    if connection.dialect.name == "sqlite":
        return connection.scalar(text(_INDEX_OF_SQLITE), where) is not None
    return connection.scalar(text(_INDEX_OF_MARIADB), where | {"schema": table.schema}) is not None
