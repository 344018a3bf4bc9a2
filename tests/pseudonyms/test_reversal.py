"""Going back: to the very values, for whom holds the keyring and is recorded, and for nobody else."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring, use
from safeguards.audit import Event
from safeguards.errors import InputError, KeyringError, SafeguardsError, Unrecorded
from safeguards.pseudonyms import Domain, FormatPreserving, Generalise, Keep, Mask, Token, Transform
from safeguards.pseudonyms.transform import Bound
from safeguards.tables import open_file, write_file
from tests.pseudonyms.recording import Log, by

DOMAIN = Domain("ads-2026")
PHONE = FormatPreserving(item="kr_phone")
PHONES = ["010-1234-5678", None, "010-8765-4321", "010-1234-5678"]


@pytest.fixture
def apart(tmp_path: Path) -> Keyring:
    """Another keyring, not in use."""
    return Keyring.create(f"sqlite:///{tmp_path / 'apart.db'}", f"local:{tmp_path / 'apart.key'}")


@pytest.fixture
def tokens(ring: Keyring) -> pa.Array:
    return PHONE.apply(pa.array(PHONES), DOMAIN)


KINDS = {
    "table": lambda table: table,
    "batch": lambda table: table.to_batches()[0],
    "reader": lambda table: table.to_reader(),
    "pandas": lambda table: table.to_pandas(),
    "polars": pl.from_arrow,
}


def test_a_domain_may_be_given_by_its_name(ring: Keyring, tokens: pa.Array) -> None:
    assert by(ring).reverse(tokens, PHONE, "ads-2026").equals(by(ring).reverse(tokens, PHONE, DOMAIN))
    with pytest.raises(InputError, match="domain= is a name"):
        by(ring).reverse(tokens, PHONE, 7)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_frame_comes_back_as_its_kind(ring: Keyring, tokens: pa.Array, kind: str) -> None:
    table = pa.table({"phone": tokens, "n": [1, 2, 3, 4]})
    data = KINDS[kind](table)
    found = by(ring).reverse(data, {"phone": PHONE}, DOMAIN)
    assert isinstance(found, type(data))
    as_table = found.read_all() if isinstance(found, pa.RecordBatchReader) else pa.table(found)
    assert as_table["phone"].to_pylist() == PHONES
    assert as_table["n"].to_pylist() == [1, 2, 3, 4]
    assert table["phone"].to_pylist() == tokens.to_pylist()  # the input stays


@pytest.mark.parametrize(
    "shape",
    [
        lambda array: array,
        lambda array: pa.chunked_array([array.slice(0, 1), array.slice(1)]),
        lambda array: array.dictionary_encode(),
        lambda array: array.cast(pa.large_string()),
        lambda array: array.cast(pa.string_view()),
        lambda array: pa.concat_arrays([array, array]).slice(len(array)),
    ],
)
def test_arrays_of_every_layout_come_back(ring: Keyring, tokens: pa.Array, shape: Any) -> None:
    found = by(ring).reverse(shape(tokens), PHONE, DOMAIN)
    assert found.to_pylist() == PHONES
    assert isinstance(found, pa.ChunkedArray) == isinstance(shape(tokens), pa.ChunkedArray)


@pytest.mark.parametrize(
    "values", [pa.array([], pa.string()), pa.array([None, None], pa.string()), pa.array(["", "-"])]
)
def test_nothing_is_nothing_both_ways(ring: Keyring, values: pa.Array) -> None:
    made = FormatPreserving().apply(values, DOMAIN)
    assert by(ring).reverse(made, FormatPreserving(), DOMAIN).to_pylist() == values.to_pylist()


@pytest.mark.parametrize(
    "other",
    [
        pa.UnionArray.from_dense(pa.array([0], pa.int8()), pa.array([0], pa.int32()), [pa.array([1])]),
        pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
        pa.array([b"0" * 16], pa.uuid()),
        pa.array([{"a": [1.5, None]}]),
        pa.RunEndEncodedArray.from_arrays([1], ["x"]),
        pa.array(["x"], pa.string_view()),
        pa.array(["x"]).dictionary_encode(),
        pa.nulls(1),
    ],
    ids=lambda array: str(array.type),
)
def test_columns_of_any_type_pass_beside_those_taken_back(
    ring: Keyring, tokens: pa.Array, other: pa.Array
) -> None:
    table = pa.table({"other": other, "p": tokens.slice(0, 1)})
    found = by(ring).reverse(table, {"p": PHONE}, DOMAIN)
    assert found.schema == table.schema
    assert found["other"].to_pylist() == other.to_pylist()
    assert found["p"].to_pylist() == PHONES[:1]


TEXTS = st.lists(st.none() | st.text("0123456789", min_size=6, max_size=20), max_size=12)


@given(values=TEXTS, keep=st.integers(0, 3), epoch=st.integers(0, 2))
def test_reversal_undoes_and_relinking_equals_making_anew(
    ring_of_module: Keyring, values: list[str | None], keep: int, epoch: int
) -> None:
    column = pa.array(["000" + value if value else value for value in values], pa.string())
    made = FormatPreserving(keep_first=keep)
    here, there = Domain("a"), Domain("b", epoch=epoch)
    pseudonyms = made.apply(column, here)
    going = by(ring_of_module)
    assert going.reverse(pseudonyms, made, here).to_pylist() == column.to_pylist()
    assert going.relink(pseudonyms, made, here, there).to_pylist() == made.apply(column, there).to_pylist()


def test_the_record_holds_who_why_and_counts_and_no_value(ring: Keyring, tokens: pa.Array) -> None:
    log = Log()
    by(ring, log).reverse(pa.table({"phone": tokens}), {"phone": PHONE}, DOMAIN)
    assert log.steps == ["intent", "done"]
    intent, done = log.events
    assert {(one.action, one.actor, one.purpose, one.reason) for one in log.events} == {
        ("pseudonyms.reverse", "dpo-1", "complaint", "case 2026-17")
    }
    assert intent.details["columns"] == {"phone": "format_preserving"}
    assert intent.details["domain"] == {"name": "ads-2026", "epoch": 0, "regime": "safeguard"}
    assert intent.details["keyring"] == ring.id
    assert "key_id" not in intent.details  # no key had been taken
    assert done.details["key_id"] == DOMAIN.key(None)[0]
    assert (done.details["rows"], done.details["values"]) == (4, {"phone": 3})
    told = log.told
    for value in (*PHONES, *tokens.to_pylist()):
        assert value is None or (value not in told and value.replace("-", "") not in told)


class Forgotten(KeyError):
    pass


@pytest.mark.parametrize("fails_at", [1, 2])
@pytest.mark.parametrize("kind", ["table", "batch", "pandas", "polars"])
def test_where_a_sink_fails_nothing_is_handed_out(
    ring: Keyring, tokens: pa.Array, kind: str, fails_at: int
) -> None:
    """At the second event the values are known already, and yet stay inside."""
    log = Log(fails_at, Forgotten)
    with pytest.raises(Unrecorded, match="Forgotten"):
        by(ring, log).reverse(KINDS[kind](pa.table({"p": tokens})), {"p": PHONE}, DOMAIN)
    assert log.steps == ["intent"][: fails_at - 1]


def test_no_key_is_taken_before_the_intent_stands(
    ring: Keyring, tokens: pa.Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[object] = []
    monkeypatch.setattr(Keyring, "pseudonym_key", lambda *arguments: taken.append(arguments))
    with pytest.raises(Unrecorded):
        by(ring, Log(1)).reverse(tokens, PHONE, DOMAIN)
    assert not taken


def reader_of(tokens: pa.Array, batches: int = 3) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(
        pa.schema({"p": pa.string()}), iter([pa.record_batch({"p": tokens})] * batches)
    )


def test_a_reader_records_each_batch_before_it_leaves(ring: Keyring, tokens: pa.Array) -> None:
    log = Log()
    found = by(ring, log).reverse(reader_of(tokens), {"p": PHONE}, DOMAIN)
    assert log.steps == ["intent"]
    for batch in range(1, 4):
        assert found.read_next_batch()["p"].to_pylist() == PHONES
        assert log.steps == ["intent", *["batch"] * batch]
        assert log.events[-1].details["before"] == 4 * (batch - 1)
    with pytest.raises(StopIteration):
        found.read_next_batch()
    assert log.steps[-1] == "done"
    assert log.events[-1].details["values"] == {"p": 9}


@pytest.mark.parametrize(("fails_at", "seen"), [(2, 0), (3, 1), (5, 3)])
def test_a_reader_yields_no_batch_past_an_unrecorded_one(
    ring: Keyring, tokens: pa.Array, fails_at: int, seen: int
) -> None:
    """The fifth event is the outcome: what left is recorded, and the reader ends by the error."""
    found = by(ring, Log(fails_at)).reverse(reader_of(tokens), {"p": PHONE}, DOMAIN)
    for _ in range(seen):
        found.read_next_batch()
    with pytest.raises(Unrecorded):
        found.read_next_batch()
    with pytest.raises(StopIteration):
        found.read_next_batch()


def test_a_reader_that_is_left_alone_has_recorded_what_it_showed(ring: Keyring, tokens: pa.Array) -> None:
    log = Log()
    found = by(ring, log).reverse(reader_of(tokens), {"p": PHONE}, DOMAIN)
    found.read_next_batch()
    del found
    assert log.steps == ["intent", "batch"]


def test_a_slow_sink_is_waited_for(ring: Keyring, tokens: pa.Array) -> None:
    finished: list[bool] = []

    class Slow:
        def record(self, event: Event) -> None:
            time.sleep(0.02)
            finished.append(True)

    by(ring, Slow()).reverse(tokens, PHONE, DOMAIN)
    assert len(finished) == 2


@pytest.mark.parametrize("transform", [Token(), Generalise(band=10), Mask(), Keep(), Token(item="kr_phone")])
def test_one_way_columns_are_refused_before_anything_is_recorded(ring: Keyring, transform: Transform) -> None:
    log = Log()
    with pytest.raises(InputError, match=f"column 'p': {transform.name} is one-way"):
        by(ring, log).reverse(pa.table({"p": ["1"]}), {"p": transform}, DOMAIN)
    assert not log.events


@pytest.mark.parametrize(
    ("data", "columns", "message"),
    [
        (pa.table({"a": ["1"]}), {"b": PHONE}, "no column 'b'; the columns are: a"),
        (pa.table({"a": [1]}), {"a": PHONE}, "column 'a' is int64: cast it to text"),
        (pa.table({"a": [["1"]]}), {"a": PHONE}, "column 'a' is list"),
        (pa.table({"a": ["1"]}), {}, "{column: transform}"),
        (pa.table({"a": ["1"]}), {"a": "token"}, "column 'a': str is no transform"),
        (pa.table({"a": ["1"]}), PHONE, "one Arrow array"),
        (pa.array(["1"]), {"a": PHONE}, "goes with one transform"),
        (["1"], {"a": PHONE}, "list is no table"),
        ({"a": "1"}, {"a": PHONE}, "dict is no table"),
    ],
)
def test_what_does_not_fit_is_one_clear_error(ring: Keyring, data: Any, columns: Any, message: str) -> None:
    log = Log()
    with pytest.raises(InputError) as caught:
        by(ring, log).reverse(data, columns, DOMAIN)
    assert message in str(caught.value)
    assert not log.events


def test_a_value_that_is_no_pseudonym_is_told_by_its_row_and_not_shown(ring: Keyring) -> None:
    log = Log()
    table = pa.table({"p": ["010-1234-5678"] * 70_000 + ["kim@example.com"]})
    with pytest.raises(InputError, match="column 'p', row 70001") as caught:
        by(ring, log).reverse(table, {"p": FormatPreserving()}, DOMAIN)
    assert "kim" not in str(caught.value)
    assert log.steps == ["intent", "failed"]
    assert log.events[-1].details["error"] == "InputError"


# The keyring in hand.


def test_another_keyring_is_refused_before_any_value_is_shown(ring: Keyring, apart: Keyring) -> None:
    """FF1 has no tag: with another key it would give false numbers, which look like true ones."""
    log = Log()
    made = PHONE.apply(pa.array(PHONES), DOMAIN)
    for key_id in (None, DOMAIN.key(None)[0]):
        with pytest.raises(KeyringError, match="these are of key"):
            by(apart, log).reverse(made, PHONE, DOMAIN, key_id=key_id)
    assert log.steps == ["intent", "failed"] * 2
    assert log.events[0].details["keyring"] == apart.id


def test_the_keyring_of_another_domain_is_refused(ring: Keyring, apart: Keyring) -> None:
    use(apart, name="north")
    try:
        north = Domain("ads-2026", keyring="north")
        made = PHONE.apply(pa.array(PHONES), north)
        with pytest.raises(KeyringError, match="these are of key"):
            by(ring).reverse(made, PHONE, north)
        assert by(apart).reverse(made, PHONE, north).to_pylist() == PHONES
    finally:
        use(None, name="north")


def test_a_host_that_holds_only_the_reversing_keyring_takes_the_key_id_of_the_manifest(
    ring: Keyring, tokens: pa.Array
) -> None:
    key_id = DOMAIN.key(None)[0]
    use(None)
    log = Log()
    with pytest.raises(InputError, match="key_id="):
        by(ring, log).reverse(tokens, PHONE, DOMAIN)
    assert log.steps == ["intent", "failed"]
    assert by(ring).reverse(tokens, PHONE, DOMAIN, key_id=key_id).to_pylist() == PHONES
    there = replace(DOMAIN, epoch=1)
    relinked = by(ring).relink(tokens, PHONE, DOMAIN, there, key_id=key_id)
    use(ring)
    assert relinked.to_pylist() == PHONE.apply(pa.array(PHONES), there).to_pylist()


def test_a_closed_keyring_shows_nothing(ring: Keyring, tokens: pa.Array) -> None:
    ring.close()
    with pytest.raises(KeyringError):
        by(ring).reverse(tokens, PHONE, DOMAIN, key_id=1)


# Files.


@pytest.mark.parametrize("kind", [".parquet", ".csv", ".jsonl", ".csv.gz"])
def test_files_come_back_whole(ring: Keyring, tmp_path: Path, tokens: pa.Array, kind: str) -> None:
    source = pa.table({"p": tokens, "n": ["a", "b", "c", "d"]})
    write_file(tmp_path / f"in{kind}", source.schema, source.to_batches())
    log = Log()
    done = by(ring, log).reverse_file(tmp_path / f"in{kind}", tmp_path / "out.parquet", {"p": PHONE}, DOMAIN)
    assert done == 4
    assert rows_of(tmp_path / "out.parquet")["p"].to_pylist() == PHONES
    assert log.steps == ["intent", "done"]
    assert "out.parquet" not in log.told


@pytest.mark.parametrize("fails_at", [1, 2])
@pytest.mark.parametrize("name", ["out.parquet", "out.csv"])
def test_a_file_whose_record_fails_never_appears(
    ring: Keyring, tmp_path: Path, tokens: pa.Array, name: str, fails_at: int
) -> None:
    write_file(tmp_path / "in.csv", pa.schema({"p": pa.string()}), [pa.record_batch({"p": tokens})])
    before = set(os.listdir(tmp_path))
    with pytest.raises(Unrecorded):
        by(ring, Log(fails_at)).reverse_file(tmp_path / "in.csv", tmp_path / name, {"p": PHONE}, DOMAIN)
    assert set(os.listdir(tmp_path)) == before


def test_a_file_that_cannot_be_written_is_recorded_as_failed(
    ring: Keyring, tmp_path: Path, tokens: pa.Array
) -> None:
    write_file(tmp_path / "in.csv", pa.schema({"p": pa.string()}), [pa.record_batch({"p": tokens})])
    log = Log()
    for target in ("none/out.csv", "out.xls"):
        with pytest.raises(InputError):
            by(ring, log).reverse_file(tmp_path / "in.csv", tmp_path / target, {"p": PHONE}, DOMAIN)
    with pytest.raises(InputError, match="one file"):
        by(ring, log).reverse_file(tmp_path / "in.csv", tmp_path / "in.csv", {"p": PHONE}, DOMAIN)
    assert log.steps == ["intent", "failed"] * 2


def rows_of(path: Path) -> pa.Table:
    source = open_file(path)
    return pa.Table.from_batches(list(source.batches()), source.schema)


# Previews.


def test_a_preview_counts_and_shows_nothing(ring: Keyring, tokens: pa.Array) -> None:
    log = Log()
    mixed = pa.concat_arrays([tokens, pa.array(["kim@example.com", "kim@example.com", "no"])])
    rate = by(ring, log).preview(pa.table({"p": mixed}), {"p": PHONE}, DOMAIN)["p"]
    assert (rate.rows, rate.nulls, rate.matched, rate.distinct, rate.distinct_matched) == (7, 1, 3, 4, 2)
    assert rate.share == 0.5
    assert log.steps == ["intent", "done"]
    assert log.events[-1].details["counts"]["p"] == rate.to_dict()
    assert "kim" not in log.events[-1].to_json()


def test_a_preview_tells_how_many_tokens_candidates_meet(ring: Keyring) -> None:
    token = Token(item="email")
    made = token.apply(pa.array(["a@x.kr", "b@x.kr", "b@x.kr", None]), DOMAIN)
    candidates = pa.array(["B@X.KR", "c@x.kr", None])
    rate = by(ring).preview(made, token, DOMAIN, candidates=candidates)["values"]
    assert (rate.matched, rate.distinct_matched, rate.share) == (2, 1, 2 / 3)
    with pytest.raises(InputError, match="one-way"):
        by(ring).preview(made, token, DOMAIN)


def test_a_preview_that_is_not_recorded_tells_no_counts(ring: Keyring, tokens: pa.Array) -> None:
    for fails_at in (1, 2):
        with pytest.raises(Unrecorded):
            by(ring, Log(fails_at)).preview(tokens, PHONE, DOMAIN)


def test_a_preview_takes_files_readers_and_empty_columns(
    ring: Keyring, tmp_path: Path, tokens: pa.Array
) -> None:
    write_file(tmp_path / "in.parquet", pa.schema({"p": pa.string()}), [pa.record_batch({"p": tokens})])
    for data in (open_file(tmp_path / "in.parquet"), reader_of(tokens, 1)):
        assert by(ring).preview(data, {"p": PHONE}, DOMAIN)["p"].matched == 3
    empty = by(ring).preview(pa.array([None], pa.string()), PHONE, DOMAIN)["values"]
    assert (empty.rows, empty.matched, empty.share) == (1, 0, 0.0)


# Candidates: the way back from one-way tokens.


def test_a_key_holder_finds_whose_tokens_they_are_by_trying_people(ring: Keyring) -> None:
    token = Token(item="email")
    made = token.apply(pa.array(["a@x.kr", None, "b@x.kr", "a@x.kr"]), DOMAIN)
    log = Log()
    people = pa.array(["z@x.kr", "A@x.kr", None, "b@x.kr", "a@x.kr"])
    found = by(ring, log).match(made, people, token, DOMAIN)
    assert found.to_pylist() == [
        {"row": row, "candidate": candidate} for row, candidate in [(0, 1), (0, 4), (2, 3), (3, 1), (3, 4)]
    ]
    assert log.events[0].details["candidates"] == 5
    assert log.events[-1].details["matched"] == 5
    assert "x.kr" not in log.told


def test_nobody_is_found_in_another_domain_or_epoch(ring: Keyring) -> None:
    token = Token(item="email")
    made = token.apply(pa.array(["a@x.kr"]), DOMAIN)
    for other in (replace(DOMAIN, epoch=1), Domain("ads-2027"), replace(DOMAIN, name="ads")):
        assert by(ring).match(made, pa.array(["a@x.kr"]), token, other).num_rows == 0


@pytest.mark.parametrize("transform", [Mask(), Generalise(band=10), Keep()])
def test_what_gives_many_values_one_result_matches_nobody(ring: Keyring, transform: Transform) -> None:
    with pytest.raises(InputError, match="none is matched"):
        by(ring).match(pa.array(["1"]), pa.array(["1"]), transform, DOMAIN)


def test_candidates_without_a_pseudonym_are_told_by_their_row(ring: Keyring, tokens: pa.Array) -> None:
    with pytest.raises(InputError, match="column 'candidates', row 2") as caught:
        by(ring).match(tokens, pa.array(["010-1234-5678", "kim@x.kr"]), PHONE, DOMAIN)
    assert "kim" not in str(caught.value)
    with pytest.raises(InputError, match="Arrow array"):
        by(ring).match(tokens, ["010-1234-5678"], PHONE, DOMAIN)


def test_a_mapping_links_one_way_tokens_of_two_domains_in_no_order_of_the_people(ring: Keyring) -> None:
    token = Token(item="email")
    there = Domain("ads-2027")
    people = pa.array([f"m{n}@x.kr" for n in range(50)] + ["M0@x.kr", None])
    found = by(ring).mapping(people, token, DOMAIN, there)
    assert found.num_rows == 50
    assert found["old"].to_pylist() == sorted(set(token.apply(people, DOMAIN).to_pylist()) - {None})
    pairs = dict(
        zip(token.apply(people, DOMAIN).to_pylist(), token.apply(people, there).to_pylist(), strict=True)
    )
    assert all(pairs[row["old"]] == row["new"] for row in found.to_pylist())


# What else may go wrong inside.


class Spiteful(FormatPreserving):
    """A transform whose library quotes the value in its error."""

    name = "spiteful"

    def reverse(self, domain: Any, permit: Any) -> Any:
        bound = super().reverse(domain, permit)

        def quoted(values: Any) -> Any:
            if len(values):
                raise RuntimeError(values.to_pylist()[0])
            return bound.apply(values)

        return replace(bound, apply=quoted)


def test_an_error_of_another_library_is_not_repeated(ring: Keyring, tokens: pa.Array) -> None:
    with pytest.raises(SafeguardsError) as caught:
        by(ring).reverse(pa.table({"p": tokens}), {"p": Spiteful()}, DOMAIN)
    assert str(caught.value) == "column 'p' could not be worked on (RuntimeError); nothing was written"
    assert caught.value.__context__ is None


def test_a_pandas_index_stays_where_it_was(ring: Keyring, tokens: pa.Array) -> None:
    frame = pd.DataFrame({"p": tokens.to_pylist()}, index=pd.Index(["w", "x", "y", "z"], name="key"))
    found = by(ring).reverse(frame, {"p": PHONE}, DOMAIN)
    assert list(found.index) == ["w", "x", "y", "z"]
    assert list(found.columns) == ["p"]


# What a table states of itself.


def stating(table: pa.Table, **told: Any) -> pa.Table:
    record = {"column": "p", "transform": "format_preserving", "domain": "ads-2026", "epoch": 0}
    manifest = {"regime": "safeguard", "columns": [record | told.pop("record", {})]} | told
    return table.replace_schema_metadata({"safeguards.manifest": json.dumps(manifest)})


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"record": {"domain": "ads"}}, "column 'p' is of domain 'ads', epoch 0"),
        ({"record": {"epoch": 1}}, "column 'p' is of domain 'ads-2026', epoch 1"),
        ({"record": {"epoch": None}, "domain": {"epoch": 2}}, "epoch 2"),
        ({"regime": "research"}, "they never mix"),
        ({"columns": ["p"]}, "is damaged"),
    ],
)
def test_a_table_that_says_it_is_of_another_domain_is_refused_and_gives_no_false_values(
    ring: Keyring, tokens: pa.Array, told: Any, message: str
) -> None:
    log = Log()
    table = pa.table({"p": tokens})
    for going in (by(ring, log).reverse, by(ring, log).preview):
        with pytest.raises(InputError, match=message):
            going(stating(table, **told), {"p": PHONE}, DOMAIN)
    assert not log.events
    assert by(ring).reverse(stating(table), {"p": PHONE}, DOMAIN)["p"].to_pylist() == PHONES
    broken = table.replace_schema_metadata({"safeguards.manifest": "{"})
    with pytest.raises(InputError, match="is damaged"):
        by(ring).reverse(broken, {"p": PHONE}, DOMAIN)


# Columns that are read beside others.


@dataclass(frozen=True)
class ByName(FormatPreserving):
    """Digits encrypted for a person: the column `name` is read beside them, as it came in."""

    name = "by_name"

    @property
    def beside(self) -> tuple[str, ...]:
        return ("name",)

    def bind(self, domain: Any) -> Bound:
        return self._each(lambda name: FormatPreserving().bind(replace(domain, name=name)))

    def reverse(self, domain: Any, permit: Any) -> Bound:
        return self._each(lambda name: FormatPreserving().reverse(Domain(name), permit))

    @staticmethod
    def _each(bound: Any) -> Bound:
        def apply(values: pa.Array, names: pa.Array) -> pa.Array:
            made = [
                bound(names[row].as_py()).apply(values.slice(row, 1))[0].as_py() for row in range(len(values))
            ]
            return pa.array(made, pa.string())

        return Bound(apply)


LETTERS = FormatPreserving(alphabet="lower")


@pytest.mark.parametrize("order", [["n", "name"], ["name", "n"]])
def test_a_column_read_beside_another_is_taken_back_first(ring: Keyring, order: list[str]) -> None:
    plain = pa.table({"n": ["123456", None, "123456"], "name": ["kimminsu", "leeyoung", "leeyoung"]})
    made = {"n": ByName(), "name": LETTERS}
    table = pa.table(
        {
            "n": ByName().bind(DOMAIN).apply(plain["n"].chunk(0), plain["name"].chunk(0)),
            "name": LETTERS.apply(plain["name"].chunk(0), DOMAIN),
        }
    )
    assert table["n"][0] != table["n"][2]
    columns = {name: made[name] for name in order}
    assert by(ring).reverse(table, columns, DOMAIN).to_pydict() == plain.to_pydict()
    assert by(ring).preview(table, columns, DOMAIN)["n"].matched == 2
    with pytest.raises(InputError, match="no column 'name'"):
        by(ring).reverse(table.select(["n"]), {"n": ByName()}, DOMAIN)
    with pytest.raises(InputError, match="reads other columns"):
        by(ring).match(table["n"], plain["n"], ByName(), DOMAIN)


@pytest.fixture(autouse=True)
def _no_plain_value_in_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is large enough to spill."""
    monkeypatch.setattr("tempfile.TemporaryFile", None)
