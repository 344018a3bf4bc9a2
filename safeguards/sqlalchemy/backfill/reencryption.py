"""Re-encryption in bulk: values that name an old data key are written anew under the newest."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Engine

from safeguards.crypto.envelope import is_envelope, parse, parse_address, prefix
from safeguards.errors import DecryptionFailed, InputError, SafeguardsError, SubjectErased
from safeguards.keys import resolve
from safeguards.sqlalchemy.backfill.backend import Backend
from safeguards.sqlalchemy.backfill.column_plan import Progress
from safeguards.sqlalchemy.backfill.key_ids import (
    KeyCounts,
    count_by_key,
    is_otherwise_tagged,
    is_padded,
    is_stale,
)
from safeguards.sqlalchemy.backfill.opened import opened, silent
from safeguards.sqlalchemy.backfill.pace import Pace
from safeguards.sqlalchemy.backfill.present import check_search, recognised
from safeguards.sqlalchemy.backfill.rows import ColumnRows
from safeguards.sqlalchemy.backfill.stored import Stored
from safeguards.sqlalchemy.backfill.target import Target, column_for
from safeguards.sqlalchemy.ddl import add_search, drop_search, has_search
from safeguards.sqlalchemy.types import Encrypted

SWEEPS = 5
_SAMPLES = 50
_BEGINNING = 2  # bytes that say how many bytes of tags follow


@dataclass(frozen=True, slots=True)
class Reencrypted:
    """One column after re-encryption, or as it would begin in a dry run.

    ``stale`` values named an older key than ``key_id``; ``refused`` ones were left as they are, because they
    do not decrypt or because a search tag would have changed. ``counts`` is what stands in the column now.
    """

    column: str
    field: str
    key_id: int
    stale: int
    written: int
    refused: int
    counts: KeyCounts
    seconds: float

    def document(self) -> dict[str, Any]:
        """Return the outcome as JSON data."""
        return asdict(self)


def reencrypt(
    engine: Engine,
    targets: Sequence[Target],
    *,
    rows_per_second: float | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
) -> tuple[Reencrypted, ...]:
    """Write values that name an old data key anew under the newest; search tags stay as they are.

    Values that belong to persons stay under their persons' keys; those from before the column had a subject
    are bound, while it is in ``DualRead``. What belongs to a shredded person gives place to a tombstone.

    Where the target declares other searches than values were written with, they get these tags, and the
    column its indexes.

    An application may write meanwhile, and other processes may run the same job or rotate: a page of rows is
    locked from reading to writing, and values under a newer key are left alone. A job that was interrupted,
    even killed, goes on when it is called again, because rows that are done no longer name an old key.
    Values that do not decrypt are counted, never changed.

    Args:
        engine: a synchronous engine of SQLite, PostgreSQL or MariaDB.
        targets: the columns; see :class:`Target` and :func:`targets_of`.
        rows_per_second: how many rows to write a second at most.
        dry_run: count, and change nothing.
        progress: opens a progress bar under a label and gives a function (done, total).

    Raises:
        InputError: a column is not encrypted, or not as its target says; or its values are padded, and the
            target does not say how.
        KeyringError: the keyring cannot be opened.
        SafeguardsError: the database failed; call again to go on.
    """
    pace = Pace(rows_per_second)
    with opened(engine) as backend:
        columns = [_opened(backend, target) for target in targets]
        if dry_run:
            return tuple(_look(rows) for _, _, rows in columns)
        return tuple(_renew(*column, pace, progress) for column in columns)


def _opened(backend: Backend, target: Target) -> tuple[Target, Encrypted, ColumnRows]:
    facts = backend.facts(target.schema, target.table, target.column)
    if not facts.binary:
        raise InputError(f"{facts.label} is not encrypted: run `safeguards encrypt` on it first")
    if not facts.key:
        raise InputError(f"{facts.label}: its table has no primary key, by which rows could be found again")
    kind = recognised(backend, target, facts)
    # Another process may have rotated since this one opened its keyring.
    resolve(kind.keyring).refresh()
    rows = ColumnRows(backend, facts, kind.cipher, target.persons())
    for sample in rows.sealed(_SAMPLES):
        # Tags of one width cannot be told apart afterwards: some rows would have these, some those.
        if (
            is_envelope(sample.data)
            and len(prefix(parse(sample.data).tag)) == kind.cipher.prefix_length
            and rows.is_ours(sample)
        ):
            check_search(facts, rows, sample)
            break
    unsaid = target.declared is None and target.pad is None
    if unsaid and rows.count_where(is_padded(rows.column, rows.cipher)):
        raise InputError(
            f"{facts.label} holds padded values, which would lose their padding: name its models (--models), "
            "or give the Target its pad="
        )
    return target, kind, rows


def _look(rows: ColumnRows) -> Reencrypted:
    address = rows.cipher.address
    stale = rows.count_where(is_stale(rows.column, rows.cipher))
    return _outcome(rows, address, stale, 0, 0, 0.0)


def _renew(target: Target, kind: Encrypted, rows: ColumnRows, pace: Pace, progress: Progress) -> Reencrypted:
    rows.backend.session.doing = f"re-encrypting {rows.facts.label}"
    started, address = time.monotonic(), rows.cipher.address
    if rows.values.persons is not None:
        resolve(kind.keyring).rewrap_subjects()
    condition = is_stale(rows.column, rows.cipher)
    stale, written = rows.count_where(condition), 0
    moved = rows.count_where(is_otherwise_tagged(rows.column, rows.cipher)) > 0
    with progress(f"re-encrypting {rows.facts.label}") as advance:
        for _ in range(SWEEPS):
            done = rows.rewrite(condition, lambda old: _renewed(rows, old), stale, advance, pace)
            written += done.written
            if not done.written:  # processes that have not read the new key yet may still write under the old
                break
    refused = done.seen - done.written
    if kind.cipher.slices:
        _index(rows.backend, target, kind, moved)
    return _outcome(rows, address, stale, written, refused, time.monotonic() - started)


def _index(backend: Backend, target: Target, kind: Encrypted, moved: bool) -> None:
    """Build indexes that are missing, and all of them anew where tags have ``moved`` to other bytes."""
    connection = backend.session.connection
    column = column_for(target, kind, connection.dialect, unique=target.unique)
    backend.session.doing = f"building the search indexes of {target.label}"
    if moved:
        drop_search(connection, column)
    if moved or not has_search(connection, column):
        add_search(connection, column)


def _renewed(rows: ColumnRows, stored: Stored) -> bytes | None:
    old = stored.data
    try:
        value = rows.values.open(stored)
    except DecryptionFailed:
        return None
    except SubjectErased:
        return rows.values.tombstone(old)
    new = rows.seal(value, stored.person)
    if new[:_BEGINNING] != old[:_BEGINNING]:
        return new  # written under other searches: this is how they get these tags
    width = rows.cipher.prefix_length
    # Tag keys do not rotate. Where the tag differs all the same, an item's canonical form has changed, and
    # giving values new tags is another job: until all have them, searches would miss some.
    return new if new[:width] == old[:width] else None


def _outcome(
    rows: ColumnRows, address: bytes, stale: int, written: int, refused: int, seconds: float
) -> Reencrypted:
    key_id = parse_address(address)
    if key_id is None:
        raise SafeguardsError(f"field {rows.cipher.field} writes under no data key")
    return Reencrypted(
        rows.facts.label,
        str(rows.cipher.field),
        key_id,
        stale,
        written,
        refused,
        count_by_key(rows),
        round(seconds, 3),
    )
