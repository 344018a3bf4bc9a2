"""Going back from a file by its manifest: all that it takes stands there; what does not fit is refused."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeguards import Keyring, use
from safeguards.errors import AlreadyProtected, InputError, KeyringError, Unrecorded
from safeguards.pipeline import (
    METADATA_KEY,
    Manifest,
    Pipeline,
    Pseudonymise,
    preview_file,
    relink_file,
    reverse_file,
)
from safeguards.pipeline.origin import origin
from safeguards.pseudonyms import (
    DateShift,
    Domain,
    FormatPreserving,
    Generalise,
    Keep,
    ReversibleToken,
    Token,
    Transform,
    transform_from,
)
from safeguards.pseudonyms.build import rebuilt
from safeguards.tables import open_file
from tests import forked
from tests.pseudonyms.recording import Log, by

PLAIN = pa.table(
    {
        "phone": ["010-1234-5678", None, "010-8765-4321"],
        "code": ["AB-123456", "CD-654321", None],
        "email": ["a@x.kr", "b@x.kr", None],
        "n": [1, 2, 3],
    }
)
COLUMNS: dict[str, Transform] = {
    "phone": FormatPreserving(item="kr_phone"),
    "code": FormatPreserving(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", keep_first=2),
    "email": Token(item="email"),
    "n": Keep(),
}


@pytest.fixture
def folder(ring: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    pq.write_table(PLAIN, "plain.parquet")
    pipeline = Pipeline(COLUMNS, domain=Domain("ads", epoch=3))
    pipeline.run_file("plain.parquet", "made.parquet")
    pipeline.run_file("plain.parquet", "made.csv", manifest="made.json")
    return tmp_path


def test_all_that_leads_back_comes_back(ring: Keyring, folder: Path) -> None:
    log = Log()
    assert reverse_file("made.parquet", "out.parquet", reversal=by(ring, log)) == 3
    found = pq.read_table("out.parquet")
    assert found.select(["phone", "code", "n"]) == PLAIN.select(["phone", "code", "n"])
    assert found["email"].to_pylist() == pq.read_table("made.parquet")["email"].to_pylist()
    assert log.events[0].details["columns"] == {"phone": "format_preserving", "code": "format_preserving"}
    assert log.events[0].details["domain"]["epoch"] == 3
    assert log.steps == ["intent", "done"]


def test_only_the_columns_named_come_back_and_the_rest_stays_protected(ring: Keyring, folder: Path) -> None:
    reverse_file("made.parquet", "out.parquet", ["code"], reversal=by(ring))
    made, found = pq.read_table("made.parquet"), pq.read_table("out.parquet")
    assert found["code"] == PLAIN["code"]
    assert found["phone"] == made["phone"]
    left = Manifest.read("out.parquet")
    assert [record.column for record in left.columns] == ["phone", "email", "n"]
    assert left.steps[-1] == {"step": "reverse", "columns": ["code"]}
    with pytest.raises(AlreadyProtected, match="column 'phone' was transformed before"):
        Pipeline(COLUMNS, domain="ads").run_file("out.parquet", "again.parquet")
    reverse_file("out.parquet", "more.parquet", ["phone"], reversal=by(ring))
    assert pq.read_table("more.parquet")["phone"] == PLAIN["phone"]


def test_a_file_without_room_for_a_manifest_takes_the_one_beside_it(ring: Keyring, folder: Path) -> None:
    with pytest.raises(InputError, match="only Parquet files carry their manifest"):
        reverse_file("made.csv", "out.csv", reversal=by(ring))
    reverse_file("made.csv", "out.csv", reversal=by(ring), manifest="made.json")
    source = open_file("out.csv")
    found = pa.Table.from_batches(list(source.batches()), source.schema)
    assert found["phone"].to_pylist() == PLAIN["phone"].to_pylist()


def test_the_manifest_of_another_file_is_refused(ring: Keyring, folder: Path) -> None:
    (folder / "made.csv").write_text((folder / "made.csv").read_text() + "\n")
    with pytest.raises(InputError, match="SHA-256 differs"):
        reverse_file("made.csv", "out.csv", reversal=by(ring), manifest="made.json")


def test_a_preview_of_a_file_counts(ring: Keyring, folder: Path) -> None:
    log = Log()
    rates = preview_file("made.parquet", reversal=by(ring, log))
    assert {name: (rate.matched, rate.share) for name, rate in rates.items()} == {
        "phone": (2, 1.0),
        "code": (2, 1.0),
    }
    assert log.events[-1].action == "pseudonyms.preview"


@pytest.mark.parametrize("fails_at", [1, 2])
def test_without_a_record_no_file_appears(ring: Keyring, folder: Path, fails_at: int) -> None:
    before = set(os.listdir(folder))
    with pytest.raises(Unrecorded):
        reverse_file("made.parquet", "out.parquet", reversal=by(ring, Log(fails_at)))
    assert set(os.listdir(folder)) == before


KILLED = """
import os, signal
from safeguards import Keyring
from safeguards.audit import JsonLinesSink
from safeguards.pipeline import reverse_file
from safeguards.pseudonyms import Reversal

