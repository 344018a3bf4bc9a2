"""The search indexes that a database has, as its catalogue shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, Table, text

from safeguards.fields import Exact
from safeguards.sqlalchemy.ddl import SearchSlice
from safeguards.sqlalchemy.tag import GENERATED_SEPARATOR, MARIADB

_FIRST = 3  # behind the envelope's first two bytes
_NAME = r'"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[^\s"`(),\[\]]+'
# SQLite keeps the text of CREATE INDEX, PostgreSQL and MariaDB their own spelling of the expression.
_SUBSTR = re.compile(rf"\(?\s*substr\(\s*({_NAME})\s*,\s*(\d+)\s*,\s*(\d+)\s*\)\s*\)?", re.IGNORECASE)
_LEFT = re.compile(rf"left\(\s*({_NAME})\s*,\s*(\d+)\s*\)", re.IGNORECASE)
_SQLITE_ON = re.compile(rf"CREATE\s+(UNIQUE\s+)?INDEX\s.*?\sON\s+(?:{_NAME})\s*(\(.*\))\s*", re.I | re.S)

_POSTGRESQL = """
    SELECT named.relname AS name, i.indisunique AS "unique", pg_get_indexdef(i.indexrelid, 1, true) AS part
    FROM pg_index i JOIN pg_class named ON named.oid = i.indexrelid
    JOIN pg_class owner ON owner.oid = i.indrelid JOIN pg_namespace n ON n.oid = owner.relnamespace
    WHERE owner.relname = :table AND n.nspname = COALESCE(:schema, current_schema())
    AND i.indnatts = 1 AND i.indkey[0] = 0 AND i.indpred IS NULL ORDER BY 1
"""
_MARIADB = """
    SELECT s.INDEX_NAME AS name, s.NON_UNIQUE = 0 AS "unique", c.COLUMN_NAME AS "generated",
    c.GENERATION_EXPRESSION AS part FROM information_schema.COLUMNS c
    LEFT JOIN information_schema.STATISTICS s ON s.TABLE_SCHEMA = c.TABLE_SCHEMA
    AND s.TABLE_NAME = c.TABLE_NAME AND s.COLUMN_NAME = c.COLUMN_NAME
    WHERE c.TABLE_SCHEMA = COALESCE(:schema, DATABASE()) AND c.TABLE_NAME = :table
    AND c.EXTRA LIKE '%INVISIBLE%' AND c.GENERATION_EXPRESSION IS NOT NULL ORDER BY 3
""".replace('"', "`")


@dataclass(frozen=True, slots=True)
class Found:
    """A search index of a table; ``name`` is None where MariaDB has the generated column and no index."""

    name: str | None
    slice: SearchSlice
    unique: bool


def search_indexes(connection: Connection, table: str, schema: str | None = None) -> list[Found]:
    """Return the search indexes of a table."""
    dialect = connection.dialect
    if dialect.name == "sqlite":
        return _of_sqlite(connection, table, schema)
    mariadb = dialect.name in MARIADB
    query = _MARIADB if mariadb else _POSTGRESQL
    found = []
    for row in connection.execute(text(query), {"table": table, "schema": schema}):
        part = _slice(str(row.part), row.generated if mariadb else None)
        if part is not None:
            found.append(Found(row.name, part, bool(row.unique)))
    return found


def _of_sqlite(connection: Connection, table: str, schema: str | None) -> list[Found]:
    preparer = connection.dialect.identifier_preparer
    master = preparer.format_table(Table("sqlite_master", MetaData(), schema=schema))
    query = f"SELECT name, sql FROM {master} WHERE type = 'index' AND tbl_name = ? COLLATE NOCASE"  # noqa: S608
    found = []
    for row in connection.exec_driver_sql(query, (table,)):
        match = _SQLITE_ON.fullmatch(row.sql or "")
        part = _slice(match[2], None) if match else None
        if match and part is not None:
            found.append(Found(row.name, part, match[1] is not None))
    return found


def _slice(expression: str, generated: str | None) -> SearchSlice | None:
    """Read an expression; None where it is no slice of a column."""
    if left := _LEFT.fullmatch(expression.strip()):
        name, offset, width = _unquoted(left[1]), 1, int(left[2])
    elif part := _SUBSTR.fullmatch(expression.strip()):
        name, offset, width = _unquoted(part[1]), int(part[2]), int(part[3])
    else:
        return None
    # Elsewhere than on MariaDB, the database does not say which search it is: where it stands tells it apart.
    own = Exact().name if offset == _FIRST else str(offset)
    return SearchSlice(name, generated or name + GENERATED_SEPARATOR + own, offset, width)


def _unquoted(name: str) -> str:
    quote = name[0]
    if quote == "[":
        return name[1:-1]
    if quote in '"`':
        return name[1:-1].replace(quote * 2, quote)
    return name
