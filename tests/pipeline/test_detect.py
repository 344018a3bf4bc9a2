"""The step that looks at what passes: it counts by column and entity, or nothing leaves."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeguards import Keyring
from safeguards.errors import GateRefused, InputError
from safeguards.pipeline import Detect, Encrypt, Manifest, Pipeline, Pseudonymise
from safeguards.pseudonyms import Domain, Drop, Keep, RedactText, Token

MEMO = "담당자 홍길동 010-1234-5678"
FOUND = {"PERSON": 1, "PHONE_NUMBER": 1}


def evidence(result: pa.Table, step: int = 0) -> Any:
    return Manifest.from_json(result.schema.metadata[b"safeguards.manifest"]).steps[step]["evidence"]


@pytest.fixture
def table() -> pa.Table:
    return pa.table({"memo": [MEMO, None, "없음"], "n": [1, 2, 3], "blob": [b"x", None, b""]})


def test_rows_pass_and_the_manifest_tells_what_stands_in_which_column(table: pa.Table) -> None:
    result = Pipeline([Detect()]).run(table)
    assert result.equals(table)
    assert evidence(result) == {"memo": {"texts": 2, "found": FOUND}}
    assert "홍길동" not in result.schema.metadata[b"safeguards.manifest"].decode()


@pytest.mark.parametrize(
    "column",
    [
        pa.array([MEMO], pa.large_string()),
        pa.array([MEMO], pa.string_view()),
        pa.array([MEMO]).dictionary_encode(),
        pa.array([[MEMO]]),
        pa.array([{"a": {"b": MEMO}}]),
        pa.array([[("k", MEMO)]], pa.map_(pa.string(), pa.string())),
        pa.array([None, MEMO, "x"]).slice(1, 1),
    ],
)
def test_text_is_read_whatever_holds_it(column: Any) -> None:
    found = evidence(Pipeline([Detect()]).run(pa.table({"x": column})))["x"]["found"]
    assert {entity: number for entity, number in found.items() if entity in FOUND} == FOUND


def test_counts_add_up_over_batches_and_chunks() -> None:
    column = pa.chunked_array([pa.array([MEMO, "x"])] * 5)
    assert evidence(Pipeline([Detect()]).run(pa.table({"x": column})))["x"] == {
        "texts": 10,
        "found": {entity: 5 * number for entity, number in FOUND.items()},
    }


def test_entities_and_thresholds_are_the_detectors(table: pa.Table) -> None:
    only = Detect(["memo"], ["PERSON"], thresholds={"PERSON": 0.6}, profile="recall")
    assert evidence(Pipeline([only]).run(table)) == {"memo": {"texts": 2, "found": {"PERSON": 1}}}
    surer = Detect(entities=["PERSON"], thresholds={"PERSON": 1.0})
    assert evidence(Pipeline([surer]).run(table))["memo"]["found"] == {}


def test_a_finding_refuses_the_whole_and_nothing_appears(table: pa.Table, tmp_path: Path) -> None:
    pq.write_table(table, tmp_path / "in.parquet")
    pipeline = Pipeline([Detect(on_find="refuse")])
    message = r"column 'memo' \(PERSON 1, PHONE_NUMBER 1\); nothing was written"
    with pytest.raises(GateRefused, match=message) as caught:
        pipeline.run_file(tmp_path / "in.parquet", tmp_path / "out.parquet", manifest=tmp_path / "m.json")
    assert caught.value.exit_code == 1
    assert {path.name for path in tmp_path.iterdir()} == {"in.parquet"}
    with pytest.raises(GateRefused, match=message):
        pipeline.run(table)
    with pytest.raises(InputError, match="judges the whole before any of it leaves"):
        pipeline.run(table.to_reader())
    assert Pipeline([Detect(entities=["KR_PASSPORT"], on_find="refuse")]).run(table).equals(table)


def test_behind_pseudonymise_it_checks_what_leaves(ring: Keyring, table: pa.Table) -> None:
    check = Detect(on_find="refuse")
    good = Pseudonymise({"memo": RedactText(), "n": Keep(), "blob": Drop()})
    result = Pipeline([good, check]).run(table)
    assert result["memo"].to_pylist() == ["담당자 [PERSON] [PHONE_NUMBER]", None, "없음"]
    assert evidence(result, 1) == {"memo": {"texts": 2, "found": {}}}
    bad = Pseudonymise({"memo": Keep(), "n": Keep(), "blob": Drop()})
    with pytest.raises(GateRefused):
        Pipeline([bad, check]).run(table)


def test_nothing_is_found_in_tokens_and_ciphertexts(ring: Keyring) -> None:
    mails = pa.table({"mail": [f"user{n}@example.com" for n in range(5_000)], "memo": [MEMO] * 5_000})
    steps = [
        Pseudonymise({"mail": Token(item="email"), "memo": Keep()}, Domain("d")),
        Encrypt({"memo": "steps.memo"}),
        Detect(on_find="refuse"),
    ]
    assert Pipeline(steps).run(mails).num_rows == 5_000


def test_a_pipelines_manifest_is_one_document(ring: Keyring, table: pa.Table, tmp_path: Path) -> None:
    first = Pseudonymise({"memo": RedactText(style="token")}, Domain("d"), "drop")
    Pipeline([Detect(), first]).run(table, manifest=tmp_path / "m.json")
    document = json.loads((tmp_path / "m.json").read_text())
    assert [step["step"] for step in document["steps"]] == ["detect", "pseudonymise"]
    assert document["columns"][0]["counts"] == FOUND
    assert Manifest.read(tmp_path / "m.json").columns[0].counts == FOUND


def test_a_manifest_of_before_has_no_counts(table: pa.Table) -> None:
    document = json.loads(Pipeline({}, unlisted="keep").run(table).schema.metadata[b"safeguards.manifest"])
    for column in document["columns"]:
        del column["counts"]
    assert Manifest.from_json(json.dumps(document)).columns[0].counts == {}


def test_a_step_is_data_that_travels() -> None:
    step = Detect(["memo"], ("PERSON",), "refuse", 0.6, {"PERSON": 0.7}, "recall")
    assert pickle.loads(pickle.dumps(step)) == step
    assert step.describe()["thresholds"] == {"PERSON": 0.7}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"on_find": "stop"}, "on_find='stop' is none of count, refuse"),
        ({"columns": "memo"}, "columns= is a list"),
        ({"entities": "PERSON"}, "entities= is a list"),
        ({"entities": ["NAME"]}, "unknown entity NAME"),
        ({"threshold": 5}, "threshold must lie in 0..1"),
        ({"profile": "wide"}, "profile"),
        ({"columns": ["none"]}, "no column 'none'"),
        ({"columns": ["n"]}, "column 'n' is int64: detection reads text"),
    ],
)
def test_a_step_that_cannot_be_is_one_line(table: pa.Table, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Pipeline([Detect(**settings)]).run(table)
