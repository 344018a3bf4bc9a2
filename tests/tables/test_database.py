"""Tables of SQLite, PostgreSQL and MariaDB, with Korean names and every common type."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import sqlalchemy as sa

from safeguards.errors import InputError
from safeguards.tables import is_empty, open_database

ROWS = 6_000


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these tables count as large, so that sampling takes the roads of large ones."""
    monkeypatch.setattr("safeguards.tables.sql_sampling.SMALL", 500)


@pytest.fixture
def members(database_url: str) -> str:
    """A table with gaps in its integer key, one with UUID keys, an empty one and a view."""
    metadata = sa.MetaData()
    table = sa.Table(
        "회원",
        metadata,
        sa.Column("번호", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("이름", sa.String(40)),
        sa.Column("생일", sa.Date),
        sa.Column("가입", sa.DateTime),
        sa.Column("잔액", sa.Numeric(12, 2)),
        sa.Column("비율", sa.Double),
        sa.Column("암호문", sa.LargeBinary),
    )
    orders = sa.Table(
        '주문 "내역" 100%',
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("값 %(x)s", sa.Text),
    )
    sa.Table("빈", metadata, sa.Column("a", sa.Integer))
    engine = sa.create_engine(database_url)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), [_member(n) for n in range(ROWS)])
        connection.execute(orders.insert(), [{"id": uuid.UUID(int=n), "값 %(x)s": "가"} for n in range(300)])
        connection.execute(sa.text("CREATE VIEW 보기 AS SELECT 이름 FROM 회원"))
    engine.dispose()
    return database_url


def _member(n: int) -> dict[str, Any]:
    if n == 0:
        return dict.fromkeys(["이름", "생일", "가입", "잔액", "비율", "암호문"]) | {"번호": 0}
    return {
        "번호": n * 3,
        "이름": f"회원{n}",
        "생일": date(1990, 1, 1),
        "가입": datetime(2020, 1, 2, 3, 4, 5),
        "잔액": Decimal(n) / 100,
        "비율": n / 7,
        "암호문": b"\xfe\x00",
    }


def test_names_types_and_rows_are_the_databases(members: str) -> None:
    with open_database(members) as database:
        assert database.tables() == ["빈", '주문 "내역" 100%', "회원"]
        source = database.source("회원")
        assert source.sql_types["이름"] == "VARCHAR(40)"
        assert source.rows() == ROWS
        table = pa.Table.from_batches(list(source.batches(size=1_700)), source.schema)
    row = table.sort_by("번호").slice(1, 1).to_pylist()[0]
    assert {key: value for key, value in row.items() if key != "잔액"} == {
        key: value for key, value in _member(1).items() if key != "잔액"
    }
    assert float(row["잔액"]) == 0.01
    assert table.sort_by("번호").slice(0, 1).to_pylist()[0]["이름"] is None
    assert table.num_rows == ROWS


