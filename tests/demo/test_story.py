"""The whole story on a small service: every promise it prints is checked here a second time."""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from safeguards.crypto.envelope import is_envelope
from safeguards.demo import protect
from safeguards.demo.act import Act, NotKept
from safeguards.demo.folder import Folder
from safeguards.demo.people import OPENED, TODAY, people
from safeguards.demo.story import ROWS as DEFAULT_ROWS
from safeguards.demo.story import tell
from safeguards.keys import registered

ROWS, SEED = 120, 3
ENCRYPTED = ("name", "rrn", "birth", "phone", "email", "address", "driver_licence", "passport")


@contextmanager
def _silent(label: str) -> Iterator[object]:
    yield lambda done, total=None: None


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Folder, list[Act]]:
    folder = Folder(tmp_path_factory.mktemp("demo") / "회원 서비스")
    return folder, list(tell(folder, ROWS, _silent, SEED))


def test_it_says_in_a_dozen_lines_what_it_did_and_every_file_is_there(told) -> None:  # type: ignore[no-untyped-def]
    folder, acts = told
    assert 8 <= len(acts) <= 12
    assert all(act.file is not None and act.file.is_file() for act in acts)
    assert {file.name for file in folder.path.iterdir()} >= {
        "findings.json",
        "policy.toml",
        "assessment.json",
    }


def test_no_value_of_a_member_stands_in_the_database_or_in_any_report(told) -> None:  # type: ignore[no-untyped-def]
    folder, acts = told
    wanted = {value for person in people(ROWS, SEED) for value in (person.rrn, person.phone, person.email)}
    for file in folder.path.iterdir():
        content = file.read_bytes()
        assert not [value for value in wanted if value.encode() in content], file.name
    assert not [value for value in wanted for act in acts if value in act.said]


def test_every_stored_value_is_an_envelope_and_everything_else_stays_readable(told) -> None:  # type: ignore[no-untyped-def]
    folder, _ = told
    with closing(sqlite3.connect(folder.database)) as database:
        for column in ENCRYPTED:
            values = [v for (v,) in database.execute(f"SELECT {column} FROM members") if v is not None]
            assert values
            assert all(map(is_envelope, values))
        grades = {grade for (grade,) in database.execute("SELECT grade FROM members")}
        plan = " ".join(
            str(row)
            for row in database.execute(
                "EXPLAIN QUERY PLAN SELECT id FROM members WHERE substr(rrn, 3, 16) = x'00'"
            )
        )
    assert grades <= {"일반", "실버", "골드", "VIP"}
    assert "USING INDEX" in plan or "USING COVERING INDEX" in plan


def test_the_scan_finds_what_must_be_encrypted_and_no_look_alike(told) -> None:  # type: ignore[no-untyped-def]
    folder, _ = told
    findings = {(f["table"], f["column"]): f for f in json.loads(folder.findings.read_text("utf-8"))}
    must = {column for (table, column), f in findings.items() if table == "members" and f["must_encrypt"]}
    assert must == {"rrn", "driver_licence", "passport"}
    assert not [column for table, column in findings if table == "orders"]
    assert findings["members", "email"]["items"] == ["email"]


def test_the_export_holds_tokens_and_bands_and_says_so_in_its_manifest(told) -> None:  # type: ignore[no-untyped-def]
    folder, _ = told
    table = pq.read_table(folder.export).to_pydict()
    assert all(value.startswith("tk1_email_") for value in table["email"])
    assert set(table["birth"]) <= {"15-29", "30-44", "45-59", "60+"}
    manifest = json.loads(folder.manifest.read_text("utf-8"))
    assert manifest["domain"]["kept_apart"] is True
    assert {record["column"]: record["transform"] for record in manifest["columns"]}["email"] == "token"


def test_the_assessment_leaves_the_decision_to_a_person(told) -> None:  # type: ignore[no-untyped-def]
    folder, _ = told
    record = json.loads(folder.record.read_text("utf-8"))
    assert record["exit_code"] in {1, 2}
    assert record["decision"]["taken"] is None
    assert record["stops"] == []
    for lang, file in folder.dossiers.items():
        page = file.read_text("utf-8")
        assert f'lang="{lang}"' in page
        assert "<script" not in page


def test_everything_was_collected_while_the_policy_was_in_force(told) -> None:  # type: ignore[no-untyped-def]
    folder, _ = told
    collection = tomllib.loads(folder.assessment.read_text("utf-8"))["collection"]
    policy = tomllib.loads(folder.policy.read_text("utf-8"))
    assert collection["policy_version"] == policy["version"]
    assert policy["effective_from"] <= collection["date"] == OPENED
    assert collection["until"] == TODAY
    with closing(sqlite3.connect(folder.database)) as database:
        moments = [m for (m,) in database.execute("SELECT ordered_at FROM orders")]
        joined = {day for (day,) in database.execute("SELECT joined FROM members")}
        opened = {day for (day,) in database.execute("SELECT opened FROM complaints")}
    days = joined | opened | {datetime.fromtimestamp(m, UTC).date().isoformat() for m in moments}
    assert OPENED.isoformat() <= min(days) <= max(days) <= TODAY.isoformat()
    record = json.loads(folder.record.read_text("utf-8"))
    found = {one["id"]: one for one in record["factors"]["predictability"]["evidence"]}
    assert found["predictability.policy_then"]["status"] == "supports"
    assert "거래일부터" in found["predictability.elapsed"]["claim"]["ko"]
    assert set(pq.read_table(folder.export)["ordered"].to_pylist()) <= {"2025", "2026"}


@pytest.mark.slow
def test_the_default_service_leaves_nobody_in_a_group_of_fewer_than_five(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "demo")
    assert list(tell(folder, DEFAULT_ROWS, _silent))
    record = json.loads(folder.record.read_text("utf-8"))
    assert record["risk"]["k"] >= 5
    assert (record["against"], record["stops"], record["exit_code"]) == ([], [], 2)


def test_the_keyrings_are_forgotten_afterwards(told) -> None:  # type: ignore[no-untyped-def]
    assert not registered("pseudonyms")


def test_a_broken_promise_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotKept, match="3 places"):
        protect.prove(Folder(tmp_path), 10, 3)
    with pytest.raises(NotKept):
        protect.prove(Folder(tmp_path), 0, 0)
