"""The manifest says what was done, and holds no value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeguards import Keyring, use
from safeguards.errors import InputError
from safeguards.pipeline import Manifest, Pipeline
from safeguards.pipeline.manifest import fingerprint
from safeguards.pseudonyms import Generalise, Keep, Token


def made(table: pa.Table, pipeline: Pipeline) -> Manifest:
    return Manifest.from_json(pipeline.run(table).schema.metadata[b"safeguards.manifest"])


def test_each_column_is_accounted_for(ring: Keyring, members: pa.Table, pipeline: Pipeline) -> None:
    record = made(members, pipeline)
    by_name = {column.column: column for column in record.columns}
    assert list(by_name) == members.schema.names
    email = by_name["이메일"]
    assert (email.transform, email.item, email.rows, email.nulls) == ("token", "email", 3, 1)
    assert (email.injective, email.reversible, email.type_preserving) == (True, False, False)
    assert email.key_id == ring.pseudonym_key("ads-2026", "email/1", 0)[0]
    assert email.domain == "ads-2026"
    assert email.collision_odds is not None
    assert email.collision_odds < 1e-38
    assert by_name["rrn"].output_type is None
    assert by_name["age"].parameters == {"band": 10}
    assert by_name["age"].key_id is None
    assert record.purpose == "통계"


def test_no_value_stands_in_it(ring: Keyring, members: pa.Table, pipeline: Pipeline) -> None:
    text = made(members, pipeline).to_json()
    for row in members.to_pylist():
        for value in filter(None, row.values()):
            assert f'"{value}"' not in text
    assert "900101" not in text
    assert "kim" not in text.lower()


def test_it_says_whether_the_domain_is_kept_apart(
    ring: Keyring, tmp_path: Path, members: pa.Table, pipeline: Pipeline
) -> None:
    record = made(members, pipeline)
    assert record.domain is not None
    assert record.domain["kept_apart"] is False
    assert record.domain["statement"] == "not kept apart"
    assert record.domain["keyring_id"] == ring.id
    apart = Keyring.create(f"sqlite:///{tmp_path / 'a.db'}", f"local:{tmp_path / 'a.key'}")
    use(apart, name="pseudonyms")
    try:
        record = made(members, pipeline)
    finally:
        use(None, name="pseudonyms")
    assert record.domain is not None
    assert record.domain["statement"] == "kept apart"
    assert record.domain["keyring_id"] == apart.id


def test_without_keyed_pseudonyms_no_keyring_is_needed_and_none_is_named() -> None:
    assert made(pa.table({"a": [1]}), Pipeline({"a": Keep()}, domain="d")).domain is None


def test_a_schemas_fingerprint_is_that_of_names_types_and_order() -> None:
    one = fingerprint(pa.schema({"a": pa.int64(), "b": pa.string()}))
    assert one == fingerprint(pa.schema({"a": pa.int64(), "b": pa.string()}, metadata={"x": "y"}))
    others = [{"b": pa.string(), "a": pa.int64()}, {"a": pa.int32(), "b": pa.string()}, {"a": pa.int64()}]
    assert one["sha256"] not in {fingerprint(pa.schema(other))["sha256"] for other in others}


def test_it_reads_back_what_was_written(
    ring: Keyring, tmp_path: Path, members: pa.Table, pipeline: Pipeline
) -> None:
    record = made(members, pipeline)
    record.write(tmp_path / "m.json")
    assert Manifest.read(tmp_path / "m.json") == record


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"format": "safeguards.manifest/2"}',
        '{"format": "safeguards.manifest/1"}',
        "\xff",
        pytest.param("[" * 200_000, id="deep"),
    ],
)
def test_what_is_no_manifest_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.json").write_text(text, "latin-1")
    with pytest.raises(InputError, match="not a manifest"):
        Manifest.read(tmp_path / "m.json")


def test_files_without_a_manifest_are_one_line(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "t.parquet")
    with pytest.raises(InputError, match="carries no manifest"):
        Manifest.read(tmp_path / "t.parquet")
    with pytest.raises(InputError, match="cannot be read"):
        Manifest.read(tmp_path / "missing.json")


def test_the_length_of_a_token_is_stated_with_its_odds(ring: Keyring) -> None:
    table = pa.table({"a": [str(n) for n in range(1000)]})
    record = made(table, Pipeline({"a": Token(length=16)}, domain="d")).columns[0]
    assert record.parameters == {"length": 16, "bits": 80}
    assert record.collision_odds == pytest.approx(1000 * 999 / 2 / 2**80)


def test_bounds_and_days_are_stated(ring: Keyring) -> None:
    table = pa.table({"born": ["1990-01-01"]})
    record = made(table, Pipeline({"born": Generalise(ages=10, on="2026-01-01", top=90)})).columns[0]
    assert record.parameters == {"ages": 10, "on": "2026-01-01", "top": 90}


@pytest.mark.parametrize("held", [b"\x01\x02 a key", b'domain = "x"\n', b"{}", b"[1]", b'{"format": 1'])
def test_a_manifest_is_written_over_no_other_file(tmp_path: Path, held: bytes) -> None:
    table, place = pa.table({"a": ["x"]}), tmp_path / "master.key"
    place.write_bytes(held)
    pipeline = Pipeline({"a": Keep()})
    ways: list[Callable[[], object]] = [
        lambda: pipeline.run(table, manifest=place),
        lambda: pipeline.run_file(table, tmp_path / "out.csv", manifest=place),
        lambda: pipeline.run_table(table, f"sqlite:///{tmp_path / 'out.db'}", "t", manifest=place),
    ]
    for way in ways:
        with pytest.raises(InputError, match="master.key: is a file, but no manifest that could be replaced"):
            way()
    assert place.read_bytes() == held
    assert [path.name for path in tmp_path.iterdir()] == ["master.key"]


def test_a_manifest_replaces_an_older_one_or_an_empty_file(tmp_path: Path) -> None:
    table, place = pa.table({"a": ["x"]}), tmp_path / "m.json"
    place.touch()
    for _ in range(2):
        Pipeline({"a": Keep()}).run_file(table, tmp_path / "out.csv", manifest=place)
        assert Manifest.read(place).rows_in == 1
