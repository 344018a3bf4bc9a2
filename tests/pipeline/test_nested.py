"""Lists, structs and maps: each part by its path, and shapes as they were."""

from __future__ import annotations

import pickle
from itertools import pairwise
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.errors import AlreadyProtected, InputError
from safeguards.fields import Cipher, codec_for
from safeguards.pipeline import Manifest, Pipeline
from safeguards.pseudonyms import Drop, Generalise, Keep, Mask, Token
from tests.pipeline.nested_trees import GONE, LAYOUTS, Backwards, trees

ORDERS = pa.list_(pa.struct([("email", pa.string()), ("n", pa.int64())]))


@pytest.fixture
def nested() -> pa.Table:
    return pa.table(
        {
            "address": [{"city": "서울", "zip": "03187"}, None, {"city": None, "zip": "1"}],
            "orders": pa.array([[{"email": "a@b.kr", "n": 12}, None], None, []], ORDERS),
            "tags": [["x", None], [], None],
            "counts": pa.array([[("a@b.kr", 1)], None, []], pa.map_(pa.string(), pa.int64())),
        }
    )


ALL = {
    "address.city": Backwards(),
    "address.zip": Drop(),
    "orders[].email": Mask(),
    "orders[].n": Generalise(band=10),
    "tags": Backwards(),
    "counts[].key": Backwards(),
    "counts[].value": Keep(),
}


def records(table: pa.Table) -> dict[str, Any]:
    carried = Manifest.from_json(table.schema.metadata[b"safeguards.manifest"])
    return {record.column: record for record in carried.columns}


def test_each_part_is_what_its_transform_makes_and_shapes_stay(nested: pa.Table) -> None:
    assert Pipeline(ALL).run(nested).to_pylist() == [
        {
            "address": {"city": "울서"},
            "orders": [{"email": "****", "n": "10-19"}, None],
            "tags": ["x", None],
            "counts": [("rk.b@a", 1)],
        },
        {"address": None, "orders": None, "tags": [], "counts": None},
        {"address": {"city": None}, "orders": [], "tags": None, "counts": []},
    ]


def test_the_manifest_has_a_record_for_each_path_with_its_own_counts(nested: pa.Table) -> None:
    made = records(Pipeline(ALL).run(nested))
    assert {name: (one.rows, one.nulls, one.output_type) for name, one in made.items()} == {
        "address.city": (3, 2, "string"),
        "address.zip": (3, 1, None),
        "orders[].email": (2, 1, "string"),
        "orders[].n": (2, 1, "string"),
        "tags[]": (2, 1, "string"),
        "counts[].key": (1, 0, "string"),
        "counts[].value": (1, 0, "int64"),
    }


def test_lists_do_not_collapse_nulls_do_not_raise_and_the_input_is_not_mutated(ring: Keyring) -> None:
    """The defects of presidio-structured (PEERS.md), its duplicate index below."""
    frame = pd.DataFrame({"tags": [["a", "b"], None, ["a", None], []]})
    before = frame.copy(deep=True)
    result = Pipeline({"tags": Token()}, domain="d").run(frame)
    pd.testing.assert_frame_equal(frame, before)
    lists = [None if one is None else [*one] for one in result["tags"]]
    assert [None if one is None else len(one) for one in lists] == [2, None, 2, 0]
    assert lists[0][0] == lists[2][0] != lists[0][1]
    assert lists[2][1] is None


def test_a_duplicate_index_gives_each_row_its_own_values(ring: Keyring) -> None:
    frame = pd.DataFrame({"tags": [["a"], ["b"]], "id": [7, 7]}).set_index("id")
    result = Pipeline({"tags": Backwards(), "id": Keep()}).run(frame)
    assert [[*one] for one in result["tags"]] == [["a"], ["b"]]
    assert result.index.tolist() == [7, 7]


def test_polars_structs_and_lists_pass_through() -> None:
    frame = pl.DataFrame({"a": [{"b": ["xy", None]}, None]})
    assert Pipeline({"a.b": Backwards()}).run(frame)["a"].to_list() == [{"b": ["yx", None]}, None]


