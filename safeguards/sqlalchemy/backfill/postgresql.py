"""The steps of a job on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal_column, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from safeguards.errors import InputError
from safeguards.sqlalchemy.backfill.backend import Sealed
from safeguards.sqlalchemy.backfill.facts import Facts
from safeguards.sqlalchemy.backfill.postgresql_catalogue import check_schema, read_facts
from safeguards.sqlalchemy.backfill.session import Session
from safeguards.sqlalchemy.backfill.statements import table_of

LOCK_SECONDS = 3.0
# An envelope as PostgreSQL writes bytea; the shortest has 47 bytes.
_SEALED_AS_TEXT = r"^\\xfe[012][0-9a-f]([0-9a-f]{2}){45,}$"
_PLAIN_TYPES = {
    int: "BIGINT",
    bool: "BOOLEAN",
    float: "DOUBLE PRECISION",
    Decimal: "NUMERIC",
    date: "DATE",
    UUID: "UUID",
}
SNAPSHOT_SECONDS = 10.0
VALUE_LIMIT = (1 << 30) - 4096
_LOCK = 0x5AFE_6A7D
_CONFLICTS = {"40001", "40P01"}

# Texts of dates and numbers must not depend on the role's settings; a hidden row must be an error.
_SETTINGS = {
    "datestyle": "'ISO, YMD'",
    "timezone": "'UTC'",
    "extra_float_digits": "3",
    "lock_timeout": "'60s'",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "row_security": "off",
    "default_transaction_isolation": "'read committed'",
}
# A session that has written and now does nothing has no snapshot; its number keeps dead rows all the same. So
# do a standby that asks for it, by its sender, and a logical slot for the catalogue of statistics.
_HOLDERS = """
    SELECT 'session ' || pid AS name FROM pg_stat_activity
    WHERE (datname = current_database() OR backend_type = 'walsender') AND pid <> pg_backend_pid()
    AND greatest(age(backend_xmin), age(backend_xid)) > age(CAST(CAST(:xid AS text) AS xid))
    UNION ALL SELECT 'prepared transaction ' || gid FROM pg_prepared_xacts WHERE database = current_database()
    AND age(transaction) > age(CAST(CAST(:xid AS text) AS xid))
    UNION ALL SELECT 'replication slot ' || slot_name FROM pg_replication_slots
    WHERE greatest(age(xmin), age(catalog_xmin)) > age(CAST(CAST(:xid AS text) AS xid))
