"""The steps of a job on SQLite."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal_column, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from safeguards.errors import SafeguardsError
from safeguards.sqlalchemy.backfill.backend import Sealed
from safeguards.sqlalchemy.backfill.facts import Facts
from safeguards.sqlalchemy.backfill.session import Session
from safeguards.sqlalchemy.backfill.sqlite_catalogue import database_file, read_facts
from safeguards.sqlalchemy.backfill.sqlite_lock import lock_beside
from safeguards.sqlalchemy.backfill.sqlite_rebuild import TO_BYTES, TO_TEXT, rebuild, restore, text_bytes
from safeguards.sqlalchemy.backfill.statements import table_of
from safeguards.sqlalchemy.plain_text import stored_bytes

_PLAIN_TYPES = {
    int: "BIGINT",
    bool: "BOOLEAN",
    float: "DOUBLE",
    date: "DATE",
    datetime: "DATETIME",
    UUID: "CHAR(32)",
}
BUSY_MILLISECONDS = 30_000
CHECKPOINT_SECONDS = 10.0
_LENGTH_LIMIT = 1_000_000_000 - 4096


class SqliteBackend:
    """SQLite: a rebuilt table, secure_delete, VACUUM and a truncated WAL."""

    rows_a_page = 1000
    pause_seconds = 0.002  # a writer that waits for the one lock polls, and would poll in vain
    by_tuple = True
    page_bytes = 4 << 20

    def __init__(self, session: Session) -> None:
        self.session = session
        raw: Any = session.connection.connection.dbapi_connection
        raw.create_function(TO_BYTES, 1, _as_bytes, deterministic=True)
        raw.create_function(TO_TEXT, 1, _as_text, deterministic=True)
        session.run(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        # Overwrite what is deleted, from the first row that the job touches.
        session.run("PRAGMA secure_delete = ON")
        self._path = database_file(session)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other jobs away by a lock file; a database in memory has no others."""
        if not self._path:
            yield
            return
        with lock_beside(self._path):
            yield

    def facts(self, schema: str | None, table: str, column: str) -> Facts:
        """Read the schema."""
        return read_facts(self.session, schema, table, column)

    def plain(self, column: str) -> str:
        """Give a byte that begins no text for a binary value, which then counts as unreadable.

        A ciphertext is given as it is: SQLite lets a model in DualRead write it into a column of text.
        """
        own = self.session.quote(column)
        binary = f"CASE substr({own}, 1, 1) WHEN x'fe' THEN {own} ELSE x'ff' END"
        return text_bytes(self.session, column, binary=binary)

    def longest(self, facts: Facts) -> int:
        """Ask for the length in UTF-8."""
        table = table_of(facts)
        value: Any = literal_column(
            text_bytes(self.session, facts.column, binary=self.session.quote(facts.column))
        )
        statement = select(func.max(func.length(value))).select_from(table)
        return int(self.session.connection.scalar(statement) or 0)

    def value_limit(self) -> int:
        """Return SQLite's default limit of a value, less the envelope."""
        return _LENGTH_LIMIT

    def is_halfway(self, facts: Facts) -> bool:
        """Say no: the type changes in one transaction."""
        return False

    def retype(self, facts: Facts) -> None:
        """Rebuild the table where the column is not a BLOB yet."""
        if not self.facts(None, facts.table, facts.column).binary:
            rebuild(self.session, facts)

    def plain_type(self, kind: TypeEngine[Any], python_type: type) -> str:
        """Return a type by whose affinity SQLite keeps every digit."""
        return _PLAIN_TYPES.get(python_type, "TEXT")

    def restore(self, facts: Facts, sql_type: str) -> None:
        """Rebuild the table."""
        restore(self.session, facts, sql_type)

    def write(self, facts: Facts, sealed: Sequence[Sealed]) -> None:
        """Update row by row; the transaction holds the database's write lock."""
        quote = self.session.quote
        match = " AND ".join(f"{quote(name)} = ?" for name in facts.key)
        sql = f"UPDATE {quote(facts.table)} SET {quote(facts.column)} = ? WHERE {match}"  # noqa: S608  quoted
        self.session.connection.exec_driver_sql(sql, [(data, *key) for key, data in sealed])

    def is_conflict(self, error: DBAPIError) -> bool:
        """Say no: a writer waits for the lock of the whole database instead."""
        return False

    def erase(self, tables: Iterable[Facts]) -> list[str]:
        """Write the file anew and empty the write-ahead log."""
        self.session.run("VACUUM")
        done = ["secure_delete was on and VACUUM wrote the database file anew"]
        if self.session.run("PRAGMA journal_mode").scalar() == "wal":
            self._truncate_wal()
            done.append("the write-ahead log was emptied")
        return done

    def remains(self) -> list[str]:
        """Name what lies outside the database file."""
        return [
            "backups, copies and snapshots of the file keep the old values: let them expire",
            "the disk may keep blocks of deleted journal files, and an SSD spare ones: encrypt or retire it",
        ]

    def _truncate_wal(self) -> None:
        deadline = time.monotonic() + CHECKPOINT_SECONDS
        while self.session.run("PRAGMA wal_checkpoint(TRUNCATE)").scalar():
            if time.monotonic() > deadline:
                raise SafeguardsError(
                    "another connection keeps the write-ahead log in use, and it still holds plaintext: "
                    "close that connection and run the same command again"
                )
            time.sleep(0.1)


def _as_bytes(value: object) -> bytes | None:
    return None if value is None else stored_bytes(value)


def _as_text(value: Any) -> Any:
    return bytes(value).decode() if isinstance(value, (bytes, memoryview)) else value