ring = Keyring.open("sqlite:///keys.db", "local:master.key")
going = Reversal(keyring=ring, actor="dpo-1", purpose="p", reason="r", sink=JsonLinesSink("log.jsonl"))
reverse_file(
    "made.parquet", "out.parquet", reversal=going, advance=lambda *_: os.kill(os.getpid(), signal.SIGKILL)
)
"""


def test_a_kill_leaves_the_intent_in_the_log_and_no_file(ring: Keyring, folder: Path) -> None:
    done = forked.run(KILLED)
    assert done.returncode == -signal.SIGKILL
    (intent,) = [json.loads(line) for line in (folder / "log.jsonl").read_text("utf-8").splitlines()]
    assert intent["details"]["step"] == "intent"
    assert not (folder / "out.parquet").exists()
    assert not [name for name in os.listdir(folder) if "partial" in name]


def test_another_keyring_is_refused_by_the_manifests_key_id(ring: Keyring, folder: Path) -> None:
    other = Keyring.create("sqlite:///other.db", "local:other.key")
    use(None)  # nothing here tells but the manifest
    with pytest.raises(KeyringError, match="these are of key"):
        reverse_file("made.parquet", "out.parquet", reversal=by(other))
    assert not (folder / "out.parquet").exists()
    reverse_file("made.parquet", "out.parquet", reversal=by(ring))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["email"], "column 'email': token is one-way"),
        (["n"], "no column 'n' that was transformed; it has: phone, code, email"),
        (["none"], "no column 'none'"),
        ([], "at least one column"),
    ],
)
def test_columns_that_do_not_lead_back_are_refused(
    ring: Keyring, folder: Path, columns: list[str], message: str
) -> None:
    log = Log()
    with pytest.raises(InputError, match=message):
        reverse_file("made.parquet", "out.parquet", columns, reversal=by(ring, log))
    assert not log.events


def test_parts_of_nested_columns_stay_what_they_are(ring: Keyring, tmp_path: Path) -> None:
    table = pa.table({"phone": ["010-1234-5678"], "user": [{"email": "kim@example.com"}]})
    columns: dict[str, Transform] = {
        "phone": ReversibleToken(item="kr_phone"),
        "user.email": ReversibleToken(item="email"),
    }
    Pipeline(columns, domain="ads").run_file(table, tmp_path / "made.parquet")
    reverse_file(tmp_path / "made.parquet", tmp_path / "plain.parquet", reversal=by(ring, Log()))
    plain = pq.read_table(tmp_path / "plain.parquet").to_pylist()
    assert plain[0]["phone"] == "01012345678"
    assert plain[0]["user"]["email"].startswith("rt1_")
    with pytest.raises(InputError, match="column 'user.email' is a part of a nested column, and only whole"):
        reverse_file(
            tmp_path / "made.parquet", tmp_path / "x.parquet", ["user.email"], reversal=by(ring, Log())
        )


def test_files_without_a_manifest_are_refused(ring: Keyring, folder: Path) -> None:
    with pytest.raises(InputError, match="carries no manifest"):
        reverse_file("plain.parquet", "out.parquet", reversal=by(ring))
    with pytest.raises(InputError, match="no such file"):
        reverse_file("none.parquet", "out.parquet", reversal=by(ring))


def edited(**changed: Any) -> Manifest:
    return replace(Manifest.read("made.parquet"), **changed)


def column(name: str, **changed: Any) -> list[Any]:
    records = Manifest.read("made.parquet").columns
    return [replace(one, **changed) if one.column == name else one for one in records]


def test_a_manifest_that_says_too_little_or_contradicts_itself_is_refused(
    ring: Keyring, folder: Path
) -> None:
    told = Manifest.read("made.parquet")
    assert told.domain is not None
    for wrong, message in (
        (edited(domain=None), "does not tell the domain"),
        (edited(domain={"name": "ads"}), "does not tell the domain"),
        (edited(domain={**told.domain, "epoch": "3"}), "whole number"),
        (edited(regime="research"), "never mix"),
        (edited(columns=column("phone", epoch=2)), "epoch 2, and the manifest tells of"),
        (edited(columns=column("phone", domain="other")), "of domain 'other'"),
        (edited(columns=column("phone", transform="surrealate")), "no transform of this version"),
        (edited(columns=column("phone", parameters={"alphabet": "digits"})), "does not tell whole"),
        (edited(columns=column("phone", parameters={"alphabet": "?"})), "alphabet= is one of"),
        (edited(columns=[*told.columns, *told.columns]), "transformed twice"),
        (edited(columns=column("phone", key_id=7)), "of several keys"),
    ):
        with pytest.raises(InputError, match=message):
            origin(wrong)
    assert origin(edited(columns=column("phone", epoch=None))).columns == {
        name: COLUMNS[name] for name in ("phone", "code")
    }


def test_domains_of_two_steps_are_told_apart_by_their_epochs(ring: Keyring, folder: Path) -> None:
    steps = [
        Pseudonymise({"phone": COLUMNS["phone"]}, Domain("ads"), unlisted="keep"),
        Pseudonymise({"code": COLUMNS["code"]}, Domain("ads", epoch=1), unlisted="keep"),
    ]
    Pipeline(steps).run_file("plain.parquet", "two.parquet")
    with pytest.raises(InputError, match="column 'code' is of domain 'ads', epoch 1"):
        reverse_file("two.parquet", "out.parquet", ["code"], reversal=by(ring))
    reverse_file("two.parquet", "out.parquet", ["phone"], reversal=by(ring))
    assert pq.read_table("out.parquet")["phone"] == PLAIN["phone"]


def test_a_file_goes_on_in_the_next_epoch_with_a_manifest_that_says_so(ring: Keyring, folder: Path) -> None:
    relink_file("made.parquet", "next.parquet", Domain("ads", epoch=4), reversal=by(ring))
    Pipeline(COLUMNS, domain=Domain("ads", epoch=4)).run_file("plain.parquet", "fresh.parquet")
    moved, fresh = pq.read_table("next.parquet"), pq.read_table("fresh.parquet")
    assert moved.select(["phone", "code", "n"]) == fresh.select(["phone", "code", "n"])
    assert moved["email"] == pq.read_table("made.parquet")["email"]  # one-way: it stays where it was
    told = Manifest.read("next.parquet")
    assert told.domain is not None
    assert told.domain["epoch"] == 4
    assert {record.column: record.epoch for record in told.columns} == {
        "phone": 4, "code": 4, "email": 3, "n": None,
    }  # fmt: skip
    reverse_file("next.parquet", "out.parquet", reversal=by(ring))
    assert pq.read_table("out.parquet")["phone"] == PLAIN["phone"]
    with pytest.raises(InputError, match="linked to itself"):
        relink_file("made.parquet", "same.parquet", Domain("ads", epoch=3), reversal=by(ring))
    with pytest.raises(InputError, match=r"Reversal\.relink_file"):
        relink_file("made.parquet", "x.parquet", Domain("ads", keyring="north"), reversal=by(ring))


def test_what_a_table_carries_is_compared_in_memory_too(ring: Keyring, folder: Path) -> None:
    made = Pipeline(COLUMNS, domain=Domain("ads", epoch=3)).run(PLAIN)
    phone = {"phone": COLUMNS["phone"]}
    for data in (made, open_file("made.parquet")):
        with pytest.raises(InputError, match="column 'phone' is of domain 'ads', epoch 3"):
            by(ring).preview(data, phone, Domain("ads"))
        assert by(ring).preview(data, phone, Domain("ads", epoch=3))["phone"].matched == 2
    found = by(ring).reverse(made, phone, Domain("ads", epoch=3))
    assert found["phone"] == PLAIN["phone"]
    assert not found.schema.metadata  # the manifest no longer holds
    with pytest.raises(InputError, match="column 'email' was transformed, as the manifest at hand says"):
        by(ring).map_epochs("made.parquet", "m.csv", "email", COLUMNS["email"], Domain("ads"), 1, plain=True)


@pytest.fixture
def research(folder: Path) -> Iterator[Keyring]:
    own = Keyring.create("sqlite:///apart.db", "local:apart.key")
    use(own, name="pseudonyms")
    pipeline = Pipeline(COLUMNS, domain=Domain("churn", regime="research"), purpose="통계")
    pipeline.run_file("plain.parquet", "research.parquet")
    yield own
    use(None, name="pseudonyms")


@pytest.mark.parametrize("ground", [None, "recall"])
def test_a_file_of_research_never_comes_back(research: Keyring, folder: Path, ground: Any) -> None:
    log = Log()
    going = by(research, log, ground=ground)
    with pytest.raises(InputError, match="PIPA 28-5"):
        reverse_file("research.parquet", "out.parquet", reversal=going)
    with pytest.raises(InputError, match="PIPA 28-5"):
        preview_file("research.parquet", reversal=going)
    with pytest.raises(InputError, match="never mix"):
        relink_file("research.parquet", "out.parquet", Domain("churn"), reversal=going)
    assert not log.events
    assert not (folder / "out.parquet").exists()


def test_a_manifest_edited_to_hide_research_leads_to_other_keys(research: Keyring, folder: Path) -> None:
    """The regime is part of the key: a lie in the manifest gives numbers that are nobody's."""
    table = pq.read_table("research.parquet")
    told = Manifest.read("research.parquet")
    lie = replace(told, regime="safeguard", domain={**(told.domain or {}), "regime": "safeguard"})
    pq.write_table(table.replace_schema_metadata({METADATA_KEY: lie.to_json()}), "lie.parquet")
    reverse_file("lie.parquet", "out.parquet", ["phone"], reversal=by(research))
    assert not set(pq.read_table("out.parquet")["phone"].drop_null().to_pylist()) & set(
        PLAIN["phone"].to_pylist()
    )


