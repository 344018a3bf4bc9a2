"""k, uniqueness and the class-size histogram, against a count by hand."""

from __future__ import annotations

import math
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.errors import InputError
from safeguards.risk import ClassCounter, Classes, Risk, measure
from safeguards.risk.classes import AT_ONCE

floats = st.one_of(st.none(), st.floats(width=32), st.sampled_from([0.0, -0.0, math.nan]))
texts = st.one_of(st.none(), st.text(alphabet="가나a\x00", max_size=2))
numbers = st.one_of(st.none(), st.integers(0, 3))
rows_of_three = st.lists(st.tuples(texts, numbers, floats), max_size=60)


def _key(value: Any) -> Any:
    """One key for what a person sees as one value."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else value + 0.0
    return value


def _by_hand(rows: list[tuple[Any, ...]]) -> tuple[int, float, tuple[tuple[int, int], ...]]:
    sizes = Counter(tuple(_key(value) for value in row) for row in rows).values()
    alone = sum(1 for size in sizes if size == 1)
    return (
        min(sizes, default=0),
        alone / len(rows) if rows else 0.0,
        tuple(sorted(Counter(sizes).items())),
    )


def _persons_by_hand(rows: list[tuple[Any, ...]]) -> tuple[int, float, tuple[tuple[int, int], ...]]:
    """Count the distinct persons, in the last place, of each class."""
    distinct = {tuple(_key(value) for value in row) for row in rows}
    return _by_hand([pair[:-1] for pair in distinct])


def _table(rows: list[tuple[Any, ...]]) -> pa.Table:
    types = [pa.string(), pa.int64(), pa.float64()]
    columns = [pa.array([row[place] for row in rows], kind) for place, kind in enumerate(types)]
    return pa.table(columns, names=["지역", "n", "x"])


def _figures(risk: Risk) -> tuple[int, float, tuple[tuple[int, int], ...]]:
    return risk.k, risk.uniqueness, risk.histogram


@given(rows_of_three)
def test_measure_equals_a_count_by_hand(rows: list[tuple[Any, ...]]) -> None:
    risk = measure(_table(rows), ["지역", "n", "x"])
    assert _figures(risk) == _by_hand(rows)
    assert risk.rows == len(rows)


@given(rows_of_three, st.integers(1, 7), st.sampled_from([1, 9, AT_ONCE]))
def test_batches_of_any_size_count_as_one_table(rows: list[tuple[Any, ...]], size: int, limit: int) -> None:
    counter = ClassCounter(Classes.of(["n", "지역"]), limit)
    for batch in _table(rows).to_batches(max_chunksize=size):
        counter.add(batch)
    assert _figures(Risk.of(counter)) == _by_hand([row[:2] for row in rows])


@given(rows_of_three, st.integers(1, 7), st.sampled_from([1, 9, AT_ONCE]))
def test_somebody_with_many_rows_counts_once_in_a_class(
    rows: list[tuple[Any, ...]], size: int, limit: int
) -> None:
    table = _table(rows)
    risk = measure(table, ["지역", "n"], person="x")
    assert _figures(risk) == _persons_by_hand(rows)
    assert risk.k <= measure(table, ["지역", "n"]).k
    counter = ClassCounter(Classes.of(["지역", "n"], "x"), limit)
    for batch in table.to_batches(max_chunksize=size):
        counter.add(batch)
    assert Risk.of(counter) == risk


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.run_end_encoded(pa.int32(), pa.string()),
        pa.json_(),
    ],
    ids=str,
)
def test_every_spelling_of_a_text_column_counts_the_same(kind: pa.DataType) -> None:
    values = ["1", "1", None, "2", "2", None, None]
    plain = pa.array(values, pa.string())
    if isinstance(kind, pa.JsonType):
        column = pa.ExtensionArray.from_storage(kind, plain)
    elif pa.types.is_run_end_encoded(kind):
        column = pa.compute.run_end_encode(plain)
    else:
        column = plain.cast(kind) if not pa.types.is_dictionary(kind) else plain.dictionary_encode()
    risk = measure(pa.table({"x": column}), ["x"])
    assert _figures(risk) == (2, 0.0, ((2, 2), (3, 1)))


def test_chunks_with_different_dictionaries_count_as_one_column() -> None:
    first, second = pa.array(["가", "나"]).dictionary_encode(), pa.array(["나", "가"]).dictionary_encode()
    assert measure(pa.table({"x": pa.chunked_array([first, second])}), ["x"]).histogram == ((2, 2),)


@pytest.mark.parametrize(
    "values",
    [
        pa.nulls(2),
        pa.array([True, True]),
        pa.array([Decimal("1.0")] * 2),
        pa.array([b"a"] * 2, pa.binary_view()),
    ],
    ids=lambda values: str(values.type),
)
def test_other_plain_types_are_counted(values: pa.Array) -> None:
    assert measure(pa.table({"x": values}), ["x"]).histogram == ((2, 1),)


def test_an_empty_table_has_no_class_and_k_zero() -> None:
    risk = measure(pa.table({"x": pa.array([], pa.int64())}), ["x"])
    assert _figures(risk) == (0, 0.0, ())
    assert risk.classes == 0


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ([], "empty"),
        (["x", "x"], "twice"),
        ("x", "one text"),
        (["y"], "column 'y' is not in the table; its columns: x, nested, same"),
        (["nested"], "'nested' is nested"),
        (["same"], "'same' is in the table more than once"),
    ],
)
def test_bad_quasi_identifiers_give_one_clear_line(columns: Any, problem: str) -> None:
    table = pa.table([[1], [[1]], [1], [2]], names=["x", "nested", "same", "same"])
    with pytest.raises(InputError, match=problem) as raised:
        measure(table, columns)
    assert "\n" not in str(raised.value)


def test_an_empty_table_still_names_a_missing_column() -> None:
    with pytest.raises(InputError, match="'y' is not in the table"):
        measure(pa.table({"x": pa.array([], pa.int64())}), ["y"])


def test_adult_is_measured_exactly_and_in_well_under_two_seconds(shared: Path) -> None:
    options = pyarrow.csv.ParseOptions(delimiter=";")
    adult = pyarrow.csv.read_csv(shared / "data/risk/adult.csv", parse_options=options)
    columns = [name for name in adult.column_names if name != "salary-class"]
    measure(adult.slice(0, 1), columns)
    start = time.perf_counter()
    risk = measure(adult, columns)
    assert time.perf_counter() - start < 2
    rows = list(zip(*(adult[name].to_pylist() for name in columns), strict=True))
    assert _figures(risk) == _by_hand(rows)
    assert (risk.rows, risk.classes) == (30162, len(set(rows)))


def test_the_column_that_tells_people_apart_is_no_quasi_identifier() -> None:
    table = pa.table({"x": [1], "y": [1]})
    with pytest.raises(InputError, match="'x' tells people apart"):
        measure(table, ["x", "y"], person="x")
    with pytest.raises(InputError, match="column 'z' is not in the table"):
        measure(table, ["x"], person="z")
