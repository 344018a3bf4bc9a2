"""CSV and TSV files as people and programs write them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.errors import InputError
from safeguards.tables import is_empty, open_file, write_file

KOREAN = "이름,전화\n홍길동,01012345678\n김영희,010-9876-5432\n"


def written(folder: Path, data: str | bytes, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def read(path: Path, **options: str) -> list[dict[str, object]]:
    source = open_file(path, **options)
    return pa.Table.from_batches(list(source.batches()), source.schema).to_pylist()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-32"])
def test_korean_files_are_read_in_whatever_encoding_they_came(tmp_path: Path, encoding: str) -> None:
    rows = read(written(tmp_path, KOREAN.encode(encoding)))
    assert rows[0] == {"이름": "홍길동", "전화": "01012345678"}
    assert len(rows) == 2


def test_a_mark_written_twice_is_no_part_of_a_name(tmp_path: Path) -> None:
    assert read(written(tmp_path, "\ufeff\ufeffa,b\n1,2\n")) == [{"a": "1", "b": "2"}]


def test_cp949_is_found_when_the_first_korean_letter_stands_far_behind(tmp_path: Path) -> None:
    ascii_part = "name,note\n" + "somebody,plain\n" * 200_000
    rows = read(written(tmp_path, ascii_part.encode() + "김,끝\n".encode("cp949")))
    assert rows[-1] == {"name": "김", "note": "끝"}


def test_a_character_cut_by_the_chunk_that_is_looked_at_is_no_mistake(tmp_path: Path) -> None:
    text = "a\n" + "가나" * 400_000 + "\n"
    assert read(written(tmp_path, text))[0]["a"] == "가나" * 400_000


def test_leading_zeros_survive(tmp_path: Path) -> None:
    assert read(written(tmp_path, "phone\n01012345678\n")) == [{"phone": "01012345678"}]


def test_an_empty_cell_is_null_and_a_quoted_one_is_empty_text(tmp_path: Path) -> None:
    assert read(written(tmp_path, 'a,b\n,""\n')) == [{"a": None, "b": ""}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_headers(tmp_path: Path, delimiter: str) -> None:
    text = "a,b,c\n1,2,3\n".replace(",", delimiter)
    assert read(written(tmp_path, text)) == [{"a": "1", "b": "2", "c": "3"}]


def test_line_breaks_and_delimiters_inside_quotes_belong_to_the_cell(tmp_path: Path) -> None:
    text = '"a\nb",c\r\n"1,\r\n2","say ""hi"""\r\n'
    assert read(written(tmp_path, text)) == [{"a\nb": "1,\r\n2", "c": 'say "hi"'}]


