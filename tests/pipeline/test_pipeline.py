"""Pipelines over frames: the same kind out as in, and nothing passes that was not named."""

from __future__ import annotations

import json
import pickle
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.errors import AlreadyProtected, InputError, SafeguardsError
from safeguards.pipeline import ColumnRecord, Counts, Manifest, Pipeline, Pseudonymise
from safeguards.pseudonyms import DateShift, Domain, Drop, Generalise, Keep, Mask, Token
from safeguards.pseudonyms.transform import Bound
from safeguards.tables import open_frame


def rows(frame: Any) -> list[dict[str, Any]]:
    source = open_frame(frame)
    return pa.Table.from_batches(list(source.batches()), source.schema).to_pylist()


KINDS: dict[str, Any] = {
    "table": lambda table: table,
    "batch": lambda table: table.combine_chunks().to_batches()[0],
    "reader": pa.Table.to_reader,
    "pandas": pa.Table.to_pandas,
    "polars": pl.from_arrow,
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_kind_comes_out_with_the_same_values(
    ring: Keyring, members: pa.Table, pipeline: Pipeline, kind: str
) -> None:
    frame = KINDS[kind](members)
    result = pipeline.run(frame)
    assert isinstance(result, type(frame))
    assert rows(result) == rows(pipeline.run(members))


def test_each_column_is_what_its_transform_makes(
    ring: Keyring, members: pa.Table, pipeline: Pipeline
) -> None:
    result = pipeline.run(members)
    assert result.schema.names == ["이메일", "phone", "age"]
    first, second, third = result.to_pylist()
    assert first["이메일"] == third["이메일"]
    assert first["이메일"].startswith("tk1_email_")
    assert second == {"이메일": None, "phone": "", "age": None}
    assert (first["phone"], first["age"]) == ("010-1234-****", "30-39")


def test_the_input_is_not_changed(ring: Keyring, members: pa.Table, pipeline: Pipeline) -> None:
    frame = members.to_pandas()
    before = frame.copy(deep=True)
    pipeline.run(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_a_value_has_one_token_in_every_table_and_column_of_a_domain(ring: Keyring) -> None:
    one = Pipeline({"이메일": Token(item="email")}, domain="ads").run(pa.table({"이메일": ["a@b.kr"]}))
    two = Pipeline({"contact": Token(item="email")}, domain="ads").run(pl.DataFrame({"contact": ["A@b.kr"]}))
    other = Pipeline({"contact": Token(item="email")}, domain="research").run(
        pl.DataFrame({"contact": ["a@b.kr"]})
    )
    assert one["이메일"][0].as_py() == two["contact"][0] != other["contact"][0]


@pytest.mark.parametrize("unlisted", ["refuse", "drop", "keep"])
def test_columns_that_were_not_named(ring: Keyring, unlisted: Any) -> None:
    table = pa.table({"a": ["x"], "b": ["y"]})
    pipeline = Pipeline({"a": Drop()}, unlisted=unlisted)
    if unlisted == "refuse":
        with pytest.raises(InputError, match="column 'b' is not listed"):
            pipeline.run(table)
    else:
        assert pipeline.run(table).schema.names == ([] if unlisted == "drop" else ["b"])


@pytest.mark.parametrize(
    ("index", "name"),
    [
        ([7, 9], "__index_level_0__"),
        (pd.Index(["kim", "lee"], name="member"), "member"),
        ([1, 0], "__index_level_0__"),
    ],
)
def test_a_pandas_index_is_a_column_that_was_not_named(ring: Keyring, index: Any, name: str) -> None:
    frame = pd.DataFrame({"a": ["x", "y"]}, index=index)
    with pytest.raises(InputError, match=f"column '{name}' is not listed"):
        Pipeline({"a": Keep()}).run(frame)
    dropped = Pipeline({"a": Keep()}, unlisted="drop").run(frame)
    assert dropped.index.equals(pd.RangeIndex(2))
    tokens = Pipeline({"a": Keep(), name: Token()}, domain="d").run(frame)
    assert all(value.startswith("tk1_text_") for value in tokens.index)
    assert tokens["a"].tolist() == ["x", "y"]


def test_an_empty_table_stays_one(ring: Keyring, members: pa.Table, pipeline: Pipeline) -> None:
    result = pipeline.run(members.slice(0, 0))
    assert result.num_rows == 0
    assert result.schema.names == ["이메일", "phone", "age"]


def test_chunks_and_slices_do_not_matter(ring: Keyring, members: pa.Table, pipeline: Pipeline) -> None:
    chunked = pa.concat_tables([members.slice(0, 1), members.slice(0, 0), members.slice(1)])
    assert rows(pipeline.run(chunked)) == rows(pipeline.run(members))
    assert rows(pipeline.run(members.slice(1))) == rows(pipeline.run(members))[1:]


@given(
    ages=st.lists(st.none() | st.integers(0, 120), max_size=40), cuts=st.lists(st.integers(0, 40), max_size=4)
)
def test_batches_cut_anywhere_give_the_same_rows(ages: list[int | None], cuts: list[int]) -> None:
    table = pa.table({"age": pa.array(ages, pa.int64())})
    edges = sorted({0, len(ages), *(cut for cut in cuts if cut < len(ages))})
    parts = [table.slice(a, b - a) for a, b in pairwise(edges)] or [table]
    pipeline = Pipeline({"age": Generalise(band=5, top=90)})
    assert rows(pipeline.run(pa.concat_tables(parts))) == rows(pipeline.run(table))


def test_a_reader_is_worked_on_as_it_is_read(ring: Keyring) -> None:
    taken: list[int] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for n in range(5):
            taken.append(n)
            yield pa.record_batch({"a": [str(n)]})

    reader = pa.RecordBatchReader.from_batches(pa.schema({"a": pa.string()}), batches())
    result = Pipeline({"a": Token()}, domain="d").run(reader)
    assert taken == []
    result.read_next_batch()
    assert len(taken) < 5


def test_a_failing_reader_raises_our_error_and_writes_no_manifest(ring: Keyring, tmp_path: Path) -> None:
    table = pa.table({"a": ["1", "x"]})
    result = Pipeline({"a": Generalise(band=5)}).run(table.to_reader(), manifest=tmp_path / "m.json")
    with pytest.raises(InputError, match="column 'a', row 2"):
        result.read_all()
    assert not (tmp_path / "m.json").exists()


def test_a_pipeline_travels_without_keys(ring: Keyring, members: pa.Table, pipeline: Pipeline) -> None:
    data = pickle.dumps(pipeline)
    assert ring.pseudonym_key("ads-2026", "email/1", 0)[1].reveal() not in data
    assert rows(pickle.loads(data).run(members)) == rows(pipeline.run(members))


def test_values_without_a_place_are_named_by_column_and_row_over_batches() -> None:
    column = ["1"] * 70_000 + ["secret"]
    with pytest.raises(InputError, match="column 'age', row 70001: ") as caught:
        Pipeline({"age": Generalise(band=10)}).run(pa.table({"age": column}))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "settings", "message"),
    [
        ({"a": "token"}, {}, "column 'a': 'token' is no transform"),
        ({"a": Token()}, {}, "column 'a': token is keyed: name a domain"),
        ({"a": Drop()}, {"unlisted": "pass"}, "unlisted='pass'"),
        ({"nope": Drop()}, {}, "no column 'nope'; the columns are: a, b"),
        ({"a": Drop(), "b": Generalise(band=5)}, {}, "column 'b' is bool, which holds no numbers"),
        ([Pseudonymise({"a": Drop()})], {"domain": "d"}, "go with a mapping"),
        ({"a": Drop()}, {"domain": ""}, "printable name"),
    ],
)
def test_a_pipeline_that_cannot_be_is_one_line(columns: Any, settings: dict[str, Any], message: str) -> None:
    table = pa.table({"a": ["x"], "b": [True]})
    with pytest.raises(InputError, match=message):
        Pipeline(columns, **settings).run(table)


