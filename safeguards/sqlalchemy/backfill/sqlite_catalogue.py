"""What SQLite's schema says of one column, and of whatever stands in the way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from safeguards.errors import InputError
from safeguards.sqlalchemy.backfill.facts import Facts, PlainIndex, choose
from safeguards.sqlalchemy.backfill.session import Session
from safeguards.sqlalchemy.backfill.sqlite_table import Declaration
from safeguards.sqlalchemy.backfill.sqlite_text import Token, fold, mentions, tokens

ROWID_NAMES = ("rowid", "_rowid_", "oid")


def read_facts(session: Session, schema: str | None, table: str, column: str) -> Facts:
    """Read the declarations of a table and of everything that depends on one of its columns.

    Raises:
        InputError: there is no such table or column, or the table is no ordinary one.
    """
    if schema not in {None, "main"}:
        raise InputError(f"SQLite has no schema {schema!r}: name the table alone")
    choose("table", table, _names(session, "table"), "the database")
    columns = session.rows("SELECT * FROM pragma_table_xinfo(:t)", {"t": table})
    choose("column", column, (row.name for row in columns), f"table {table}")
    own = next(row for row in columns if row.name == column)
    declaration = declared(session, table)
    return Facts(
        schema=None,
        table=table,
        column=column,
        sql_type=own.type,
        stored=_stored(own.type),
        binary=_is_binary(own.type),
        nullable=not own.notnull,
        key=_key(declaration, columns),
        indexes=tuple(plain_indexes(session, table, column)),
        other_indexes=tuple(_names(session, "index")),
        obstacles=tuple(_obstacles(session, declaration, table, own)),
        notes=tuple(_notes(session, table, column)),
    )


def declared(session: Session, table: str) -> Declaration:
    """Return the table's declaration, taken apart."""
    sql = session.scalar("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :t", {"t": table})
    return Declaration(str(sql))


def rowid_name(declaration: Declaration) -> str | None:
    """Return the name under which rows' numbers can be reached; a column may hide each of them."""
    if declaration.without_rowid:
        return None
    taken = {fold(part.column) for part in declaration.parts if part.column is not None}
    return next((name for name in ROWID_NAMES if name not in taken), None)


def _names(session: Session, kind: str) -> list[str]:
    rows = session.rows("SELECT name FROM sqlite_schema WHERE type = :k", {"k": kind})
    return [row.name for row in rows if not row.name.startswith("sqlite_stat")]


def _key(declaration: Declaration, columns: list[Any]) -> tuple[str, ...]:
    primary = sorted((row for row in columns if row.pk), key=lambda row: row.pk)
    rowid = rowid_name(declaration)
    if not primary:
        return ()
    # A primary key of SQLite may hold NULL; the row's number never does.
    return (rowid,) if rowid is not None else tuple(row.name for row in primary)


def plain_indexes(session: Session, table: str, column: str) -> Iterator[PlainIndex]:
    """Yield the indexes and UNIQUE constraints on the column alone."""
    for row, on in _indexes(session, table):
        if [fold(name or "") for name in on] == [fold(column)] and not row.partial and row.origin != "pk":
            yield PlainIndex(row.name, bool(row.unique), constraint=row.origin == "u")


def _indexes(session: Session, table: str) -> Iterator[tuple[Any, list[str | None]]]:
    """Yield each index with the columns it is on; None stands for an expression."""
    for row in session.rows("SELECT * FROM pragma_index_list(:t)", {"t": table}):
        on = session.rows("SELECT name FROM pragma_index_xinfo(:i) WHERE key ORDER BY seqno", {"i": row.name})
        yield row, [part.name for part in on]


def _obstacles(session: Session, declaration: Declaration, table: str, own: Any) -> Iterator[str]:
    column = own.name
    if own.pk:
        yield "it belongs to the primary key"
    if own.hidden:
        yield "it is a generated column"
    if own.dflt_value is not None and own.dflt_value.upper() != "NULL":
        yield "it has a DEFAULT, which the database would store as plaintext"
    yield from declaration.dependents(column)
    yield from _foreign_keys(session, table, column)
    yield from _wider_indexes(session, table, own)
    yield from _triggers(session, table, column)
    yield from _search_tables(session, table)
    yield from _missing_rights(session)
    yield from _null_keys(session, declaration, table)


def _foreign_keys(session: Session, table: str, column: str) -> Iterator[str]:
    for other in _names(session, "table"):
        for row in session.rows(
            'SELECT "table" AS parent, "from" AS own, "to" AS target FROM pragma_foreign_key_list(:t)',
            {"t": other},
        ):
            if other == table and fold(row.own) == fold(column):
                yield f"it is a foreign key to {row.parent}"
            if fold(row.parent) == fold(table) and fold(row.target or "") == fold(column):
                yield f"a foreign key of {other} refers to it"


