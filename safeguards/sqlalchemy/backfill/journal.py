"""The journal: a small table in the target database that exists while a job is unfinished.

It keeps what the catalogue forgets once a column has been changed: the original type and indexes, and the
declaration under which the job began. How far a job has come is not recorded but seen: in the catalogue, and
in the first byte of every value.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, MetaData, String, Table, Text, delete, func, insert, inspect, select

from safeguards.errors import InputError
from safeguards.fields import Cipher
from safeguards.keys import resolve
from safeguards.sqlalchemy.backfill.facts import Facts
from safeguards.sqlalchemy.backfill.session import Session

NAME = "safeguards_jobs"

_jobs = Table(
    NAME,
    MetaData(),
    Column("id", String(64), primary_key=True),
    Column("declaration", Text, nullable=False),
    Column("original", Text, nullable=False),
    Column("begun_at", String(32), nullable=False),
    mysql_charset="utf8mb4",
    mysql_engine="InnoDB",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An unfinished job: the declaration it began under and the column as it was."""

    declaration: dict[str, Any]
    original: Facts


def declaration_of(cipher: Cipher) -> dict[str, Any]:
    """Return what must be the same when a job is taken up again."""
    return {
        "field": str(cipher.field),
        "item": cipher.item.id if cipher.item else None,
        "search": ", ".join(map(repr, cipher.searches)) or None,
        "type": cipher.codec.python_type.__name__,
        "keyring": resolve(cipher.keyring).id,
    }


class Journal:
    """The unfinished jobs of one database."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, facts: Facts) -> Entry | None:
        """Return the unfinished job on a column, or None."""
        if not self._exists():
            return None
        statement = select(_jobs).where(_jobs.c.id == _id(facts))
        row = self._session.connection.execute(statement).one_or_none()
        if row is None:
            return None
        return Entry(json.loads(row.declaration), Facts.read(json.loads(row.original)))

    def begin(self, facts: Facts, declaration: dict[str, Any]) -> None:
        """Record a job before the first change; an earlier entry that changed nothing gives way."""
        _jobs.create(self._session.connection, checkfirst=True)
        values = {
            "id": _id(facts),
            "declaration": json.dumps(declaration),
            "original": json.dumps(replace(facts, obstacles=(), other_indexes=()).document()),
            "begun_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        with self._session.transaction():
            self._session.connection.execute(delete(_jobs).where(_jobs.c.id == values["id"]))
            self._session.connection.execute(insert(_jobs).values(values))

    def end(self, columns: Iterable[Facts]) -> None:
        """Remove finished jobs, and the table with the last of them, in one step."""
        ours = [_id(facts) for facts in columns]
        if not self._exists():
            return
        others = select(func.count()).select_from(_jobs).where(_jobs.c.id.not_in(ours))
        if self._session.connection.scalar(others):
            with self._session.transaction():
                self._session.connection.execute(delete(_jobs).where(_jobs.c.id.in_(ours)))
        else:
            _jobs.drop(self._session.connection)

    def _exists(self) -> bool:
        return inspect(self._session.connection).has_table(NAME)


def check_same(entry: Entry, declaration: dict[str, Any]) -> None:
    """Refuse to finish a job under another declaration than it began with.

    Raises:
        InputError: they differ; the message says in what.
    """
    differing = [name for name, value in entry.declaration.items() if declaration.get(name) != value]
    if not differing:
        return
    begun = ", ".join(f"{name} {entry.declaration[name]}" for name in differing)
    raise InputError(
        f"{entry.original.label}: an unfinished job began with {begun}; finish it under the same "
        f"{' and '.join(differing)}, since the values encrypted so far are"
    )


def _id(facts: Facts) -> str:
    names = json.dumps([facts.schema, facts.table, facts.column])
    return hashlib.sha256(names.encode()).hexdigest()