@pytest.mark.parametrize("suffix", [".csv.gz", ".csv.zst", ".tsv.gz"])
def test_compressed_text_is_read_and_written(tmp_path: Path, suffix: str) -> None:
    table = pa.table({"이름": ["홍길동", None, ""]})
    write_file(tmp_path / f"people{suffix}", table.schema, table.to_batches())
    assert read(tmp_path / f"people{suffix}") == table.to_pylist()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("a,b\n1,2\n3\n", "people.csv, line 3: 1 cells where the header has 2"),
        ('a,b\n"x\ny",2\n\n3,4,5\n', "people.csv, line 5: 3 cells where the header has 2"),
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("a,b,a\n1,2,3\n", "more than one column named 'a'"),
        (b"a\n\xff\xfe\xe9a\n", "neither UTF-8 nor CP949"),
        (b"a\n" + b"x\n" * 9 + "가".encode() + b"y" * 3_000_000 + b"\n\xff\n", "not utf-8"),
        (b"\0" * 500, "the first line does not name columns: it holds NUL characters"),
        ('a,"' + "b" * 200_000 + '"\n1,2\n', "or a cell longer than 131,072 characters"),
        ('a,b\n1,2\n"' + "x,\n" * 200_000 + '"\n', "1 cells where the header has 2"),
    ],
)
def test_damaged_files_are_one_clear_error(tmp_path: Path, data: str | bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(written(tmp_path, data))
    assert "\n" not in str(caught.value)


def test_a_ragged_row_is_named_without_its_values(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(written(tmp_path, "name,rrn\nhong,900101-1234567,secret\n"))
    assert "900101" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_wrongly_named_encoding_is_one_clear_error(tmp_path: Path) -> None:
    path = written(tmp_path, KOREAN.encode("cp949"))
    with pytest.raises(InputError, match="not ascii"):
        read(path, encoding="ascii")
    with pytest.raises(InputError, match="unknown encoding 'klingon'"):
        open_file(path, encoding="klingon")


def test_an_unknown_column_names_those_there_are(tmp_path: Path) -> None:
    source = open_file(written(tmp_path, KOREAN))
    with pytest.raises(InputError, match="no column '주소'; it has: 이름, 전화"):
        list(source.batches(["주소"]))


def test_columns_come_in_the_order_asked_for(tmp_path: Path) -> None:
    batch = next(open_file(written(tmp_path, KOREAN)).batches(["전화", "이름"]))
    assert batch.schema.names == ["전화", "이름"]


@pytest.mark.parametrize("where", [0, 3, 40_000])
def test_a_row_longer_than_a_block_is_read_once_and_in_its_place(tmp_path: Path, where: int) -> None:
    values = [f"short {n}" for n in range(80_000)]
    values[where] = "long " * 700_000
    assert read(written(tmp_path, "a\n" + "\n".join(values) + "\n")) == [{"a": value} for value in values]


@pytest.mark.parametrize("rows", [1, 200_000])
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_quotation_mark_left_open_swallows_no_rows(tmp_path: Path, rows: int, end: str) -> None:
    path = written(tmp_path, 'a,b\n1,"2\n' + "\n".join(["3,4"] * rows) + end)
    with pytest.raises(InputError, match="a quotation mark is left open"):
        read(path)
    with pytest.raises(InputError, match="a quotation mark is left open"):
        list(open_file(path).batches(["a"]))


@pytest.mark.parametrize("end", ["\n", "", "\r\n"])
def test_a_last_cell_of_several_lines_is_a_cell(tmp_path: Path, end: str) -> None:
    assert read(written(tmp_path, f'a,b\n1,"2\n3\n"{end}')) == [{"a": "1", "b": "2\n3\n"}]


@pytest.mark.parametrize("odd", ["\x0b", "\x85", "\u2028"])
def test_odd_line_ends_in_a_header_are_part_of_its_names(tmp_path: Path, odd: str) -> None:
    assert read(written(tmp_path, f"a{odd}b,c\n1,2\n")) == [{f"a{odd}b": "1", "c": "2"}]


cells = st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=12))


@given(st.lists(st.tuples(cells, cells), min_size=1), st.sampled_from([".csv", ".tsv"]))
def test_what_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], kind: str
) -> None:
    path = tmp_path_factory.mktemp("round") / f"table{kind}"
    table = pa.table(
        {"이름": [row[0] for row in rows], "b,\t": [row[1] for row in rows]},
        pa.schema({"이름": pa.string(), "b,\t": pa.string()}),
    )
    write_file(path, table.schema, table.to_batches())
    assert read(path, encoding="utf-8") == table.to_pylist()


@given(st.lists(cells, min_size=1))
def test_a_single_column_with_nulls_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, values: list[str | None]
) -> None:
    path = tmp_path_factory.mktemp("single") / "table.csv"
    table = pa.table({"a": pa.array(values, pa.string())})
    write_file(path, table.schema, table.to_batches())
    assert read(path, encoding="utf-8") == table.to_pylist()


@pytest.mark.parametrize("data", ["a,b", "a,b\n", "a,b\r\n", '"a\nb",c'])
def test_a_header_alone_has_no_rows(tmp_path: Path, data: str) -> None:
    path = written(tmp_path, data)
    assert read(path) == []
    assert open_file(path).sample(5).num_rows == 0


def test_a_first_line_of_values_is_a_row_and_its_columns_are_numbered(tmp_path: Path) -> None:
    path = written(tmp_path, "kim@example.com,x,x\nlee@example.com,y,z\n")
    source = open_file(path, are_data=lambda names: [name for name in names if "@" in name])
    rows = pa.Table.from_batches(list(source.batches()), source.schema).to_pylist()
    assert rows[0] == {"column 1": "kim@example.com", "column 2": "x", "column 3": "x"}
    assert len(rows) == 2


