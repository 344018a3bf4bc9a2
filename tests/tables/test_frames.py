"""Frames of every kind, there and back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from safeguards.errors import InputError
from safeguards.tables import is_frame, open_frame, to_like

TABLE = pa.table({"이름": ["홍", None, "김"], "n": [1, 2, None]})
FRAMES: dict[str, Any] = {
    "table": lambda: TABLE,
    "batch": lambda: TABLE.combine_chunks().to_batches()[0],
    "reader": TABLE.to_reader,
    "pandas": TABLE.to_pandas,
    "polars": lambda: pl.from_arrow(TABLE),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_every_kind_comes_back_as_itself(kind: str) -> None:
    frame = FRAMES[kind]()
    assert is_frame(frame)
    source = open_frame(frame)
    table = pa.Table.from_batches(list(source.batches()), source.schema)
    back = to_like(table, frame)
    assert isinstance(back, type(frame))
    assert open_frame(back).schema.names == ["이름", "n"]


def test_pandas_types_come_back() -> None:
    frame = pd.DataFrame(
        {
            "whole": pd.array([1, None], "Int64"),
            "text": pd.array(["a", None], "string"),
            "moment": pd.to_datetime(["2020-01-01", None]),
            "flag": [True, False],
        }
    )
    back = to_like(open_frame(frame).table, frame)
    pd.testing.assert_frame_equal(back, frame)


def test_pandas_categories_that_no_row_uses_do_not_come_back() -> None:
    frame = pd.DataFrame({"name": pd.Categorical(["kim", "hong"])}).iloc[:1]
    back = to_like(open_frame(frame).table.select(["name"]), frame)
    assert back["name"].tolist() == ["kim"]
    assert back["name"].dtype.name == "category"


@pytest.mark.parametrize(
    "value",
    [pd.Series(["a"]), pl.Series(["a"]), pa.chunked_array([["a"]]), pa.array(["a"]), ["a"], None],
    ids=["pandas", "polars", "chunked", "array", "list", "none"],
)
def test_one_column_is_no_table(value: Any) -> None:
    with pytest.raises(InputError, match="is no table: pass an Arrow table"):
        open_frame(value)


@pytest.mark.parametrize(
    ("index", "columns"),
    [
        (pd.RangeIndex(2), []),
        (pd.Index([5, 9]), ["__index_level_0__"]),
        (pd.RangeIndex(1, 3), ["__index_level_0__"]),
        (pd.Index(["a", "b"], name="member"), ["member"]),
        (pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["x", None]), ["x", "__index_level_1__"]),
    ],
)
def test_a_pandas_index_that_says_something_is_a_column(index: pd.Index, columns: list[str]) -> None:
    frame = pd.DataFrame({"v": [1, 2]}, index=index)
    source = open_frame(frame)
    assert source.schema.names == ["v", *columns]
    pd.testing.assert_frame_equal(to_like(source.table, frame), frame, check_index_type=False)


def test_mixed_values_are_refused_without_being_shown() -> None:
    with pytest.raises(InputError, match="column 'a' holds values of several types") as caught:
        open_frame(pd.DataFrame({"a": ["secret", 1]}))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        (pl.LazyFrame({"a": [1]}).select("b"), "lazy frame cannot be read"),
        ([1, 2], "list is no table"),
        ("text", "str is no table"),
        (pd.DataFrame({1: [1]}), "not text"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "more than one column named 'a'"),
        (pa.table([[1], [2]], names=["a", "a"]), "more than one column named 'a'"),
    ],
)
def test_what_is_no_table_is_refused(obj: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        open_frame(obj)


def test_a_reader_is_read_once() -> None:
    source = open_frame(TABLE.to_reader())
    list(source.batches())
    with pytest.raises(InputError, match="already read"):
        next(source.batches())


def test_rows_of_views_are_sampled() -> None:
    table = pa.table(
        {"a": pa.array(["x", "y"], pa.string_view()), "b": pa.array([b"x", None], pa.binary_view())}
    )
    for source in (open_frame(table), open_frame(table.to_reader())):
        assert source.sample(2).to_pylist() == table.to_pylist()


def test_halves_of_surrogate_pairs_are_refused_without_being_shown() -> None:
    with pytest.raises(InputError, match="column 'memo' holds halves of surrogate pairs"):
        open_frame(pd.DataFrame({"memo": pd.Series(["secret \ud800"], dtype=object)}))
    with pytest.raises(InputError, match="column name with half"):
        open_frame(pd.DataFrame([["x"]], columns=pd.Index(["\ud800"], dtype=object)))


def test_columns_of_python_objects_come_back_as_such() -> None:
    frame = pd.DataFrame(
        {
            "text": pd.Series(["가", None], dtype=object),
            "whole": pd.Series([2**60 + 1, None], dtype=object),
            "day": pd.Series([date(2026, 1, 2), None], dtype=object),
        }
    )
    back = to_like(open_frame(frame).table, frame)
    assert [str(kind) for kind in back.dtypes] == ["object"] * 3
    assert back["text"].tolist() == ["가", None]
    assert back["whole"].tolist() == [2**60 + 1, None]
    assert back["day"].tolist() == [date(2026, 1, 2), None]
    assert to_like(open_frame(frame).table.slice(0, 0), frame)["text"].dtype == object
