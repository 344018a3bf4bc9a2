"""Encrypted columns beside plain ones, a 12-line type of one's own and two peers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from kinds import COLUMNS, OURS, PEERS, PLAIN, RAW, VALUE, Kinds, mapped, raw_calls, table, values
from setting import DATABASES, QUICK, database, keyring
from sqlalchemy import Engine, Table, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session
from turns import CPU, WALL, Figures, Group, Turn, best

ROWS = 10_000 if QUICK else 20_000
ROUNDS = 3 if QUICK else 7
VALUES = 20_000


def value() -> Figures:
    """Bind and read one value; the figure is for one."""
    turns = {
        kind: Turn(_repeated(_round_trip(make("value")), VALUE))
        for kind, make in (OURS | RAW | PEERS).items()
    }
    turns["raw AES-256-GCM calls"] = Turn(_repeated(raw_calls, VALUE.encode()))
    return {kind: seconds / VALUES for kind, seconds in best(turns, 2 * ROUNDS).items()}


def _round_trip(column: Any) -> Callable[[str], str]:
    keyring()
    bind = column.bind_processor(sqlite.dialect())
    result = column.result_processor(sqlite.dialect(), None)
    assert result(bind(VALUE)) == VALUE
    return lambda plain: result(bind(plain))


def _repeated(act: Callable[[Any], Any], given: Any) -> Callable[[], None]:
    def work() -> None:
        for _ in range(VALUES):
            act(given)

    return work


def orm_insert(engine: Engine, rows: Table) -> Turn:
    """Make objects and save them, as a program does."""
    row, records = mapped(rows), [values(number) for number in range(ROWS)]
    return Turn(lambda: _save(engine, [row(**record) for record in records]), partial(_empty, engine, rows))


def orm_flush(engine: Engine, rows: Table) -> Turn:
    """Save objects that have been made before: the hardest case, in which Python does the least beside."""
    row, objects = mapped(rows), []

    def prepare() -> None:
        _empty(engine, rows)
        objects[:] = [row(**values(number)) for number in range(ROWS)]

    return Turn(lambda: _save(engine, objects), prepare)


def _save(engine: Engine, objects: list[Any]) -> None:
    with Session(engine) as session:
        session.add_all(objects)
        session.commit()


def orm_select(engine: Engine, rows: Table) -> Turn:
    row = mapped(rows)
    _fill(engine, rows)

    def read() -> None:
        with Session(engine) as session:
            assert len(session.scalars(select(row)).all()) == ROWS

    return Turn(read)


def core_insert(engine: Engine, rows: Table) -> Turn:
    records = [values(number) for number in range(ROWS)]

    def save() -> None:
        with engine.begin() as connection:
            connection.execute(insert(rows), records)

    return Turn(save, partial(_empty, engine, rows))


def core_select(engine: Engine, rows: Table) -> Turn:
    _fill(engine, rows)

    def read() -> None:
        with engine.connect() as connection:
            assert len(connection.execute(select(*(rows.c[name] for name in COLUMNS))).all()) == ROWS

    return Turn(read)


def _fill(engine: Engine, rows: Table) -> None:
    _empty(engine, rows)
    core_insert(engine, rows).work()


def _empty(engine: Engine, rows: Table) -> None:
    rows.drop(engine, checkfirst=True)
    rows.create(engine)


def _compare(make: Callable[[Engine, Table], Turn], name: str, kinds: Kinds) -> Figures:
    """Let the kinds take turns, each in a table of its own."""
    keyring()
    engine = database(name)
    tables = {kind: table(kinds[kind], f"{make.__name__}_{at}") for at, kind in enumerate(kinds)}
    turns = {kind: make(engine, rows) for kind, rows in tables.items()}
    try:
        return best(turns, ROUNDS, CPU if name == "SQLite" else WALL)
    finally:
        for rows in tables.values():
            rows.drop(engine)


_WORKS = {
    "ORM insert": orm_insert,
    "ORM flush": orm_flush,
    "ORM select": orm_select,
    "Core insert": core_insert,
    "Core select": core_select,
}
GROUPS = {"bind and result of one value of 26 bytes": Group(value, "us")} | {
    f"{work} of five columns, {name}": Group(
        partial(_compare, make, name, PLAIN | RAW | OURS | (PEERS if name == "SQLite" else {})), rows=ROWS
    )
    for name in DATABASES
    for work, make in _WORKS.items()
    if name == "SQLite" or work in {"ORM insert", "ORM select"}
}
