"""The DDL of search tags: a generated column on MariaDB, an expression index elsewhere."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Index, inspect, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateColumn
from sqlalchemy.sql.compiler import DDLCompiler, IdentifierPreparer

from safeguards.sqlalchemy.mapping import is_encrypted
from safeguards.sqlalchemy.tag import GENERATED_SUFFIX, MARIADB, TagOf


@compiles(CreateColumn, *MARIADB)
def _with_generated_column(element: CreateColumn, compiler: DDLCompiler, **kw: Any) -> str:
    own: str = compiler.visit_create_column(element, **kw)  # type: ignore[no-untyped-call]
    column = element.element
    if own is None or not is_encrypted(column) or column.type.search is None:  # type: ignore[attr-defined]
        return own
    return f"{own}, \n\t{generated_column(column, compiler.preparer)}"


def generated_column(column: Column[Any], preparer: IdentifierPreparer) -> str:
    """Return MariaDB's declaration of the column that repeats the tag; the database keeps it in step."""
    width = TagOf(column).width
    name, tag = preparer.quote(column.name), preparer.quote(column.name + GENERATED_SUFFIX)
    return f"{tag} VARBINARY({width}) GENERATED ALWAYS AS (LEFT({name}, {width})) VIRTUAL INVISIBLE"


def tag_index(column: Column[Any]) -> Index:
    """Return the index that an encrypted column of a table got for its search tag."""
    table = column.table
    tags = ((index, index.expressions[0]) for index in table.indexes)
    return next(index for index, tag in tags if isinstance(tag, TagOf) and tag.element is column)


def add_search(connection: Connection, column: Column[Any]) -> None:
    """Build the tag index of an encrypted column in a table that exists, and ANALYZE the table.

    ``column`` belongs to a Table whose column type is ``Encrypted(..., search=Exact())``.
    """
    preparer = connection.dialect.identifier_preparer
    table = preparer.format_table(column.table)
    if connection.dialect.name in MARIADB:
        declaration = generated_column(column, preparer)
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {declaration}")
    index = tag_index(column)
    if not _exists(connection, index):
        index.create(connection)
    analyze = "ANALYZE TABLE" if connection.dialect.name in MARIADB else "ANALYZE"
    connection.exec_driver_sql(f"{analyze} {table}")


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
