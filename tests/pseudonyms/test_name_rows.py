from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.items.kr.names import lists_1 as lists
from safeguards.items.kr.names.ranks import UNUSUAL, USUAL
from safeguards.pseudonyms.surrogates.name_rows import NameRows, hangul, written

GRIDS = {"usual": NameRows(USUAL), "unusual": NameRows(UNUSUAL)}
SURNAMES = st.sampled_from(USUAL.surnames)
NAMES = st.builds(str.__add__, SURNAMES, st.text(lists.FIRST + lists.LAST, min_size=1, max_size=2))
TEXTS = st.one_of(
    NAMES, st.text(max_size=5), st.text(lists.SYLLABLES, max_size=5), st.sampled_from(lists.DOUBLE)
)


@pytest.mark.parametrize("name", GRIDS)
@given(values=st.lists(TEXTS, max_size=12), start=st.integers(0, 2))
def test_whole_columns_are_numbered_like_single_names(name: str, values: list[str], start: int) -> None:
    rows = GRIDS[name]
    column = pa.array(values, pa.string()).slice(start)
    codes, places = hangul(column)
    ranks = rows.ranks(codes)
    found: list[int | None] = [None] * len(column)
    for place, rank in zip(places.tolist(), ranks.tolist(), strict=True):
        found[place] = None if rank < 0 else rank
    assert found == [rows.grid.rank(value) for value in values[start:]]
    known = ranks >= 0
    assert written(rows.codes(ranks[known])).to_pylist() == [
        value for value, rank in zip(values[start:], found, strict=True) if rank is not None
    ]


@pytest.mark.parametrize("name", GRIDS)
@given(data=st.data())
def test_numbers_are_spelled_like_single_ones(name: str, data: st.DataObject) -> None:
    rows = GRIDS[name]
    ends = st.sampled_from([number + step for number in rows.grid.starts for step in (-1, 0)])
    ranks = data.draw(
        st.lists(st.integers(0, rows.grid.size - 1) | ends.filter(range(rows.grid.size).__contains__))
    )
    codes = rows.codes(np.array(ranks, np.int64))
    names = written(codes).to_pylist()
    assert names == [rows.grid.spell(rank) for rank in ranks]
    assert rows.ranks(codes).tolist() == [rows.grid.rank(name) for name in names]