class Largest:
    """A step of another room: it refuses the result at the end, and lets rows pass."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def start(self, schema: pa.Schema, metadata: Mapping[str, str]) -> Largest:
        self.schema = schema
        return self

    def apply(self, batch: pa.RecordBatch, before: int = 0) -> tuple[pa.RecordBatch, Counts]:
        return batch, Counts()

    def finish(self, rows: int, counts: Counts) -> Sequence[ColumnRecord]:
        if rows > self.limit:
            raise InputError("too many rows")
        return []

    def describe(self) -> Mapping[str, Any]:
        return {"step": "largest", "limit": self.limit}


def test_steps_of_other_rooms_take_part_and_can_refuse(ring: Keyring, tmp_path: Path) -> None:
    table = pa.table({"a": ["x", "y"]})
    first = Pseudonymise({"a": Token()}, Domain("d"))
    Pipeline([first, Largest(2)]).run(table, manifest=tmp_path / "m.json")
    assert json.loads((tmp_path / "m.json").read_text())["steps"][1] == {"step": "largest", "limit": 2}
    (tmp_path / "in.csv").write_text("a\nx\ny\n")
    with pytest.raises(InputError, match="too many rows"):
        Pipeline([first, Largest(1)]).run_file(tmp_path / "in.csv", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("name", "asked", "message"),
    [
        (
            "",
            "a",
            r'column \'\' is not listed \(the first line leaves its name empty; "" = "drop" leaves it out',
        ),
        (" 휴대폰", "휴대폰", "one has white space around its name: write that too, in quotes"),
    ],
)
def test_names_that_are_hard_to_see_are_told(name: str, asked: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Pipeline({asked: Drop()}).run(pa.table({"a": ["x"], name: ["y"]}))


def test_a_path_whose_column_is_mistyped_is_told() -> None:
    with pytest.raises(InputError, match=r"no column 'profle.devices\[\].os'; .*did you mean 'profile'\?"):
        Pipeline({"profle.devices[].os": Drop()}).run(pa.table({"profile": ["{}"]}))


def test_a_column_read_beside_that_is_mistyped_is_told() -> None:
    shifting = {"day": DateShift(days=3, subject="membr"), "member": Drop()}
    with pytest.raises(
        InputError, match=r"no column 'membr', which date_shift reads; did you mean 'member'\?"
    ):
        Pipeline(shifting, domain="d").run(pa.table({"day": [date(2026, 1, 1)], "member": ["x"]}))


def test_a_second_run_is_refused_by_the_manifest_that_the_table_carries(
    ring: Keyring, members: pa.Table, pipeline: Pipeline
) -> None:
    once = pipeline.run(members)
    assert Manifest.from_json(once.schema.metadata[b"safeguards.manifest"]).rows_out == 3
    with pytest.raises(AlreadyProtected, match="column 'phone' was transformed before"):
        Pipeline({"phone": Generalise(band=5, other="?")}, unlisted="keep").run(once)
    assert Pipeline({}, unlisted="keep").run(once).num_rows == 3


def test_no_error_keeps_a_librarys_own_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(values: Any) -> Any:
        raise ValueError("010-1234-5678 cannot be read")

    monkeypatch.setattr(Mask, "bind", lambda transform, domain: Bound(failing))
    with pytest.raises(SafeguardsError, match=r"column 'a' could not be worked on \(ValueError\)") as caught:
        Pipeline({"a": Mask()}).run(pa.table({"a": ["010-1234-5678"]}))
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("steps", "settings", "message"),
    [
        ({"a": Token()}, {"domain": 2026}, "domain= is a name"),
        (None, {}, "a pipeline takes"),
        ("encrypt", {}, "a pipeline takes"),
        (["encrypt"], {}, "steps are such as Pseudonymise.*, not str"),
        ([Pseudonymise], {}, r"steps, not their classes: write Pseudonymise\(\.\.\.\)"),
    ],
)
def test_what_is_no_pipeline_is_one_line(steps: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Pipeline(steps, **settings)


def test_a_name_in_another_unicode_form_is_explained() -> None:
    written = unicodedata.normalize("NFD", "이메일")
    with pytest.raises(InputError, match="spelled alike in another Unicode form"):
        Pipeline({"이메일": Keep()}).run(pa.table({written: ["a"]}))
