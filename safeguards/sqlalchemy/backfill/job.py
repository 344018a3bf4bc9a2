"""The job: plan, change the column, encrypt its rows, verify them, build the index, erase traces."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import Engine

from safeguards.errors import SafeguardsError
from safeguards.sqlalchemy.backfill.backend import Backend
from safeguards.sqlalchemy.backfill.column_plan import ColumnPlan, Progress
from safeguards.sqlalchemy.backfill.journal import Journal, declaration_of
from safeguards.sqlalchemy.backfill.opened import opened, silent
from safeguards.sqlalchemy.backfill.outcome import ColumnOutcome, Outcome
from safeguards.sqlalchemy.backfill.pace import Pace
from safeguards.sqlalchemy.backfill.preflight import prepare
from safeguards.sqlalchemy.backfill.rows import ColumnRows
from safeguards.sqlalchemy.backfill.target import Target, column_for
from safeguards.sqlalchemy.ddl import add_search

SWEEPS = 5


def plan(engine: Engine, targets: Sequence[Target], *, progress: Progress = silent) -> list[ColumnPlan]:
    """Check everything that :func:`encrypt_in_place` would check, and change nothing.

    Raises:
        InputError: something stands in the way; every obstacle is named.
        KeyringError: the keyring cannot be opened.
        SafeguardsError: the database failed.
    """
    with opened(engine) as backend, backend.lock():
        return prepare(backend, targets, progress)


def encrypt_in_place(
    engine: Engine,
    targets: Sequence[Target],
    *,
    rows_per_second: float | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Encrypt existing values of columns where they stand, and leave no plaintext in the database.

    Everything is checked before the first row is touched. A job that was interrupted, even killed, goes on
    where it stopped when it is called again with the same targets. Columns that are encrypted already stay
    as they are. An application may write meanwhile: no write is lost.

    Args:
        engine: a synchronous engine of SQLite, PostgreSQL or MariaDB; its connections hold locks and settings
            of their session, so they must not go through a pooler that shares sessions.
        targets: the columns; see :class:`Target` and :func:`targets_of`.
        rows_per_second: how many rows to encrypt a second at most.
        progress: opens a progress bar under a label and gives a function (done, total).

    Raises:
        InputError: something stands in the way; every obstacle is named, and nothing was changed.
        KeyringError: the keyring cannot be opened.
        SafeguardsError: the database failed; call again to go on.
    """
    pace = Pace(rows_per_second)
    with opened(engine) as backend, backend.lock():
        plans = prepare(backend, targets, progress)
        work = [each for each in plans if each.state != "encrypted"]
        for each in work:  # all before the first value: an application in DualRead writes to every column
            _retype(backend, each)
        outcomes = {id(each): _encrypt(backend, each, pace, progress) for each in work}
        erased = _erase(backend, work, progress) if work else []
        return Outcome(
            columns=tuple(outcomes.get(id(each)) or ColumnOutcome.untouched(each) for each in plans),
            erased=tuple(erased),
            remaining=tuple(backend.remains()) if work else (),
        )


def _retype(backend: Backend, plan: ColumnPlan) -> None:
    facts, session = plan.facts, backend.session
    if plan.state == "new" or Journal(session).find(facts) is None:
        session.doing = "opening the job's journal"
        Journal(session).begin(facts, declaration_of(plan.kind.cipher))
    session.doing = f"changing the type of {facts.label}"
    backend.retype(facts)


def _encrypt(backend: Backend, plan: ColumnPlan, pace: Pace, progress: Progress) -> ColumnOutcome:
    started, facts, session = time.monotonic(), plan.facts, backend.session
    rows = ColumnRows(backend, facts, plan.kind.cipher, plan.target.persons())
    session.doing = f"encrypting {facts.label}"
    encrypted, verified = _sweep(rows, pace, progress)
    session.doing = f"building the search index of {facts.label}"
    if plan.kind.cipher.slices:
        dialect = session.connection.dialect
        add_search(session.connection, column_for(plan.target, plan.kind, dialect, unique=plan.unique))
    return ColumnOutcome.done(plan, rows.count()[0], verified, encrypted, time.monotonic() - started)


def _sweep(rows: ColumnRows, pace: Pace, progress: Progress) -> tuple[int, int]:
    """Encrypt and verify until nothing plain is left, since an application may still write plain values."""
    label, encrypted = rows.facts.label, 0
    for _ in range(SWEEPS):
        with progress(f"encrypting {label}") as advance:
            encrypted += rows.encrypt(advance, pace)
        with progress(f"verifying {label}") as advance:
            verified = rows.verify(advance)
        if not rows.count_plain():
            return encrypted, verified
    raise SafeguardsError(
        f"{label}: an application keeps writing plain values: deploy the model that declares the column "
        "Encrypted, then run the same command again"
    )


def _erase(backend: Backend, plans: Sequence[ColumnPlan], progress: Progress) -> list[str]:
    tables = {(each.facts.schema, each.facts.table): each.facts for each in plans}
    backend.session.doing = "erasing what is left of plaintext"
    with progress("erasing traces of plaintext"):
        erased = backend.erase(tables.values())
    backend.session.doing = "closing the job's journal"
    Journal(backend.session).end(each.facts for each in plans)
    return erased
