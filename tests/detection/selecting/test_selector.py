"""Every backend selects at least the rows that hold a match."""

from __future__ import annotations

import re
import threading

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeguards.detection.selecting import Selector, superset
from safeguards.errors import InputError

EXPRESSIONS = [r"[0-9]{3}", "[가-힣]{2}님", "(?:ab)+c", "@", None]
NATIVE = [superset(expression) if expression else None for expression in EXPRESSIONS]
backends = pytest.mark.parametrize("backend", ["arrow", "re"])


def matching(texts: list[str | None]) -> set[tuple[int, int]]:
    return {
        (row, place)
        for row, text in enumerate(texts)
        if text is not None
        for place, expression in enumerate(EXPRESSIONS)
        if expression is None or re.search(expression, text)
    }


def selected(selector: Selector, texts: pa.Array) -> set[tuple[int, int]]:
    return {(row, place) for row, places in selector.select(texts) for place in places}


@backends
@given(texts=st.lists(st.none() | st.text("0123ab@가나님", max_size=8), max_size=20), cut=st.integers(0, 5))
@settings(max_examples=60)
def test_no_row_with_a_match_is_missed(backend: str, texts: list[str | None], cut: int) -> None:
    array = pa.array(texts, pa.large_string()).slice(min(cut, len(texts)))
    found = selected(Selector(NATIVE, backend), array)
    assert matching(texts[cut:]) <= found
    assert all(texts[cut:][row] is not None for row, _ in found)


@backends
def test_most_rows_without_a_match_are_left_out(backend: str) -> None:
    texts = ["가나다라 마바사"] * 1_000 + ["전화 0123"]
    found = selected(Selector(NATIVE[:-1], backend), pa.array(texts, pa.large_string()))
    assert (1_000, 0) in found
    assert backend == "re" or found == {(1_000, 0)}


def test_text_under_a_null_is_not_selected() -> None:
    texts = pa.array(["012", "345", "678"], pa.large_string())
    valid = pa.array([True, False, True]).buffers()[1]
    hidden = pa.Array.from_buffers(pa.large_string(), 3, [valid, *texts.buffers()[1:]])
    for backend in ("arrow", "re"):
        assert selected(Selector(NATIVE[:1], backend), hidden) == {(0, 0), (2, 0)}


def test_threads_share_a_selector() -> None:
    texts = pa.array(["가나님 012"] * 20_000, pa.large_string())
    selector = Selector(NATIVE[:4])
    results: list[int] = []
    threads = [
        threading.Thread(target=lambda: results.append(len(selected(selector, texts)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [40_000] * 4


def test_an_unknown_backend_is_refused() -> None:
    with pytest.raises(InputError, match="use one of: arrow, re"):
        Selector(NATIVE, "re2")
