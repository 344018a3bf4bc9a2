"""Shredding in the databases: a person's values and tags give place to tombstones of random bytes."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Table,
    bindparam,
    event,
    inspect,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.util.concurrency import in_greenlet

from safeguards.errors import KeyringError, SafeguardsError
from safeguards.fields.subject_cipher import SubjectCipher
from safeguards.keys import resolve
from safeguards.keys.shredding import Reached, Unreached, register
from safeguards.sqlalchemy.lifecycle import PLAINTEXT
from safeguards.sqlalchemy.plain_text import stored_bytes
from safeguards.sqlalchemy.subjects.declaration import as_stored, has_id_column, id_column
from safeguards.sqlalchemy.tag import Sealed
from safeguards.sqlalchemy.types import Encrypted
from safeguards.values import SubjectId

_ROWS_A_STATEMENT = 500
_LOCK_TIMEOUT = "10s"  # 2026-11
_BAD_VALUE = (
    TypeError,
    ValueError,
    NotImplementedError,
)  # a type of ids that cannot be read as a Python type
_engines: weakref.WeakSet[Engine] = weakref.WeakSet()
_tables: weakref.WeakSet[Table] = weakref.WeakSet()


@event.listens_for(Engine, "engine_connect")
def _remember(connection: Connection) -> None:
    _engines.add(connection.engine)


def register_table(table: Table) -> None:
    """Have a table's values overwritten when a person is shredded."""
    _tables.add(table)


def _overwrite(
    ring_id: str, subject: SubjectId, engines: Sequence[Any] | None
) -> Iterator[Reached | Unreached]:
    known = list(_tables)
    tables = [(table, columns) for table in known if (columns := _columns(table, ring_id, subject))]
    for table in known:
        for column in _plain_columns(table, subject):
            yield Unreached("", table.fullname, f"{column.name} is still plaintext, which no key protects")
    if not tables:
        yield Unreached("", "", f"no mapped column of this keyring belongs to a {subject.kind}")
    where = _different(_engines) if engines is None else [_synchronous(each) for each in engines]
    met: set[str] = set()
    for engine in where:
        for each in _in_database(engine, tables, subject):
            met.add(each.table)
            yield each
    where_not = "no database of this process" if engines is None else "none of these databases"
    for name in dict.fromkeys(table.fullname for table, _ in tables):
        if name not in met:
            yield Unreached("", name, f"{where_not} has such a table: name engines= that do")


def _different(engines: Iterable[Engine]) -> list[Engine]:
    """Leave out engines of a database that is in the list already; each of SQLite in memory is its own."""
    found: dict[Any, Engine] = {}
    for engine in list(engines):
        of_its_own = engine.dialect.name == "sqlite" and engine.url.database in {None, "", ":memory:"}
        # A synchronous engine can always be used.
        place = engine if of_its_own else engine.url.set(drivername=engine.dialect.name)
        if place not in found or found[place].dialect.is_async:
            found[place] = engine
    return list(found.values())


def _columns(table: Table, ring_id: str, subject: SubjectId) -> list[Column[Any]]:
    """Return the columns of a table that hold values of such persons under this keyring."""
    found = []
    for column in table.columns:
        kind = column.type
        if not isinstance(kind, Encrypted) or kind.state == PLAINTEXT or not _is_of(kind, subject):
            continue
        if _ring_of(kind) == ring_id and has_id_column(table, kind):
            found.append(column)
    return found


def _plain_columns(table: Table, subject: SubjectId) -> list[Column[Any]]:
    """Return the columns that are to hold such values, and are declared as plaintext so far."""
    kinds = [(column, column.type) for column in table.columns if isinstance(column.type, Encrypted)]
    return [column for column, kind in kinds if kind.state == PLAINTEXT and _is_of(kind, subject)]


def _is_of(kind: Encrypted, subject: SubjectId) -> bool:
    return kind.declared_subject is not None and kind.declared_subject.kind == subject.kind


def _ring_of(kind: Encrypted) -> str | None:
    try:
        return resolve(kind.keyring).id
    except KeyringError:
        return None


def _synchronous(engine: Any) -> Engine:
    synchronous: Engine = getattr(engine, "sync_engine", engine)  # importing AsyncEngine is slow
    return synchronous


