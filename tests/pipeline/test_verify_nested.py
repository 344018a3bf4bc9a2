"""Parts of nested columns are read back at their paths, in Arrow's types and in JSON documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from safeguards import Keyring
from safeguards.pipeline import Pipeline, Pseudonymise, verify
from safeguards.pipeline.readback.standing import standing
from safeguards.pipeline.readback.values import Column
from safeguards.pseudonyms import Domain, Drop, Keep, Mask, Noise, Round, Suppress, Token, Transform
from safeguards.tables import open_file, write_file

EMAIL = "kim@example.com"
COLUMNS: dict[str, Transform] = {
    "payload.user.email": Token(item="email"),
    "payload.user.rrn": Drop(),
    "payload.age": Round(to=10),
    "orders[].phone": Mask(item="kr_phone"),
    "orders[].memo": Suppress(value="-"),
    "orders[].total": Noise(epsilon=1, lower=0, upper=100),
    "tags": Token(prefix="tag"),
    "city": Keep(),
}
ROWS: list[dict[str, Any]] = [
    {
        "payload": {"user": {"email": EMAIL, "rrn": "9"}, "age": 41},
        "orders": [
            {"phone": "010-1234-5678", "memo": "창가", "total": 10.5},
            {"phone": None, "memo": None, "total": None},
        ],
        "tags": ["a", None],
        "city": "서울",
    },
    {"payload": None, "orders": [], "tags": None, "city": None},
    {
        "payload": {"user": None, "age": None},
        "orders": [{"phone": "02-123-4567", "memo": "b", "total": 3.0}],
        "tags": [],
        "city": "부산",
    },
]
USER = pa.struct({"email": pa.string(), "rrn": pa.string()})
KINDS = pa.schema(
    {
        "payload": pa.struct({"user": USER, "age": pa.int64()}),
        "orders": pa.list_(pa.struct({"phone": pa.string(), "memo": pa.string(), "total": pa.float64()})),
        "tags": pa.list_(pa.string()),
        "city": pa.string(),
    }
)
GONE = "column 'payload.user.rrn': the manifest says it was left out (drop), there is it"
MAPS = pa.table({"of": pa.array([[("k1", "v1"), ("k2", None)], None, []], pa.map_(pa.string(), pa.string()))})


def written(folder: Path, name: str, *, as_json: bool = False) -> Path:
    """Run the pipeline over structs and lists, or over JSON documents of the same."""
    table = pa.Table.from_pylist(ROWS, KINDS)
    columns = dict(COLUMNS)
    if as_json:
        texts = {
            one: [None if row[one] is None else json.dumps(row[one], ensure_ascii=False) for row in ROWS]
            for one in ("payload", "orders", "tags")
        }
        table = pa.table({**texts, "city": table["city"]})
        columns["tags[]"] = columns.pop("tags")
    write_file(folder / "in.parquet", table.schema, table.to_batches())
    Pipeline(columns, domain="d").run_file(folder / "in.parquet", folder / name, manifest=folder / "m.json")
    return folder / name


def told(output: Path) -> list[str]:
    found = [str(one) for one in verify(output, output.parent / "m.json")]
    return [one for one in found if "SHA-256" not in one]


def rows_of(output: Path) -> tuple[pa.Schema, list[dict[str, Any]]]:
    source = open_file(output)
    return source.schema, pa.Table.from_batches(list(source.batches()), source.schema).to_pylist()


def rewritten(output: Path, change: Any) -> None:
    """Change the output's rows, whose nested columns are handed over as Python's lists and dicts."""
    schema, rows = rows_of(output)
    texts = [name for name in ("payload", "orders", "tags") if schema.field(name).type == pa.string()]
    for row in rows:
        row |= {name: json.loads(row[name]) for name in texts if row[name] is not None}
    change(rows)
    for row in rows:
        row |= {name: json.dumps(row[name]) for name in texts if row[name] is not None}
    write_file(output, schema, pa.Table.from_pylist(rows, schema).to_batches())


FORMS = [
    ("out.parquet", False),
    ("out.jsonl", False),
    ("out.parquet", True),
    ("out.csv", True),
    ("out.jsonl", True),
]
EVERY_FORM = pytest.mark.parametrize(("name", "as_json"), FORMS)


@EVERY_FORM
def test_what_was_written_is_as_stated(tmp_path: Path, ring: Keyring, name: str, as_json: bool) -> None:
    assert verify(written(tmp_path, name, as_json=as_json), tmp_path / "m.json") == []


@EVERY_FORM
def test_each_kind_of_difference_inside_a_column_is_told_without_a_value(
    tmp_path: Path, ring: Keyring, name: str, as_json: bool
) -> None:
    output = written(tmp_path, name, as_json=as_json)

    def change(rows: list[dict[str, Any]]) -> None:
        rows[0]["payload"]["user"]["email"] = EMAIL
        rows[0]["payload"]["age"] = 41
        rows[2]["orders"][0] |= {"phone": "02-123-4567", "memo": "b", "total": 3.14159265}
        rows[0]["tags"][0] = EMAIL

    rewritten(output, change)
    assert sorted(told(output)) == [
        f"column {where}, there is 1 values of another form, first in row {row}"
        for where, row in (
            ("'orders[].memo': the manifest says suppress", 3),
            ("'orders[].phone': the manifest says mask of kr_phone", 3),
            ("'orders[].total': the manifest says noise", 3),
            ("'payload.age': the manifest says round", 1),
            ("'payload.user.email': the manifest says token of email", 1),
            ("'tags[]': the manifest says token", 1),
        )
    ]


@pytest.mark.parametrize(("name", "as_json"), [FORMS[0], *FORMS[2:]])
def test_values_and_nulls_inside_a_column_are_counted(
    tmp_path: Path, ring: Keyring, name: str, as_json: bool
) -> None:
    output = written(tmp_path, name, as_json=as_json)

    def change(rows: list[dict[str, Any]]) -> None:
        rows[0]["orders"][0]["phone"] = None
        rows[0]["tags"].append(None)

    rewritten(output, change)
    assert told(output) == [
        "column 'orders[].phone': the manifest says 1 NULLs, there is 2",
        "column 'tags[]': the manifest says 2 values, there is 3",
        "column 'tags[]': the manifest says 1 NULLs, there is 2",
    ]


@pytest.mark.parametrize(("name", "as_json"), FORMS[1:])
def test_a_member_that_was_dropped_must_be_absent(
    tmp_path: Path, ring: Keyring, name: str, as_json: bool
) -> None:
    output = written(tmp_path, name, as_json=as_json)

    def change(rows: list[dict[str, Any]]) -> None:
        rows[0]["payload"]["user"]["rrn"] = "900101-1234567"

    rewritten(output, change)
    assert told(output) == [GONE]


def test_a_field_that_was_dropped_must_be_absent_and_a_kept_one_there(tmp_path: Path, ring: Keyring) -> None:
    output = written(tmp_path, "out.parquet")
    schema, rows = rows_of(output)
    user = pa.struct({"rrn": pa.string()})
    kind = pa.struct([("user", user), ("age", pa.int64())])
    changed = schema.set(0, pa.field("payload", kind))
    write_file(output, changed, pa.Table.from_pylist(rows, changed).to_batches())
    lines = told(output)
    assert GONE in lines
    assert "column 'payload.user.email': the manifest says string, there is no such part" in lines
    assert lines[0].startswith("column 'payload': the manifest says type struct<")


def test_texts_that_are_no_json_are_told(tmp_path: Path, ring: Keyring) -> None:
    output = written(tmp_path, "out.csv", as_json=True)
    schema, rows = rows_of(output)
    rows[0]["payload"] = f'{{"user": {EMAIL}'
    write_file(output, schema, pa.Table.from_pylist(rows, schema).to_batches())
    lines = told(output)
    assert lines[0] == "column 'payload': the manifest says JSON documents, there is 1 texts that are none"
    assert EMAIL not in "".join(lines)


def test_another_kind_of_column_than_the_paths_lead_into_is_told(tmp_path: Path, ring: Keyring) -> None:
    output = written(tmp_path, "out.parquet")
    schema, rows = rows_of(output)
    for row in rows:
        row["orders"] = 7
    changed = schema.set(1, pa.field("orders", pa.int64()))
    write_file(output, changed, pa.Table.from_pylist(rows, changed).to_batches())
    assert "column 'orders[].phone': the manifest says string, there is no such part" in told(output)


def test_keys_and_values_of_maps_are_read_back(tmp_path: Path, ring: Keyring) -> None:
    write_file(tmp_path / "in.parquet", MAPS.schema, MAPS.to_batches())
    pipeline = Pipeline({"of[].key": Token(prefix="k"), "of[].value": Mask()}, domain="d")
    pipeline.run_file(tmp_path / "in.parquet", tmp_path / "out.parquet", manifest=tmp_path / "m.json")
    assert verify(tmp_path / "out.parquet") == []
    write_file(tmp_path / "out.parquet", MAPS.schema, MAPS.to_batches())
    assert told(tmp_path / "out.parquet") == [
        "column 'of[].key': the manifest says token, there is 2 values of another form, first in row 1",
        "column 'of[].value': the manifest says mask, there is 1 values of another form, first in row 1",
    ]


def test_a_single_value_and_an_object_in_one_place_are_told_apart(tmp_path: Path, ring: Keyring) -> None:
    texts = [json.dumps(one) for one in ({"by": EMAIL}, {"by": {"email": EMAIL}}, {"by": None})]
    table = pa.table({"it": texts})
    write_file(tmp_path / "in.parquet", table.schema, table.to_batches())
    pipeline = Pipeline({"it.by": Token(), "it.by.email": Token(item="email")}, domain="d")
    pipeline.run_file(tmp_path / "in.parquet", tmp_path / "out.parquet", manifest=tmp_path / "m.json")
    assert verify(tmp_path / "out.parquet") == []
    write_file(tmp_path / "out.parquet", table.schema, table.to_batches())
    assert [line.split(",")[0] for line in told(tmp_path / "out.parquet")] == [
        "column 'it.by': the manifest says token",
        "column 'it.by.email': the manifest says token of email",
    ]


def test_what_a_later_step_did_to_a_whole_column_counts(tmp_path: Path, ring: Keyring) -> None:
    pipeline = Pipeline(
        [
            Pseudonymise({"it.by": Token(), "id": Token()}, Domain("d")),
            Pseudonymise({"it": Drop()}, unlisted="keep"),
        ]
    )
    table = pa.table({"it": ['{"by":"a"}'], "id": ["1"]})
    write_file(tmp_path / "in.parquet", table.schema, table.to_batches())
    record = pipeline.run_file(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert {path.column: one.transform for path, one in standing(record).items()} == {
        "it": "drop",
        "id": "token",
    }
    assert verify(tmp_path / "out.parquet") == []


def test_a_document_is_read_once_for_all_paths() -> None:
    read = Column(pa.array(['{"a":1,"b":"x"}', None, "{"]))
    first, second = read.at(("a",), frozenset()), read.at(("b",), frozenset())
    assert first is not None
    assert second is not None
    assert (first.values.to_pylist(), second.values.to_pylist()) == (["1"], ["x"])
    assert read.broken() == [2]