def test_a_sample_is_fair_and_repeatable(members: str) -> None:
    with open_database(members) as database:
        source = database.source("회원")
        drawn = source.sample(1_500, seed=3)
        assert drawn.equals(source.sample(1_500, seed=3))
    numbers = np.array(drawn["번호"].to_pylist()) // 3
    assert len(set(numbers.tolist())) == 1_500
    tenths = np.bincount(numbers * 10 // ROWS, minlength=10)
    assert tenths.min() > 105
    assert tenths.max() < 195


def test_tables_without_an_integer_key_empty_ones_and_views_can_be_sampled(members: str) -> None:
    with open_database(members) as database:
        assert database.source('주문 "내역" 100%').sample(1_000).num_rows == 300
        assert database.source('주문 "내역" 100%').sample(10)["값 %(x)s"].to_pylist() == ["가"] * 10
        assert database.source("빈").sample(10).num_rows == 0
        assert is_empty(database.source("빈"))
        assert len(set(database.source("보기").sample(50)["이름"].to_pylist())) == 50


def test_reading_can_stop_early(members: str) -> None:
    with open_database(members) as database:
        batches = database.source("회원").batches(["번호"], size=100)
        assert next(batches).num_rows == 100
        batches.close()
        assert database.source("회원").rows() == ROWS


def test_an_unknown_table_and_column_name_those_there_are(members: str) -> None:
    with open_database(members) as database:
        with pytest.raises(InputError, match='no table .없음. .*it has: 빈, 주문 "내역" 100%, 회원'):
            database.source("없음")
        with pytest.raises(InputError, match="no column 'x'; it has: 번호, 이름"):
            next(database.source("회원").batches(["x"]))


@pytest.mark.postgres
def test_schemas_partitions_and_odd_types_of_postgresql(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(sa.text('CREATE SCHEMA "고객"'))
        connection.execute(
            sa.text('CREATE TABLE "고객"."a.b" (x inet, y jsonb, z uuid, w text[], m numeric, t timestamptz)')
        )
        connection.execute(
            sa.text(
                'INSERT INTO "고객"."a.b" VALUES (\'10.0.0.1\', \'{"k": [1]}\', '
                "'00000000-0000-0000-0000-000000000001', '{가,나}', 1.50, '2020-01-01T00:00:00+09')"
            )
        )
        connection.execute(sa.text("CREATE TABLE log (d int) PARTITION BY RANGE (d)"))
        connection.execute(sa.text("CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM (0) TO (9)"))
        connection.execute(sa.text("INSERT INTO log VALUES (1)"))
    engine.dispose()
    with open_database(postgres_url) as database:
        assert database.tables() == ["log", "고객.a.b"]
        assert database.source("log").sample(5).num_rows == 1
        row = next(database.source("고객.a.b").batches()).to_pylist()[0]
    assert row["x"] == "10.0.0.1"
    assert row["y"] == '{"k": [1]}'
    assert row["z"] == "00000000-0000-0000-0000-000000000001"
    assert row["w"] == '["가", "나"]'
    assert row["m"] == "1.50"
    assert row["t"].isoformat() == "2019-12-31T15:00:00+00:00"


@pytest.mark.postgres
def test_a_large_postgresql_table_is_sampled_by_pages(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("safeguards.tables.sql_sampling.PAGES_ABOVE", 20_000)
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t AS SELECT n FROM generate_series(0, 99999) n"))
        connection.execute(sa.text("ANALYZE t"))
    engine.dispose()
    with open_database(postgres_url) as database:
        drawn = np.array(database.source("t").sample(2_000)["n"].to_pylist())
    assert len(set(drawn.tolist())) == 2_000
    tenths = np.bincount(drawn // 10_000, minlength=10)
    # About 70 pages are drawn, so a tenth of the table gets 7 of them, give or take 3.
    assert tenths.min() > 20


@pytest.mark.mariadb
def test_invisible_columns_and_zero_dates_of_mariadb(mariadb_url: str) -> None:
    engine = sa.create_engine(mariadb_url)
    with engine.begin() as connection:
        connection.execute(sa.text("SET sql_mode = ''"))
        connection.execute(sa.text("CREATE TABLE t (d date, u bigint unsigned, h int INVISIBLE, b boolean)"))
        connection.execute(
            sa.text("INSERT INTO t (d, u, h, b) VALUES ('0000-00-00', 18446744073709551615, 1, true)")
        )
    engine.dispose()
    with open_database(mariadb_url) as database:
        row = next(database.source("t").batches()).to_pylist()[0]
    assert row == {"d": None, "u": 2**64 - 1, "b": 1}


@pytest.mark.mariadb
def test_a_mariadb_table_without_an_integer_key_is_sampled_by_chance(mariadb_url: str) -> None:
    engine = sa.create_engine(mariadb_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (k varchar(20) PRIMARY KEY, n int)"))
        connection.execute(sa.text("INSERT INTO t SELECT concat('k', seq), seq FROM seq_0_to_19999"))
    engine.dispose()
    with open_database(mariadb_url) as database:
        drawn = np.array(database.source("t").sample(2_000)["n"].to_pylist())
    assert len(set(drawn.tolist())) == 2_000
    assert np.bincount(drawn // 2_000, minlength=10).min() > 130
