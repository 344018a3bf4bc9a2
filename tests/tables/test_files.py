"""Files by their endings, and the ways they can be missing."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeguards.errors import InputError
from safeguards.tables import is_empty, open_file


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing.csv", "no such file"),
        ("nothing", "no such file"),
        ("table.xlsx", "ending says no kind"),
        ("table", "ending says no kind"),
        ("table.parquet.gz", "ending says no kind"),
        ("table.gz", "ending says no kind"),
        ("folder.csv", "not a file"),
    ],
)
def test_what_cannot_be_opened_is_one_line(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    for made in ("table.xlsx", "table", "table.parquet.gz", "table.gz"):
        (tmp_path / made).touch()
    with pytest.raises(InputError, match=message) as caught:
        open_file(tmp_path / name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["table.parquet", "table.csv.gz", "table.jsonl.zst"])
def test_a_file_that_is_not_what_its_ending_says_is_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"this is plain text\n" * 9)
    with pytest.raises(InputError, match=name):
        open_file(tmp_path / name)


def test_a_truncated_parquet_file_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": range(10_000)}), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="not a Parquet file, or damaged"):
        open_file(path)


def test_parquet_pages_that_are_damaged_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": range(10_000)}), path)
    data = bytearray(path.read_bytes())
    data[4:4000] = bytes(3996)
    path.write_bytes(data)
    with pytest.raises(InputError, match="not a Parquet file, or damaged"):
        list(open_file(path).batches())


def test_batches_and_columns_of_parquet_are_those_asked_for(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": range(1000), "b": range(1000), "c": range(1000)}), tmp_path / "t.parquet")
    batches = list(open_file(tmp_path / "t.parquet").batches(["c", "a"], size=300))
    assert [batch.num_rows for batch in batches] == [300, 300, 300, 100]
    assert batches[0].schema.names == ["c", "a"]


def test_a_table_without_rows_is_seen_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n")
    pq.write_table(pa.table({"a": pa.array([], pa.string())}), tmp_path / "t.parquet")
    (tmp_path / "u.csv").write_text("a,b\n1,2\n")
    assert is_empty(open_file(tmp_path / "t.csv"))
    assert is_empty(open_file(tmp_path / "t.parquet"))
    assert not is_empty(open_file(tmp_path / "u.csv"))


@pytest.mark.parametrize("group_rows", [1_000, 1_000_000], ids=["many row groups", "one large row group"])
def test_parquet_is_read_as_it_is_asked_for_and_not_ahead(tmp_path: Path, group_rows: int) -> None:
    values = pa.array([os.urandom(1_000) for _ in range(32_000)])
    pq.write_table(pa.table({"a": values}), tmp_path / "t.parquet", row_group_size=group_rows)
    del values
    before = most = pa.total_allocated_bytes()
    for batch in open_file(tmp_path / "t.parquet").batches(size=1_000):
        assert batch.num_rows == 1_000
        most = max(most, pa.total_allocated_bytes())
    assert most - before < 12 * 2**20, "the file has 32 MB"