def test_a_value_has_one_token_wherever_it_is_nested(ring: Keyring) -> None:
    table = pa.table({"e": ["A@b.kr"], "s": [{"l": [{"e": "a@b.kr"}]}], "j": ['{"e":"a@B.kr"}']})
    token = Token(item="email")
    row = Pipeline({"e": token, "s.l[].e": token, "j.e": token}, domain="d").run(table).to_pylist()[0]
    assert row["s"]["l"][0]["e"] == row["e"]
    assert row["j"] == f'{{"e":"{row["e"]}"}}'


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_of_lists_keeps_its_shape(layout: Any) -> None:
    values = [["no", "no"], None, ["ab", "cd"], None, ["ef", None], ["gh", ""]]
    column = pa.array(values, layout(pa.string()))
    result = Pipeline({"c": Backwards()}).run(pa.table({"c": column}).slice(1))
    assert result.schema.field("c").type == column.type
    assert result["c"].to_pylist() == [None, ["ba", "dc"], None, ["fe", None], ["hg", ""]]


@given(data=st.data(), tree=trees(), start=st.integers(0, 3), cuts=st.lists(st.integers(1, 5), max_size=2))
def test_nested_columns_are_what_a_walk_over_each_row_makes(
    data: st.DataObject, tree: Any, start: int, cuts: list[int]
) -> None:
    values = data.draw(st.lists(tree.values(), max_size=6))
    column = pa.array(values, tree.kind)
    table = pa.table({"c": column, "n": range(len(values))}).slice(start)
    edges = sorted({0, table.num_rows, *(cut for cut in cuts if cut < table.num_rows)})
    table = pa.concat_tables([table.slice(a, b - a) for a, b in pairwise(edges)] or [table])
    result = Pipeline({**tree.paths("c"), "n": Keep()}).run(table)
    expected = [tree.expect(value) for value in values[start:]]
    assert column.to_pylist() == pa.array(values, tree.kind).to_pylist()
    if GONE in expected or "c" not in result.column_names:
        assert result.column_names == ["n"]
        return
    result.validate(full=True)
    assert result["c"].to_pylist() == pa.array(expected, result["c"].type).to_pylist()
    assert result["c"].to_pylist() == expected


@given(tree=trees())
def test_what_is_left_out_is_known_before_the_first_row(tree: Any) -> None:
    none = Pipeline(tree.paths("c")).run(pa.table({"c": pa.array([], tree.kind)}))
    one = Pipeline(tree.paths("c")).run(pa.table({"c": pa.array([None], tree.kind)}))
    assert none.schema.remove_metadata() == one.schema.remove_metadata()


@given(tree=trees(), unlisted=st.sampled_from(["refuse", "drop", "keep"]), data=st.data())
def test_a_part_that_no_path_names_is_refused_dropped_or_kept(
    tree: Any, unlisted: Any, data: st.DataObject
) -> None:
    values = data.draw(st.lists(tree.values(), min_size=1, max_size=3))
    table = pa.table({"c": pa.array(values, tree.kind), "n": [0] * len(values)})
    fields = pa.table(
        {
            "c": pa.StructArray.from_arrays(
                [table["c"].combine_chunks(), table["n"].combine_chunks()], ["in", "n"]
            )
        }
    )
    pipeline = Pipeline(tree.paths("c.in"), unlisted=unlisted)
    if unlisted == "refuse":
        with pytest.raises(InputError, match="column 'c.n' is not listed"):
            pipeline.run(fields)
        return
    whole = Pipeline({**tree.paths("c.in"), "c.n": Keep() if unlisted == "keep" else Drop()}).run(fields)
    assert pipeline.run(fields).equals(whole)


def test_values_of_other_rows_and_under_null_parents_do_not_leave() -> None:
    hidden = pa.StructArray.from_arrays([pa.array(["secret", "b"])], ["a"], mask=pa.array([True, False]))
    lists = pa.ListArray.from_arrays(
        pa.array([0, 1, 2], pa.int32()), pa.array(["secret", "b"]), mask=pa.array([True, False])
    )
    encoded = pa.array([["secret"], ["b"]], pa.list_(pa.dictionary(pa.int8(), pa.string()))).slice(1)
    table = pa.table({"s": hidden.slice(0), "l": lists}).slice(0, 2)
    result = Pipeline({"s.a": Keep(), "l[]": Keep()}).run(table).combine_chunks()
    assert result["s"].chunk(0).field(0).to_pylist() == [None, "b"]
    assert result["l"].chunk(0).values.to_pylist() == ["b"]
    for path in ("e", "e[]"):
        kept = Pipeline({path: Keep()}).run(pa.table({"e": encoded})).combine_chunks()
        assert kept["e"].chunk(0).values.dictionary.to_pylist() == ["b"]
    whole = Pipeline({"s": Keep(), "l": Keep()}).run(table).combine_chunks()
    assert whole["s"].chunk(0).field(0).to_pylist() == [None, "b"]
    assert whole["l"].chunk(0).values.to_pylist() == ["b"]
    assert whole.schema.equals(table.schema)