def _in_database(
    engine: Engine, tables: list[tuple[Table, list[Column[Any]]]], subject: SubjectId
) -> Iterator[Reached | Unreached]:
    if engine.dialect.is_async and not in_greenlet():
        yield from _out_of_reach(engine, tables)
        return
    database = _shown(engine)
    done: set[tuple[str, str]] = set()  # a table may be declared twice
    for table, columns in tables:
        fresh = [each for each in columns if (table.fullname, each.name) not in done]
        try:
            with engine.begin() as connection:
                if not _has(connection, table):
                    continue
                _wait_not_for_ever(connection)
                reached = [_reached(connection, database, table, column, subject) for column in fresh]
        except (SafeguardsError, SQLAlchemyError, OSError, *_BAD_VALUE) as error:
            yield Unreached(database, table.fullname, _reason(error))
        else:  # after the commit, which may fail
            done.update((each.table, each.column) for each in reached)
            yield from reached


def _out_of_reach(engine: Engine, tables: list[tuple[Table, list[Column[Any]]]]) -> Iterator[Unreached]:
    reason = "its engine is asynchronous: call shred inside run_sync, or name a synchronous engine"
    for table, _ in tables:
        yield Unreached(_shown(engine), table.fullname, reason)


def _shown(engine: Engine) -> str:
    return engine.url.set(query={}).render_as_string(hide_password=True)


def _wait_not_for_ever(connection: Connection) -> None:
    """Have PostgreSQL give up as the others do: the lock may be of a session that waits for this call."""
    if connection.dialect.name == "postgresql":
        unlimited = text(
            "SELECT set_config('lock_timeout', :most, true) WHERE current_setting('lock_timeout') = '0'"
        )
        connection.execute(unlimited, {"most": _LOCK_TIMEOUT})


def _has(connection: Connection, table: Table) -> bool:
    names = connection.get_execution_options().get("schema_translate_map") or {}
    return inspect(connection).has_table(table.name, schema=names.get(table.schema, table.schema))


def _reached(
    connection: Connection, database: str, table: Table, column: Column[Any], subject: SubjectId
) -> Reached:
    person = _person(connection, table, column.type, subject)  # type: ignore[arg-type]
    return Reached(database, table.fullname, column.name, _destroy(connection, table, column, person))


def _destroy(connection: Connection, table: Table, column: Column[Any], person: Any) -> int:
    kind: Any = column.type
    cipher: SubjectCipher = kind.cipher
    keys, raw = list(table.primary_key.columns), table.c[column.key]
    mine = (id_column(table, kind) == person) & raw.is_not(None)
    stored = connection.execute(select(*keys, type_coerce(raw, Sealed()).label("data")).where(mine)).all()
    if not keys:
        tombstone = bindparam("tombstone", cipher.tombstone(), Sealed())
        return connection.execute(update(table).where(mine).values({raw: tombstone})).rowcount
    names = [f"key_{number}" for number in range(len(keys))]
    where = [key == bindparam(name, type_=key.type) for key, name in zip(keys, names, strict=True)]
    # Not where the row has gone to somebody else meanwhile.
    changed = update(table).where(*where, mine).values({raw: bindparam("tombstone", type_=Sealed())})
    rows = [
        dict(zip(names, row[:-1], strict=True)) | {"tombstone": cipher.tombstone_of(stored_bytes(row[-1]))}
        for row in stored
    ]
    for first in range(0, len(rows), _ROWS_A_STATEMENT):
        connection.execute(changed, rows[first : first + _ROWS_A_STATEMENT])
    return len(rows)


class _OtherSpelling(ValueError):
    """The rows name the person otherwise than whoever asks to shred them."""


def _person(connection: Connection, table: Table, kind: Encrypted, subject: SubjectId) -> Any:
    """Return the id as the table's rows have it.

    Raises:
        ValueError: no row can have it.
        _OtherSpelling: rows can have it in another spelling only, so that another key is theirs.
    """
    column = id_column(table, kind)
    stored = as_stored(column.type, subject.id, connection.dialect.name)
    if str(stored) != subject.id:
        raise _OtherSpelling
    person: Any = column.type.python_type(str(stored))
    return person


def _reason(error: Exception) -> str:
    """Say what went wrong without the database's own words, which may hold values."""
    if isinstance(error, _OtherSpelling):
        return (
            "its rows write such an id otherwise (a number in digits, a UUID in lower case): shred that one"
        )
    original = getattr(error, "orig", None) or error
    return f"{type(original).__name__}: put it right and call shred again"


register(_overwrite)