def test_one_line_of_values_without_a_line_end_is_a_row(tmp_path: Path) -> None:
    source = open_file(written(tmp_path, "kim@example.com"), are_data=lambda names: names)
    assert source.sample(5).to_pylist() == [{"column 1": "kim@example.com"}]


@pytest.mark.parametrize(
    "first",
    [
        "홍길동,900101-1234567",
        "name,kim@example.com",
        "name,kim @ example.com",
        "a,010 2345 6789",
        "1234567890123,b",
        "a,19900101-1234567",
        "a,20240101-19900101-1234567",
        "a,2024-01-01 00:00 01023456789",
    ],
)
def test_a_first_line_of_values_is_refused_without_telling_them(tmp_path: Path, first: str) -> None:
    (tmp_path / "members.csv").write_text(f"{first}\nx,y\n", "utf-8")
    with pytest.raises(InputError, match="the first line holds values") as caught:
        open_file(tmp_path / "members.csv")
    assert not any(cell in str(caught.value) for cell in first.split(",") if len(cell) > 4)


@pytest.mark.parametrize(
    "first",
    [
        "20240101,2024-01-02",
        "sales_2024_q1,q2",
        "주소1,주소2",
        "@timestamp,order.@id",
        "name,2024-01-01 00:00:00",
        "매출(2023.01.01-2023.12.31),20230101-20231231",
    ],
)
def test_dates_and_numbered_names_name_columns(tmp_path: Path, first: str) -> None:
    (tmp_path / "sales.csv").write_text(f"{first}\nx,y\n", "utf-8")
    assert open_file(tmp_path / "sales.csv").schema.names == first.split(",")


@pytest.mark.parametrize(("text", "empty"), [("a,b\n", True), ("a,b\n\n \n", True), ("a,b\n1,2", False)])
def test_whether_rows_follow_is_known_without_reading_them(tmp_path: Path, text: str, empty: bool) -> None:
    (tmp_path / "t.csv").write_text(text)
    assert is_empty(open_file(tmp_path / "t.csv")) is empty


@pytest.mark.parametrize("leave", ["rows.close()", ""])
def test_a_process_that_leaves_a_file_to_be_decoded_early_ends_in_peace(tmp_path: Path, leave: str) -> None:
    (tmp_path / "t.csv").write_bytes(
        "이름,전화\n".encode("cp949") + "김철수,010\n".encode("cp949") * 1_000_000
    )
    script = f"""
from safeguards.tables import open_file
rows = open_file({str(tmp_path / "t.csv")!r}).batches()
assert next(rows)["이름"][0].as_py() == "김철수"
{leave}
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "text", ['a,b\n1,"open', 'a,b\n1,"say ""hi', 'a\n"x"\n"가나', 'a,b\n1,2\n3,"', 'a,b\n1,"""']
)
def test_a_file_that_ends_inside_a_cell_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cut.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(
        InputError, match=r"cut.csv: (ends inside a quoted cell|a quotation mark is left open)"
    ):
        list(open_file(path).batches())
    path.write_text(text + '"', "utf-8")
    assert sum(batch.num_rows for batch in open_file(path).batches()) >= 1


@pytest.mark.parametrize("text", ["a,b\n1,open", 'a,b\n1,"x"\n', 'a,b\n1,5"x', "a,b\n1,"])
def test_a_file_that_ends_well_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "whole.csv"
    path.write_text(text, "utf-8")
    assert sum(batch.num_rows for batch in open_file(path).batches()) == 1


def test_cells_that_an_open_quotation_mark_took_are_told_of_it(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_text('a,b,c\n1,"open,2\n3,4,"5"\n', "utf-8")
    with pytest.raises(InputError, match="or close the quotation mark that is left open somewhere"):
        list(open_file(path).batches())
    path.write_text('a,b,c\n1,2\n3,4,"5"\n', "utf-8")
    with pytest.raises(InputError, match="mend or remove that line$"):
        list(open_file(path).batches())
