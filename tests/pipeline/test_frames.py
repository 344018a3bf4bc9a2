"""What is particular to a kind of frame: laziness, connections, manifests and errors."""

from __future__ import annotations

import pickle
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import narwhals
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from safeguards import Keyring
from safeguards.errors import AlreadyProtected, InputError
from safeguards.pipeline import Manifest, Pipeline
from safeguards.pseudonyms import Drop, Generalise, Keep, Token

PEOPLE = pa.table({"이름": ["홍길동", None, "김서연"], "나이": pa.array([31, 42, None], pa.int64())})


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline({"이름": Token(), "나이": Generalise(band=10)}, domain="ads-2026")


class Nothing:
    """A gate that lets everything pass."""

    def watch(self, schema: pa.Schema) -> Nothing:
        return self

    def see(self, batch: pa.RecordBatch) -> None:
        pass

    def judge(self) -> dict[str, Any]:
        return {}

    def describe(self) -> dict[str, Any]:
        return {"gate": "nothing"}


def lazy(taken: list[int]) -> Any:
    """Return a lazy frame that tells when rows are taken from it."""

    def tell(frame: pl.DataFrame) -> pl.DataFrame:
        taken.append(frame.height)
        return frame

    frame: Any = pl.from_arrow(PEOPLE)
    return frame.lazy().map_batches(tell)


def test_a_lazy_frame_stays_lazy_and_is_run_anew_each_time(
    ring: Keyring, pipeline: Pipeline, tmp_path: Path
) -> None:
    taken: list[int] = []
    result = pipeline.run(lazy(taken), manifest=tmp_path / "m.json")
    assert isinstance(result, pl.LazyFrame)
    assert taken == []
    assert not (tmp_path / "m.json").exists()
    assert result.collect().to_arrow()["나이"].to_pylist() == ["30-39", "40-49", None]
    assert Manifest.read(tmp_path / "m.json").rows_out == 3
    assert result.collect().equals(result.collect())
    assert sum(taken) == 9


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_a_lazy_result_can_be_queried_further(ring: Keyring, pipeline: Pipeline, engine: Any) -> None:
    result = pipeline.run(pl.from_arrow(PEOPLE).lazy())  # type: ignore[union-attr]
    whole = pipeline.run(pl.from_arrow(PEOPLE))
    assert result.select("나이").collect(engine=engine).equals(whole.select("나이"))
    thirties = pl.col("나이") == "30-39"
    assert result.filter(thirties).select("이름").collect(engine=engine)["이름"][0] == whole["이름"][0]
    assert result.head(1).collect(engine=engine).equals(whole.head(1))
    assert result.head(0).collect(engine=engine).height == 0
    assert result.select(pl.len()).collect(engine=engine).item() == 3
    assert result.collect_schema() == whole.schema


def test_a_lazy_result_of_which_not_all_was_read_has_no_manifest(
    ring: Keyring, pipeline: Pipeline, tmp_path: Path
) -> None:
    pipeline.run(pl.from_arrow(PEOPLE).lazy(), manifest=tmp_path / "m.json").head(1).collect()  # type: ignore[union-attr]
    assert not (tmp_path / "m.json").exists()


