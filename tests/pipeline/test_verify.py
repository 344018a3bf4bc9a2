"""An output is read back: all that its manifest says is there, or each difference is told without a value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from safeguards import Keyring
from safeguards.cli.pseudonymise import command
from safeguards.errors import InputError
from safeguards.fields import Cipher, codec_for
from safeguards.pipeline import ColumnRecord, Manifest, Pipeline, reproduce, verify
from safeguards.pipeline.promises import holds_of
from safeguards.pseudonyms import Drop, FormatPreserving, Generalise, Keep, Mask, Token
from safeguards.risk import RiskGate
from safeguards.tables import open_file, write_file

PIPELINE = Pipeline(
    {
        "email": Token(item="email"),
        "phone": Mask(item="kr_phone"),
        "card": FormatPreserving(),
        "age": Generalise(band=10, top=80),
        "points": Generalise(bottom=0, top=100),
        "city": Keep(),
        "rate": Keep(),
        "memo": Drop(),
    },
    domain="ads-2026",
)
TABLE = pa.table(
    {
        "email": ["kim@example.com", None, "lee@example.com"],
        "phone": ["010-1234-5678", "", None],
        "card": ["4111111111111111", "5500-0000-0000-0004", None],
        "age": [35, None, 99],
        "points": [-5, 50, 500],
        "city": ["서울", "부산", None],
        "rate": [0.5, float("nan"), None],
        "memo": ["a", "b", "c"],
    }
)
KINDS = [".parquet", ".csv", ".jsonl", ".csv.gz", ".tsv"]


def open_table(path: Path) -> pa.Table:
    source = open_file(path)
    return pa.Table.from_batches([*source.batches()], source.schema)


@pytest.fixture(params=KINDS)
def output(request: pytest.FixtureRequest, tmp_path: Path, ring: Keyring) -> Path:
    """A file with its manifest beside it."""
    write_file(tmp_path / "in.parquet", TABLE.schema, TABLE.to_batches())
    path = tmp_path / f"out{request.param}"
    PIPELINE.run_file(tmp_path / "in.parquet", path, manifest=tmp_path / "m.json")
    return path


def told(output: Path, *, bytes_too: bool = False) -> list[str]:
    """Return the differences, but for that of the bytes, which any change makes."""
    found = [str(one) for one in verify(output, output.parent / "m.json")]
    return found if bytes_too else [one for one in found if "SHA-256" not in one]


def changed(output: Path, **columns: Any) -> None:
    """Write the output anew, with other values in some columns."""
    source = open_file(output)
    table = pa.Table.from_batches(list(source.batches()), source.schema)
    for name, values in columns.items():
        place = table.schema.get_field_index(name)
        if values is None:
            table = table.remove_column(place)
        elif place < 0:
            table = table.append_column(name, pa.array(values))
        else:
            table = table.set_column(place, name, pa.array(values, table.schema.field(name).type))
    write_file(output, table.schema, table.to_batches())


def test_what_was_written_is_as_stated(output: Path) -> None:
    assert told(output, bytes_too=True) == []


def test_a_parquet_file_is_checked_by_the_manifest_in_it(tmp_path: Path, ring: Keyring) -> None:
    write_file(tmp_path / "in.parquet", TABLE.schema, TABLE.to_batches())
    PIPELINE.run_file(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert verify(tmp_path / "out.parquet") == []


def test_any_other_byte_is_a_difference(output: Path) -> None:
    changed(output)
    with output.open("ab") as file:
        file.write(b"" if output.suffix == ".parquet" else b"\n" if output.suffix != ".gz" else b"")
    (line,) = told(output, bytes_too=True)[:1]
    assert "the manifest says SHA-256 " in line


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"email": ["kim@example.com", None, "lee@example.com"]}, "2 values of another form, first in row 1"),
        ({"phone": ["010-****-5678", "", "010-1234-5678"]}, "mask of kr_phone, there is 1 values"),
        ({"card": ["411111111111111a", "5500-0000-0000-0004", None]}, "format_preserving, there is 1 values"),
        ({"age": ["35", None, "80+"]}, "generalise, there is 1 values of another form, first in row 1"),
        ({"points": [0, 50, 500]}, "generalise, there is 1 values of another form, first in row 3"),
        ({"city": ["서울", None, None]}, "column 'city': the manifest says 1 NULLs, there is 2"),
        ({"memo": ["a", "b", "c"]}, "column 'memo': the manifest says it was left out (drop), there is it"),
        ({"city": None}, "column 'city': the manifest says string, there is no such column"),
    ],
    ids=lambda case: next(iter(case)) if isinstance(case, dict) else "",
)
def test_each_kind_of_difference_is_told_without_a_value(
    output: Path, columns: dict[str, Any], expected: str
) -> None:
    text = output.suffix != ".parquet" and ".jsonl" not in output.name
    as_read = {name: [str(one) for one in column] for name, column in columns.items() if column and text}
    if "points" in columns:
        columns = columns | as_read
    changed(output, **columns)
    lines = told(output)
    assert any(expected in line for line in lines), lines
    assert "example.com" not in "".join(lines)


def test_rows_that_are_missing_are_told(output: Path) -> None:
    source = open_file(output)
    table = pa.Table.from_batches(list(source.batches()), source.schema).slice(0, 2)
    write_file(output, table.schema, table.to_batches())
    assert "rows: the manifest says 3, there is 2" in told(output)


def test_another_type_is_told_where_files_have_types(tmp_path: Path, ring: Keyring) -> None:
    write_file(tmp_path / "in.parquet", TABLE.schema, TABLE.to_batches())
    PIPELINE.run_file(tmp_path / "in.parquet", tmp_path / "out.parquet", manifest=tmp_path / "m.json")
    table = pq.read_table(tmp_path / "out.parquet")
    place = table.schema.get_field_index("points")
    pq.write_table(
        table.set_column(place, "points", table["points"].cast(pa.int32())), tmp_path / "out.parquet"
    )
    assert told(tmp_path / "out.parquet") == ["column 'points': the manifest says type int64, there is int32"]


@pytest.mark.parametrize("kind", KINDS)
def test_gates_judge_what_is_there_again(tmp_path: Path, kind: str) -> None:
    table = pa.table({"age": [1, 2, 11, 12], "city": ["A", None, "B", ""]})
    write_file(tmp_path / "in.parquet", table.schema, table.to_batches())
    out, record = tmp_path / f"out{kind}", tmp_path / "m.json"
    pipeline = Pipeline({"age": Generalise(band=10), "city": Keep()}, gates=[RiskGate(["age"], k=2)])
    pipeline.run_file(tmp_path / "in.parquet", out, manifest=record)
    assert told(out, bytes_too=True) == []
    changed(out, age=["0-9", "0-9", "0-9", "10-19"])
    assert [line[:100] for line in told(out)] == [
        "gate risk: the manifest says k 2, classes 2, rows 4, there is what it refuses: 1 of 4 rows are in 1 "
    ]
    changed(out, age=["0-9", "0-9", "0-9", "0-9"])
    (line,) = told(out)
    assert line.endswith("there is k 4, classes 1, rows 4")
    changed(out, age=None)
    assert any("no such columns to judge" in line for line in told(out))


def test_a_directory_is_compared_part_by_part(tmp_path: Path, ring: Keyring) -> None:
    (tmp_path / "in").mkdir()
    for number in range(2):
        write_file(tmp_path / "in" / f"{number}.csv", TABLE.schema, TABLE.to_batches())
    columns = {**PIPELINE.steps[0].columns, "points": Keep()}  # type: ignore[attr-defined]
    Pipeline(columns, domain="d").run_directory(tmp_path / "in", tmp_path / "out")
    out = tmp_path / "out"
    assert verify(out) == []
    (out / "_SUCCESS").unlink()
    (out / "0.csv").unlink()
    (out / "2.csv").write_text("a\n")
    changed(out / "1.csv", email=["kim@example.com", None, "x"])
    lines = [str(one) for one in verify(out)]
    for expected in (
        "directory out: the manifest says it is complete (_SUCCESS), there is no such marker",
        "part 2.csv: the manifest says no such part, there is one",
        "part 0.csv: the manifest says 3 rows, there is no such file",
        "part 1.csv: the manifest says SHA-256",
        "rows: the manifest says 6, there is 3",
        "column 'email': the manifest says token of email, there is 2 values of another form",
    ):
        assert any(line.startswith(expected) for line in lines), (expected, lines)


def test_encrypted_columns_are_envelopes_of_the_key_stated(ring: Keyring) -> None:
    record = ColumnRecord(
        "memo",
        "encrypt",
        None,
        {},
        True,
        True,
        False,
        False,
        "string",
        "binary",
        1,
        0,
        key_id=ring.data_key_id,
    )
    holds = holds_of(record)
    assert holds is not None
    sealed = Cipher("member.memo", codec_for(str)).encrypt("창가 자리")
    ring.rotate()
    newer = Cipher("member.memo", codec_for(str)).encrypt("창가 자리")
    found = holds(pa.array([sealed, None, newer, b"memo"], pa.binary()))
    assert found.to_pylist() == [True, None, False, False]
    assert holds(pa.array(["memo"])).to_pylist() == [False]


def test_a_transform_of_another_version_is_not_judged() -> None:
    record = ColumnRecord("a", "conjured", None, {}, True, True, False, False, "string", "string", 1, 0)
    assert holds_of(record) is None


def cli(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_the_command_ends_with_1_where_something_differs(
    tmp_path: Path, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_file(tmp_path / "in.parquet", TABLE.schema, TABLE.to_batches())
    PIPELINE.run_file("in.parquet", "out.csv", manifest="m.json")
    done = cli("--verify", "out.csv", "--manifest", "m.json")
    assert (done.exit_code, done.output) == (0, "out.csv is what its manifest says\n")
    assert json.loads(cli("--verify", "out.csv", "--manifest", "m.json", "--format", "json").output) == {
        "output": "out.csv",
        "differences": [],
    }
    changed(tmp_path / "out.csv", email=["kim@example.com", None, "x"])
    done = cli("--verify", "out.csv", "--manifest", "m.json")
    assert done.exit_code == 1
    assert "column 'email'" in done.output
    assert "kim" not in done.output
    document = json.loads(cli("--verify", "out.csv", "--manifest", "m.json", "--format", "json").output)
    assert [one["where"] for one in document["differences"]] == ["out.csv", "column 'email'"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--verify", "in.csv"], "only Parquet files carry a manifest; name the one beside it"),
        (["--verify", "none.parquet"], "no such file: none.parquet"),
        (["--verify", "in.csv", "--manifest", "in.csv"], "not a manifest"),
        (["--verify", "in.csv", "--manifest", "none.json"], "none.json: cannot be read"),
        (["--verify", "in.csv", "a", "b"], "--verify reads one output: name no other file"),
        (
            ["--verify", "in.csv", "--table", "t"],
            "in.csv: a file is one table; table= goes with the URL of a database",
        ),
        (["--verify", "in.csv", "--encoding", "cp949"], "--verify reads one output: it takes no --encoding"),
        (
            ["--verify", "sqlite:///in.db", "--manifest", "m.json"],
            "compared with a manifest beside it: name both",
        ),
        (["--verify", "sqlite:///in.db", "--table", "t"], "compared with a manifest beside it: name both"),
        ([], "name SOURCE and TARGET, or --verify OUTPUT"),
        (["in.csv", "out.csv"], "name --pipeline FILE, which says what to do to each column"),
    ],
)
def test_what_cannot_be_verified_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text("a\n1\n")
    with pytest.raises(InputError, match=message):
        cli(*arguments)


def test_a_manifest_of_before_says_nothing_of_nulls(output: Path) -> None:
    path = output.parent / "m.json"
    document = json.loads(path.read_text())
    del document["nulls_out"]
    path.write_text(json.dumps(document))
    assert Manifest.read(path).nulls_out is None
    assert verify(output, path) == []


def test_the_first_rows_are_made_again_where_source_and_keys_are_at_hand(output: Path) -> None:
    assert reproduce(PIPELINE, output.parent / "in.parquet", output) == []
    other = Pipeline(PIPELINE.steps[0].columns, domain="ads-2027")  # type: ignore[attr-defined]
    lines = [str(one) for one in reproduce(other, output.parent / "in.parquet", output)]
    assert [line.split(":")[0] for line in lines] == ["column 'email'", "column 'card'"]
    assert "another value in 2 of 3 rows" in lines[0]
    with pytest.raises(InputError, match="has other columns than this pipeline makes"):
        reproduce(Pipeline({"city": Keep()}, unlisted="drop"), output.parent / "in.parquet", output)


def test_the_first_rows_of_every_part_are_made_again(tmp_path: Path, ring: Keyring) -> None:
    pipeline = Pipeline({"id": Token()}, domain="d")
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / "in" / f"{number}.csv").write_text(f"id\n{number}\n{number + 3}\n")
    pipeline.run_directory(tmp_path / "in", tmp_path / "out")
    assert reproduce(pipeline, tmp_path / "in", tmp_path / "out") == []
    (tmp_path / "in" / "1.csv").write_text("id\n1\n5\n")
    source, one = reproduce(pipeline, tmp_path / "in", tmp_path / "out")
    assert source.where == "part 1.csv"
    assert source.expected.startswith("its source has SHA-256 ")
    assert (one.where, one.found) == ("part 1.csv, column 'id'", "another value in 1 of 2 rows")
    first = reproduce(pipeline, tmp_path / "in", tmp_path / "out", rows=3)  # the first row of each part
    assert first == [source]
    with pytest.raises(InputError, match="is no directory, as"):
        reproduce(pipeline, tmp_path / "in", tmp_path / "out" / "1.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no part of"):
        reproduce(pipeline, tmp_path / "in", tmp_path / "empty")


@pytest.mark.parametrize("kind", [".parquet", ".csv", ".csv.gz", ".jsonl"])
def test_parts_without_rows_and_rows_that_the_source_has_not_are_compared_too(
    tmp_path: Path, ring: Keyring, kind: str
) -> None:
    """An attacker's find: reading no row at all ended in an error of Arrow's or Python's."""
    pipeline, rows = Pipeline({"a": Token()}, domain="d"), pa.table({"a": ["x", "y"]})
    (tmp_path / "in").mkdir()
    empty = [] if kind == ".jsonl" else ["2"]  # which tells no columns
    for name, part in (("1", rows), *((name, rows.slice(0, 0)) for name in empty)):
        write_file(tmp_path / "in" / f"{name}{kind}", part.schema, part.to_batches())
    pipeline.run_directory(tmp_path / "in", tmp_path / "out")
    assert reproduce(pipeline, tmp_path / "in", tmp_path / "out") == []
    write_file(tmp_path / "in" / f"1{kind}", rows.schema, rows.slice(0, 1).to_batches())
    _, one = reproduce(pipeline, tmp_path / "in", tmp_path / "out")
    assert one.found == "another value in 1 of 2 rows"