@given(data=st.data(), tree=trees(), start=st.integers(0, 3))
def test_a_nested_column_that_is_kept_stays_as_it_is(data: st.DataObject, tree: Any, start: int) -> None:
    values = data.draw(st.lists(tree.values(), max_size=6))
    table = pa.table({"c": pa.array(values, tree.kind)}).slice(start)
    result = Pipeline({"c": Keep()}).run(table)
    assert result.to_pylist() == table.to_pylist()  # dictionaries lose what no row uses
    assert result.schema.equals(table.schema, check_metadata=False)


def test_structs_of_dictionary_encoding_are_decoded() -> None:
    encoded = pa.DictionaryArray.from_arrays(
        pa.array([1, None, 0, 1]), pa.array([{"a": "no", "b": ["x"]}, {"a": "yz", "b": None}])
    )
    table = pa.table({"s": encoded}).slice(0, 2)
    result = Pipeline({"s.a": Backwards(), "s.b": Backwards()}).run(table)
    assert result["s"].to_pylist() == [{"a": "zy", "b": None}, None]


def test_an_element_without_a_place_is_named_by_path_and_row() -> None:
    column = pa.array([[{"n": "1"}]] * 70_000 + [[{"n": "1"}, {"n": "secret"}]])
    with pytest.raises(InputError, match=r"column 'o\[\].n', row 70001: ") as caught:
        Pipeline({"o[].n": Generalise(band=10)}).run(pa.table({"o": column}))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"address.city": Keep()}, "column 'address.zip' is not listed"),
        ({"address.town": Keep()}, "no column 'address.town'; 'address' has: city, zip"),
        ({"address[].city": Keep()}, r"column 'address' is a struct and no list: 'address\[\]' is none"),
        ({"address": Backwards()}, "name its parts, such as 'address.city' and 'address.zip'"),
        ({"address": Keep(), "address.city": Drop()}, "so is 'address.city' inside it"),
        ({"orders.email": Keep()}, r"'orders.email' is none of its parts, which begin with 'orders\[\]'"),
        ({"orders[].email": Keep()}, r"column 'orders\[\].n' is not listed"),
        ({"orders": Backwards()}, r"name its parts, such as 'orders\[\].email'"),
        ({"orders[].email.x": Keep(), "orders[].n.x": Keep()}, r"'orders\[\].n.x' is none"),
        ({"tags[][]": Keep(), "tags.x": Keep()}, "is a list, which has no 'x'"),
        ({"counts": Backwards()}, r"name its parts, such as 'counts\[\].key' and 'counts\[\].value'"),
        ({"counts[]": Backwards()}, r"name 'counts\[\].key' and 'counts\[\].value'"),
        ({"counts.a": Keep()}, r"name 'counts\[\].key' and 'counts\[\].value'"),
        ({"counts[].value": Keep()}, r"column 'counts\[\].key' is not listed"),
        ({"counts[].value": Keep(), "counts[].key": Drop()}, "cannot do without its keys"),
        ({"counts[].value": Keep(), "counts[].key": Mask()}, "keys, which must stay different"),
        ({"counts[].value": Generalise(years=1), "counts[].key": Generalise(band=5)}, "stay different"),
        ({"orders[].n": Generalise(band=10), "orders[].email": Token()}, "token is keyed"),
    ],
)
def test_paths_that_do_not_fit_are_one_line_before_the_first_row(
    nested: pa.Table, columns: Any, message: str
) -> None:
    first = next(iter(columns)).partition(".")[0].partition("[")[0]
    table = nested.select([first]).slice(0, 0)
    with pytest.raises(InputError, match=message) as caught:
        Pipeline(columns).run(table)
    assert "\n" not in str(caught.value)


def test_a_struct_with_two_fields_of_one_name_is_refused() -> None:
    twins = pa.StructArray.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"])
    with pytest.raises(InputError, match="has two fields 'a'"):
        Pipeline({"s.a": Drop()}).run(pa.table({"s": twins}))


