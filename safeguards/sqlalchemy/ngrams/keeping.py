"""Bringing the n-grams of given rows in step with what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, tuple_

from safeguards.errors import OperatorRefused
from safeguards.sqlalchemy.ngrams.side import Side

ROWS_A_STEP = 200
Key = tuple[Any, ...]


def keep_in_step(
    connection: Connection, side: Side, keys: Iterable[Key], *, fresh: bool = False
) -> tuple[int, int]:
    """Give the rows with these primary keys the n-grams of the text that stands in them now.

    What stands in the table is read, not what a statement meant to write, so that a row that an upsert left
    alone, or that is gone, comes out right too. The rows stay locked until the transaction ends.

    Args:
        connection: in a transaction.
        side: the column and its side table.
        keys: the rows' primary keys.
        fresh: the rows are new, so that they have no n-grams yet.

    Returns:
        How many n-grams were written, and how many removed.
    """
    lock_database(connection, side)
    written = removed = 0
    for step in _steps(dict.fromkeys(keys)):
        wanted = dict.fromkeys(_wanted(connection, side, step))
        found = {} if fresh else dict.fromkeys(_found(connection, side, step))
        gone, new = (
            [each for each in found if each not in wanted],
            [each for each in wanted if each not in found],
        )
        _remove(connection, side, gone)
        _add(connection, side, new)
        written, removed = written + len(new), removed + len(gone)
    return written, removed


def lock_database(connection: Connection, side: Side) -> None:
    """On SQLite, begin to write before anything is read; elsewhere rows are locked."""
    if connection.dialect.name == "sqlite":
        connection.execute(delete(side.table).where(side.tag.is_(None)))


def refuse_autocommit(connection: Connection, side: Side) -> None:
    """Raise OperatorRefused where a text and its n-grams would be committed one without the other."""
    chosen = connection.get_execution_options().get("isolation_level")
    chosen = chosen or connection.dialect._on_connect_isolation_level
    if str(chosen).upper() == "AUTOCOMMIT":
        raise OperatorRefused(
            f"field {side.kind.field}: a text and its n-grams are one transaction, which AUTOCOMMIT is not"
        )


def among(columns: list[Any], keys: list[Key]) -> ColumnElement[bool]:
    """Return the condition that a row has one of the keys."""
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])  # type: ignore[no-any-return]
    return tuple_(*columns).in_(keys)


def _steps(keys: Iterable[Key]) -> Iterator[list[Key]]:
    rest = iter(keys)
    while step := list(islice(rest, ROWS_A_STEP)):
        yield step


def _wanted(connection: Connection, side: Side, keys: list[Key]) -> Iterator[Key]:
    # FOR UPDATE reads what was committed last, even where the transaction sees an older state.
    statement = select(*side.keys, side.column).where(among(side.keys, keys)).with_for_update(key_share=True)
    for row in connection.execute(statement):
        *key, value = row
        for tag in sorted(side.tags_of(value)):
            yield (*key, tag)


def _found(connection: Connection, side: Side, keys: list[Key]) -> Iterator[Key]:
    statement = (
        select(*side.own_keys, side.tag).where(among(side.own_keys, keys)).with_for_update(key_share=True)
    )
    for row in connection.execute(statement):
        *key, tag = row
        yield (*key, bytes(tag))


def _add(connection: Connection, side: Side, grams: list[Key]) -> None:
    if grams:
        names = [column.key for column in (*side.own_keys, side.tag)]
        connection.execute(insert(side.table), [dict(zip(names, gram, strict=True)) for gram in grams])


def _remove(connection: Connection, side: Side, grams: list[Key]) -> None:
    if grams:
        columns = (*side.own_keys, side.tag)
        where = [column == bindparam(f"g{at}", type_=column.type) for at, column in enumerate(columns)]
        rows = [{f"g{at}": part for at, part in enumerate(gram)} for gram in grams]
        connection.execute(delete(side.table).where(*where), rows)
