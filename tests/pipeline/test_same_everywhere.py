"""One pipeline over every kind of frame, file and database: the same values, row for row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import narwhals
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
import sqlalchemy as sa

from safeguards import Keyring
from safeguards.tables import open_database, open_file, open_frame, write_file
from tests.contract.same_rows import TABLE, expected, pipeline, spelled

TARGET = "결과"


@pytest.fixture
def made(tmp_path: Path) -> dict[str, Callable[[], Any]]:
    """Ways to hold the table in memory, or behind a query."""
    write_file(tmp_path / "one.parquet", TABLE.schema, TABLE.slice(0, 90).to_batches())
    write_file(tmp_path / "two.parquet", TABLE.schema, TABLE.slice(90).to_batches())
    parts = [tmp_path / "one.parquet", tmp_path / "two.parquet"]
    con = duckdb.connect()
    return {
        "table": lambda: TABLE,
        "batch": lambda: TABLE.combine_chunks().to_batches()[0],
        "reader": lambda: TABLE.to_reader(max_chunksize=70),
        "dataset": lambda: ds.dataset(TABLE),
        "dataset of files": lambda: ds.dataset(parts),
        "pandas": TABLE.to_pandas,
        "pandas by narwhals": lambda: narwhals.from_native(TABLE.to_pandas()),
        "polars": lambda: pl.from_arrow(TABLE),
        "lazy polars": lambda: pl.from_arrow(TABLE).lazy(),  # type: ignore[union-attr]
        "lazy polars of files": lambda: pl.scan_parquet(parts),
        "lazy polars by narwhals": lambda: narwhals.from_native(pl.scan_parquet(parts)),
        "duckdb": lambda: con.from_arrow(TABLE),
        "duckdb of files": lambda: con.read_parquet([str(part) for part in parts]),
        "duckdb by narwhals": lambda: narwhals.from_native(con.from_arrow(TABLE)),
    }


FRAMES = [
    *("table", "batch", "reader", "dataset", "dataset of files", "pandas", "pandas by narwhals", "polars"),
    *("lazy polars", "lazy polars of files", "lazy polars by narwhals"),
    *("duckdb", "duckdb of files", "duckdb by narwhals"),
]


def taken(frame: Any) -> pa.Table:
    source = open_frame(frame)
    return pa.Table.from_batches(list(source.batches()), source.schema)


def read(path: Path) -> pa.Table:
    source = open_file(path)
    return pa.Table.from_batches(list(source.batches()), source.schema)


@pytest.mark.parametrize("kind", FRAMES)
def test_a_frame_gives_the_same_rows_in_their_order_and_its_own_kind(
    ring: Keyring, made: dict[str, Callable[[], Any]], kind: str
) -> None:
    frame = made[kind]()
    result = pipeline().run(frame)
    assert isinstance(result, ds.Dataset if "dataset" in kind else type(frame))
    table = taken(result)
    assert spelled(table) == expected()
    in_order = pipeline().run(TABLE)["번호"].to_pylist()
    assert table["번호"].to_pylist() == in_order


@pytest.mark.parametrize("kind", FRAMES)
def test_a_frame_goes_into_a_file_and_into_a_table_alike(
    ring: Keyring, tmp_path: Path, made: dict[str, Callable[[], Any]], kind: str
) -> None:
    pipeline().run_file(made[kind](), tmp_path / "out.parquet")
    assert spelled(read(tmp_path / "out.parquet")) == expected()
    pipeline().run_table(made[kind](), f"sqlite:///{tmp_path / 'out.db'}", TARGET)
    with open_database(f"sqlite:///{tmp_path / 'out.db'}") as database:
        assert spelled(taken_source(database.source(TARGET))) == expected()


def taken_source(source: Any) -> pa.Table:
    return pa.Table.from_batches(list(source.batches()), source.schema)


@pytest.mark.parametrize("kind", [".csv", ".tsv.gz", ".jsonl", ".jsonl.zst", ".parquet"])
@pytest.mark.parametrize("to", [".csv", ".jsonl", ".parquet"])
def test_a_file_gives_the_same_rows_in_a_file_of_any_kind(
    ring: Keyring, tmp_path: Path, kind: str, to: str
) -> None:
    write_file(tmp_path / f"in{kind}", TABLE.schema, TABLE.to_batches())
    pipeline().run_file(tmp_path / f"in{kind}", tmp_path / f"out{to}")
    assert spelled(read(tmp_path / f"out{to}")) == expected()


def test_a_table_of_a_database_gives_the_same_rows_in_a_file_and_in_a_table(
    ring: Keyring, tmp_path: Path, database_url: str
) -> None:
    fill(database_url)
    with open_database(database_url) as database:
        pipeline().run_file(database.source("회원"), tmp_path / "out.parquet")
        pipeline().run_table(database.source("회원"), f"sqlite:///{tmp_path / 'copy.db'}", TARGET)
    assert spelled(read(tmp_path / "out.parquet")) == expected()
    with open_database(f"sqlite:///{tmp_path / 'copy.db'}") as database:
        assert spelled(taken_source(database.source(TARGET))) == expected()


def test_a_file_gives_the_same_rows_in_a_table_of_a_database(
    ring: Keyring, tmp_path: Path, database_url: str
) -> None:
    write_file(tmp_path / "in.csv", TABLE.schema, TABLE.to_batches())
    pipeline().run_table(tmp_path / "in.csv", database_url, TARGET)
    with open_database(database_url) as database:
        assert spelled(taken_source(database.source(TARGET))) == expected()


def fill(url: str) -> None:
    """Make the application's own table of the rows."""
    kinds = {pa.int64(): sa.BigInteger(), pa.date32(): sa.Date(), pa.string(): sa.String(100)}
    columns = (
        sa.Column(field.name, kinds[field.type], primary_key=field.name == "번호", autoincrement=False)
        for field in TABLE.schema
    )
    table = sa.Table("회원", sa.MetaData(), *columns)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), TABLE.to_pylist())
    engine.dispose()
