"""JSON lines: types that hold all values, nested values as text."""

from __future__ import annotations

import json
import traceback
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.errors import InputError
from safeguards.tables import open_file, write_file


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "people.jsonl"
    path.write_text(text, encoding)
    return path


def read(path: Path) -> pa.Table:
    source = open_file(path)
    return pa.Table.from_batches(list(source.batches()), source.schema)


def kinds(table: pa.Table) -> dict[str, str]:
    return dict(zip(table.schema.names, map(str, table.schema.types), strict=True))


def test_types_hold_all_values_of_a_column(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "ratio": 1, "ok": True, "name": "홍", "mixed": 1, "big": 2**60, "huge": 2**70},
        {"id": 2, "ratio": 0.5, "ok": None, "mixed": "1", "big": 1, "huge": 1},
    ]
    table = read(written(tmp_path, "\n".join(map(json.dumps, rows)) + "\n"))
    assert kinds(table) == {
        "id": "int64", "ratio": "double", "ok": "bool", "name": "string",
        "mixed": "string", "big": "int64", "huge": "string",
    }  # fmt: skip
    assert table["mixed"].to_pylist() == ["1", "1"]
    assert table["huge"].to_pylist() == [str(2**70), "1"]
    assert table["name"].to_pylist() == ["홍", None]


def test_large_whole_numbers_beside_fractions_keep_their_digits(tmp_path: Path) -> None:
    table = read(written(tmp_path, '{"n": 9007199254740993}\n{"n": 0.5}\n'))
    assert table["n"].to_pylist() == ["9007199254740993", "0.5"]


def test_nested_values_stay_json_text(tmp_path: Path) -> None:
    table = read(written(tmp_path, '{"a": {"이름": ["홍", 1]}}\n{"a": [1]}\n'))
    assert table["a"].to_pylist() == ['{"이름": ["홍", 1]}', "[1]"]


@pytest.mark.parametrize(
    "line", ['{"name":"김","phone":"1","name":"홍"}', '{"a":{"b":[{"x":1,"x" : 1}]}}', r'{"a":1,"\u0061":2}']
)
def test_a_name_that_stands_twice_in_an_object_is_named_by_its_line(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, f'{{"a": null}}\n\n{line}\n')
    with pytest.raises(
        InputError, match=r"people\.jsonl, line 3: one name stands twice in an object"
    ) as caught:
        read(path)
    assert "김" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(("first", "second"), [('"010"', '["010"]'), ('{"a": 1}', "1"), ("[1]", "true")])
def test_lists_and_objects_among_single_values_are_named_by_their_line(
    tmp_path: Path, first: str, second: str
) -> None:
    """Their text would have a pseudonym of its own, unlike that of the value inside."""
    path = written(tmp_path, f'{{"p": null}}\n{{"p": {first}}}\n{{"p": {first}}}\n{{"p": {second}}}\n')
    with pytest.raises(InputError, match=r"people\.jsonl, line 4: column 'p' holds a list or an object"):
        read(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_korean_lines_are_read_in_whatever_encoding_they_came(tmp_path: Path, encoding: str) -> None:
    assert read(written(tmp_path, '{"이름": "홍길동"}\n\n', encoding)).to_pylist() == [{"이름": "홍길동"}]


@pytest.mark.parametrize("line", ["{", "[1]", '"text"', "NaN", '{"a": Infinity}', "{'a': 1}"])
def test_a_line_that_is_no_object_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, f'{{"a": 1}}\n{line}\n')
    with pytest.raises(InputError, match=r"people\.jsonl, line 2: not a JSON object"):
        read(path)


def test_a_line_nested_beyond_reason_is_named_by_its_number(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 1"):
        read(written(tmp_path, '{"a":' + "[" * 100_000 + "\n"))


@pytest.mark.parametrize("value", [r'"kim\ud800"', r'["kim\udc00"]'])
def test_half_of_a_pair_is_named_by_its_column_and_row_and_not_shown(tmp_path: Path, value: str) -> None:
    path = written(tmp_path, f'{{"b": 1}}\n{{"b": 2, "a": {value}}}\n')
    with pytest.raises(InputError, match=r"people\.jsonl: column 'a', row 2: holds half of a pair") as caught:
        read(path)
    assert "kim" not in "".join(traceback.format_exception(caught.value))
    with pytest.raises(InputError, match=r"people\.jsonl: the name of a column holds half of a pair"):
        read(written(tmp_path, '{"\\ud800": 1}\n'))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is empty"):
        open_file(written(tmp_path, "\n"))


values = st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=8))


@given(
    st.lists(
        st.fixed_dictionaries({"a": values, "b": st.none() | st.integers(-(2**63), 2**63 - 1)}), min_size=1
    )
)
def test_what_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]]
) -> None:
    path = tmp_path_factory.mktemp("round") / "table.jsonl"
    schema = pa.schema({"a": pa.string(), "b": pa.int64()})
    table = pa.Table.from_pylist(rows, schema)
    write_file(path, schema, table.to_batches())
    assert read(path).to_pylist() == rows
