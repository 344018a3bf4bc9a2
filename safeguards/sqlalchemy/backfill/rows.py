"""The rows of one column: counted, encrypted in batches, and verified afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.exc import DBAPIError

from safeguards.crypto.envelope import is_envelope
from safeguards.errors import DecryptionFailed, InputError, SafeguardsError
from safeguards.fields import Cipher
from safeguards.sqlalchemy.backfill.backend import Backend
from safeguards.sqlalchemy.backfill.facts import Facts
from safeguards.sqlalchemy.backfill.pace import UNHURRIED, Pace
from safeguards.sqlalchemy.backfill.statements import is_plain, key_of, table_of
from safeguards.sqlalchemy.backfill.stored import Persons, Stored, Values
from safeguards.sqlalchemy.backfill.walk import Walk
from safeguards.sqlalchemy.plain_text import PLAIN_END, UNREADABLE, reader

CONFLICT_ATTEMPTS = 8

Change = Callable[[Stored], bytes | None]
"""Makes the new value of a stored one; None leaves it as it is."""


Step = TypeVar("Step")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """How many values a walk saw, and how many of them it wrote."""

    seen: int
    written: int


class Advance(Protocol):
    """Reports progress: units done so far, and their total where it is known."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """Report ``done`` of ``total``."""
        ...


class ColumnRows:
    """One column's values under one field's cipher."""

    def __init__(
        self, backend: Backend, facts: Facts, cipher: Cipher, persons: Persons | None = None
    ) -> None:
        self.backend = backend
        self.facts = facts
        self.cipher = cipher
        self.values = Values(cipher, persons)
        self.table = table_of(facts, *(() if persons is None else (persons.column,)))
        self.column = self.table.c[facts.column]
        self.source = self.values.source(self.table, self.column)
        self.keys = key_of(facts, self.table)
        self._read = reader(cipher.codec.python_type)

    def count(self) -> tuple[int, int]:
        """Return the number of rows, and of values that are not NULL."""
        statement = select(func.count(), func.count(self.column)).select_from(self.table)
        rows, values = self.backend.session.connection.execute(statement).one()
        return int(rows), int(values)

    def count_plain(self) -> int:
        """Return how many values of the binary column are still plain."""
        return self.count_where(is_plain(self.column))

    def count_where(self, condition: ColumnElement[bool]) -> int:
        """Return how many rows satisfy a condition."""
        statement = select(func.count()).select_from(self.table).where(condition)
        return int(self.backend.session.connection.scalar(statement) or 0)

    def sealed(self, limit: int) -> list[Stored]:
        """Return values that are not plain, ``limit`` at most."""
        statement = select(self.source).where(self.column.is_not(None), ~is_plain(self.column)).limit(limit)
        return [self.values.stored(found) for found in self.backend.session.connection.scalars(statement)]

    def encrypt(self, advance: Advance, pace: Pace = UNHURRIED) -> int:
        """Encrypt every plain value, a page a transaction, and return how many there were.

        Raises:
            InputError: a value that was written meanwhile is not of the field's type.
        """
        return self.rewrite(is_plain(self.column), self._seal, self.count_plain(), advance, pace).seen

    def rewrite(
        self,
        condition: ColumnElement[bool],
        change: Change,
        total: int,
        advance: Advance,
        pace: Pace = UNHURRIED,
    ) -> Rewritten:
        """Visit the values under a condition, a page a transaction, and make of each what ``change`` says."""
        longest, done, written = self.backend.longest(self.facts), 0, 0
        walk = Walk(self.backend, self.keys, self.source, condition, longest, lock=True, pace=pace)
        while (page := self._retrying(lambda: self._rewrite_page(walk, change)))[0]:
            rows = page[0]
            done, written = done + len(rows), written + page[1]
            advance(done, max(done, total))
            walk.pass_by(rows)
            pace.wait(len(rows), self.backend.pause_seconds)
        return Rewritten(done, written)

    def verify(self, advance: Advance) -> int:
        """Decrypt every value, but plain ones that were written meanwhile, and return how many there are.

        Raises:
            DecryptionFailed: some are no ciphertext of this field.
        """
        _, total = self.count()
        longest = self.backend.longest(self.facts)
        walk = Walk(self.backend, self.keys, self.source, self.column.is_not(None), longest)
        done = broken = 0
        for page in walk.pages():
            stored = [self.values.stored(row.value) for row in page]
            broken += sum(each.data[:1] >= PLAIN_END and not self.is_ours(each) for each in stored)
            done += len(page)
            advance(done, max(done, total))
        if broken:
            raise DecryptionFailed(
                f"{self.facts.label}: {broken} of {done} values are no ciphertext of field "
                f"{self.cipher.field} under this keyring; correct them and run the same command again"
            )
        return done

    def _rewrite_page(self, walk: Walk, change: Change) -> tuple[Sequence[Row[Any]], int]:
        # The rows stay locked from reading to writing: a concurrent write comes before or after, and is
        # never lost. Comparing with the old value instead would put plaintext into statements and their logs.
        with self.backend.session.transaction():
            page = walk.read()
            changed = ((walk.key(row), change(self.values.stored(row.value))) for row in page)
            written = [(key, data) for key, data in changed if data is not None]
            if written:
                self.backend.write(self.facts, written)
        return page, len(written)

    def value(self, data: bytes) -> Any:
        """Return the typed value that plain text spells; None where it is no value of the field's type."""
        try:
            value = self._read(data)
            self.cipher.codec.encode(value)
        except UNREADABLE:
            return None
        return value

    def _seal(self, stored: Stored) -> bytes:
        value = self.value(stored.data)
        if value is None:
            raise InputError(
                f"{self.facts.label}: a value that was written while the job ran is no "
                f"{self.cipher.codec.python_type.__name__}; correct it and run the same command again"
            )
        return self.seal(value, stored.person)

    def seal(self, value: Any, person: str | None) -> bytes:
        """Encrypt a value, for the person it belongs to, and decrypt it again before anything is written.

        Raises:
            InputError: the row names no person.
            SafeguardsError: another value came back.
        """
        if self.values.persons is not None and not person:
            owner = self.values.persons.column
            raise InputError(f"{self.facts.label}: a row has no {owner}, which says whose its value is")
        sealed, encode = self.values.seal(value, person), self.cipher.codec.encode
        if encode(self.values.open(Stored(sealed, person))) != encode(value):
            raise SafeguardsError(
                f"{self.facts.label}: a value did not survive encryption; it was not written"
            )
        return sealed

    def is_ours(self, stored: Stored) -> bool:
        """Say whether a stored value is an intact ciphertext of this field."""
        return is_envelope(stored.data) and self.values.is_ours(stored)

    def _retrying(self, step: Callable[[], Step]) -> Step:
        """Repeat a step that the database broke off in favour of another transaction."""
        for _ in range(CONFLICT_ATTEMPTS - 1):
            try:
                return step()
            except DBAPIError as error:
                if not self.backend.is_conflict(error):
                    raise
        return step()
