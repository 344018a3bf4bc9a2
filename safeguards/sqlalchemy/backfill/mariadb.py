"""The steps of a job on MariaDB, whose DDL commits by itself: each step looks first at what is done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal_column, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from safeguards.errors import InputError, SafeguardsError
from safeguards.sqlalchemy.backfill.backend import Sealed
from safeguards.sqlalchemy.backfill.facts import Facts
from safeguards.sqlalchemy.backfill.mariadb_catalogue import ON_UPDATE, extras, read_facts
from safeguards.sqlalchemy.backfill.session import Session
from safeguards.sqlalchemy.backfill.statements import table_of

LOCK_SECONDS = 3
_SAME_BYTES = {"utf8mb4", "utf8mb3", "utf8", "ascii"}
_HALFWAY = "longtext utf8mb4"
_TEXT = "LONGTEXT CHARACTER SET utf8mb4"
_PLAIN_TYPES = {
    int: "BIGINT",
    bool: "BOOLEAN",
    float: "DOUBLE",
    date: "DATE",
    datetime: "DATETIME(6)",
    UUID: "CHAR(32) CHARACTER SET ascii",
}
PAGE_BYTES = 4 << 20
_DEADLOCK = 1213
_DENIED = {1044, 1142, 1143}
_STATISTICS = """
    FROM mysql.column_stats WHERE db_name = COALESCE(:s, DATABASE()) AND table_name = :t AND column_name IN (
        SELECT COLUMN_NAME FROM information_schema.COLUMNS
        WHERE TABLE_SCHEMA = COALESCE(:s, DATABASE()) AND TABLE_NAME = :t AND DATA_TYPE = 'longblob')
