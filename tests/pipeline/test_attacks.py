"""What attackers tried on pipelines: steps and manifests of others, tables that two write."""

from __future__ import annotations

import json
import sqlite3
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa

from safeguards import Keyring
from safeguards.audit import Event, JsonLinesSink
from safeguards.errors import InputError, SafeguardsError, Unrecorded
from safeguards.pipeline import METADATA_KEY, ColumnRecord, Counts, Manifest, Pipeline
from safeguards.pipeline.database.checks import mentioned
from safeguards.pseudonyms import Domain, Keep, Reversal, ReversibleToken, Token
from safeguards.tables import sql_writing

SECRET = "planted-value-9"
ROWS = pa.table({"a": [SECRET, None], "b": [1, 2]})


class Step:
    """Somebody's own step."""

    def __init__(self, work: Callable[[pa.RecordBatch], Any]) -> None:
        self._work = work

    def start(self, schema: pa.Schema, metadata: Mapping[str, str]) -> Step:
        self.schema = schema
        return self

    def apply(self, batch: pa.RecordBatch, before: int = 0) -> tuple[pa.RecordBatch, Counts]:
        return self._work(batch), Counts()

    def finish(self, rows: int, counts: Counts) -> list[ColumnRecord]:
        return []

    def describe(self) -> dict[str, str]:
        return {"step": "own"}


def _quoting(batch: pa.RecordBatch) -> pa.RecordBatch:
    raise KeyError(batch["a"][0].as_py())


@pytest.mark.parametrize("target", ["frame", "out.csv", "out.parquet", "out.jsonl", "out.db"])
def test_an_error_of_a_step_that_quotes_a_value_is_told_by_its_class(target: str, tmp_path: Path) -> None:
    pipeline, path = Pipeline([Step(_quoting)]), tmp_path / target
    ways: dict[str, Callable[[], object]] = {
        "frame": lambda: pipeline.run(ROWS),
        "out.db": lambda: pipeline.run_table(ROWS, f"sqlite:///{path}", "t"),
    }
    with pytest.raises(SafeguardsError, match="KeyError") as caught:
        ways.get(target, lambda: pipeline.run_file(ROWS, path))()
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("work", [lambda batch: batch.select(["a"]), lambda batch: None])
def test_a_step_that_makes_other_columns_than_it_declares_is_refused(
    work: Callable[[pa.RecordBatch], Any], tmp_path: Path
) -> None:
    with pytest.raises(SafeguardsError, match="other columns than it declares"):
        Pipeline([Step(work)]).run_file(ROWS, tmp_path / "out.csv")
    assert not list(tmp_path.iterdir())


def test_a_step_that_loses_rows_is_refused_unless_it_says_so(tmp_path: Path) -> None:
    step = Step(lambda batch: batch.slice(1))
    with pytest.raises(SafeguardsError, match="a step makes 1 rows of 2; one that may says filters = True"):
        Pipeline([step]).run_file(ROWS, tmp_path / "out.csv")
    assert not list(tmp_path.iterdir())
    step.filters = True  # type: ignore[attr-defined]
    assert Pipeline([step]).run(ROWS).num_rows == 1


@pytest.mark.parametrize("given", [lambda batch: batch, lambda batch: (batch, None), lambda batch: None])
def test_a_step_that_returns_no_counts_is_told_what_to_return(given: Callable[[Any], Any]) -> None:
    class Forgetful(Step):
        def apply(self, batch: pa.RecordBatch, before: int = 0) -> Any:
            return self._work(batch)

    with pytest.raises(SafeguardsError, match=r"returns a batch and its counts: return batch, Counts\(\)"):
        Pipeline([Forgetful(given)]).run(ROWS)


@pytest.mark.parametrize("part", ["start", "finish", "describe"])
def test_an_error_of_any_part_of_a_step_quotes_no_value(part: str, tmp_path: Path) -> None:
    def quoting(*given: Any) -> Any:
        raise ValueError(SECRET)

    step = Step(lambda batch: batch)
    setattr(step, part, quoting)
    with pytest.raises(SafeguardsError, match="a step failed") as caught:
        Pipeline([step]).run_file(ROWS, tmp_path / "out.csv")
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    setattr(step, part, lambda *given: None)
    with pytest.raises(SafeguardsError):
        Pipeline([step]).run_file(ROWS, tmp_path / "out.csv")
    assert not list(tmp_path.iterdir())


