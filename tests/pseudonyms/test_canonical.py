"""Canonical forms made at once are those made one by one, and no result depends on how a column is done."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.pseudonyms import column
from safeguards.pseudonyms.canonical import canonical_bytes
from safeguards.pseudonyms.column import by_unique
from safeguards.pseudonyms.tokens.tokeniser import canonical_of

any_text = st.text(st.characters(codec="utf-8"), max_size=12)
ascii_text = st.text(st.characters(max_codepoint=127), max_size=12)
mails = st.from_regex(r"[A-Za-z0-9._ -]{1,6}@[A-Za-z]{1,5}\.(com|KR) ?", fullmatch=True)
phones = st.from_regex(r"(010|\+82 ?10|02)-?[0-9]{3,4}-?[0-9]{4}[ a]?", fullmatch=True)


@pytest.mark.parametrize("item", [None, "email", "kr_phone", "person_name", "ip_address"])
@given(values=st.lists(any_text | ascii_text | mails | phones, max_size=12))
def test_a_whole_column_has_the_canonical_forms_of_its_values(item: str | None, values: list[str]) -> None:
    canonical = canonical_of(item)
    assert canonical_bytes(item, pa.array(values, pa.string())) == [
        canonical(value).encode() for value in values
    ]


@given(
    values=st.lists(st.none() | st.integers(0, 9), min_size=1, max_size=60),
    start=st.integers(0, 3),
    sample=st.sampled_from([1, 4, 4096]),
)
def test_no_result_depends_on_whether_distinct_values_were_sought(
    values: list[int | None], start: int, sample: int
) -> None:
    array = pa.array(values, pa.int64()).slice(start)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(column, "_SAMPLE", sample)
        made = by_unique(array, lambda some: pa.array([str(value.as_py()) for value in some]).cast("string"))
    assert made.to_pylist() == [None if value is None else str(value) for value in array.to_pylist()]


@pytest.mark.parametrize(("distinct", "sought"), [(10_000, False), (5, True), (3_000, True)])
def test_distinct_values_are_sought_where_values_come_again(distinct: int, sought: bool) -> None:
    seen: list[int] = []

    def convert(some: pa.Array) -> pa.Array:
        seen.append(len(some))
        return some

    rows = pa.array([row % distinct for row in range(10_000)])
    assert by_unique(rows, convert).to_pylist() == rows.to_pylist()
    assert seen == [distinct if sought else 10_000]
