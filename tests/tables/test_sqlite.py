"""SQLite binds no column to its declared type; what is stored decides."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from safeguards.errors import InputError
from safeguards.tables import open_database


def made(folder: Path, *statements: str) -> str:
    path = folder / "data.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return f"sqlite:///{path}"


@pytest.mark.parametrize(
    ("declared", "values", "kind", "read"),
    [
        ("INTEGER", "(1), (NULL)", "int64", [1, None]),
        ("INTEGER", "('N/A'), (5)", "string", ["N/A", "5"]),
        ("INTEGER", "(1.5), (2)", "double", [1.5, 2.0]),
        ("TEXT", "(x'fe00'), ('가')", "binary", [b"\xfe\x00", "가".encode()]),
        ("DATE", "('2020-02-29')", "date32[day]", ["2020-02-29"]),
        ("DATE", "('2021-02-29')", "string", ["2021-02-29"]),
        ("DATETIME", "('2020-02-29 01:02:03.000004')", "timestamp[us]", ["2020-02-29T01:02:03.000004"]),
        ("DATETIME", "('yesterday')", "string", ["yesterday"]),
        ("BOOLEAN", "(1), (0)", "bool", [True, False]),
        ("BOOLEAN", "(2)", "int64", [2]),
        (
            "NUMERIC(5,2)",
            "(1.25), (-3), (999.99)",
            "decimal128(5, 2)",
            [*map(Decimal, ("1.25", "-3", "999.99"))],
        ),
        ("NUMERIC(5,2)", "(1.25), (1.255)", "double", [1.25, 1.255]),
        ("NUMERIC(5,2)", "(1000)", "int64", [1000]),
        ("", "('x')", "string", ["x"]),
        ("VARCHAR(5)", "(NULL)", "string", [None]),
    ],
)
def test_the_type_is_that_of_the_values(
    tmp_path: Path, declared: str, values: str, kind: str, read: list[object]
) -> None:
    url = made(tmp_path, f"CREATE TABLE t (v {declared})", f"INSERT INTO t VALUES {values}")
    with open_database(url) as database:
        source = database.source("t")
        drawn, whole = source.sample(10), pa.Table.from_batches(list(source.batches()))
    for table in (drawn, whole):
        assert str(table.schema.field("v").type) == kind
        found = [
            value.isoformat() if hasattr(value, "isoformat") else value for value in table["v"].to_pylist()
        ]
        assert sorted(found, key=str) == sorted(read, key=str)


def test_tables_whose_columns_hide_the_row_id_are_sampled(tmp_path: Path) -> None:
    rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)"
    url = made(
        tmp_path,
        "CREATE TABLE t (rowid TEXT, v INT)",
        f"INSERT INTO t {rows} SELECT 'same', i FROM n",
        "CREATE TABLE w (k TEXT PRIMARY KEY, v INT) WITHOUT ROWID",
        f"INSERT INTO w {rows} SELECT 'k' || i, i FROM n",
        "CREATE TABLE gaps (id INTEGER PRIMARY KEY, v INT)",
        "INSERT INTO gaps VALUES (1, 1), (9000000000000000000, 2)",
    )
    with open_database(url) as database:
        for name in ("t", "w"):
            drawn = database.source(name).sample(500)["v"].to_pylist()
            assert len(set(drawn)) == 500
            assert 12_000 < sum(drawn) / 500 < 18_000
        assert sorted(database.source("gaps").sample(5)["v"].to_pylist()) == [1, 2]


def test_small_samples_are_not_of_the_first_rows(tmp_path: Path) -> None:
    rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)"
    url = made(tmp_path, "CREATE TABLE t (v INT)", f"INSERT INTO t {rows} SELECT i FROM n")
    with open_database(url) as database:
        source = database.source("t")
        drawn = [number for seed in range(40) for number in source.sample(10, seed)["v"].to_pylist()]
    # The mean of 400 draws from 1..30000 is 15,000 with a standard deviation of 433.
    assert 13_000 < sum(drawn) / len(drawn) < 17_000


def test_text_that_is_not_utf8_is_one_line_without_the_text(tmp_path: Path) -> None:
    url = made(tmp_path, "CREATE TABLE t (v TEXT)", "INSERT INTO t VALUES (CAST(x'736563726574ff' AS TEXT))")
    with open_database(url) as database, pytest.raises(InputError) as caught:
        list(database.source("t").batches())
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