def test_a_lazy_result_goes_through_another_pipeline_and_leaves_no_thread(
    ring: Keyring, tmp_path: Path
) -> None:
    """Each makes its batches in threads of its own, and none of them waits for what is not wanted."""
    pl.DataFrame({"a": [f"값 {n}" for n in range(200_000)]}).write_parquet(tmp_path / "in.parquet")
    once = Pipeline({"a": Keep()}).run(pl.scan_parquet(tmp_path / "in.parquet"))
    twice = Pipeline({"a": Keep()}).run(once)
    assert twice.head(70_000).collect().equals(pl.read_parquet(tmp_path / "in.parquet").head(70_000))
    assert twice.select(pl.col("a").n_unique()).collect(engine="streaming").item() == 200_000
    failing = Pipeline({"a": Generalise(band=10)}).run(once)
    with pytest.raises(InputError, match="column 'a', row 1"):
        failing.collect()
    deadline = time.monotonic() + 30
    while any("safeguards-lazy" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_does_not_fit_a_lazy_frame_is_told_before_it_is_run(ring: Keyring) -> None:
    taken: list[int] = []
    with pytest.raises(InputError, match="column '나이' is not listed"):
        Pipeline({"이름": Drop()}).run(lazy(taken))
    assert taken == []


def test_a_value_without_a_place_is_our_error_through_polars(ring: Keyring) -> None:
    frame = pl.LazyFrame({"나이": ["31", "secret"]})
    with pytest.raises(InputError, match="column '나이', row 2") as caught:
        Pipeline({"나이": Generalise(band=10)}).run(frame).collect()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("kind", ["lazy polars", "duckdb", "dataset"])
def test_the_engines_own_words_which_may_quote_a_value_are_not_repeated(
    ring: Keyring, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "in.csv").write_text("a\n1\nsecret\n")
    if kind == "lazy polars":
        frame: Any = pl.scan_csv(tmp_path / "in.csv", infer_schema=False).with_columns(
            pl.col("a").cast(pl.Int64)
        )
    elif kind == "duckdb":
        con = duckdb.connect()
        frame = con.sql(
            f"SELECT CAST(a AS INTEGER) AS a FROM read_csv('{tmp_path / 'in.csv'}', all_varchar=true)"
        )
    else:
        options = pa.csv.ConvertOptions(column_types={"a": pa.int64()})
        source = ds.CsvFileFormat(convert_options=options)
        frame = ds.dataset(tmp_path / "in.csv", format=source, schema=pa.schema({"a": pa.int64()}))
    with pytest.raises(InputError, match="cannot be read to its end") as caught:
        Pipeline({"a": Keep()}).run_file(frame, tmp_path / "out.csv")
    assert "secret" not in str(caught.value)
    assert not (tmp_path / "out.csv").exists()
    if kind == "duckdb":
        assert con.sql("SELECT 1").fetchall() == [(1,)]


@pytest.mark.parametrize("kind", ["reader", "lazy"])
def test_a_gate_takes_no_stream(ring: Keyring, pipeline: Pipeline, kind: str) -> None:
    frame = PEOPLE.to_reader() if kind == "reader" else pl.from_arrow(PEOPLE).lazy()  # type: ignore[union-attr]
    with pytest.raises(InputError, match="a gate judges the whole"):
        Pipeline([*pipeline.steps, Nothing()]).run(frame)


def test_a_gate_judges_a_lazy_frame_that_goes_into_a_file(
    ring: Keyring, pipeline: Pipeline, tmp_path: Path
) -> None:
    frame = pl.from_arrow(PEOPLE).lazy()  # type: ignore[union-attr]
    done = Pipeline([*pipeline.steps, Nothing()]).run_file(frame, tmp_path / "out.csv")
    assert [gate["gate"] for gate in done.gates] == ["nothing"]


def test_a_relation_stays_on_its_connection_which_gets_no_table(ring: Keyring, pipeline: Pipeline) -> None:
    con = duckdb.connect()
    con.execute("CREATE TABLE 회원 AS SELECT '홍길동' AS 이름, 31 AS 나이 UNION ALL SELECT NULL, 42")
    relation = con.table("회원").order("나이")
    result = pipeline.run(relation)
    assert result.fetchall() == result.fetchall()
    assert [row[1] for row in result.fetchall()] == ["30-39", "40-49"]
    ages = con.sql("SELECT '30-39' AS 나이, 'x' AS 값")
    assert result.set_alias("a").join(ages.set_alias("b"), "나이").fetchall()[0][-1] == "x"
    assert con.sql("SELECT table_name FROM duckdb_tables()").fetchall() == [("회원",)]
    assert con.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall() == []


def test_a_connection_that_looks_no_python_object_up_is_told_of_another_way(
    ring: Keyring, pipeline: Pipeline, tmp_path: Path
) -> None:
    con = duckdb.connect(config={"python_enable_replacements": "false"})
    relation = con.sql("SELECT '홍길동' AS 이름, 31 AS 나이")
    with pytest.raises(InputError, match="use run_file"):
        pipeline.run(relation)
    assert pipeline.run_file(relation, tmp_path / "out.csv").rows_out == 1


def test_a_data_set_is_read_twice_and_tells_of_its_history(
    ring: Keyring, pipeline: Pipeline, tmp_path: Path
) -> None:
    pq.write_table(PEOPLE, tmp_path / "in.parquet")
    dataset = ds.dataset(tmp_path / "in.parquet")
    result = pipeline.run(dataset)
    assert result.to_table().equals(pipeline.run(dataset).to_table())
    pipeline.run_file(dataset, tmp_path / "out.parquet")
    written = ds.dataset(tmp_path / "out.parquet")
    filtered = written.filter(ds.field("나이") != "x")
    for done in (result, written, filtered, ds.dataset([written, written]), result.to_table()):
        with pytest.raises(AlreadyProtected, match="column '나이' was transformed before"):
            Pipeline({"나이": Generalise(band=5)}, unlisted="keep").run(done)
    with pytest.raises(AlreadyProtected, match="column '나이' was transformed before"):
        Pipeline({"나이": Generalise(band=5)}, unlisted="keep").run_file(result, tmp_path / "twice.csv")


def test_a_data_set_keeps_its_filter_its_folders_and_its_order(
    ring: Keyring, pipeline: Pipeline, tmp_path: Path
) -> None:
    folder = tmp_path / "rows"
    folder.mkdir()
    for year, ages in (("2024", [31, 42]), ("2025", [53, 64])):
        (folder / f"해={year}").mkdir()
        rows = pa.table({"이름": ["가", "나"], "나이": ages})
        pq.write_table(rows, folder / f"해={year}" / "a.parquet", row_group_size=1)
    dataset = ds.dataset(folder, partitioning="hive")
    kept = Pipeline({"이름": Drop(), "나이": Keep(), "해": Keep()})
    assert kept.run(dataset).to_table().to_pylist() == [
        {"나이": age, "해": year} for age, year in ((31, 2024), (42, 2024), (53, 2025), (64, 2025))
    ]
    old = dataset.filter((ds.field("나이") > 40) & (ds.field("해") < 2026))
    assert kept.run(old).to_table()["나이"].to_pylist() == [42, 53, 64]
    (tmp_path / "b.csv").write_text("나이\n7\n")
    text = ds.dataset(tmp_path / "b.csv", format="csv")
    both = ds.dataset([ds.dataset(pa.table({"나이": [5]})), text])
    for taken, ages in ((text, [7]), (both, [5, 7]), (text.filter(ds.field("나이") > 7), [])):
        assert Pipeline({"나이": Keep()}).run(taken).to_table()["나이"].to_pylist() == ages


def test_an_index_of_pandas_counts_also_behind_narwhals(ring: Keyring, pipeline: Pipeline) -> None:
    frame = narwhals.from_native(pd.DataFrame({"이름": ["홍"], "나이": [31]}, index=[7]))
    with pytest.raises(InputError, match="column '__index_level_0__' is not listed"):
        pipeline.run(frame)


def test_the_frames_are_not_changed(ring: Keyring, pipeline: Pipeline) -> None:
    frame: Any = pl.from_arrow(PEOPLE)
    before = pickle.dumps(frame)
    pipeline.run(frame)
    pipeline.run(frame.lazy()).collect()
    assert pickle.dumps(frame) == before


@pytest.mark.parametrize("source", [7, ["a"], None, pa.array(["a"])])
def test_what_holds_no_rows_is_refused_by_all_ways_to_run(tmp_path: Path, source: Any) -> None:
    with pytest.raises(InputError, match="is no table"):
        Pipeline({"a": Keep()}).run(source)
    with pytest.raises(InputError, match="is no table"):
        Pipeline({"a": Keep()}).run_file(source, tmp_path / "out.csv")
