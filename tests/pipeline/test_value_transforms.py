"""Every value transform, named in a file, over a CSV file: what it holds is text."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeguards import Keyring
from safeguards.errors import AlreadyProtected, InputError
from safeguards.pipeline import Pipeline
from safeguards.pseudonyms import Hash, Suppress

DECLARED = """
domain = "visits-2026"

[columns]
member = "hash"
email = {transform = "reversible_token", item = "email", pad = [32, 64]}
address = {transform = "generalise", item = "kr_address", region = "district"}
ip = "prefix_preserving"
visited = {transform = "date_shift", subject = "member", days = 30}
spent = {transform = "round", to = 1000}
weight = {transform = "noise", epsilon = 1.5, lower = 30, upper = 200}
job = {transform = "generalise", hierarchy = "jobs.csv", level = 2}
remark = "suppress"
"""
ROWS = """member,email,address,ip,visited,spent,weight,job,remark
7,Kim@example.com,경기도 수원시 영통구 1,10.1.2.3,2026-01-05,12340,61,의사,x
7,kim@example.com,서울시 마포구 2,10.1.2.4,2026-01-19,0,60,교사,""
8,,세종 한누리대로 3,2001:db8::1,2026. 2. 1.,99500,,용접공,y
"""


@pytest.fixture
def folder(ring: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a CSV file, a pipeline and a hierarchy."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "visits.csv").write_text(ROWS, "utf-8")
    (tmp_path / "pipeline.toml").write_text(DECLARED, "utf-8")
    jobs = "의사;의료;서비스\n교사;교육;서비스\n용접공;기능;제조\n"
    (tmp_path / "jobs.csv").write_text(jobs, "utf-8")
    return tmp_path


def test_a_file_of_text_comes_out_as_declared(folder: Path) -> None:
    manifest = Pipeline.from_toml("pipeline.toml").run_file("visits.csv", "out.parquet")
    out = pq.read_table("out.parquet")
    rows = out.to_pylist()
    assert rows[0]["member"] == rows[1]["member"] != rows[2]["member"]
    assert rows[0]["email"] == rows[1]["email"]
    assert rows[2]["email"] is None
    assert out["address"].to_pylist() == ["경기 수원시", "서울 마포구", "세종"]
    assert rows[0]["ip"].rpartition(".")[0] == rows[1]["ip"].rpartition(".")[0] != "10.1.2"
    first, second = (date.fromisoformat(rows[place]["visited"]) for place in (0, 1))
    assert (second - first).days == 14
    assert rows[2]["visited"].count(". ") == 2
    assert out["spent"].to_pylist() == ["12000", "0", "100000"]
    assert rows[2]["weight"] is None
    assert float(rows[0]["weight"]) is not None
    assert out["job"].to_pylist() == ["서비스", "서비스", "제조"]
    assert out["remark"].null_count == 3
    assert manifest.steps[0]["budget_a_row"] == {"epsilon": 1.5, "delta": 0.0}
    told = {record.column: record for record in manifest.columns}
    assert told["email"].reversible
    assert told["member"].collision_odds is not None
    assert told["job"].parameters["groups"] == ["서비스", "제조"]
    text = json.dumps(manifest.to_dict(), ensure_ascii=False, default=str)
    assert not [plain for plain in ("kim", "10.1.2.3", "의사", "영통구", "12340") if plain in text]


def test_results_are_protected_already(folder: Path) -> None:
    Pipeline.from_toml("pipeline.toml").run_file("visits.csv", "out.parquet")
    columns = pq.read_table("out.parquet").replace_schema_metadata(None).select(["email"])
    with pytest.raises(AlreadyProtected, match="email"):
        Pipeline({"email": Hash()}, domain="d").run(columns)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("10.1.2.4", "10.1.2", "'ip', row 2"),
        ("2026-01-19", "2026-02-30", "'visited', row 2"),
        ("7,kim@", ",kim@", "'visited', row 2"),
        ("99500", "many", "'spent', row 3"),
        (",60,", ",heavy,", "'weight', row 2"),
        ("교사", "왕", "'job', row 2"),
        ("서울시 마포구", "마포구", "'address', row 2"),
    ],
)
def test_a_value_without_a_place_stops_the_run_and_leaves_nothing(
    folder: Path, old: str, new: str, told: str
) -> None:
    (folder / "visits.csv").write_text(ROWS.replace(old, new), "utf-8")
    with pytest.raises(InputError, match=told) as caught:
        Pipeline.from_toml("pipeline.toml").run_file("visits.csv", "out.parquet")
    assert new.strip(",@") not in str(caught.value) or "kim" in new
    assert "kim" not in str(caught.value)
    assert sorted(path.name for path in folder.glob("*.parquet*")) == []


def test_an_rrn_is_not_let_through_by_suppression_either() -> None:
    with pytest.raises(InputError, match="resident registration number"):
        Pipeline({"rrn": Suppress()}).run(pa.table({"rrn": ["900101-1234567"]}))
