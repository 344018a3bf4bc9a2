"""What MariaDB's information_schema says of one column, and of whatever stands in the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from safeguards.fields import Exact
from safeguards.sqlalchemy.backfill.facts import Facts, PlainIndex, choose
from safeguards.sqlalchemy.backfill.session import Session
from safeguards.sqlalchemy.tag import GENERATED_SEPARATOR

KINDS = {
    **dict.fromkeys(("char", "varchar", "enum"), "String"),
    **dict.fromkeys(("tinytext", "text", "mediumtext", "longtext"), "Text"),
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "year"), "Integer"),
    "bigint": "BigInteger",
    "float": "Float",
    "double": "Float",
    "decimal": "Numeric",
    "date": "Date",
    "datetime": "DateTime",
    "uuid": "Uuid",
}
BINARY = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"}
_INEXACT_KEYS = {"float", "enum", "set", "bit"}
_NAME_LIMIT = 64
ON_UPDATE = "on update"
_NEEDED = {"SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "INDEX"}

_TABLE = """
    SELECT TABLE_NAME AS name, TABLE_TYPE AS kind, ENGINE AS engine, COALESCE(CREATE_OPTIONS, '') AS options
    FROM information_schema.TABLES WHERE TABLE_SCHEMA = COALESCE(:s, DATABASE())
"""
_COLUMNS = """
    SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, DATA_TYPE AS base, CHARACTER_SET_NAME AS charset,
           COLLATION_NAME AS collation,
           IS_NULLABLE AS nullable, COLUMN_DEFAULT AS value_by_default, EXTRA AS extra,
           COLUMN_COMMENT AS comment, GENERATION_EXPRESSION AS computed
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = COALESCE(:s, DATABASE()) AND TABLE_NAME = :t
    ORDER BY ORDINAL_POSITION
"""
_INDEXES = """
    SELECT INDEX_NAME AS name, MIN(NON_UNIQUE) AS several, COUNT(*) AS width, MAX(SUB_PART) AS part,
           MAX(INDEX_TYPE) AS method, SUM(COLUMN_NAME = :c) AS named
    FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = COALESCE(:s, DATABASE()) AND TABLE_NAME = :t
    GROUP BY INDEX_NAME ORDER BY INDEX_NAME
"""
_KEY = """
    SELECT COLUMN_NAME AS name FROM information_schema.STATISTICS
    WHERE TABLE_SCHEMA = COALESCE(:s, DATABASE()) AND TABLE_NAME = :t AND INDEX_NAME = 'PRIMARY'
    ORDER BY SEQ_IN_INDEX
"""
_FOREIGN_KEYS = """
    SELECT CONSTRAINT_NAME AS name, TABLE_NAME AS own, REFERENCED_TABLE_NAME AS parent,
           TABLE_SCHEMA = COALESCE(:s, DATABASE()) AND TABLE_NAME = :t AND COLUMN_NAME = :c AS outward
    FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL AND (
        TABLE_SCHEMA = COALESCE(:s, DATABASE()) AND TABLE_NAME = :t AND COLUMN_NAME = :c
        OR REFERENCED_TABLE_SCHEMA = COALESCE(:s, DATABASE()) AND REFERENCED_TABLE_NAME = :t
        AND REFERENCED_COLUMN_NAME = :c)
"""
_CHECKS = """
    SELECT CONSTRAINT_NAME AS name, CHECK_CLAUSE AS clause FROM information_schema.CHECK_CONSTRAINTS
    WHERE CONSTRAINT_SCHEMA = COALESCE(:s, DATABASE()) AND TABLE_NAME = :t
"""
_TRIGGERS = """
    SELECT TRIGGER_NAME AS name, EVENT_MANIPULATION AS event, ACTION_STATEMENT AS body,
           EVENT_OBJECT_TABLE AS own
    FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = COALESCE(:s, DATABASE())
"""
_VIEWS = """
    SELECT TABLE_NAME AS name, VIEW_DEFINITION AS body FROM information_schema.VIEWS
    WHERE TABLE_SCHEMA = COALESCE(:s, DATABASE())
"""
_RIGHTS = """
    SELECT PRIVILEGE_TYPE AS name FROM information_schema.USER_PRIVILEGES WHERE GRANTEE = :g
    UNION SELECT PRIVILEGE_TYPE FROM information_schema.SCHEMA_PRIVILEGES
    WHERE GRANTEE = :g AND COALESCE(:s, DATABASE()) LIKE TABLE_SCHEMA
"""


def read_facts(session: Session, schema: str | None, table: str, column: str) -> Facts:
    """Read information_schema on a table and on everything that depends on one of its columns.

    Raises:
        InputError: there is no such table or column.
    """
    where = {"s": schema, "t": table, "c": column}
    tables = session.rows(_TABLE, {"s": schema})
    choose("table", table, (row.name for row in tables), f"database {schema}" if schema else "the database")
    columns = session.rows(_COLUMNS, {"s": schema, "t": table})
    choose("column", column, (row.name for row in columns), f"table {table}")
    own = next(row for row in columns if row.name == column)
    indexes = session.rows(_INDEXES, where)
    obstacles = [*_table_obstacles(next(row for row in tables if row.name == table)), *_column_obstacles(own)]
    obstacles += [*_neighbours(columns, own), *_index_obstacles(indexes), *_foreign_keys(session, where)]
    obstacles += [*_checks(session, where), *_triggers(session, where), *_rights(session, schema)]
    plain = tuple(PlainIndex(row.name, not row.several) for row in indexes if _is_plain(row))
    key = tuple(row.name for row in session.rows(_KEY, {"s": schema, "t": table}))
    obstacles += [*_key_obstacles(columns, key)]
    return Facts(
        schema=None if schema == session.scalar("SELECT DATABASE()") else schema,
        table=table,
        column=column,
        sql_type=f"{own.type} {own.charset}" if own.charset else str(own.type),
        stored="Boolean" if own.type == "tinyint(1)" else KINDS.get(own.base),
        binary=own.base in BINARY,
        nullable=own.nullable == "YES",
        key=key,
        comment=own.comment or "",
        indexes=plain,
        other_indexes=tuple(row.name for row in indexes),
        obstacles=tuple(obstacles),
        notes=(*_notes(session, where), *_collation_notes(own, plain)),
    )


def extras(session: Session, schema: str | None, table: str) -> dict[str, str]:
    """Return what a table's columns are besides their types, such as ``INVISIBLE`` or ``on update ...``."""
    return {row.name: row.extra or "" for row in session.rows(_COLUMNS, {"s": schema, "t": table})}


