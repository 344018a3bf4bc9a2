"""Files appear whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeguards.errors import InputError
from safeguards.tables import write_file, writing

SCHEMA = pa.schema({"a": pa.int64()})


def failing() -> Iterator[pa.RecordBatch]:
    yield pa.record_batch({"a": [1]})
    raise InputError("the source broke")


@pytest.mark.parametrize("kind", [".csv", ".jsonl", ".parquet", ".csv.gz"])
@pytest.mark.parametrize("nameless", [True, False])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, kind: str, nameless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    path = tmp_path / f"out{kind}"
    path.write_bytes(b"old")
    with pytest.raises(InputError, match="the source broke"):
        write_file(path, SCHEMA, failing())
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("nameless", [True, False])
def test_the_file_has_the_permissions_of_any_new_file(
    tmp_path: Path, nameless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    (tmp_path / "ordinary").touch()
    write_file(tmp_path / "out.csv", SCHEMA, [pa.record_batch({"a": [1]})])
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert len(modes) == 1
    assert sorted(os.listdir(tmp_path)) == ["ordinary", "out.csv"]


@pytest.mark.parametrize("nameless", [True, False])
def test_a_private_file_is_its_owners_alone(
    tmp_path: Path, nameless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    path = tmp_path / "out.csv"
    write_file(path, SCHEMA, [pa.record_batch({"a": [1]})], private=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("nameless", [True, False])
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666])
def test_a_file_that_is_replaced_hands_on_its_permissions(
    tmp_path: Path, nameless: bool, mode: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    path = tmp_path / "out.csv"
    path.touch()
    path.chmod(mode)
    write_file(path, SCHEMA, [pa.record_batch({"a": [1]})])
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_bytes() != b""


@pytest.mark.parametrize("there", [True, False])
def test_a_symbolic_link_stays_and_what_it_leads_to_is_written(tmp_path: Path, there: bool) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "data.csv"
    if there:
        real.touch(0o600)
    link = tmp_path / "out.csv"
    link.symlink_to(real)
    write_file(link, SCHEMA, [pa.record_batch({"a": [1]})])
    assert link.is_symlink()
    assert real.read_text() == '"a"\n1\n'
    assert stat.S_IMODE(real.stat().st_mode) == 0o600 or not there
    assert os.listdir(tmp_path / "real") == ["data.csv"]


def test_what_is_no_file_is_refused_before_a_row_is_read(tmp_path: Path) -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        raise AssertionError("read")
        yield

    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "device.csv").symlink_to("/dev/null")
    (tmp_path / "to_pipe.csv").symlink_to(tmp_path / "pipe.csv")
    (tmp_path / "round.csv").symlink_to(tmp_path / "round.csv")
    before = sorted(os.listdir(tmp_path))
    for name in before:
        with pytest.raises(InputError, match=name):
            write_file(tmp_path / name, SCHEMA, batches())
    assert sorted(os.listdir(tmp_path)) == before
    assert stat.S_ISFIFO((tmp_path / "pipe.csv").stat().st_mode)


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="needs Linux")
def test_no_name_exists_while_rows_are_being_written(tmp_path: Path) -> None:
    seen = []

    def batches() -> Iterator[pa.RecordBatch]:
        yield pa.record_batch({"a": [1]})
        seen.append(os.listdir(tmp_path))

    write_file(tmp_path / "out.csv", SCHEMA, batches())
    assert seen == [[]]


def test_a_parquet_file_carries_metadata_known_only_at_the_end(tmp_path: Path) -> None:
    counted: list[int] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for rows in (3, 4):
            counted.append(rows)
            yield pa.record_batch({"a": list(range(rows))})

    write_file(tmp_path / "t.parquet", SCHEMA, batches(), metadata=lambda: {"rows": str(sum(counted))})
    assert pq.read_metadata(tmp_path / "t.parquet").metadata[b"rows"] == b"7"


def test_small_batches_become_row_groups_that_read_well(tmp_path: Path) -> None:
    batches = (pa.record_batch({"a": range(start, start + 1_000)}) for start in range(0, 300_000, 1_000))
    write_file(tmp_path / "t.parquet", SCHEMA, batches)
    assert pq.read_metadata(tmp_path / "t.parquet").num_row_groups == 2
    assert pq.read_table(tmp_path / "t.parquet")["a"].to_pylist() == list(range(300_000))


@pytest.mark.parametrize("name", ["missing/out.csv", "out.xls"])
def test_a_target_that_cannot_be_is_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        write_file(tmp_path / name, SCHEMA, [])


@pytest.mark.parametrize(
    ("kind", "values"), [(".csv", [b"x"]), (".jsonl", [b"x"]), (".csv", [[1]]), (".tsv", [{"x": 1}])]
)
def test_a_column_without_a_form_in_that_kind_is_named(
    tmp_path: Path, kind: str, values: list[object]
) -> None:
    batch = pa.record_batch({"c": values})
    with pytest.raises(InputError, match="column 'c' is .* cannot hold: write out.parquet"):
        write_file(tmp_path / f"out{kind}", batch.schema, [batch])
    assert os.listdir(tmp_path) == []


def test_numbers_that_json_has_no_word_for_are_null(tmp_path: Path) -> None:
    batch = pa.record_batch({"x": [float("nan"), float("inf"), 1.5]})
    write_file(tmp_path / "out.jsonl", batch.schema, [batch])
    assert (tmp_path / "out.jsonl").read_text() == '{"x": null}\n{"x": null}\n{"x": 1.5}\n'


def test_the_name_is_given_by_one_replacement(tmp_path: Path) -> None:
    with writing.whole_file(tmp_path / "f") as file:
        file.write(b"x")
        assert not (tmp_path / "f").exists()
    assert (tmp_path / "f").read_bytes() == b"x"


def test_a_dictionary_that_parquet_cannot_hold_is_one_line(tmp_path: Path) -> None:
    values: Any = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), pa.array(["가", None]))
    table = pa.table({"v": pa.MapArray.from_arrays([0, 2], pa.array(["a", "b"]), values)})
    with pytest.raises(InputError, match="a column has a form that .parquet cannot hold, such as"):
        write_file(tmp_path / "out.parquet", table.schema, table.to_batches())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", [".csv", ".jsonl"])
@pytest.mark.parametrize("nested", [False, True])
def test_moments_of_a_zone_that_nobody_knows_are_refused_where_they_are_written_as_text(
    tmp_path: Path, kind: str, nested: bool
) -> None:
    moments: Any = pa.array([0], pa.timestamp("us", "Mars/Phobos"))
    table = pa.table({"때": pa.ListArray.from_arrays([0, 1], moments) if nested else moments})
    with pytest.raises(InputError, match=f"column '때' is .*Mars/Phobos.* which {kind} cannot"):
        write_file(tmp_path / f"out{kind}", table.schema, table.to_batches())
    write_file(tmp_path / "out.parquet", table.schema, table.to_batches())
