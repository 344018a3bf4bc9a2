"""Samples are fair: every row has the same chance, wherever it stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from safeguards.errors import InputError
from safeguards.tables import Source, open_database, open_file, open_frame
from safeguards.tables.source import reservoir
from safeguards.tables.sql_sampling import SMALL

ROWS = 20_000
DRAWN = 4_000


def csv_file(folder: Path) -> Source:
    (folder / "t.csv").write_text("n\n" + "".join(f"{n}\n" for n in range(ROWS)))
    return open_file(folder / "t.csv")


def json_file(folder: Path) -> Source:
    (folder / "t.jsonl").write_text("".join(json.dumps({"n": n}) + "\n" for n in range(ROWS)))
    return open_file(folder / "t.jsonl")


def parquet_file(folder: Path) -> Source:
    pq.write_table(pa.table({"n": range(ROWS)}), folder / "t.parquet", row_group_size=500)
    return open_file(folder / "t.parquet")


def frame(folder: Path) -> Source:
    return open_frame(pa.table({"n": range(ROWS)}))


def reader(folder: Path) -> Source:
    return open_frame(
        pa.RecordBatchReader.from_batches(
            pa.schema({"n": pa.int64()}),
            (pa.record_batch({"n": range(n, n + 1000)}) for n in range(0, ROWS, 1000)),
        )
    )


KINDS: list[Callable[[Path], Source]] = [csv_file, json_file, parquet_file, frame, reader]


@pytest.mark.parametrize("make", KINDS)
def test_every_tenth_of_a_source_is_drawn_alike(tmp_path: Path, make: Callable[[Path], Source]) -> None:
    drawn = np.array([int(n) for n in make(tmp_path).sample(DRAWN, seed=7)["n"].to_pylist()])
    assert len(set(drawn)) == DRAWN
    tenths = np.bincount(drawn * 10 // ROWS, minlength=10)
    # 4,000 draws put 400 into each tenth with a standard deviation of 19; row groups make it wider.
    assert tenths.min() > 250
    assert tenths.max() < 550


@pytest.mark.parametrize("make", KINDS[:4])
def test_the_same_seed_draws_the_same_rows_and_another_seed_others(
    tmp_path: Path, make: Callable[[Path], Source]
) -> None:
    source = make(tmp_path)
    assert source.sample(50, seed=1).equals(source.sample(50, seed=1))
    assert not source.sample(50, seed=1).equals(source.sample(50, seed=2))


@pytest.mark.parametrize("make", KINDS)
def test_a_source_smaller_than_the_sample_is_returned_whole(
    tmp_path: Path, make: Callable[[Path], Source]
) -> None:
    drawn = make(tmp_path).sample(ROWS * 2)
    assert sorted(int(n) for n in drawn["n"].to_pylist()) == list(range(ROWS))


@given(st.lists(st.integers(0, 40), max_size=12), st.integers(0, 60), st.integers(0, 5))
def test_a_reservoir_holds_rows_of_the_stream_and_as_many_as_asked(
    lengths: list[int], rows: int, seed: int
) -> None:
    schema = pa.schema({"n": pa.int64()})
    starts = np.cumsum([0, *lengths])
    batches = [
        pa.record_batch([pa.array(range(a, b), pa.int64())], schema=schema) for a, b in pairwise(starts)
    ]
    drawn = reservoir(schema, batches, rows, seed)["n"].to_pylist()
    assert len(drawn) == min(rows, int(starts[-1]))
    assert drawn == sorted(set(drawn))


def test_a_reservoir_gives_each_row_the_same_chance() -> None:
    schema = pa.schema({"n": pa.int64()})
    batches = [
        pa.record_batch([pa.array(range(start, start + 5))], schema=schema) for start in range(0, 20, 5)
    ]
    hits = np.zeros(20)
    for seed in range(2_000):
        hits[reservoir(schema, batches, 4, seed)["n"].to_numpy()] += 1
    # Each row is expected in 400 of 2,000 samples, standard deviation 18.
    assert hits.min() > 310
    assert hits.max() < 490


def test_a_sample_of_one_column_reads_no_other(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    columns = (
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("n", sa.Integer),
        sa.Column("m", sa.Text),
    )
    table = sa.Table("t", sa.MetaData(), *columns)
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), [{"n": n, "m": "x"} for n in range(2 * SMALL + 100)])
    engine.dispose()
    with open_database(database_url) as database:
        narrow = database.source("t").only("n")
        sample = narrow.sample(100)
        assert (sample.column_names, sample.num_rows) == (["n"], 100)
        assert len(set(sample.column(0).to_pylist())) == 100
        assert narrow.schema.names == next(narrow.batches()).schema.names == ["n"]
        assert database.source("t").columns == ["id", "n", "m"]
        with pytest.raises(InputError, match="t has no column 'k'; it has: id, n, m"):
            database.source("t").only("k")