def test_parts_that_only_the_source_or_only_the_output_has_are_told(tmp_path: Path, ring: Keyring) -> None:
    pipeline = Pipeline({"id": Token()}, domain="d")
    (tmp_path / "in").mkdir()
    for number in range(2):
        (tmp_path / "in" / f"{number}.csv").write_text(f"id\n{number}\n")
    pipeline.run_directory(tmp_path / "in", tmp_path / "out")
    (tmp_path / "in" / "0.csv").rename(tmp_path / "in" / "9.csv")
    assert [str(one) for one in reproduce(pipeline, tmp_path / "in", tmp_path / "out")] == [
        "part 0.csv: the manifest says it was made, there is no source of it",
        "part 9.csv: the manifest says no such part, there is a source of it",
    ]


@pytest.mark.parametrize("kind", [".parquet", ".csv"])
def test_a_source_of_another_length_is_told(tmp_path: Path, ring: Keyring, kind: str) -> None:
    pipeline, rows = Pipeline({"id": Token()}, domain="d"), pa.table({"id": [*map(str, range(40))]})
    pq.write_table(rows.slice(0, 20), tmp_path / "in.parquet")
    pipeline.run_file(tmp_path / "in.parquet", tmp_path / f"out{kind}", manifest=tmp_path / "m.json")
    pq.write_table(rows, tmp_path / "in.parquet")
    paths = tmp_path / "in.parquet", tmp_path / f"out{kind}"
    (one,) = reproduce(pipeline, *paths, rows=20, manifest=tmp_path / "m.json")
    assert str(one) == "source: the manifest says it had 20 rows, there is one of 40"
    pq.write_table(open_table(paths[1]).replace_schema_metadata(None), tmp_path / "bare.parquet")
    assert reproduce(pipeline, paths[0], tmp_path / "bare.parquet", rows=20) == []


