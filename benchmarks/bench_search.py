"""Equality search on an encrypted column beside the same search on a plain indexed one, at 1,000,000 rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from bulk import load
from kinds import SEARCHABLE, values
from setting import DATABASES, QUICK, database, keyring
from sqlalchemy import Column, ColumnElement, Connection, Integer, MetaData, Select, Table, event, select
from sqlalchemy.schema import CreateTable
from turns import WALL, Figures, Group, Turn, best

ROWS = 100_000 if QUICK else 1_000_000
LOOKUPS = 300
LIST = 100
ROUNDS = 12
_EXPLAIN = {
    "sqlite": "EXPLAIN QUERY PLAN ",
    "postgresql": "EXPLAIN ",
    "mysql": "EXPLAIN ",
    "mariadb": "EXPLAIN ",
}


def equality(name: str) -> Figures:
    """Search single values."""
    return _search(name, lambda column, wanted: column == wanted[0], 1)


def in_list(name: str) -> Figures:
    """Search lists of 100 values."""
    return _search(name, lambda column, wanted: column.in_(wanted), LIST)


def _search(name: str, condition: Callable[[Any, list[str]], ColumnElement[bool]], size: int) -> Figures:
    draw, count = random.Random(7), LOOKUPS // (10 if size > 1 else 1)
    wanted = [[values(number)["a"] for number in draw.sample(range(ROWS), size)] for _ in range(count)]
    with database(name).connect() as connection:

        def turn(kind: str) -> Turn:
            rows = _loaded(name)[kind]
            queries = partial(_queries, rows, condition, wanted)
            _assert_index(connection, rows, next(queries()))
            return Turn(lambda: [_found(connection, query, size) for query in queries()])

        times = best({kind: turn(kind) for kind in SEARCHABLE}, ROUNDS, WALL)
    return {kind: seconds / count for kind, seconds in times.items()}


def _queries(rows: Table, condition: Any, wanted: list[list[str]]) -> Iterator[Select[Any]]:
    return (select(rows.c.id).where(condition(rows.c.a, values)) for values in wanted)


def _found(connection: Connection, query: Select[Any], size: int) -> None:
    assert len(connection.execute(query).all()) == size


def _assert_index(connection: Connection, rows: Table, query: Select[Any]) -> None:
    """Fail unless EXPLAIN names the index."""
    sent: list[Any] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    connection.execute(query).all()
    event.remove(connection, "before_cursor_execute", note)
    statement, parameters = sent[0]
    plan = str(connection.exec_driver_sql(_EXPLAIN[connection.dialect.name] + statement, parameters).all())
    (index,) = rows.indexes
    assert str(index.name) in plan, plan


@cache
def _loaded(name: str) -> dict[str, Table]:
    """The two tables, filled, indexed and analysed once in a run."""
    keyring()
    tables = {}
    for at, kind in enumerate(SEARCHABLE):
        column = Column("a", SEARCHABLE[kind]("a"), index=True)
        rows = Table(f"search_{at}", MetaData(), Column("id", Integer, primary_key=True), column)
        with database(name).begin() as connection:
            connection.execute(CreateTable(rows))
            load(connection, rows, ((number + 1, values(number)["a"]) for number in range(ROWS)))
            for index in rows.indexes:
                index.create(connection)
        with database(name).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            mariadb = connection.dialect.name in {"mysql", "mariadb"}
            connection.exec_driver_sql(f"ANALYZE {'TABLE ' if mariadb else ''}{rows.name}")
        tables[kind] = rows
    return tables


GROUPS = {
    f"{title} among many rows, {name}": Group(partial(search, name))
    for name in DATABASES
    for title, search in {"equality search": equality, f"search for {LIST} values with IN": in_list}.items()
}
