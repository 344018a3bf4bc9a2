"""Paths into nested columns: how they are written, and what they lead to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.errors import InputError
from safeguards.pipeline.nested.paths import EACH, Branch, Path, names, resolve, select
from safeguards.pseudonyms import Drop, Keep

segments = st.none() | st.text(st.characters(codec="utf-8"), max_size=6)


@pytest.mark.parametrize(
    ("text", "column", "steps"),
    [
        ("a", "a", ()),
        ("a.b", "a", ("b",)),
        ("a[].b", "a", (EACH, "b")),
        ("a.b[][].c", "a", ("b", EACH, EACH, "c")),
        ('a["b.c"]', "a", ("b.c",)),
        (r'a["say \"x\""].y', "a", ('say "x"', "y")),
        (r'a["\uc774\ub984"]', "a", ("이름",)),
        ('a[""]', "a", ("",)),
        ("a.이메일 주소", "a", ("이메일 주소",)),
        ("flat.csv.name", "flat.csv.name", ()),
        ("flat.csv.name.x", "flat.csv.name", ("x",)),
        ("flat.x", "flat", ("x",)),
    ],
)
def test_a_path_is_a_column_and_steps_from_there(text: str, column: str, steps: tuple[Any, ...]) -> None:
    assert resolve(text, ["flat", "a", "flat.csv.name", "ab"]) == Path(column, steps)


@pytest.mark.parametrize(
    "text",
    ["b", "ab.c", "a.", "a..b", "a[", "a[0]", "a[b]", 'a["b]', 'a["\\x"]', "a.b]", "a b", "", "[]", 'a.b"c'],
)
def test_what_is_written_otherwise_leads_nowhere(text: str) -> None:
    assert resolve(text, ["a"]) is None
    with pytest.raises(InputError, match="no column .*; the columns are: a"):
        select({text: Drop()}, ["a"])


@given(steps=st.lists(segments, max_size=4), columns=st.lists(st.sampled_from(["a", "a.b", "a.b.c", "a[]"])))
def test_the_name_of_a_part_leads_back_to_it(steps: list[str | None], columns: list[str]) -> None:
    known = {"a", *columns}
    branch = Branch("a", known)
    for step in steps:
        branch = branch.elements() if step is None else branch.member(step)
    found = resolve(branch.name, known)
    if branch.name not in known:
        assert found == Path("a", tuple(steps)) or (found is not None and found.column != "a")


def test_an_exact_name_of_a_column_wins_over_a_path() -> None:
    known = ["a", "a.b"]
    assert resolve("a.b", known) == Path("a.b")
    assert resolve('a["b"]', known) == Path("a", ("b",))
    branches = select({"a.b": Keep(), 'a["b"]': Drop()}, known)
    assert branches["a.b"].transform == Keep()
    assert branches["a"].members["b"].transform == Drop()
    assert branches["a"].members["b"].name == 'a["b"]'


def test_one_part_is_named_once() -> None:
    with pytest.raises(InputError, match="is named twice, as 'a.b' too"):
        select({"a.b": Keep(), 'a["b"]': Drop()}, ["a"])


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("a", "a", True),
        ("a", "a.b", True),
        ("a.b[]", "a.b", True),
        ("a.b", "a.c", False),
        ("a.b.x", "a.c.x", False),
        ("b", "a", False),
    ],
)
def test_paths_overlap_where_one_leads_into_the_other(one: str, other: str, overlap: bool) -> None:
    first, second = resolve(one, ["a", "b"]), resolve(other, ["a", "b"])
    assert first is not None
    assert second is not None
    assert first.overlaps(second) == second.overlaps(first) == overlap


def test_every_name_of_a_path_is_told() -> None:
    assert names('a.b[]["c.d"]') == ['a.b[]["c.d"]', "a", "b", "c.d"]
    assert names("plain") == ["plain", "plain"]
