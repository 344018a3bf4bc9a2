"""Gates: the whole result waits unseen until each of them has judged it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from safeguards.errors import GateRefused, InputError
from safeguards.pipeline import Manifest, Pipeline
from safeguards.pseudonyms import Generalise, Keep
from safeguards.risk import RiskGate
from safeguards.tables import write_file

TABLE = pa.table({"age": [31, 32, 33, 41, 42, 43], "city": ["A", "A", "B", "A", "A", "B"]})
COLUMNS = {"age": Generalise(band=10), "city": Keep()}
OPEN = Pipeline(COLUMNS, gates=[RiskGate(["age"], k=3)])
CLOSED = Pipeline(COLUMNS, gates=[RiskGate(["age"], k=3), RiskGate(["age", "city"], k=2)])
REFUSED = r"2 of 6 rows are in 2 classes of fewer than k=2 over age, city"


@pytest.mark.parametrize("kind", [".csv", ".tsv", ".jsonl", ".parquet", ".csv.gz", ".jsonl.zst"])
def test_no_kind_of_file_appears_before_its_gates_have_judged(tmp_path: Path, kind: str) -> None:
    write_file(tmp_path / "in.parquet", TABLE.schema, TABLE.to_batches())
    target, manifest = tmp_path / f"out{kind}", tmp_path / "m.json"
    with pytest.raises(GateRefused, match=REFUSED):
        CLOSED.run_file(tmp_path / "in.parquet", target, manifest=manifest)
    assert os.listdir(tmp_path) == ["in.parquet"]
    done = OPEN.run_file(tmp_path / "in.parquet", target, manifest=manifest)
    (gate,) = Manifest.read(manifest).gates
    assert gate == {
        "gate": "risk",
        "k": 3,
        "quasi_identifiers": ["age"],
        "evidence": {"k": 3, "classes": 2, "rows": 6},
    }
    assert done.gates == [gate]


def test_a_file_that_stands_there_is_kept_when_a_gate_refuses(tmp_path: Path) -> None:
    write_file(tmp_path / "in.parquet", TABLE.schema, TABLE.to_batches())
    (tmp_path / "out.csv").write_text("before")
    with pytest.raises(GateRefused):
        CLOSED.run_file(tmp_path / "in.parquet", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "before"


@pytest.mark.parametrize(
    "frame", [lambda table: table, pa.Table.to_pandas, pl.from_arrow], ids=["arrow", "pandas", "polars"]
)
def test_no_frame_is_returned_before_its_gates_have_judged(
    tmp_path: Path, frame: Callable[[pa.Table], Any]
) -> None:
    with pytest.raises(GateRefused, match=REFUSED):
        CLOSED.run(frame(TABLE), manifest=tmp_path / "m.json")
    assert os.listdir(tmp_path) == []
    result = OPEN.run(frame(TABLE))
    assert isinstance(result, pa.Table | pd.DataFrame | pl.DataFrame)
    assert len(result) == 6


def test_a_reader_would_leave_before_it_is_judged_and_is_refused() -> None:
    with pytest.raises(InputError, match="a gate judges the whole before any of it leaves"):
        OPEN.run(TABLE.to_reader())


def test_gates_stand_after_the_steps_however_they_are_given() -> None:
    assert Pipeline([*OPEN.steps, *OPEN.gates]).gates == OPEN.gates
    with pytest.raises(InputError, match="put them after all steps"):
        Pipeline([*OPEN.gates, *OPEN.steps])


def test_a_gate_is_declared_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(
        '[columns]\nage = {transform = "generalise", band = 10}\ncity = "keep"\n'
        '[[gates]]\ngate = "risk"\nquasi_identifiers = ["age", "city"]\nk = 2\n'
    )
    pipeline = Pipeline.from_toml(tmp_path / "p.toml")
    assert pipeline.gates == (RiskGate(["age", "city"], k=2),)
    with pytest.raises(GateRefused, match=REFUSED):
        pipeline.run(TABLE)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("gates = 3", "p.toml: gates are tables"),
        ("[[gates]]\nk = 2", r"p.toml, gate 1 names no gate \(None\); known: risk"),
        ('[[gates]]\ngate = "l"', r"gate 1 names no gate \('l'\)"),
        ('[[gates]]\ngate = "risk"', "gate 1 needs quasi_identifiers"),
        ('[[gates]]\ngate = "risk"\nquasi_identifiers = []', "gate 1: quasi_identifiers is empty"),
        ('[[gates]]\ngate = "risk"\nquasi_identifiers = ["a"]\nl = 2', "risk has no setting 'l'"),
        ('[[gates]]\ngate = "risk"\nquasi_identifiers = ["a"]\nk = "5"', "gate 1: k= is a whole number"),
        ('[[gates]]\ngate = "risk"\nquasi_identifiers = ["a"]\n_classes = 1', "no setting '_classes'"),
    ],
)
def test_a_gate_that_is_none_is_one_clear_line(tmp_path: Path, text: str, problem: str) -> None:
    # What stands before the first table belongs to the whole.
    (tmp_path / "p.toml").write_text(f'{text}\n[columns]\na = "keep"\n')
    with pytest.raises(InputError, match=problem):
        Pipeline.from_toml(tmp_path / "p.toml")