def _wider_indexes(session: Session, table: str, own: Any) -> Iterator[str]:
    plain = {index.name for index in plain_indexes(session, table, own.name)}
    for row, on in _indexes(session, table):
        body = _index_body(session, row.name)
        named = fold(own.name) in {fold(name or "") for name in on}
        search = _is_binary(own.type) and _is_search(body, own.name)
        if row.name in plain or row.origin == "pk" or search or not (named or mentions(body, own.name)):
            continue
        kind = "UNIQUE constraint" if row.origin == "u" else "index"
        wide = "several columns" if len(on) > 1 else "an expression or a part of the rows"
        yield f"{kind} {row.name} on {wide} includes it: drop it first"


def _index_body(session: Session, name: str) -> list[Token]:
    """Return what stands in an index's declaration after the table's name."""
    sql = session.scalar("SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = :i", {"i": name})
    parts = tokens(sql or "")
    return parts[next((at for at, part in enumerate(parts) if part.says("(")), 0) :]


def _is_search(body: list[Token], column: str) -> bool:
    """Say whether an index is the one that we build: ``(substr("column", 3, 16))``."""
    texts = [part.text for part in body]
    shape = ["(", "substr", "(", None, ",", None, ",", None, ")", ")"]
    same = len(texts) == len(shape) and all(
        want in {None, text} for want, text in zip(shape, texts, strict=True)
    )
    return same and body[3].name == column


def _triggers(session: Session, table: str, column: str) -> Iterator[str]:
    for row in session.rows("SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'trigger'"):
        parts = tokens(row.sql)
        if mentions(parts, table) and mentions(parts, column):
            yield f"trigger {row.name} mentions it: drop it first"
        elif fold(row.tbl_name) == fold(table) and _fires_on_any_update(parts):
            yield f"trigger {row.name} would fire for every row: drop it first and make it again afterwards"


def _fires_on_any_update(parts: list[Token]) -> bool:
    heads = [
        part.text.upper() for part in parts[: next(at for at, part in enumerate(parts) if part.says("ON"))]
    ]
    return "UPDATE" in heads and "OF" not in heads


def _search_tables(session: Session, table: str) -> Iterator[str]:
    for row in session.rows(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%'"
    ):
        named = {fold(token.name) for token in tokens(row.sql)[3:] if token.name is not None}
        if fold(table) in named:
            yield f"virtual table {row.name} is built on the table and may keep a copy of it: drop it first"


def _null_keys(session: Session, declaration: Declaration, table: str) -> Iterator[str]:
    """Name NULLs in a primary key, which SQLite admits, where columns hide the row's number."""
    if declaration.without_rowid or rowid_name(declaration) is not None:
        return
    keys = session.rows("SELECT name FROM pragma_table_xinfo(:t) WHERE pk", {"t": table})
    nulls = " OR ".join(f"{session.quote(row.name)} IS NULL" for row in keys)
    if nulls and session.run(f"SELECT 1 FROM {session.quote(table)} WHERE {nulls} LIMIT 1").scalar():  # noqa: S608
        yield (
            f"its primary key holds NULL, and columns named {', '.join(ROWID_NAMES)} hide the row's number: "
            "fill in the key or rename one of them first"
        )


def _missing_rights(session: Session) -> Iterator[str]:
    path = database_file(session)
    if path and not os.access(path, os.W_OK):
        yield f"the file {path} cannot be written"
    if path and not os.access(os.path.dirname(path), os.W_OK):
        yield f"the folder of {path} cannot be written, where SQLite keeps its journal"


def database_file(session: Session) -> str:
    """Return the path of the database file; empty for a database in memory."""
    return str(session.scalar("SELECT file FROM pragma_database_list WHERE name = 'main'") or "")


def _notes(session: Session, table: str, column: str) -> Iterator[str]:
    for row in session.rows("SELECT name, sql FROM sqlite_schema WHERE type = 'view'"):
        parts = tokens(row.sql)
        star = any(part.says("*") for part in parts)
        if mentions(parts, table) and (star or mentions(parts, column)):
            yield f"view {row.name} now gives ciphertext for {table}.{column}"


_EXACT = {
    "": "String",
    "BOOLEAN": "Boolean",
    "BOOL": "Boolean",
    "DATE": "Date",
    "DATETIME": "DateTime",
    "TIMESTAMP": "DateTime",
}
_BY_PART = (
    ("INT", "Integer"),
    ("CHAR", "String"),
    ("CLOB", "Text"),
    ("TEXT", "Text"),
    ("REAL", "Float"),
    ("FLOA", "Float"),
    ("DOUB", "Float"),
    ("NUMERIC", "Numeric"),
    ("DECIMAL", "Numeric"),
)


def _is_binary(sql_type: str) -> bool:
    return any(word in sql_type.upper() for word in ("BLOB", "BINARY", "BYTEA"))


def _stored(sql_type: str) -> str | None:
    """Return the kind of plain values that a declared type stands for (https://www.sqlite.org/datatype3.html)."""
    if _is_binary(sql_type):
        return None
    name = sql_type.partition("(")[0].strip().upper()
    return _EXACT.get(name) or next((kind for part, kind in _BY_PART if part in name), None)