"""
_OWNS_DATABASE = "SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()"


class PostgresqlBackend:
    """PostgreSQL: ALTER TYPE bytea, row locks, VACUUM FULL."""

    rows_a_page = 1000
    pause_seconds = 0.0
    by_tuple = True
    page_bytes = 4 << 20

    def __init__(self, session: Session) -> None:
        self.session = session
        for name, value in _SETTINGS.items():
            session.run(f"SET {name} = {value}")
        check_schema(session)
        self._holders: list[str] = []
        self._owns_statistics = True

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Take a lock of the session, which the server releases when the session dies."""
        deadline = time.monotonic() + LOCK_SECONDS
        while not self.session.scalar("SELECT pg_try_advisory_lock(:key)", {"key": _LOCK}):
            if time.monotonic() > deadline:
                raise InputError(
                    "another `safeguards encrypt` is at work on this database, or the last statement of one "
                    "that was killed: wait until it has ended"
                )
            time.sleep(0.1)
        yield

    def facts(self, schema: str | None, table: str, column: str) -> Facts:
        """Read the catalogue."""
        return read_facts(self.session, schema, table, column)

    def plain(self, column: str) -> str:
        """Cast to text, which every type of ours has, and encode.

        A column of text takes a ciphertext in its hexadecimal form, in which it is found here again.
        """
        text = f"CAST({self.session.quote(column)} AS text)"
        sealed, plain = f"decode(substr({text}, 3), 'hex')", f"convert_to({text}, 'UTF8')"
        return f"CASE WHEN {text} ~ '{_SEALED_AS_TEXT}' THEN {sealed} ELSE {plain} END"

    def longest(self, facts: Facts) -> int:
        """Ask the database."""
        table = table_of(facts)
        stored = table.c[facts.column]
        value = stored if self._is_binary(facts) else literal_column(self.plain(facts.column))
        statement = select(func.max(func.octet_length(value))).select_from(table)
        return int(self.session.connection.scalar(statement) or 0)

    def value_limit(self) -> int:
        """Return the size limit of a value, less the envelope."""
        return VALUE_LIMIT

    def is_halfway(self, facts: Facts) -> bool:
        """Say no: the type changes in one transaction."""
        return False

    def retype(self, facts: Facts) -> None:
        """Drop indexes and change the type in one transaction, where the column is not bytea yet."""
        if self._is_binary(facts):
            return
        table, column = self._name(facts), self.session.quote(facts.column)
        with self.session.transaction():
            for index in facts.indexes:
                if index.constraint:
                    self.session.run(f"ALTER TABLE {table} DROP CONSTRAINT {self.session.quote(index.name)}")
                else:
                    self.session.run(f"DROP INDEX {self.session.qualified(facts.schema, index.name)}")
            self.session.run(
                f"ALTER TABLE {table} ALTER COLUMN {column} TYPE bytea USING {self.plain(facts.column)}"
            )

    def plain_type(self, kind: TypeEngine[Any], python_type: type) -> str:
        """Return PostgreSQL's own type, unbounded; a moment's depends on whether it has an offset."""
        if python_type is datetime:
            return f"TIMESTAMP WITH{'' if getattr(kind, 'timezone', False) else 'OUT'} TIME ZONE"
        return _PLAIN_TYPES.get(python_type, "TEXT")

    def restore(self, facts: Facts, sql_type: str) -> None:
        """Change the type in one statement."""
        column = self.session.quote(facts.column)
        self.session.run(
            f"ALTER TABLE {self._name(facts)} ALTER COLUMN {column} TYPE {sql_type} "
            f"USING CAST(convert_from({column}, 'UTF8') AS {sql_type})"
        )

    def write(self, facts: Facts, sealed: Sequence[Sealed]) -> None:
        """Update all rows with one statement, from arrays of keys and ciphertexts."""
        table, column, *keys = (
            name.replace("%", "%%")
            for name in (self._name(facts), *map(self.session.quote, (facts.column, *facts.key)))
        )
        arrays = ", ".join(["CAST(%s AS text[])"] * len(keys) + ["CAST(%s AS bytea[])"])
        names = ", ".join(f"key{at}" for at in range(len(keys)))
        match = " AND ".join(
            f"stored.{name} = CAST(given.key{at} AS {sql_type})"
            for at, (name, sql_type) in enumerate(zip(keys, facts.key_types, strict=True))
        )
        sql = (
            f"UPDATE {table} AS stored SET {column} = given.sealed "  # noqa: S608  names are quoted
            f"FROM unnest({arrays}) AS given({names}, sealed) WHERE {match}"
        )
        columns = zip(*((*key, data) for key, data in sealed), strict=True)
        self.session.connection.exec_driver_sql(sql, tuple(list(each) for each in columns))

    def is_conflict(self, error: DBAPIError) -> bool:
        """Say whether it is a deadlock or a serialisation failure."""
        state: Any = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
        return state in _CONFLICTS

    def erase(self, tables: Iterable[Facts]) -> list[str]:
        """Write the tables anew without their dead rows, once no session needs those."""
        self._holders = self._await_snapshots()
        done = []
        for facts in tables:
            self.session.run(f"VACUUM (FULL, ANALYZE) {self._name(facts)}")
            done.append(
                f"VACUUM FULL wrote table {facts.table} anew without its dead rows; its statistics are new"
            )
        return [*done, *self._erase_statistics()]

    def remains(self) -> list[str]:
        """Name what VACUUM FULL does not reach."""
        held = [
            f"{holder} still sees the old rows, so they were kept: end it and run VACUUM FULL again"
            for holder in self._holders
        ]
        statistics = (
            "catalogue pg_statistic keeps values in dead rows, and the role may not vacuum it: let the "
            "database's owner run VACUUM FULL pg_catalog.pg_statistic"
        )
        return [
            *held,
            *([] if self._owns_statistics else [statistics]),
            "write-ahead log (pg_wal) keeps old values until its segments are recycled: run CHECKPOINT and "
            "pg_switch_wal() a few times",
            "archived WAL, replicas' WAL, base backups and dumps keep them: let them expire",
            "the server's log keeps values of earlier statements where it records them: rotate it",
            "the disk may keep blocks of the table's old file: encrypt or retire the disk",
        ]

    def _erase_statistics(self) -> list[str]:
        """Write the catalogue of frequent values anew; anyone but the database's owner is only warned."""
        self._owns_statistics = bool(self.session.scalar(_OWNS_DATABASE))
        if not self._owns_statistics:
            return []
        # The statistics that were made anew left dead rows only now: another session, such as the server's
        # own that analyses tables, may have begun meanwhile.
        self._holders += [one for one in self._await_snapshots() if one not in self._holders]
        self.session.run("VACUUM FULL pg_catalog.pg_statistic")
        return ["VACUUM FULL wrote catalogue pg_statistic anew, whose dead rows held frequent values"]

    def _await_snapshots(self) -> list[str]:
        """Wait for the sessions that see what is dead by now; return those that do not end in time."""
        xid = int(self.session.scalar("SELECT txid_current()")) & 0xFFFF_FFFF
        deadline = time.monotonic() + SNAPSHOT_SECONDS
        while holders := [row.name for row in self.session.rows(_HOLDERS, {"xid": str(xid)})]:
            if time.monotonic() > deadline:
                break
            time.sleep(0.2)
        return holders

    def _is_binary(self, facts: Facts) -> bool:
        return self.facts(facts.schema, facts.table, facts.column).binary

    def _name(self, facts: Facts) -> str:
        return self.session.qualified(facts.schema, facts.table)
