"""Encrypted columns beside a plain one, a 12-line type of one's own and sqlalchemy-utils, on SQLite."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kinds import COLUMNS, KINDS, ROUNDS, ROWS, SEARCHABLE, VALUE, keyring, mapped, table, values
from sqlalchemy import Engine, create_engine, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

LOOKUPS = 200


@pytest.fixture(autouse=True, scope="session")
def _keys() -> None:
    keyring()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'rows.db'}")
    yield engine
    engine.dispose()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "plain"])
@pytest.mark.benchmark(group="bind and result of one value of 26 bytes")
def bench_value(benchmark: Any, kind: str) -> None:
    column, dialect = KINDS[kind]("value"), sqlite.dialect()
    bind = column.bind_processor(dialect)
    result = column.result_processor(dialect, None)
    assert bind is not None
    assert result is not None
    assert benchmark(lambda: result(bind(VALUE))) == VALUE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.benchmark(group="ORM insert of five columns")
def bench_orm_insert(benchmark: Any, engine: Engine, kind: str) -> None:
    rows = table(KINDS[kind])
    row = mapped(rows)
    benchmark.extra_info["rows"] = ROWS

    def fresh() -> tuple[tuple[Any], dict[str, Any]]:
        rows.drop(engine, checkfirst=True)
        rows.create(engine)
        objects = [row(**values(number)) for number in range(ROWS)]
        return (objects,), {}

    def save(objects: list[Any]) -> None:
        with Session(engine) as session:
            session.add_all(objects)
            session.commit()

    benchmark.pedantic(save, setup=fresh, rounds=ROUNDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.benchmark(group="ORM select of five columns")
def bench_orm_select(benchmark: Any, engine: Engine, kind: str) -> None:
    rows = _filled(engine, table(KINDS[kind]))
    row = mapped(rows)
    benchmark.extra_info["rows"] = ROWS

    def read() -> int:
        with Session(engine) as session:
            return len(session.scalars(select(row)).all())

    assert benchmark.pedantic(read, rounds=ROUNDS) == ROWS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.benchmark(group="Core insert of five columns")
def bench_core_insert(benchmark: Any, engine: Engine, kind: str) -> None:
    rows = table(KINDS[kind])
    records = [values(number) for number in range(ROWS)]
    benchmark.extra_info["rows"] = ROWS

    def fresh() -> None:
        rows.drop(engine, checkfirst=True)
        rows.create(engine)

    def save() -> None:
        with engine.begin() as connection:
            connection.execute(insert(rows), records)

    benchmark.pedantic(save, setup=fresh, rounds=ROUNDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.benchmark(group="Core select of five columns")
def bench_core_select(benchmark: Any, engine: Engine, kind: str) -> None:
    rows = _filled(engine, table(KINDS[kind]))
    benchmark.extra_info["rows"] = ROWS

    def read() -> int:
        with engine.connect() as connection:
            return len(connection.execute(select(*(rows.c[name] for name in COLUMNS))).all())

    assert benchmark.pedantic(read, rounds=ROUNDS) == ROWS


@pytest.mark.parametrize("kind", SEARCHABLE)
@pytest.mark.benchmark(group="equality search on an indexed column")
def bench_search(benchmark: Any, engine: Engine, kind: str) -> None:
    rows = _filled(engine, table(SEARCHABLE[kind], index=True))
    draw = random.Random(7)
    wanted = [values(draw.randrange(ROWS))["a"] for _ in range(LOOKUPS)]
    benchmark.extra_info["rows"] = LOOKUPS

    def look_up() -> int:
        with engine.connect() as connection:
            found = (connection.scalar(select(rows.c.id).where(rows.c.a == value)) for value in wanted)
            return sum(number is not None for number in found)

    assert benchmark.pedantic(look_up, rounds=ROUNDS, warmup_rounds=1) == LOOKUPS


def _filled(engine: Engine, rows: Any) -> Any:
    rows.create(engine)
    with engine.begin() as connection:
        connection.execute(insert(rows), [values(number) for number in range(ROWS)])
        connection.exec_driver_sql("ANALYZE")
    return rows
