"""Suppression: no value is left, in a column of the same type or of one label."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from safeguards.errors import InputError
from safeguards.pseudonyms import Suppress

COLUMNS = [
    pa.array([0, 7, None]),
    pa.array(["", "a", None]),
    pa.array([[1], [], None]),
    pa.array(["", "a", None]).dictionary_encode(),
    pa.array([], pa.date32()),
    pa.array([None, None]),
]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: str(column.type))
def test_without_a_label_every_value_is_null_of_the_same_type(column: pa.Array) -> None:
    result = Suppress().apply(column)
    assert (result.type, result.null_count, len(result)) == (column.type, len(column), len(column))
    assert not pa.types.is_dictionary(result.type) or not result.dictionary


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: str(column.type))
def test_a_label_stands_for_every_value_and_null_stays(column: pa.Array) -> None:
    result = Suppress(value="비공개").apply(column)
    assert result.type == pa.string()
    assert result.to_pylist() == [None if value is None else "비공개" for value in column.to_pylist()]


def test_a_null_inside_a_dictionary_is_no_value() -> None:
    column = pa.DictionaryArray.from_arrays(pa.array([0, 1]), pa.array(["a", None]))
    assert Suppress(value="x").apply(column).to_pylist() == ["x", None]


@pytest.mark.parametrize("value", [0, True, ["x"]])
def test_labels_are_text(value: Any) -> None:
    with pytest.raises(InputError, match="label"):
        Suppress(value=value)
