"""Changing a column's declared type in SQLite: https://www.sqlite.org/lang_altertable.html#otheralter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from safeguards.errors import SafeguardsError
from safeguards.sqlalchemy.backfill.facts import Facts
from safeguards.sqlalchemy.backfill.session import Session
from safeguards.sqlalchemy.backfill.sqlite_catalogue import declared, plain_indexes, rowid_name
from safeguards.sqlalchemy.backfill.statements import table_of

TO_TEXT = "safeguards_to_text"
"""The SQL function that gives the text of UTF-8 bytes, and fails where they are none."""
TO_BYTES = "safeguards_to_bytes"
"""The SQL function that gives a number's or a text's form in UTF-8, which CAST does not always do."""


def text_bytes(session: Session, column: str, *, binary: str) -> str:
    """Return the SQL expression for a value's text as UTF-8 bytes, and for ``binary`` where it is a BLOB.

    CAST gives the database's own encoding, and loses digits of a REAL.
    """
    own = session.quote(column)
    if session.run("PRAGMA encoding").scalar() == "UTF-8":
        other = f"WHEN 'real' THEN {TO_BYTES}({own}) ELSE CAST({own} AS BLOB)"
    else:
        other = f"ELSE {TO_BYTES}({own})"
    return f"CASE typeof({own}) WHEN 'blob' THEN {binary} {other} END"


def rebuild(session: Session, facts: Facts) -> None:
    """Put a table with a BLOB column in the place of the plain one, in one transaction.

    Rows keep their rowid; triggers, views, other indexes, foreign keys and the AUTOINCREMENT counter stay.
    """
    own = session.quote(facts.column)
    _rebuild(session, facts, "BLOB", text_bytes(session, facts.column, binary=own))


def restore(session: Session, facts: Facts, sql_type: str) -> None:
    """Put a table with a plain column in the place of the one with the BLOB of its text, likewise."""
    _rebuild(session, facts, sql_type, f"{TO_TEXT}({session.quote(facts.column)})")


def _rebuild(session: Session, facts: Facts, sql_type: str, value: str) -> None:
    table = facts.table
    fresh = _unused_name(session, f"safeguards_{table}")
    own = {index.name for index in facts.indexes}
    with _without_checks(session), session.transaction():
        expected = _outline(session, facts, table)
        others = [sql for name, sql in _attached(session, table) if name not in own]
        sequence = _sequence(session, table)
        session.run(declared(session, table).retyped(facts.column, session.quote(fresh), sql_type))
        _copy(session, facts, fresh, value)
        session.run(f"DROP TABLE {session.quote(table)}")
        session.run(f"ALTER TABLE {session.quote(fresh)} RENAME TO {session.quote(table)}")
        _restore_sequence(session, table, sequence)
        for sql in others:
            session.run(sql)
        if _outline(session, facts, table) != expected:
            raise SafeguardsError(
                f"{facts.label}: the rebuilt table would differ from the old one; nothing was changed. "
                "Please report the table's CREATE TABLE statement"
            )


@contextmanager
def _without_checks(session: Session) -> Iterator[None]:
    """Switch off what would act on rows that only move; the settings hold for this connection alone."""
    changed = {"foreign_keys": 0, "legacy_alter_table": 1, "ignore_check_constraints": 1}
    before = {name: int(session.scalar(f"PRAGMA {name}") or 0) for name in changed}
    for name, value in changed.items():
        session.run(f"PRAGMA {name} = {value}")
    try:
        yield
    finally:
        for name, value in before.items():
            session.run(f"PRAGMA {name} = {value}")


def _copy(session: Session, facts: Facts, fresh: str, value: str) -> None:
    columns = session.rows("SELECT name FROM pragma_table_xinfo(:t) WHERE hidden = 0", {"t": facts.table})
    targets = [session.quote(row.name) for row in columns]
    own = session.quote(facts.column)
    sources = [value if name == own else name for name in targets]
    number = rowid_name(declared(session, facts.table))
    if number is not None and not _numbered_by_key(session, facts.table):
        targets, sources = [number, *targets], [number, *sources]
    new, old = session.quote(fresh), session.quote(facts.table)
    session.run(f"INSERT INTO {new} ({', '.join(targets)}) SELECT {', '.join(sources)} FROM {old}")  # noqa: S608


def _numbered_by_key(session: Session, table: str) -> bool:
    """Say whether an INTEGER PRIMARY KEY column is the rowid, and so is copied with the columns."""
    keys = session.rows("SELECT type FROM pragma_table_xinfo(:t) WHERE pk", {"t": table})
    origins = session.rows("SELECT origin FROM pragma_index_list(:t)", {"t": table})
    alone = len(keys) == 1 and keys[0].type.upper() == "INTEGER"
    return alone and all(row.origin != "pk" for row in origins)


def _attached(session: Session, table: str) -> list[tuple[str, str]]:
    rows = session.rows(
        "SELECT name, sql FROM sqlite_schema WHERE tbl_name = :t COLLATE NOCASE "
        "AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid",
        {"t": table},
    )
    return [(row.name, row.sql) for row in rows]


def _sequence(session: Session, table: str) -> int | None:
    if session.scalar("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'") is None:
        return None
    value = session.scalar("SELECT seq FROM sqlite_sequence WHERE name = :t", {"t": table})
    return None if value is None else int(value)


def _restore_sequence(session: Session, table: str, value: int | None) -> None:
    if value is None:
        return
    session.change("DELETE FROM sqlite_sequence WHERE name = :t", {"t": table})
    session.change("INSERT INTO sqlite_sequence (name, seq) VALUES (:t, :s)", {"t": table, "s": value})


def _unused_name(session: Session, wanted: str) -> str:
    while session.scalar("SELECT 1 FROM sqlite_schema WHERE name = :n COLLATE NOCASE", {"n": wanted}):
        wanted += "_"
    return wanted


def _outline(session: Session, facts: Facts, table: str) -> list[object]:
    """Return everything about the table that a rebuild must leave as it was."""
    own = {index.name for index in plain_indexes(session, table, facts.column)}
    columns = session.rows("SELECT * FROM pragma_table_xinfo(:t)", {"t": table})
    indexes = session.rows('SELECT name, "unique", origin, partial FROM pragma_index_list(:t)', {"t": table})
    # Constraints' own indexes are numbered, and the numbers close up when one of them goes.
    kept = sorted(("" if row.origin != "c" else row.name, *row[1:]) for row in indexes if row.name not in own)
    return [
        [(*row[:2], None if row.name == facts.column else row.type, *row[3:]) for row in columns],
        kept,
        [tuple(row) for row in session.rows("SELECT * FROM pragma_foreign_key_list(:t)", {"t": table})],
        [name for name, _ in _attached(session, table) if name not in own],
        session.connection.scalar(select(func.count()).select_from(table_of(facts))),
        _sequence(session, table),
    ]
