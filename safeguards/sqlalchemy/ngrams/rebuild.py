"""N-grams for rows that exist already: after ``safeguards encrypt``, or when a column gets an Ngram later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, delete, exists, or_, select
from sqlalchemy.exc import DBAPIError

from safeguards.errors import InputError
from safeguards.sqlalchemy.ngrams.keeping import Key, keep_in_step, lock_database, refuse_autocommit
from safeguards.sqlalchemy.ngrams.side import Side, side_of

BATCH = 500
_ATTEMPTS = 8
_CONFLICTS = {"40001", "40P01", 1213}  # PostgreSQL's serialisation failure and deadlock, MariaDB's deadlock


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many rows were visited, n-grams written and removed; ``last`` is the key of the last row."""

    rows: int
    written: int
    removed: int
    last: Key | None


def ngram_table(column: Any) -> Table:
    """Return the side table of a column with an Ngram: ``ngram_table(Member.note)``.

    Raises:
        InputError: the column has none.
    """
    return _side(column).table


def rebuild_ngrams(
    bind: Engine | Connection,
    column: Any,
    *,
    keys: Iterable[Any] | None = None,
    batch: int = BATCH,
    after: Any = None,
    progress: Callable[[Rebuilt], None] | None = None,
) -> Rebuilt:
    """Bring the n-grams of rows that exist in step with their texts.

    Until it has run to the end, a search does not find the rows that it has not visited. Rows are visited by
    primary key, locked a batch at a time, and only what differs is written: calling it again changes nothing,
    and goes on after an interruption. An application that declares the Ngram may write meanwhile.

    Args:
        bind: an engine, whose batches are transactions of their own; or a connection, in whose transaction
            all happens (``await connection.run_sync(rebuild_ngrams, Member.note)``).
        column: the mapped attribute or the table's column.
        keys: only the rows with these primary keys, such as raw SQL has written; tuples where the key has
            several columns.
        batch: rows a transaction.
        after: begin behind the row with this key, as ``Rebuilt.last`` names it.
        progress: is called after each batch with what was done so far; it may sleep to go slower.

    Raises:
        InputError: the column has no Ngram, or its table no primary key.
        OperatorRefused: the connection is in AUTOCOMMIT.
        DecryptionFailed: a stored value is no intact ciphertext.
    """
    side = _side(column)
    if type(batch) is not int or batch < 1:
        raise InputError("rebuild_ngrams: batch is a whole number above 0")
    if keys is not None:
        given = [_key(each) for each in keys]
        written, removed = _step(bind, side, lambda connection: keep_in_step(connection, side, given))
        return Rebuilt(len(given), written, removed, given[-1] if given else None)
    done = Rebuilt(0, 0, 0, None if after is None else _key(after))
    while True:
        rows, last = done.rows, done.last
        done = _step(bind, side, lambda connection, done=done: _batch(connection, side, batch, done))  # type: ignore[misc]
        if progress is not None and done.rows > rows:
            progress(done)
        if done.rows == rows or done.last == last:
            break
    orphans = _step(bind, side, lambda connection: _remove_orphans(connection, side))
    return Rebuilt(done.rows, done.written, done.removed + orphans, done.last)


def _batch(connection: Connection, side: Side, size: int, done: Rebuilt) -> Rebuilt:
    lock_database(connection, side)
    page = select(*side.keys).order_by(*side.keys).limit(size)
    if done.last is not None:
        page = page.where(_behind(side.keys, done.last))
    keys: list[Key] = [tuple(row) for row in connection.execute(page)]
    written, removed = keep_in_step(connection, side, keys)
    last = keys[-1] if keys else done.last
    return Rebuilt(done.rows + len(keys), done.written + written, done.removed + removed, last)


def _behind(columns: Sequence[ColumnElement[Any]], key: Key) -> ColumnElement[bool]:
    same = [column == part for column, part in zip(columns, key, strict=True)]
    return or_(*(and_(*same[:at], columns[at] > key[at]) for at in range(len(key))))


def _remove_orphans(connection: Connection, side: Side) -> int:
    """Remove n-grams of rows that raw SQL deleted where no foreign key is enforced."""
    if connection.dialect.name != "sqlite":
        return 0
    pairs = zip(side.keys, side.own_keys, strict=True)
    owner = exists().where(*(key == own for key, own in pairs))
    return int(connection.execute(delete(side.table).where(~owner)).rowcount)


def _step(bind: Engine | Connection, side: Side, step: Callable[[Connection], Any]) -> Any:
    """Do a step in a transaction; on an engine, repeat it where the database broke it off for another one."""
    own = isinstance(bind, Engine)
    for attempt in range(_ATTEMPTS):
        opened: AbstractContextManager[Connection] = (
            bind.begin() if isinstance(bind, Engine) else nullcontext(bind)
        )
        try:
            with opened as connection:
                refuse_autocommit(connection, side)
                return step(connection)
        except DBAPIError as error:
            if not own or attempt == _ATTEMPTS - 1 or not _is_conflict(error):
                raise
    return None


def _is_conflict(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    return state in _CONFLICTS or bool(
        error.orig and error.orig.args[:1] and error.orig.args[0] in _CONFLICTS
    )


def _key(given: Any) -> Key:
    return given if isinstance(given, tuple) else (given,)


def _side(column: Any) -> Side:
    element = column.__clause_element__() if hasattr(column, "__clause_element__") else column
    found = side_of(element)
    if found is None:
        raise InputError(
            f"{getattr(element, 'table', '')}.{getattr(element, 'name', element)} has no n-grams: declare it "
            "Encrypted(..., search=Ngram(2)), in a table with a primary key"
        )
    return found