@pytest.mark.parametrize(
    "transform",
    [
        FormatPreserving(),
        FormatPreserving(item="kr_phone", keep_first=3),
        FormatPreserving(alphabet="hangul", keep_last=1),
        Token(item="email", prefix="member", length=16),
        Generalise(band=10, top=80),
        Generalise(ages=10, on="2026-01-01"),
    ],
    ids=repr,
)
def test_a_transform_is_made_again_of_what_the_manifest_tells(transform: Transform) -> None:
    told = json.loads(json.dumps(dict(transform.parameters())))
    assert rebuilt(transform.name, transform.item, told) == transform


def test_settings_that_no_manifest_tells_are_not_made_up() -> None:
    groups = transform_from({"transform": "generalise", "groups": {"Seoul": "capital"}})
    with pytest.raises(InputError):
        rebuilt(groups.name, None, groups.parameters())


def test_a_column_whose_neighbour_does_not_lead_back_is_left_out_unless_it_is_named(
    ring: Keyring, folder: Path
) -> None:
    rows = pa.table({"id": ["a"], "phone": ["01012345678"], "day": ["2026-01-01"]})
    columns = {"id": Token(), "phone": FormatPreserving(), "day": DateShift(subject="id", days=9)}
    pq.write_table(Pipeline(columns, domain="d").run(rows), folder / "shifted.parquet")
    assert reverse_file(folder / "shifted.parquet", folder / "back.parquet", reversal=by(ring)) == 1
    back = pq.read_table(folder / "back.parquet")
    assert back["phone"].to_pylist() == ["01012345678"]
    assert back["day"].to_pylist() != ["2026-01-01"]
    for named, message in ((["day"], "both come back together, or neither"), ("day", "is a list of names")):
        with pytest.raises(InputError, match=message):
            reverse_file(folder / "shifted.parquet", folder / "b.parquet", named, reversal=by(ring))
