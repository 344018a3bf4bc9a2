"""Nested columns in an assessment: a column is what all records of its paths say together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeguards.further_use.manifest import KEEP, NESTED, Made, read_manifest
from safeguards.keys import Keyring
from safeguards.pipeline import Pipeline, Pseudonymise
from safeguards.pseudonyms import Domain, Drop, Generalise, Keep, Mask, Token
from safeguards.tables import open_file
from tests.further_use.conftest import KEYRING, members

DOMAIN = Domain("stat-2026", KEYRING)
TABLE = pa.table(
    {
        "contact": [{"email": "a@b.kr", "phone": "010-1234-5678", "note": "x"}],
        "payload": ['{"email":"a@b.kr","age":35}'],
        "tags": [["x"]],
        "a.b": ["y"],
    }
)


def made(folder: Path, steps: Any, **settings: Any) -> dict[str, Made]:
    pq.write_table(TABLE, folder / "in.parquet")
    Pipeline(steps, **settings).run_file(folder / "in.parquet", folder / "out.parquet")
    manifest = read_manifest(None, open_file(folder / "out.parquet"))
    assert manifest is not None
    return dict(manifest.made)


def test_the_records_of_all_paths_are_those_of_the_column(keyring: Keyring, tmp_path: Path) -> None:
    columns = {
        "contact.email": Token(item="email"),
        "contact.phone": Mask(item="kr_phone"),
        "contact.note": Drop(),
        "payload.email": Token(item="email"),
        "payload.age": Generalise(band=10),
        "tags": Token(),
        "a.b": Keep(),
    }
    found = made(tmp_path, columns, domain=DOMAIN)
    assert list(found) == ["contact", "payload", "tags", "a.b"]
    contact = found["contact"]
    assert contact.transforms == ("contact.email: token", "contact.phone: mask", "contact.note: drop")
    assert (contact.transform, contact.item, contact.other_items) == (NESTED, "email", ("kr_phone",))
    assert contact.settings["contact.phone"] == {"transform": "mask", "profile": "finance"}
    assert len(contact.key_ids) == 1
    assert found["payload"].settings["payload.age"] == {"transform": "generalise", "band": 10}
    assert found["tags"].transform == NESTED
    assert (found["a.b"].transform, found["a.b"].transforms) == (KEEP, ("keep",))


@pytest.mark.parametrize("unlisted", ["keep", "drop"])
def test_a_column_of_which_a_part_is_kept_counts_as_kept(
    keyring: Keyring, tmp_path: Path, unlisted: Any
) -> None:
    found = made(tmp_path, {"payload.email": Mask(), "contact.note": Mask()}, unlisted=unlisted)
    expected = KEEP if unlisted == "keep" else NESTED
    assert found["payload"].transform == found["contact"].transform == expected


def test_a_step_that_lets_a_column_pass_does_not_hide_what_another_did(
    keyring: Keyring, tmp_path: Path
) -> None:
    whole = {name: Keep() for name in TABLE.column_names}
    paths = {"payload.email": Mask(), "payload.age": Mask(), "contact": Drop(), "tags": Drop(), "a.b": Mask()}
    found = made(tmp_path, [Pseudonymise(whole), Pseudonymise(paths)])
    assert found["payload"].transform == NESTED
    assert found["a.b"].transform == "mask"


def test_a_nested_column_is_assessed_and_no_transform_of_it_is_called_read_back(desk: Any) -> None:
    table = members()
    contact = [json.dumps({"to": email, "n": 1}) for email in table["이메일"].to_pylist()]
    table = table.set_column(0, "이메일", pa.array(contact))
    pq.write_table(table, desk.folder / "members.parquet")
    columns = {"이메일.to": Token(item="email"), "이메일.n": Keep()}
    rest = {name: Drop() if name == "주민등록번호" else Mask() for name in table.column_names[1:]}

    def run(columns: dict[str, Any]) -> dict[str, Any]:
        Pipeline({**columns, **rest}, domain=DOMAIN, purpose="statistics").run_file(
            desk.folder / "members.parquet", desk.output, manifest=desk.folder / "export.json"
        )
        return dict(desk.found())

    assert run(columns)["safety.identifiers"].status.value == "against"
    found = run({**columns, "이메일.n": Drop()})
    assert "safety.identifiers" not in found
    assert found["safety.transform:이메일"].status.value == "unknown"
    assert "safety.items" not in found
    assert run({**columns, "이메일.n": Mask(item="kr_phone")})["safety.items"].status.value == "conflict"


def test_lists_and_structs_are_assessed_too(desk: Any) -> None:
    table = members()
    nested = pa.array([[{"to": email}] for email in table["이메일"].to_pylist()])
    pq.write_table(table.set_column(0, "이메일", nested), desk.folder / "members.parquet")
    rest = {name: Drop() if name == "주민등록번호" else Mask() for name in table.column_names[1:]}
    Pipeline({"이메일[].to": Token(item="email"), **rest}, domain=DOMAIN, purpose="statistics").run_file(
        desk.folder / "members.parquet", desk.output, manifest=desk.folder / "export.json"
    )
    assert desk.found()["safety.transform:이메일"].status.value == "unknown"
