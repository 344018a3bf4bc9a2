"""The way back: encrypted columns become plain text again, row by row, and get a plain type at the end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Engine, and_, not_

from safeguards.errors import DecryptionFailed, InputError, SafeguardsError, SubjectErased
from safeguards.sqlalchemy.backfill.backend import Backend
from safeguards.sqlalchemy.backfill.column_plan import Progress
from safeguards.sqlalchemy.backfill.journal import Journal
from safeguards.sqlalchemy.backfill.opened import opened, silent
from safeguards.sqlalchemy.backfill.pace import Pace
from safeguards.sqlalchemy.backfill.present import check_search, recognised
from safeguards.sqlalchemy.backfill.rows import Advance, ColumnRows
from safeguards.sqlalchemy.backfill.statements import is_plain
from safeguards.sqlalchemy.backfill.stored import Stored
from safeguards.sqlalchemy.backfill.target import Target, column_for
from safeguards.sqlalchemy.backfill.walk import Walk
from safeguards.sqlalchemy.ddl import drop_search
from safeguards.sqlalchemy.plain_text import PLAIN_END, has_text_form, text_form
from safeguards.sqlalchemy.types import Encrypted

SWEEPS = 5


@dataclass(frozen=True, slots=True)
class Decrypted:
    """A column that is plain again: how many values it has, how many this run decrypted, and its type."""

    column: str
    field: str
    values: int
    decrypted: int
    sql_type: str
    seconds: float

    def document(self) -> dict[str, Any]:
        """Return the outcome as JSON data."""
        return asdict(self)


def decrypt_in_place(
    engine: Engine,
    targets: Sequence[Target],
    *,
    rows_per_second: float | None = None,
    progress: Progress = silent,
) -> tuple[Decrypted, ...]:
    """Make encrypted columns plain again, the reverse of ``encrypt_in_place``.

    Every value is decrypted once before the first is changed. The search index goes; the column gets a plain
    type that loses nothing, TEXT for text. A job that was interrupted goes on when it is called again. No
    write of an application is lost, but it must stop writing ciphertext before the job can end.

    Args:
        engine: a synchronous engine of SQLite, PostgreSQL or MariaDB.
        targets: the columns; see :class:`Target` and :func:`targets_of`.
        rows_per_second: how many rows to decrypt a second at most.
        progress: opens a progress bar under a label and gives a function (done, total).

    Raises:
        InputError: a column is not encrypted, or not as its target says, or has no plain text form.
        DecryptionFailed: some values do not decrypt; nothing was changed.
        KeyringError: the keyring cannot be opened.
        SafeguardsError: the database failed, or an application still writes ciphertext; call again to go on.
    """
    pace = Pace(rows_per_second)
    with opened(engine) as backend, backend.lock():
        undone = [_Undo(backend, target) for target in targets]
        for each in undone:
            each.check(progress)
        return tuple(each.run(pace, progress) for each in undone)


class _Undo:
    def __init__(self, backend: Backend, target: Target) -> None:
        facts = backend.facts(target.schema, target.table, target.column)
        if not facts.binary:
            raise InputError(f"{facts.label} is not encrypted; nothing was changed")
        if not facts.key:
            raise InputError(
                f"{facts.label}: its table has no primary key, by which rows could be found again"
            )
        self._backend, self._target, self._facts = backend, target, facts
        self._kind: Encrypted = recognised(backend, target, facts)
        if not has_text_form(self._kind.cipher.codec.python_type):
            raise InputError(
                f"{facts.label}: {self._kind.type!r} has no plain text form: copy it through the model"
            )
        self._rows = ColumnRows(backend, facts, self._kind.cipher, target.persons())
        for sample in self._rows.sealed(1):
            if self._rows.is_ours(sample):
                check_search(facts, self._rows, sample)
        self._sealed = and_(self._rows.column.is_not(None), not_(is_plain(self._rows.column)))

    def check(self, progress: Progress) -> None:
        """Decrypt every value that is to become plain.

        Raises:
            DecryptionFailed: some do not open.
        """
        rows, broken, done = self._rows, 0, 0
        longest = self._backend.longest(self._facts)
        walk = Walk(self._backend, rows.keys, rows.source, self._sealed, longest)
        with progress(f"checking {self._facts.label}") as advance:
            for page in walk.pages():
                broken += sum(self._opened(rows.values.stored(row.value)) is None for row in page)
                done += len(page)
                advance(done)
        if broken:
            raise DecryptionFailed(
                f"{self._facts.label}: {broken} of {done} values do not decrypt as field {self._kind.field}, "
                "or have no text that would give them back; correct them first; nothing was changed"
            )

    def run(self, pace: Pace, progress: Progress) -> Decrypted:
        """Drop the index, decrypt the rows, change the type."""
        started, session, label = time.monotonic(), self._backend.session, self._facts.label
        if self._kind.cipher.slices:
            session.doing = f"dropping the search index of {label}"
            dialect = session.connection.dialect
            drop_search(session.connection, column_for(self._target, self._kind, dialect, unique=False))
        session.doing = f"decrypting {label}"
        with progress(f"decrypting {label}") as advance:
            decrypted = self._sweep(advance, pace)
        _, values = self._rows.count()
        session.doing = f"changing the type of {label}"
        sql_type = self._backend.plain_type(self._kind.type, self._kind.cipher.codec.python_type)
        self._backend.restore(self._facts, sql_type)
        Journal(session).end([self._facts])
        seconds = round(time.monotonic() - started, 3)
        return Decrypted(label, str(self._kind.field), values, decrypted, sql_type, seconds)

    def _sweep(self, advance: Advance, pace: Pace) -> int:
        decrypted = 0
        for _ in range(SWEEPS):
            total = self._rows.count_where(self._sealed)
            if not total:
                return decrypted
            decrypted += self._rows.rewrite(self._sealed, self._unseal, total, advance, pace).written
        raise SafeguardsError(
            f"{self._facts.label}: an application keeps writing ciphertext: stop it, run the same command "
            'again, and then start it with state="plaintext"'
        )

    def _unseal(self, stored: Stored) -> bytes:
        plain = self._opened(stored)
        if plain is None:
            raise DecryptionFailed(
                f"{self._facts.label}: a value that was written while the job ran does not decrypt; "
                "correct it and run the same command again"
            )
        return plain

    def _opened(self, stored: Stored) -> bytes | None:
        """Return a value's text; None where it does not decrypt or its text would give another value."""
        cipher = self._kind.cipher
        try:
            value = self._rows.values.open(stored)
        except (DecryptionFailed, SubjectErased):
            return None
        text = text_form(value)
        again = self._rows.value(text)
        same = again is not None and cipher.codec.encode(again) == cipher.codec.encode(value)
        zoned = getattr(value, "tzinfo", None) is not None
        keeps = zoned == bool(getattr(self._kind.type, "timezone", False)) or not hasattr(value, "tzinfo")
        return text if same and keeps and text[:1] < PLAIN_END else None
