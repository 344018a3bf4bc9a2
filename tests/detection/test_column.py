"""Columns: NULL, slices, chunks, dictionaries and large strings give equal spans."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from safeguards.detection import Detector, column
from safeguards.errors import InputError

DETECTOR = Detector(entities=["PHONE_NUMBER", "EMAIL_ADDRESS"])
CELLS = [
    "전화 010-2222-3333",
    None,
    "",
    "kim@naver.com으로",
    "없음",
    "010-2222-3333 / 02-2100-3382",
    "kim@naver.com으로",
]
EXPECTED = [
    (0, 3, 16, "PHONE_NUMBER"),
    (3, 0, 13, "EMAIL_ADDRESS"),
    (5, 0, 13, "PHONE_NUMBER"),
    (5, 16, 28, "PHONE_NUMBER"),
    (6, 0, 13, "EMAIL_ADDRESS"),
]


def spans(values: object) -> list[tuple[int, int, int, str]]:
    table = DETECTOR.detect_column(values)
    return [tuple(row.values())[:4] for row in table.to_pylist()]


PLAIN = pa.array(CELLS)
SHAPES = {
    "string": PLAIN,
    "large string": PLAIN.cast(pa.large_string()),
    "string view": PLAIN.cast(pa.string_view()),
    "dictionary": PLAIN.dictionary_encode(),
    "dictionary of large strings": PLAIN.cast(pa.large_string()).dictionary_encode(),
    "dictionary with unsigned keys": PLAIN.dictionary_encode().cast(pa.dictionary(pa.uint64(), pa.string())),
    "chunks": pa.chunked_array([PLAIN[:2], PLAIN[2:3], PLAIN[3:]]),
    "chunks of dictionaries": pa.chunked_array(
        [PLAIN[:4].dictionary_encode(), PLAIN[4:].dictionary_encode()]
    ),
    "slice": pa.array(["010-9999-8888", *CELLS, "010-9999-8888"]).slice(1, len(CELLS)),
    "list": CELLS,
    "pandas series": pd.Series(CELLS),
    "pandas categorical": pd.Series(CELLS, dtype="category"),
}


@pytest.mark.parametrize("few", [0, column.FEW_BYTES], ids=["natively", "row by row"])
@pytest.mark.parametrize("values", SHAPES.values(), ids=SHAPES.keys())
def test_every_shape_of_a_column_gives_equal_spans(
    values: object, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column, "FEW_BYTES", few)
    assert spans(values) == EXPECTED


def test_the_columns_of_the_result() -> None:
    table = DETECTOR.detect_column(CELLS)
    assert table.schema.names == ["row", "start", "end", "entity", "score"]
    assert all(0.5 <= score <= 1 for score in table["score"].to_pylist())


@pytest.mark.parametrize("values", [[], [None, None], pa.chunked_array([], pa.string())])
def test_columns_without_text_give_an_empty_table(values: object) -> None:
    table = DETECTOR.detect_column(values)
    assert table.num_rows == 0
    assert table.schema.names == ["row", "start", "end", "entity", "score"]


def test_halves_of_surrogate_pairs_do_not_stop_a_column() -> None:
    cells = ["\ud83d 010-2222-3333 \udc00", None, "kim@naver.com"]
    assert spans(cells) == [(0, 2, 15, "PHONE_NUMBER"), (2, 0, 13, "EMAIL_ADDRESS")]
    assert spans(pd.Series(cells, dtype=object)) == spans(cell for cell in cells) == spans(cells)
    assert DETECTOR.detect_many(cells)[0] == DETECTOR.detect(cells[0] or "")


NO_COLUMNS = [
    [1, 2], pa.array([b"x"]), ["a", 1], [{"a": 1}], None, 5, "text", b"text", {"a": ["text"]},
    pa.table({"a": ["text"]}), pd.DataFrame({"a": ["text"]}),
]  # fmt: skip


@pytest.mark.parametrize("values", NO_COLUMNS, ids=lambda values: type(values).__name__)
def test_columns_of_other_things_are_refused(values: object) -> None:
    with pytest.raises(InputError, match="text"):
        DETECTOR.detect_column(values)


@pytest.mark.parametrize("processes", [0, -1, 1.5, "2", True])
def test_a_wrong_number_of_processes_is_refused(processes: Any) -> None:
    with pytest.raises(InputError, match="processes is a whole number"):
        DETECTOR.detect_column(CELLS, processes=processes)


@pytest.mark.parametrize("text", ["010-2222-3333", b"010-2222-3333"])
def test_one_text_is_no_column_of_letters(text: object) -> None:
    with pytest.raises(InputError, match="for one text there is detect"):
        DETECTOR.detect_column(text)