def _mentions(text: str | None, column: str) -> bool:
    return f"`{column.replace('`', '``')}`" in (text or "")


def _table_obstacles(table: Any) -> Iterator[str]:
    if table.kind != "BASE TABLE":
        yield f"its table is a {str(table.kind).lower()} table, which keeps old values or none of its own"
    elif table.engine != "InnoDB":
        yield f"its table is kept by {table.engine}, which has no transactions: change it to InnoDB first"
    if "partitioned" in table.options:
        yield "its table is partitioned"


def _column_obstacles(own: Any) -> Iterator[str]:
    if own.computed:
        yield "it is a generated column"
    elif "auto_increment" in own.extra:
        yield "it is an AUTO_INCREMENT column"
    elif own.value_by_default not in {None, "NULL"}:
        yield "it has a DEFAULT, which the database would store as plaintext"
    if ON_UPDATE in own.extra.lower():
        yield "it is ON UPDATE CURRENT_TIMESTAMP, which the database would store as plaintext"
    if own.base == "float":
        yield "it is FLOAT, of whose digits MariaDB shows six: change it to DOUBLE first"


def _neighbours(columns: list[Any], own: Any) -> Iterator[str]:
    tags = own.name + GENERATED_SEPARATOR
    for row in columns:
        if row.name.startswith(tags) and own.base not in BINARY:
            yield f"column {row.name} already exists, whose name a search tag needs"
        elif not row.name.startswith(tags) and _mentions(row.computed, own.name):
            yield f"generated column {row.name} is computed from it"
    if len(tags + Exact().name) > _NAME_LIMIT:
        yield "its name is too long for the search tag's column, which adds 5 letters"


def _key_obstacles(columns: list[Any], key: tuple[str, ...]) -> Iterator[str]:
    for row in columns:
        if row.name in key and row.base in _INEXACT_KEYS:
            yield f"primary key column {row.name} is {row.base}, by which no row is found again exactly"


def _is_plain(row: Any) -> bool:
    whole = row.part is None or row.several
    return bool(
        row.named and row.width == 1 and row.method in {"BTREE", "HASH"} and whole and row.name != "PRIMARY"
    )


def _index_obstacles(indexes: list[Any]) -> Iterator[str]:
    for row in indexes:
        if row.name == "PRIMARY" and row.named:
            yield "it belongs to the primary key"
        elif row.named and not _is_plain(row):
            why = (
                "it is on several columns"
                if row.width > 1
                else f"it is {row.method} or on a part of the value"
            )
            yield f"index {row.name} cannot become a search index ({why}): drop it first"


def _foreign_keys(session: Session, where: dict[str, Any]) -> Iterator[str]:
    for row in session.rows(_FOREIGN_KEYS, where):
        if row.outward:
            yield f"it is a foreign key ({row.name}) to {row.parent}"
        else:
            yield f"foreign key {row.name} of {row.own} refers to it"


def _checks(session: Session, where: dict[str, Any]) -> Iterator[str]:
    for row in session.rows(_CHECKS, {"s": where["s"], "t": where["t"]}):
        if _mentions(row.clause, where["c"]):
            yield f"CHECK constraint {row.name} mentions it"


def _triggers(session: Session, where: dict[str, Any]) -> Iterator[str]:
    for row in session.rows(_TRIGGERS, {"s": where["s"]}):
        involved = row.own == where["t"] or where["t"].lower() in row.body.lower()
        if involved and where["c"].lower() in row.body.lower():
            yield f"trigger {row.name} mentions it: drop it first"
        elif row.own == where["t"] and row.event == "UPDATE":
            yield f"trigger {row.name} would fire for every row: drop it first and make it again afterwards"


def _rights(session: Session, schema: str | None) -> Iterator[str]:
    """Compare grants as far as they can be read: with a role in force, the server itself will tell."""
    if session.scalar("SELECT CURRENT_ROLE()") is not None:
        return
    user, _, host = str(session.scalar("SELECT CURRENT_USER()")).rpartition("@")
    rows = session.rows(_RIGHTS, {"g": f"'{user}'@'{host}'", "s": schema})
    missing = _NEEDED - {row.name for row in rows}
    if missing:
        yield f"the user lacks privileges on the database: {', '.join(sorted(missing))}"


def _collation_notes(own: Any, indexes: tuple[PlainIndex, ...]) -> Iterator[str]:
    if indexes and str(own.collation or "").endswith("_ci"):
        yield f"collation {own.collation} ignored case; search compares the item's canonical form exactly"


def _notes(session: Session, where: dict[str, Any]) -> Iterator[str]:
    for row in session.rows(_VIEWS, {"s": where["s"]}):
        if _mentions(row.body, where["t"]) and _mentions(row.body, where["c"]):
            yield f"view {row.name} now gives ciphertext for {where['t']}.{where['c']}"