@pytest.mark.parametrize("keys", [["a@b.kr", "A@b.kr"], ["x", "x"]])
def test_keys_of_one_map_that_become_one_are_refused(ring: Keyring, keys: list[str]) -> None:
    maps = pa.array([[("q", 1)], [(key, 1) for key in keys]], pa.map_(pa.string(), pa.int64()))
    pipeline = Pipeline({"m[].key": Token(item="email"), "m[].value": Keep()}, domain="d")
    with pytest.raises(InputError, match="column 'm', row 2: two keys of one map"):
        pipeline.run(pa.table({"m": maps}))
    same = pa.array([[("q", 1)], [("q", 1)]], maps.type)
    assert pipeline.run(pa.table({"m": same})).num_rows == 2


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("rrn", {"p.rrn": Mask()}),
        ("주민번호_1", {"p": Keep()}),
        ("주민등록번호", {"p": Keep()}),
        ("x", {"p.x": Token(item="kr_rrn")}),
    ],
)
def test_a_resident_registration_number_leaves_no_struct(ring: Keyring, name: str, columns: Any) -> None:
    people = pa.table({"p": [{name: "1"}]})
    with pytest.raises(InputError, match="resident registration number"):
        Pipeline(columns, domain="d").run(people)
    assert Pipeline({f"p.{name}": Drop()}).run(people).num_columns == 0
    with pytest.raises(InputError, match=r"column 'p.x\[\]' holds a resident registration number"):
        Pipeline({"p.x": Backwards()}).run(pa.table({"p": [{"x": ["900101-1234568"]}]}))


def test_protected_elements_are_refused(ring: Keyring) -> None:
    pipeline = Pipeline({"t": Token()}, domain="d")
    once = pipeline.run(pa.table({"t": [["x"]]}))
    with pytest.raises(AlreadyProtected, match="column 't' was transformed before"):
        pipeline.run(once)
    with pytest.raises(AlreadyProtected, match=r"column 't\[\]' was transformed before"):
        Pipeline({"t[]": Token()}, domain="d").run(once)
    with pytest.raises(AlreadyProtected, match=r"column 't\[\]' holds tokens already"):
        pipeline.run(once.replace_schema_metadata(None))


def test_encrypted_elements_are_refused_also_where_they_are_kept(ring: Keyring) -> None:
    sealed = Cipher("member.email", codec_for(str)).encrypt("kim@example.com")
    table = pa.table({"b": [{"x": [b"plain", sealed]}]})
    for columns in ({"b": Keep()}, {"b.x": Keep()}, {"b.x[]": Mask()}):
        with pytest.raises(AlreadyProtected, match="is encrypted"):
            Pipeline(columns).run(table)


def test_a_part_that_was_transformed_before_is_known_by_any_path_to_it(ring: Keyring) -> None:
    once = Pipeline({"s.a": Mask(), "s.b": Keep()}).run(pa.table({"s": [{"a": "1", "b": ["2"]}]}))
    assert Pipeline({"s.b": Mask(), "s.a": Keep()}).run(once).num_rows == 1
    with pytest.raises(AlreadyProtected, match=r"column 's\[\"a\"\]' was transformed before \(mask\)"):
        Pipeline({'s["a"]': Backwards(), "s.b": Keep()}).run(once)


def test_columns_of_flat_files_with_dots_are_no_paths(ring: Keyring) -> None:
    flat = pa.table({"user.email": ["ab"], "user": ["cd"], "user.email.x": [1]})
    pipeline = Pipeline({"user.email": Backwards(), "user": Keep(), "user.email.x": Keep()})
    once = pipeline.run(flat)
    assert once.to_pylist() == [{"user.email": "ba", "user": "cd", "user.email.x": 1}]
    again = Pipeline({"user": Backwards(), "user.email": Keep(), "user.email.x": Keep()}).run(once)
    assert again["user"].to_pylist() == ["dc"]


def test_a_nested_pipeline_travels_and_is_declared_in_toml(tmp_path: Any, nested: pa.Table) -> None:
    (tmp_path / "p.toml").write_text(
        '[columns]\n"address.city" = "mask"\n"address.zip" = "drop"\n\'orders[]["email"]\' = "mask"\n'
        '"orders[].n" = "keep"\ntags = "mask"\ncounts = "drop"\n',
        "utf-8",
    )
    pipeline = Pipeline.from_toml(tmp_path / "p.toml")
    result = pickle.loads(pickle.dumps(pipeline)).run(nested)
    assert result.to_pylist()[0] == {
        "address": {"city": "****"},
        "orders": [{"email": "****", "n": 12}, None],
        "tags": ["****", None],
    }


def test_nested_columns_pass_from_parquet_to_parquet(tmp_path: Any, nested: pa.Table) -> None:
    pq.write_table(nested, tmp_path / "in.parquet")
    Pipeline(ALL).run_file(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == Pipeline(ALL).run(nested).to_pylist()
