"""Counts that tasks which were tried again do not inflate, and the manifest made of them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

pytest.importorskip(
    "safeguards_spark", reason="PySpark is absent: uv run --group spark pytest plugins/safeguards-spark"
)

from pyspark import TaskContext, cloudpickle
from safeguards_spark import Observation, manifest, protect

from safeguards import InputError, Keyring
from safeguards.pipeline import METADATA_KEY, Manifest, Pipeline, Pseudonymise
from safeguards.pseudonyms import Domain, Drop, Keep, Mask, Token

cloudpickle.register_pickle_by_value(sys.modules[__name__])

STEP = Pseudonymise(
    {"id": Keep(), "phone": Token(), "email": Token(item="email"), "level": Drop()}, Domain("d"), "drop"
)


@dataclass(frozen=True)
class Filter:
    """Leaves rows out, and counts them; a task's first attempt fails, and leaves a file in ``failing``."""

    failing: str = ""

    def start(self, schema: pa.Schema, _metadata: object) -> Any:
        return _Filtering(schema, self.failing)

    def describe(self) -> dict[str, Any]:
        return {"step": "filter"}


class _Filtering:
    filters = True

    def __init__(self, schema: pa.Schema, failing: str) -> None:
        self.schema = schema
        self.failing = failing

    def apply(self, batch: pa.RecordBatch, before: int = 0) -> Any:
        from collections import Counter

        context = TaskContext.get()
        last = before + batch.num_rows > 40
        if self.failing and context is not None and context.attemptNumber() == 0 and last:
            (Path(self.failing) / str(context.partitionId())).touch()
            raise RuntimeError("this machine is gone")
        kept = batch.filter(pa.array([number % 2 == 0 for number in batch["id"].to_pylist()], pa.bool_()))
        return kept, Counter({("id", "odd"): gone} if (gone := batch.num_rows - kept.num_rows) else {})

    def finish(self, _rows: int, counts: Any) -> list[Any]:
        assert counts["id", "odd"] == 115, counts
        return []


def of_one_machine(pipeline: Pipeline, table: pa.Table) -> dict[str, Any]:
    record = Manifest.from_json(pipeline.run(table).schema.metadata[METADATA_KEY.encode()]).to_dict()
    return {name: value for name, value in record.items() if name not in {"source", "created_at"}}


def without_names(record: Manifest) -> dict[str, Any]:
    found = record.to_dict()
    return {name: value for name, value in found.items() if name not in {"source", "created_at"}}


def test_the_manifest_is_that_of_one_machine(people: Any, pseudonyms: Keyring, tmp_path: Path) -> None:
    pipeline = Pipeline([STEP], purpose="ads")
    observation = Observation()
    protect(people, pipeline, observation=observation).write.parquet(str(tmp_path / "out"))
    record = manifest(observation)
    assert without_names(record) == of_one_machine(pipeline, people.toArrow())
    assert (record.rows_in, record.rows_out, record.source) == (230, 230, "Spark DataFrame")
    assert {each.column: each.nulls for each in record.columns}["phone"] == 10


def test_the_written_rows_are_those_of_the_data_alone(
    spark: Any, people: Any, pseudonyms: Keyring, tmp_path: Path
) -> None:
    pipeline = Pipeline([STEP])
    done = protect(people, pipeline, observation=Observation())
    assert done.schema == protect(people, pipeline).schema
    done.write.parquet(str(tmp_path / "out"))
    written = spark.read.parquet(str(tmp_path / "out"))
    assert written.columns == ["id", "phone", "email"]
    assert sorted(written.collect()) == sorted(protect(people, pipeline).collect(), key=lambda row: row["id"])


def test_a_task_that_is_tried_again_counts_once(people: Any, pseudonyms: Keyring, tmp_path: Path) -> None:
    observation = Observation()
    (tmp_path / "failed").mkdir()
    pipeline = Pipeline([STEP, Filter(failing=str(tmp_path / "failed"))])
    protect(people, pipeline, observation=observation).write.parquet(str(tmp_path / "out"))
    assert len(list((tmp_path / "failed").iterdir())) == 5
    record = observation.manifest()
    assert (record.rows_in, record.rows_out) == (230, 115)
    assert {each.column: each.nulls for each in record.columns}["phone"] == 10


def test_counts_of_batches_of_which_no_row_is_left_are_not_lost(people: Any, pseudonyms: Keyring) -> None:
    observation = Observation()
    odd = people.where("id % 2 = 1")
    assert protect(odd, Pipeline([STEP, Filter()]), observation=observation).count() == 0
    assert (observation.manifest().rows_in, observation.manifest().rows_out) == (115, 0)


def test_an_action_that_stops_early_gives_no_manifest(people: Any, pseudonyms: Keyring) -> None:
    observation = Observation()
    protect(people, Pipeline([STEP]), observation=observation).limit(3).collect()
    with pytest.raises(InputError, match="before anything that stops early"):
        observation.manifest()


def test_a_manifest_before_any_action_is_refused_and_does_not_wait_for_ever(
    people: Any, pseudonyms: Keyring
) -> None:
    observation = Observation()
    with pytest.raises(InputError, match="hand this Observation to protect"):
        observation.manifest()
    protect(people, Pipeline([STEP]), observation=observation)
    with pytest.raises(InputError, match="nothing was counted: write the result"):
        observation.manifest(seconds=0.1)
    with pytest.raises(InputError, match="make another one"):
        protect(people, Pipeline([STEP]), observation=observation)


@dataclass(frozen=True)
class Judging(Filter):
    """A step that may refuse the whole at its end."""

    judges: bool = True


def test_a_step_that_judges_the_whole_is_refused_since_its_rows_leave_before(people: Any) -> None:
    with pytest.raises(InputError, match="a gate judges the whole"):
        protect(people, Pipeline([Judging()]))


def test_a_path_into_json_that_keeps_all_else_is_refused_since_rows_leave_before(people: Any) -> None:
    json = people.selectExpr("to_json(struct(email)) as j")
    with pytest.raises(InputError, match="rows leave before the end"):
        protect(json, Pipeline({"j.emial": Mask(item="email")}, unlisted="keep"))
    done = protect(json, Pipeline({"j.email": Mask(item="email")}))
    assert done.count() == people.count()


def test_a_column_of_the_counts_own_name_is_refused(people: Any) -> None:
    clash = people.selectExpr("id as __safeguards_counts")
    with pytest.raises(InputError, match="this package's own"):
        protect(clash, Pipeline({"__safeguards_counts": Keep()}), observation=Observation())
