"""Counts made by Spark: the figures of one machine, and a gate that lets nothing through by half."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip(
    "safeguards_spark", reason="PySpark is absent: uv run --group spark pytest plugins/safeguards-spark"
)

from pyspark.sql import functions as f
from safeguards_spark import Found, Observation, detect, manifest, measure, protect, release

from safeguards import InputError, Keyring
from safeguards.detection import Detector
from safeguards.errors import GateRefused
from safeguards.pipeline import METADATA_KEY, Manifest, Pipeline
from safeguards.pseudonyms import Generalise, Keep, Token
from safeguards.risk import RiskGate
from safeguards.risk import measure as of_one_machine


@pytest.mark.parametrize(
    "columns",
    [
        ["level"],
        ["level", "active"],
        ["name"],
        ["score", "level"],
        ["birth"],
        ["photo"],
        ["fee", "joined"],
        ["id"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("person", [None, "email"])
def test_risk_has_the_figures_of_one_machine(columns: list[str], person: str | None, people: Any) -> None:
    assert measure(people, columns, person=person) == of_one_machine(people.toArrow(), columns, person=person)


def test_nan_is_one_value_and_so_is_zero_of_either_sign(spark: Any) -> None:
    rows = spark.createDataFrame([(float("nan"),), (float("nan"),), (0.0,), (-0.0,), (None,)], "x double")
    found = measure(rows, ["x"])
    assert found == of_one_machine(rows.toArrow(), ["x"])
    assert found.histogram == ((1, 1), (2, 2))


def test_a_collation_makes_no_class_larger_than_it_is(spark: Any) -> None:
    rows = spark.sql("select collate(x, 'UTF8_LCASE') as x from values ('a'), ('A'), ('b') as t(x)")
    assert measure(rows, ["x"]).histogram == ((1, 3),)


def test_no_row_has_no_class(people: Any) -> None:
    nobody = people.where("id < 0")
    assert measure(nobody, ["level"]) == of_one_machine(nobody.toArrow(), ["level"])


def test_quasi_identifiers_are_checked_before_a_job(people: Any) -> None:
    for columns, problem in (
        ([], "is empty"),
        (["level", "level"], "twice"),
        (["nowhere"], "is not in the DataFrame"),
        (["tags"], "is nested"),
        (["home"], "is nested"),
    ):
        with pytest.raises(InputError, match=problem):
            measure(people, columns)


def test_names_with_dots_are_columns_too(people: Any) -> None:
    renamed = people.select(f.col("level").alias("home.zip"), f.col("name").alias("이 `름`"))
    assert measure(renamed, ["home.zip"]).k == measure(people, ["level"]).k
    assert {each.column for each in detect(renamed, detector=Detector(entities=["PERSON"]))} <= {"이 `름`"}


def test_detection_counts_every_row_of_every_batch(people: Any) -> None:
    detector = Detector(entities=["PHONE_NUMBER", "EMAIL_ADDRESS"])
    table = people.toArrow()
    for column, entity in (("phone", "PHONE_NUMBER"), ("email", "EMAIL_ADDRESS")):
        spans = detector.detect_column(table[column])
        mine = [each for each in detect(people, [column], detector=detector) if each.entity == entity]
        rows = len(set(spans["row"].to_pylist()))
        assert mine == [Found(column, entity, rows, spans.num_rows, 220)]
        assert rows > 200
    assert {each.column for each in detect(people, detector=detector)} == {"phone", "email"}


def test_detection_refuses_what_holds_no_text(people: Any) -> None:
    for columns, problem in (
        (["id"], "does not hold text"),
        (["no"], "is not in"),
        (["name"] * 2, "more than once"),
    ):
        with pytest.raises(InputError, match=problem):
            detect(people, columns)
    with pytest.raises(InputError, match="has no column of text"):
        detect(people.select("id"))


def pipeline() -> Pipeline:
    columns = {"email": Token(item="email"), "birth": Generalise(years=50), "active": Keep()}
    return Pipeline(columns, domain="research", unlisted="drop")


def test_a_result_that_passes_the_gate_appears_whole_and_the_manifest_says_so(
    spark: Any, people: Any, pseudonyms: Keyring, tmp_path: Path
) -> None:
    observation, gate = Observation(), RiskGate(["birth", "active"], k=5)
    done = protect(people, pipeline(), observation=observation)
    judged = release(done, str(tmp_path / "out"), gate)
    assert judged == [{**gate.describe(), "evidence": dict(evidence(done, gate))}]
    assert spark.read.parquet(str(tmp_path / "out")).count() == 230
    record, same = manifest(observation, gates=judged), Pipeline([*pipeline().steps, gate])
    one = Manifest.from_json(same.run(people.toArrow()).schema.metadata[METADATA_KEY.encode()])
    assert (record.gates, record.rows_out, record.nulls_out) == (one.gates, 230, one.nulls_out)
    assert [path.name for path in tmp_path.iterdir() if "staged" in path.name] == []


def evidence(done: Any, gate: RiskGate) -> Any:
    risk = measure(done, gate.quasi_identifiers, person=gate.person)
    assert risk.k >= gate.k
    return gate.judge(dict(risk.histogram))


def test_a_result_that_does_not_pass_leaves_nothing(people: Any, pseudonyms: Keyring, tmp_path: Path) -> None:
    done = protect(people, pipeline())
    passes, fails = RiskGate(["active"], k=2), RiskGate(["birth", "active"], k=200, person="email")
    with pytest.raises(GateRefused, match="persons are in .* classes of fewer than k=200 over birth, active"):
        release(done, str(tmp_path / "out"), passes, fails)
    assert {path.name for path in tmp_path.iterdir()} == {"p.db", "p.key"}


def test_a_failed_write_leaves_nothing_and_a_target_is_not_overwritten(
    people: Any, pseudonyms: Keyring, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    gate = RiskGate(["birth"], k=2)
    with pytest.raises(InputError, match="exists"):
        release(people, str(tmp_path / "out"), gate)
    with pytest.raises(InputError, match="needs gates"):
        release(people, str(tmp_path / "new"))
    with pytest.raises(InputError, match="column 'berth' is not in the DataFrame"):
        release(people, str(tmp_path / "new"), RiskGate(["berth"]))
    bad = people.withColumn("email", f.lit("tk1_email_" + "a" * 32))
    with pytest.raises(Exception, match="AlreadyProtected"):
        release(protect(bad, pipeline()), str(tmp_path / "new"), gate)
    assert {path.name for path in tmp_path.iterdir()} == {"p.db", "p.key", "out"}


def test_a_pipeline_with_gates_is_sent_to_release(people: Any, pseudonyms: Keyring) -> None:
    with pytest.raises(InputError, match=r"release\(df, target, gate\)"):
        protect(people, Pipeline([*pipeline().steps, RiskGate(["birth"])]))