"""
_ROWS_A_STATEMENT = 250

# Strict, so that nothing is cut; without NO_ZERO_DATE, which would refuse to copy other columns.
_SQL_MODE = "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION"
_SETTINGS = {
    "time_zone": "'+00:00'",
    "lock_wait_timeout": "60",
    "innodb_lock_wait_timeout": "60",
    "wait_timeout": "28800",
}


class MariadbBackend:
    """MariaDB: MODIFY to LONGBLOB, row locks, OPTIMIZE TABLE."""

    rows_a_page = 1000
    pause_seconds = 0.0
    by_tuple = False

    def __init__(self, session: Session) -> None:
        self.session = session
        version = str(session.scalar("SELECT VERSION()"))
        if "mariadb" not in version.lower():
            raise InputError(
                f"the server is MySQL {version}: in-place encryption supports MariaDB 10.6 and later"
            )
        # SQLAlchemy has fitted its quotes to ANSI_QUOTES, so that one stays.
        ansi = ",ANSI_QUOTES" if "ANSI_QUOTES" in str(session.scalar("SELECT @@sql_mode")) else ""
        session.run(f"SET SESSION sql_mode = '{_SQL_MODE}{ansi}'")
        for name, value in _SETTINGS.items():
            session.run(f"SET SESSION {name} = {value}")
        if session.scalar("SELECT @@binlog_format") != "STATEMENT":  # which needs REPEATABLE READ
            session.run("SET SESSION tx_isolation = 'READ-COMMITTED'")
        self._may_delete_statistics = True
        self.page_bytes = min(PAGE_BYTES, self._packet() // 4)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Take a lock of the session, which the server releases when the session dies."""
        database = str(self.session.scalar("SELECT DATABASE()"))
        name = f"safeguards {hashlib.sha256(database.encode()).hexdigest()[:32]}"
        if not self.session.scalar("SELECT GET_LOCK(:n, :s)", {"n": name, "s": LOCK_SECONDS}):
            raise InputError(
                "another `safeguards encrypt` is at work on this database, or the last statement of one "
                "that was killed: wait until it has ended"
            )
        yield

    def facts(self, schema: str | None, table: str, column: str) -> Facts:
        """Read information_schema."""
        return read_facts(self.session, schema, table, column)

    def plain(self, column: str) -> str:
        """Convert to UTF-8 text, and give its bytes.

        A column of one byte a letter takes ciphertext for text: a byte that begins none is given for it.
        """
        own = self.session.quote(column)
        sealed = f"HEX(LEFT(CAST({own} AS BINARY), 2)) BETWEEN 'FE00' AND 'FE1F'"
        return f"CASE WHEN {sealed} THEN X'FF' ELSE CAST(CONVERT({own} USING utf8mb4) AS BINARY) END"

    def longest(self, facts: Facts) -> int:
        """Ask the database for the length in UTF-8."""
        table, own = table_of(facts), self.session.quote(facts.column)
        stored = table.c[facts.column]
        value = stored if self._is_binary(facts) else literal_column(f"CONVERT({own} USING utf8mb4)")
        statement = select(func.max(func.octet_length(value))).select_from(table)
        return int(self.session.connection.scalar(statement) or 0)

    def value_limit(self) -> int:
        """Leave a tenth of max_allowed_packet for escapes, of which random bytes need 3 in 100."""
        return self._packet() * 9 // 10 - 4096

    def is_halfway(self, facts: Facts) -> bool:
        """Say whether the column is UTF-8 text, on its way from another encoding or type."""
        return facts.sql_type == _HALFWAY

    def retype(self, facts: Facts) -> None:
        """Drop indexes and change the type, by way of UTF-8 text where its bytes are not UTF-8 already."""
        now = self.facts(facts.schema, facts.table, facts.column)
        if now.binary:
            return
        drops = [f"DROP INDEX {self.session.quote(index.name)}" for index in now.indexes]
        if now.sql_type.rpartition(" ")[2] not in _SAME_BYTES:
            # The indexes go in the same statement: a LONGTEXT cannot be indexed whole.
            self._alter(facts, drops, "LONGTEXT CHARACTER SET utf8mb4")
            drops = []
        self._alter(facts, drops, "LONGBLOB")

    def plain_type(self, kind: TypeEngine[Any], python_type: type) -> str:
        """Return MariaDB's own type; text where that would round, or forget an offset."""
        if python_type is datetime and getattr(kind, "timezone", False):
            return _TEXT
        return _PLAIN_TYPES.get(python_type, _TEXT)

    def restore(self, facts: Facts, sql_type: str) -> None:
        """Change the type in one statement; strict mode refuses what does not convert."""
        self._alter(facts, [], sql_type)

    def write(self, facts: Facts, sealed: Sequence[Sealed]) -> None:
        """Update many rows with one statement: the driver would send an executemany row by row."""
        kept = [name for name, extra in self._extras(facts).items() if ON_UPDATE in extra.lower()]
        for first in range(0, len(sealed), _ROWS_A_STATEMENT):
            rows = sealed[first : first + _ROWS_A_STATEMENT]
            sql = self._update(facts, len(rows), kept)
            cases = chain.from_iterable((*key, data) for key, data in rows)
            keys = chain.from_iterable(key for key, _ in rows)
            self.session.connection.exec_driver_sql(sql, (*cases, *keys))

    def is_conflict(self, error: DBAPIError) -> bool:
        """Say whether it is a deadlock."""
        return _code(error) == _DEADLOCK

    def erase(self, tables: Iterable[Facts]) -> list[str]:
        """Write the tables anew."""
        done = []
        for facts in tables:
            for row in self.session.run(f"OPTIMIZE TABLE {self._name(facts)}"):
                if str(row.Msg_type).lower() == "error":
                    raise SafeguardsError(f"OPTIMIZE TABLE {facts.table} failed: {row.Msg_text}")
            done.append(f"OPTIMIZE TABLE wrote table {facts.table} anew")
            done += self._erase_statistics(facts)
        return done

    def remains(self) -> list[str]:
        """Name what OPTIMIZE TABLE does not reach."""
        binlog = "the binary log keeps old rows: PURGE BINARY LOGS once replicas and backups have read them"
        shared = (
            "the system tablespace holds the table (innodb_file_per_table is off) and keeps its old pages"
        )
        statistics = (
            "mysql.column_stats keeps the least and greatest values where ANALYZE TABLE ... PERSISTENT was "
            "run, and the user may not delete from it: let an administrator delete the columns' rows there "
            "and run OPTIMIZE TABLE mysql.column_stats"
        )
        return [
            *([] if self._may_delete_statistics else [statistics]),
            *([] if self.session.scalar("SELECT @@innodb_file_per_table") else [shared]),
            *([binlog] if self.session.scalar("SELECT @@log_bin") else []),
            "the redo log, undo tablespaces and doublewrite buffer keep old pages until they are overwritten",
            "replicas' relay logs, backups and dumps keep the old values: let them expire",
            "general and slow query logs keep values of earlier statements: rotate them",
            "the disk may keep blocks of the table's old file: encrypt or retire the disk",
        ]

    def _erase_statistics(self, facts: Facts) -> list[str]:
        """Delete what was collected of the table's LONGBLOB columns, which the job's columns are by now."""
        where = {"s": facts.schema, "t": facts.table}
        try:
            self.session.change(f"DELETE {_STATISTICS}", where)
            # MODIFY deletes such rows itself, and like DELETE it leaves their bytes in the file.
            answers = [row.Msg_type.lower() for row in self.session.run("OPTIMIZE TABLE mysql.column_stats")]
        except DBAPIError as error:
            if _code(error) not in _DENIED:
                raise
            answers = ["error"]
        if "error" in answers:
            self._may_delete_statistics = False
            return []
        return [f"the optimizer's statistics on {facts.table} were deleted from mysql.column_stats"]

    def _is_binary(self, facts: Facts) -> bool:
        return self.facts(facts.schema, facts.table, facts.column).binary

    def _packet(self) -> int:
        return int(self.session.scalar("SELECT @@max_allowed_packet"))

    def _alter(self, facts: Facts, drops: Sequence[str], sql_type: str) -> None:
        required = "" if facts.nullable else " NOT NULL"
        hidden = " INVISIBLE" if "INVISIBLE" in self._extras(facts)[facts.column].upper() else ""
        comment = facts.comment.replace("\\", "\\\\").replace("'", "''")
        column = f"{self.session.quote(facts.column)} {sql_type}{required}{hidden} COMMENT '{comment}'"
        self.session.run(f"ALTER TABLE {self._name(facts)} {', '.join([*drops, f'MODIFY {column}'])}")

    def _extras(self, facts: Facts) -> dict[str, str]:
        return extras(self.session, facts.schema, facts.table)

    def _update(self, facts: Facts, rows: int, kept: Sequence[str]) -> str:
        """Return the UPDATE; columns ``kept`` are set to themselves, or the server would set them to now."""
        connection = self.session.connection
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        double = "%" if mark == "?" else "%%"
        table, column, *key = (
            name.replace("%", double)
            for name in (self._name(facts), *map(self.session.quote, (facts.column, *facts.key)))
        )
        stamps = [self.session.quote(name).replace("%", double) for name in kept]
        match = " AND ".join(f"{name} = {mark}" for name in key)
        cases = f" WHEN {match} THEN {mark}" * rows
        found = ", ".join([f"({', '.join([mark] * len(key))})"] * rows)
        sets = ", ".join([f"SET {column} = CASE{cases} ELSE {column} END", *(f"{n} = {n}" for n in stamps)])
        return f"UPDATE {table} {sets} WHERE ({', '.join(key)}) IN ({found})"

    def _name(self, facts: Facts) -> str:
        return self.session.qualified(facts.schema, facts.table)


def _code(error: DBAPIError) -> object:
    arguments: Any = getattr(error.orig, "args", ())
    return arguments[0] if arguments else None