def test_rows_that_meet_no_member_of_a_path_are_made_again_all_the_same(
    tmp_path: Path, ring: Keyring
) -> None:
    pipeline = Pipeline({"j.email": Mask(item="email")}, unlisted="keep")
    documents = ['{"a":1}'] * 3 + ['{"email":"kim@example.kr"}']
    pq.write_table(pa.table({"j": documents}), tmp_path / "in.parquet")
    pipeline.run_file(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert reproduce(pipeline, tmp_path / "in.parquet", tmp_path / "out.parquet", rows=3) == []


@pytest.mark.parametrize("kind", [".csv", ".jsonl", ".parquet"])
def test_a_column_of_nothing_is_made_again_as_nothing(tmp_path: Path, ring: Keyring, kind: str) -> None:
    pq.write_table(pa.table({"a": ["x"], "n": pa.nulls(1)}), tmp_path / "in.parquet")
    pipeline = Pipeline({"a": Keep(), "n": Keep()})
    pipeline.run_file(tmp_path / "in.parquet", tmp_path / f"out{kind}")
    assert reproduce(pipeline, tmp_path / "in.parquet", tmp_path / f"out{kind}") == []


def test_parts_are_made_again_as_the_first_is_read(tmp_path: Path, ring: Keyring) -> None:
    (tmp_path / "in").mkdir()
    for name, line in (("a", '{"t": ["x"]}'), ("b", '{"t": "[1]"}')):
        (tmp_path / "in" / f"{name}.jsonl").write_text(f"{line}\n")
    pipeline = Pipeline({"t": Token()}, domain="d")
    pipeline.run_directory(tmp_path / "in", tmp_path / "out")
    assert reproduce(pipeline, tmp_path / "in", tmp_path / "out") == []


def test_the_command_makes_rows_again(tmp_path: Path, ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text("id\n1\n2\n")
    (tmp_path / "p.toml").write_text('domain = "d"\n[columns]\nid = "token"\n')
    assert cli("in.csv", "out.parquet", "--pipeline", "p.toml").exit_code == 0
    assert cli("--verify", "out.parquet", "in.csv", "--pipeline", "p.toml").exit_code == 0
    (tmp_path / "p.toml").write_text('domain = "e"\n[columns]\nid = "token"\n')
    done = cli("--verify", "out.parquet", "in.csv", "--pipeline", "p.toml")
    assert done.exit_code == 1
    assert "another value in 2 of 2 rows" in done.output
    with pytest.raises(InputError, match="takes both SOURCE and --pipeline FILE"):
        cli("--verify", "out.parquet", "in.csv")