def _places(document: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in inner:
        yield (*before, key)
        if isinstance(value, dict | list):
            yield from _places(value, (*before, key))


def test_a_manifest_whose_parts_are_of_other_types_is_none(ring: Keyring) -> None:
    done = Pipeline({"a": Token(), "b": Keep()}, domain="d").run(ROWS)
    text = done.schema.metadata[METADATA_KEY.encode()].decode()
    assert Manifest.from_json(text).to_json() == text
    for place in _places(json.loads(text)):
        for value in (None, 1, [], "x", {}, [[1, 2]], [None]):
            document = json.loads(text)
            part = document
            for key in place[:-1]:
                part = part[key]
            part[place[-1]] = value
            carrying = ROWS.replace_schema_metadata({METADATA_KEY: json.dumps(document)})
            with suppress(SafeguardsError):
                Pipeline({"a": Token(), "b": Keep()}, domain="d").run(carrying)


@pytest.mark.parametrize(
    "check",
    [
        r"name <> 'a\'b' AND email LIKE '%@%'",
        "name /* ' */ = 'x' AND email > 'y'",
        "name <> $$it's$$ AND email > 'x'",
    ],
)
def test_a_text_that_ends_otherwise_in_a_dialect_hides_no_column_of_a_check(check: str) -> None:
    assert mentioned(sa.CheckConstraint(check), ["name", "email"]) == {"name", "email"}


def test_a_name_with_a_combining_accent_is_found_in_a_check() -> None:
    assert mentioned(sa.CheckConstraint("e\u0301mail > 'x'"), ["e\u0301mail"]) == {"e\u0301mail"}


def test_a_run_that_fails_takes_no_table_with_it_that_another_wrote_into_the_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new.db"
    engine = sql_writing.open_target(f"sqlite:///{path}")
    mine = sa.Table("mine", sa.MetaData(), sa.Column("a", sa.Text))

    def fill_theirs_first(*_: object) -> None:
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE theirs (a TEXT)")
        raise InputError("a value has no place")

    monkeypatch.setattr(sql_writing, "_fill_new", fill_theirs_first)
    monkeypatch.setattr(sql_writing, "_transaction", sa.Engine.connect)
    with pytest.raises(InputError, match="no place"):
        sql_writing.create_table(engine, mine, [])
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


def test_a_table_in_memory_is_there_and_stays(ring: Keyring) -> None:
    engine = sa.create_engine("sqlite:///:memory:", poolclass=sa.pool.StaticPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a TEXT, b INTEGER)")
        connection.exec_driver_sql("INSERT INTO t VALUES ('x', 1)")
    with pytest.raises(InputError, match="has rows"):
        Pipeline({"a": Token(), "b": Keep()}, domain="d").run_table(ROWS, engine, "t")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 1


UNFIT = {
    ".csv": [pa.uuid(), pa.month_day_nano_interval()],
    ".jsonl": [pa.list_(pa.binary()), pa.struct([("z", pa.binary())])],
    ".parquet": [pa.month_day_nano_interval(), pa.struct([]), pa.run_end_encoded(pa.int32(), pa.string())],
}


@pytest.mark.parametrize(("kind", "data_type"), [(kind, one) for kind in UNFIT for one in UNFIT[kind]])
def test_a_type_that_a_kind_of_file_cannot_hold_is_refused_by_its_column(
    kind: str, data_type: pa.DataType, tmp_path: Path
) -> None:
    rows = pa.table({"a": pa.array([], data_type)})
    with pytest.raises(InputError, match=f"column 'a' is .* which {kind} cannot hold"):
        Pipeline({"a": Keep()}).run_file(rows, tmp_path / f"out{kind}")
    assert not list(tmp_path.iterdir())


def test_views_of_text_are_written_as_text(tmp_path: Path) -> None:
    rows = pa.table({"이름": pa.array(["김,민수", None], pa.string_view())})
    Pipeline({"이름": Keep()}).run_file(rows, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == '"이름"\n"김,민수"\n\n'


@pytest.mark.parametrize(("source", "target"), [("in.parquet", "log.jsonl"), ("log.jsonl", "out.csv")])
def test_the_record_of_reversals_is_neither_their_source_nor_their_target(
    ring: Keyring, tmp_path: Path, source: str, target: str
) -> None:
    made = ReversibleToken()
    going = Reversal(
        keyring=ring, actor="a", purpose="p", reason="r", sink=JsonLinesSink(tmp_path / "log.jsonl")
    )
    Pipeline({"a": made, "b": Keep()}, domain="d").run_file(ROWS, tmp_path / source)
    before = (tmp_path / "log.jsonl").read_bytes()
    with pytest.raises(InputError, match="recorded in this file"):
        going.reverse_file(tmp_path / source, tmp_path / target, {"a": made}, Domain("d"))
    assert (tmp_path / "log.jsonl").read_bytes() == before


def test_a_sink_that_yields_has_recorded_nothing(ring: Keyring) -> None:
    class Yielding:
        def record(self, event: Event) -> Iterator[None]:
            yield None

    made = ReversibleToken()
    done = Pipeline({"a": made, "b": Keep()}, domain="d").run(ROWS)
    going = Reversal(keyring=ring, actor="a", purpose="p", reason="r", sink=Yielding())  # type: ignore[arg-type]
    with pytest.raises(Unrecorded):
        going.reverse(done, {"a": made}, Domain("d"))
