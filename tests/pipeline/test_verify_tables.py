"""Tables of a database are read back too; what they keep of a type is enough to judge their values."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from safeguards import Keyring
from safeguards.cli.pseudonymise import command
from safeguards.errors import InputError
from safeguards.pipeline import Encrypt, Pipeline, Pseudonymise, verify
from safeguards.pipeline.readback.types import alike_in_parquet, loosely_alike
from safeguards.pseudonyms import (
    Domain,
    FormatPreservingInteger,
    Generalise,
    Keep,
    Noise,
    Round,
    Token,
)
from safeguards.risk import RiskGate
from safeguards.tables import write_file

TABLE = pa.table(
    {
        "id": [1, 2, 3],
        "email": ["kim@example.com", None, "lee@example.com"],
        "born": [date(1990, 5, 3), None, date(2001, 12, 31)],
        "seen": pa.array([datetime(2024, 1, 1, 20, tzinfo=UTC)] * 3, pa.timestamp("us", tz="Asia/Seoul")),
        "paid": pa.array([Decimal("10.55"), None, Decimal("7.00")], pa.decimal128(9, 2)),
        "score": [0.25, float("nan"), None],
        "rate": pa.array([0.5, 0.123, None], pa.float32()),
        "member": [True, False, None],
        "city": ["서울", "서울", "서울"],
        "memo": ["a", "b", None],
    }
)
COLUMNS = {
    "id": FormatPreservingInteger(),
    "email": Token(item="email"),
    "born": Round(to="year"),
    "seen": Round(to="day"),
    "paid": Round(to="0.5"),
    "score": Keep(),
    "rate": Noise(epsilon=1, lower=0, upper=1, step=0.001),
    "member": Keep(),
    "city": Generalise(groups={"서울": "수도권"}),
    "memo": Keep(),
}
EMAIL_CHANGED = "UPDATE t SET email = 'kim@example.com' WHERE email IS NOT NULL"


@pytest.fixture
def url(tmp_path: Path, ring: Keyring) -> str:
    """A table with its manifest beside it."""
    found = f"sqlite:///{tmp_path / 'out.db'}"
    steps = [Pseudonymise(COLUMNS, Domain("d")), Encrypt({"memo": "m.memo"}), RiskGate(["city"], k=3)]
    Pipeline(steps).run_table(TABLE, found, "t", manifest=tmp_path / "m.json")
    return found


def change(url: str, statement: str) -> None:
    with sa.create_engine(url).begin() as connection:
        connection.exec_driver_sql(statement)


def told(url: str, folder: Path) -> list[str]:
    return sorted(str(one) for one in verify(url, folder / "m.json", table="t"))


def test_what_was_written_is_as_stated(url: str, tmp_path: Path) -> None:
    assert told(url, tmp_path) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            EMAIL_CHANGED,
            "column 'email': the manifest says token of email, there is 2 values",
        ),
        (
            "UPDATE t SET memo = x'0102'",
            "column 'memo': the manifest says encrypt, there is 3 values",
        ),
        (
            "UPDATE t SET paid = 10.51 WHERE paid > 8",
            "column 'paid': the manifest says round, there is 1 ",
        ),
        (
            "UPDATE t SET rate = 0.00001",
            "column 'rate': the manifest says noise, there is 3 values",
        ),
        (
            "UPDATE t SET city = NULL WHERE score > 0",
            "gate risk: the manifest says k 3, classes 1, rows 3",
        ),
        ("UPDATE t SET email = NULL", "column 'email': the manifest says 1 NULLs, there is 3"),
        ("DELETE FROM t WHERE score > 0", "rows: the manifest says 3, there is 2"),
        (
            "ALTER TABLE t DROP COLUMN city",
            "column 'city': the manifest says string, there is no such",
        ),
        ("UPDATE t SET id = 'x'", "column 'id': the manifest says type int64, there is string"),
    ],
)
def test_each_kind_of_difference_is_told_without_a_value(
    url: str, tmp_path: Path, statement: str, expected: str
) -> None:
    change(url, statement)
    lines = told(url, tmp_path)
    assert any(line.startswith(expected) for line in lines), lines
    assert "example.com" not in "".join(lines)


def test_a_file_is_not_held_against_the_manifest_of_a_table(url: str, tmp_path: Path) -> None:
    write_file(tmp_path / "t.csv", pa.schema([("id", pa.int64())]), [])
    with pytest.raises(InputError, match=r"is of table t in sqlite.*name the database's URL"):
        verify(tmp_path / "t.csv", tmp_path / "m.json")


def test_the_command_reads_a_table_back_and_shows_no_password(url: str, tmp_path: Path) -> None:
    def run(*more: str) -> Any:
        arguments = ["--verify", url, "--table", "t", "--manifest", str(tmp_path / "m.json"), *more]
        return CliRunner().invoke(command, arguments, catch_exceptions=False)

    assert (run().exit_code, run().output) == (0, "t is what its manifest says\n")
    change(url, EMAIL_CHANGED)
    done = run("--format", "json")
    assert done.exit_code == 1
    document = json.loads(done.output)
    assert (document["output"], [one["where"] for one in document["differences"]]) == (
        "t",
        ["column 'email'"],
    )
    (tmp_path / "p.toml").write_text('[columns]\nid = "keep"\n')
    (tmp_path / "in.csv").write_text("id\n1\n")
    with pytest.raises(InputError, match="the rows of a table have no order"):
        run(str(tmp_path / "in.csv"), "--pipeline", str(tmp_path / "p.toml"))


@pytest.mark.parametrize(
    ("stated", "found", "alike"),
    [
        ("bool", "int64", True),
        ("decimal128(9, 2)", "string", True),
        ("timestamp[us]", "string", True),
        ("date32[day]", "timestamp[us]", True),
        ("extension<arrow.uuid>", "string", True),
        ("string", "double", False),
        ("binary", "string", False),
        ("int64", "string", False),
    ],
)
def test_types_of_tables_are_compared_loosely(stated: str, found: str, alike: bool) -> None:
    assert loosely_alike(stated, found) is alike


@pytest.mark.parametrize(
    "kind",
    [
        pa.large_list(pa.field("item", pa.timestamp("s", "UTC"))),
        pa.list_(pa.date64(), 2),
        pa.list_view(pa.struct({"a": pa.time32("s")})),
        pa.map_(pa.string(), pa.list_(pa.int8())),
        pa.dictionary(pa.int32(), pa.large_string()),
        pa.dictionary(pa.int32(), pa.int64()),
    ],
    ids=str,
)
def test_types_that_parquet_writes_otherwise_are_no_difference(tmp_path: Path, kind: pa.DataType) -> None:
    table = pa.table({"a": pa.nulls(2, kind)})
    write_file(tmp_path / "in.parquet", table.schema, table.to_batches())
    Pipeline({"a": Keep()}).run_file(table, tmp_path / "out.parquet")
    assert verify(tmp_path / "out.parquet") == []
    assert not alike_in_parquet(str(kind), "string")


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ("list<item: string>", "list<element: int64>"),
        ("timestamp[s]", "timestamp[us]"),
        ("map<string, int8>", "map<string, int16 ('a')>"),
        ("dictionary<values=string, indices=int32, ordered=0>", "string"),
        ("struct<a: int64>", "struct<b: int64>"),
    ],
)
def test_other_types_in_parquet_are_a_difference(stated: str, found: str) -> None:
    assert not alike_in_parquet(stated, found)
