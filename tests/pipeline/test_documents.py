"""JSON documents in columns of text: values by path, and everything else as it was."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, ClassVar

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.errors import AlreadyProtected, InputError, SafeguardsError
from safeguards.pipeline import Manifest, Pipeline, Pseudonymise, reproduce, verify
from safeguards.pipeline.nested import documents, json_text
from safeguards.pseudonyms import (
    Domain,
    Drop,
    FormatPreserving,
    Generalise,
    Hash,
    Keep,
    Mask,
    RedactText,
    ReversibleToken,
    Suppress,
    Surrogate,
    Token,
    Transform,
)
from safeguards.pseudonyms.column import Unfit
from safeguards.pseudonyms.transform import Bound, Traits
from tests.pipeline.nested_trees import GONE, Backwards, trees

DOCUMENT = """{ "user": {"name": "김철수", "email": "A@b.kr", "ok": true},
  "items": [{"name": "ab", "n": 1}, {"name": null}, {}], "tags": ["x", "yz"], "weird.key": "q" }"""
COLUMNS: dict[str, Transform] = {
    "j.user.name": Mask(),
    "j.user.email": Backwards(),
    "j.user.ok": Keep(),
    "j.items[].name": Backwards(),
    "j.items[].n": Drop(),
    "j.tags[]": Backwards(),
    'j["weird.key"]': Backwards(),
}


def made(text: str | None, columns: dict[str, Transform], **settings: Any) -> str | None:
    result: str | None = (
        Pipeline(columns, **settings).run(pa.table({"j": pa.array([text], pa.string())}))["j"][0].as_py()
    )
    return result


def test_values_are_transformed_by_path_and_members_keep_their_order() -> None:
    assert made(DOCUMENT, COLUMNS) == (
        '{"user":{"name":"****","email":"rk.b@A","ok":true},"items":[{"name":"ba"},{"name":null},{}],'
        '"tags":["x","zy"],"weird.key":"q"}'
    )


def test_null_stays_null_and_what_is_absent_stays_absent() -> None:
    for text in (None, "null", "{}", '{"user":null,"items":[]}', '{"user":{},"items":[null],"tags":null}'):
        assert made(text, COLUMNS) == text


def test_the_manifest_counts_the_values_that_stand_at_each_path() -> None:
    table = pa.table({"j": [DOCUMENT, None, "{}", DOCUMENT]})
    result = Pipeline(COLUMNS).run(table)
    records = Manifest.from_json(result.schema.metadata[b"safeguards.manifest"]).columns
    assert {record.column: (record.rows, record.nulls) for record in records} == {
        "j.user.name": (2, 0),
        "j.user.email": (2, 0),
        "j.user.ok": (2, 0),
        "j.items[].name": (4, 2),
        "j.items[].n": (2, 0),
        "j.tags[]": (4, 0),
        'j["weird.key"]': (2, 0),
    }
    assert "b.kr" not in Manifest.from_json(result.schema.metadata[b"safeguards.manifest"]).to_json()


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
)
def test_text_of_any_type_holds_documents(kind: pa.DataType) -> None:
    column = pa.array(["no JSON", DOCUMENT, None, DOCUMENT]).cast(kind).slice(1)
    result = Pipeline(COLUMNS).run(pa.table({"j": column}))
    assert result["j"].to_pylist() == [made(DOCUMENT, COLUMNS), None, made(DOCUMENT, COLUMNS)]
    assert result.schema.field("j").type == (kind.value_type if pa.types.is_dictionary(kind) else kind)


@pytest.mark.skipif(not hasattr(pa, "json_"), reason="this pyarrow has no JSON type")
def test_a_column_of_arrows_json_type_stays_one() -> None:
    column = pa.array([DOCUMENT, None], pa.json_(pa.large_string()))
    result = Pipeline(COLUMNS).run(pa.table({"j": column}))
    assert result.schema.field("j").type == column.type
    assert result["j"].to_pylist() == [made(DOCUMENT, COLUMNS), None]


def test_documents_stand_inside_structs_and_lists_and_may_be_arrays() -> None:
    events = pa.array([{"log": ['[{"a":"xy"},null]', None]}, None])
    result = Pipeline({"e.log[][].a": Backwards()}).run(pa.table({"e": events}))
    assert result["e"].to_pylist() == [{"log": ['[{"a":"yx"},null]', None]}, None]


@pytest.mark.parametrize(
    "number", ["1.10", "1e400", "-0", "0.0", "12345678901234567890123", "1E+5", "9" * 5000]
)
def test_numbers_come_back_as_they_are_written(number: str) -> None:
    columns: dict[str, Transform] = {"j.n": Keep(), "j.m.n": Keep(), "j.a": Backwards()}
    text = f'{{"n":{number},"m":{{"n":[{number}]}},"a":"ab"}}'
    assert made(text, columns) == text.replace('"ab"', '"ba"')


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1.50", Decimal("1.5")),
        ("2.0", 2),
        ("true", True),
        ("-0", 0),
        ("1e3", 1000),
        ("12345678901234567890", 12345678901234567890),
        ("0.1", 0.1),
    ],
)
def test_a_number_has_the_token_that_it_has_in_a_column(ring: Keyring, written: str, value: Any) -> None:
    token = made(f'{{"n":{written}}}', {"j.n": Token()}, domain="d")
    kind = pa.decimal128(20, 0) if isinstance(value, int) and value > 2**63 else None
    flat = Pipeline({"n": Token()}, domain="d").run(pa.table({"n": pa.array([value], kind)}))
    assert token == f'{{"n":"{flat["n"][0].as_py()}"}}'


@pytest.mark.parametrize(
    ("value", "transform", "message"),
    [
        ("1012345678", Token(item="kr_phone"), "a kr_phone may begin with a zero, which numbers have lost"),
        ("1.012345678e9", Hash(item="kr_phone"), "a kr_phone may begin with a zero, which numbers have lost"),
        ("50101", ReversibleToken(item="birth_date"), "a birth_date may begin with a zero"),
        ("1012345678", FormatPreserving(), "numbers have lost their leading zeros: write it as text"),
        ("true", FormatPreserving(), "write it as text"),
        ("7", Surrogate(item="person_name"), "numbers have lost their leading zeros: write it as text"),
        ("true", Token(item="kr_phone"), "no kr_phone is true or false"),
    ],
    ids=str,
)
def test_numbers_are_refused_by_row_where_columns_of_them_are(
    ring: Keyring, value: str, transform: Transform, message: str
) -> None:
    """The token of 1012345678 would be unlike that of 01012345678, and nobody would see."""
    table = pa.table({"j": ['{"p":null}', f'{{"p":{value}}}']})
    with pytest.raises(
        InputError, match=rf"column 'j', row 2: at 'j\.p', {transform.name} .*{message}"
    ) as caught:
        Pipeline({"j.p": transform}, domain="d").run(table)
    assert value not in str(caught.value).replace("true or false", "")


def test_numbers_and_texts_at_one_path_become_text() -> None:
    columns: dict[str, Transform] = {"j[].age": Generalise(band=10)}
    assert made('[{"age":35},{"age":"36"},{"age":3.70e1},{"age":null}]', columns) == (
        '[{"age":"30-39"},{"age":"30-39"},{"age":"30-39"},{"age":null}]'
    )


@dataclass(frozen=True)
class Halved(Transform):
    """It takes numbers alone."""

    name: ClassVar[str] = "halved"

    @property
    def traits(self) -> Traits:
        return Traits()

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        if not pa.types.is_floating(kind):
            raise InputError(f"is {kind}, which holds no numbers")
        return kind

    def bind(self, domain: Domain | None) -> Bound:
        return Bound(lambda values: pc.divide(values, 2.0))


def test_a_transform_of_numbers_gives_numbers() -> None:
    assert made("[1, 2.50, null, 1e15, 4]", {"j[]": Halved()}) == "[0.5,1.25,null,500000000000000,2]"
    for text in ('["1"]', "[true]", "[1e999]", "[12345678901234567890]"):
        with pytest.raises(InputError, match=r"column 'j', row 1: at 'j\[\]', halved takes numbers"):
            made(text, {"j[]": Halved()})


def test_numbers_stay_numbers_and_texts_texts_where_the_transform_keeps_types() -> None:
    coded = Generalise(top=50)
    assert made('[35, "35", 80.5, "80.5", null, 1.10]', {"j[]": coded}) == '[35,"35",50,"50",null,1.1]'
    record = Manifest.from_json(
        Pipeline({"j[]": coded})
        .run(pa.table({"j": ['[1,"2",null]']}))
        .schema.metadata[b"safeguards.manifest"]
    ).columns[0]
    assert (record.rows, record.nulls) == (3, 1)
    with pytest.raises(InputError, match=r"column 'j\[\]', row 1: holds a value that is no number"):
        made("[12345678901234567890]", {"j[]": coded})


@dataclass(frozen=True)
class Shifted(Halved):
    """It gives what JSON does not have."""

    def bind(self, domain: Domain | None) -> Bound:
        return Bound(lambda values: pc.divide(values, 0.0))


def test_a_number_that_json_cannot_hold_is_refused() -> None:
    with pytest.raises(InputError, match=r"column 'j\[\]', row 1: gives a number that JSON cannot hold"):
        made("[1]", {"j[]": Shifted()})


def test_a_value_that_is_one_or_many_may_have_both_paths() -> None:
    columns: dict[str, Transform] = {"j.to": Backwards(), "j.to[]": Backwards()}
    assert made('{"to":"ab"}', columns) == '{"to":"ba"}'
    assert made('{"to":["ab","cd"]}', columns) == '{"to":["ba","dc"]}'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("secret", "a text that is not JSON"),
        ("", "a text that is not JSON"),
        ('{"a":"secret"} {}', "a text that is not JSON"),
        ('{"a":"secret",}', "a text that is not JSON"),
        ("{'a':'secret'}", "a text that is not JSON"),
        ('{"a":"sec\nret"}', "a text that is not JSON"),
        ('\ufeff{"a":"secret"}', "a text that is not JSON"),
        ('{"a":01}', "a text that is not JSON"),
        ("[" * 200_000, "nested too deeply"),
        ('{"a":' + "[" * 100 + "]" * 100 + "}", "nested deeper than 100"),
        ('{"a":"secret","a":"x"}', "one name twice"),
        ('{"b":{"secret":1,"secret":2}}', "one name twice"),
        (r'{"a":"secret","\u0061":"x"}', "one name twice"),
        ('{"a":NaN}', "NaN or Infinity"),
        ('{"a":-Infinity}', "NaN or Infinity"),
        (r'{"a":"secret\ud83d"}', "half a surrogate pair"),
        (r'{"secret\udc00":1}', "half a surrogate pair"),
        ('{"secret":1}', "holds a member of 'j' that no path names"),
        ('{"b":{"c":1,"secret":{}}}', "holds a member of 'j.b' that no path names"),
        ('{"a":["secret"]}', r"holds an array at 'j.a', where a single value is named: write 'j.a\[\]'"),
        ('{"a":{"secret":1}}', "holds an object at 'j.a', where a single value is named"),
        ('["secret"]', "holds an array at 'j', where the paths lead into an object"),
        ('"secret"', "holds a single value at 'j', where the paths lead into an object"),
        ('{"b":"secret"}', "holds a single value at 'j.b', where the paths lead into an object"),
        ('{"d":{"secret":1}}', "holds an object at 'j.d', where the paths lead into an array"),
        ('{"a":1e999}', "at 'j.a', token takes finite decimals"),
        ('{"a":1e-999999999999999999999}', "at 'j.a', token takes finite decimals"),
        ('{"a":%s}' % ("9" * 100), "at 'j.a', token takes whole numbers"),
    ],
)
@pytest.mark.parametrize("unlisted", ["refuse", "drop", "keep"])
def test_a_document_that_is_refused_is_named_by_row_and_never_by_what_it_holds(
    ring: Keyring, text: str, problem: str, unlisted: Any
) -> None:
    if "no path names" in problem and unlisted != "refuse":
        return
    columns: dict[str, Transform] = {"j.a": Token(), "j.b.c": Keep(), "j.d[]": Keep()}
    table = pa.table({"j": ["{}"] * 40 + [text]})
    with pytest.raises(InputError, match=f"^column 'j', row 41: .*{problem}") as caught:
        Pipeline(columns, domain="d", unlisted=unlisted).run(table)
    error: BaseException | None = caught.value
    while error is not None:
        assert "secret" not in str(error) + repr(vars(error))
        error = error.__cause__ or error.__context__


def test_a_value_without_a_place_in_a_group_is_named_by_path_and_row() -> None:
    table = pa.table({"j": ["[1, 2]"] * 5000 + ['[3, "secret"]']})
    with pytest.raises(
        InputError, match=r"column 'j\[\]', row 5001: holds a value that is no number"
    ) as caught:
        Pipeline({"j[]": Generalise(band=5)}).run(table)
    assert "secret" not in str(caught.value)


def test_a_document_inside_a_list_is_named_by_its_row() -> None:
    lists = pa.array([["{}", "{}"], None, ["{}", '{"a":[1,"secret"]}']])
    with pytest.raises(InputError, match=r"column 'l\[\].a\[\]', row 3: holds a value that is no number"):
        Pipeline({"l[].a[]": Generalise(band=5)}).run(pa.table({"l": lists}))
    with pytest.raises(InputError, match=r"column 'l\[\]', row 3: holds a member of 'l\[\]' that no path"):
        Pipeline({"l[].b": Mask()}).run(pa.table({"l": lists}))


def test_a_column_without_any_value_stays_one() -> None:
    table = pa.table({"j": pa.nulls(2), "l": pa.array([[None], []])})
    result = Pipeline({"j.a.b": Mask(), "l[].c": Mask()}).run(table)
    assert result.equals(table, check_metadata=False)


def test_a_refused_document_leaves_no_file(tmp_path: Any) -> None:
    (tmp_path / "in.jsonl").write_text('{"j": {"a": "x"}}\n{"j": {"b": "y"}}\n')
    with pytest.raises(InputError, match="column 'j', row 2: holds a member of 'j'"):
        Pipeline({"j.a": Mask()}).run_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_members_that_no_path_names_are_dropped_or_kept_as_they_are() -> None:
    columns: dict[str, Transform] = {"j.user.email": Backwards(), "j.items[].name": Backwards()}
    assert made(DOCUMENT, columns, unlisted="drop") == (
        '{"user":{"email":"rk.b@A"},"items":[{"name":"ba"},{"name":null},{}]}'
    )
    assert made(DOCUMENT, columns, unlisted="keep") == (
        '{"user":{"name":"김철수","email":"rk.b@A","ok":true},"items":[{"name":"ba","n":1},{"name":null},{}],'
        '"tags":["x","yz"],"weird.key":"q"}'
    )


DOCUMENTS = ['{"user":{"name":"a","tags":[]}}', None, '{"user":null}', '{"user":{"name":"b"},"more":1}']


@pytest.mark.parametrize("wrap", [lambda text: text, lambda text: {"j": text}, lambda text: [text, text]])
@pytest.mark.parametrize(
    ("path", "met"),
    [
        (".user.name", True),
        (".more", True),
        (".user.tags[].x", True),  # no tag is there, so none could have it
        (".user.nmae", False),
        (".usr.name", False),
        (".user.tgs[].x", False),
        (".name", False),
    ],
)
def test_a_path_that_no_document_has_is_refused_where_all_else_is_kept(
    wrap: Any, path: str, met: bool, tmp_path: Any
) -> None:
    table = pa.table({"c": [wrap(text) for text in DOCUMENTS]})
    nested = table["c"].type
    inner = "c.j" if pa.types.is_struct(nested) else "c[]" if pa.types.is_list(nested) else "c"
    columns: dict[str, Transform] = {f"{inner}{path}": Mask()}
    target = tmp_path / "out.parquet"
    if met:
        Pipeline(columns, unlisted="keep").run_file(table, target)
    else:
        with pytest.raises(InputError, match="no document has such a member"):
            Pipeline(columns, unlisted="keep").run_file(table, target)
        assert not target.exists()
    assert Pipeline(columns, unlisted="drop").run(table).num_rows == 4
    assert Pipeline(columns, unlisted="keep").run(table.slice(1, 1)).num_rows == 1  # no document at all


def test_a_stream_that_could_not_be_refused_at_its_end_is_refused_at_its_beginning() -> None:
    table = pa.table({"j": ['{"email":"a@b.kr"}']})
    pipeline = Pipeline({"j.emial": Mask(item="email")}, unlisted="keep")
    for stream in (table.to_reader(), pl.LazyFrame(table.to_pydict())):
        with pytest.raises(InputError, match="rows leave before the end"):
            pipeline.run(stream)
    reader = Pipeline({"j.email": Mask(item="email")}).run(table.to_reader())
    assert reader.read_all().num_rows == 1


def test_a_number_with_an_exponent_hides_no_registration_number() -> None:
    with pytest.raises(InputError, match="holds a resident registration number"):
        made("[9.001011234568e+12,9.001011234568E12,9001011234568e0,900101.1234568e7]", {"j[]": Keep()})


def test_one_part_of_a_directory_may_lack_a_member_that_another_has(tmp_path: Any) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for number, name in enumerate(["a", "b", "b"]):
        (source / f"{number}.jsonl").write_text(json.dumps({"j": json.dumps({name: "x"})}) + "\n")
    Pipeline({"j.a": Mask()}, unlisted="keep").run_directory(source, tmp_path / "out")
    with pytest.raises(InputError, match=r"column 'j.c': no document has such a member"):
        Pipeline({"j.c": Mask()}, unlisted="keep").run_directory(source, tmp_path / "other")
    assert not (tmp_path / "other" / "_SUCCESS").exists()
    assert not [*(tmp_path / "other").rglob("[0-9].jsonl")]


@pytest.mark.parametrize(
    "transform",
    [Token(item="email"), Mask(item="email"), ReversibleToken(), Suppress(), RedactText(), Keep()],
    ids=repr,
)
def test_a_list_of_json_lines_becomes_what_one_of_parquet_becomes(
    tmp_path: Any, ring: Keyring, transform: Transform
) -> None:
    """A user's find: the text of the whole list had one token."""
    rows = [{"to": ["a@b.kr", "c@d.kr"]}, {"to": None}, {"to": []}, {"to": ["c@d.kr", None]}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    pipeline = Pipeline({"to": transform}, domain="d")
    for kind in ("jsonl", "parquet"):
        pipeline.run_file(
            tmp_path / f"in.{kind}", tmp_path / f"out.{kind}", manifest=tmp_path / f"{kind}.json"
        )
    written = [json.loads(line)["to"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    expected = pq.read_table(tmp_path / "out.parquet")["to"].to_pylist()
    assert [None if cell is None else json.loads(cell) for cell in written] == expected
    assert verify(tmp_path / "out.jsonl", tmp_path / "jsonl.json") == []
    assert reproduce(pipeline, tmp_path / "in.jsonl", tmp_path / "out.jsonl") == []


@pytest.mark.parametrize("transform", [Token(), Mask(), RedactText(), ReversibleToken()], ids=repr)
def test_an_object_of_json_lines_has_no_transform_as_a_whole(
    tmp_path: Any, ring: Keyring, transform: Transform
) -> None:
    (tmp_path / "in.jsonl").write_text('{"u": {"a": "x"}}\n')
    with pytest.raises(InputError, match=r"column 'u', row 1: holds an object at 'u'.*name its members"):
        Pipeline({"u": transform}, domain="d").run_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


def test_dropped_members_and_elements_are_gone() -> None:
    assert made(
        '{"a":{"b":1},"c":[1,{"d":2}],"e":[{"f":1}]}', {"j.a": Drop(), "j.c[]": Drop(), "j.e[].f": Drop()}
    ) == ('{"c":[],"e":[{}]}')


@pytest.mark.parametrize("columns", [{"j.a": Keep(), "j.b": Keep()}, {"j.b": Keep()}])
@pytest.mark.parametrize(
    "text",
    [
        '{"a":{"주민등록번호":1}}',
        '{"a":[{"rrn":"x"}]}',
        '{"a":"900101-1234568"}',
        '{"a":{"b":["900101-1234568"]}}',
    ],
)
def test_a_resident_registration_number_leaves_no_document(text: str, columns: Any) -> None:
    with pytest.raises(InputError, match="(is|holds) a resident registration number") as caught:
        made(text, columns, unlisted="keep")
    assert "900101" not in str(caught.value)
    assert made(text, {"j.a": Drop()}) == "{}"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"j.user.rrn": Mask()}, "column 'j.user.rrn' is a resident registration number"),
        ({"j.p": Token(item="kr_rrn")}, "column 'j.p' is a resident registration number"),
        (
            {"j.a": Mask(item="kr_phone"), "j.b": Mask(item="kr_phone", profile="netact")},
            "'j.b' masks kr_phone by another profile",
        ),
        (
            {"j.a": Keep(), "j.a.b": Mask()},
            "'j.a' is given keep, which is for all it holds: name that, or 'j.a.b'",
        ),
        ({"j": Drop(), "j.a": Mask()}, "'j' is given drop, which is for all it holds"),
        ({"j.a": Mask(), 'j["a"]': Mask()}, "named twice"),
        ({"i.a": Mask(), "j": Keep()}, "column 'i' is int64, which has no parts"),
        ({"j.a": FormatPreserving(item="kr_phone")}, "keyed"),
    ],
)
def test_paths_that_cannot_be_are_one_line_before_the_first_row(columns: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Pipeline(columns, unlisted="drop", **({} if message == "keyed" else {"domain": "d"})).run(
            pa.table({"j": pa.array([], pa.string()), "i": pa.array([], pa.int64())})
        )


def test_tokens_in_documents_are_refused_a_second_time(ring: Keyring) -> None:
    pipeline = Pipeline({"j.a": Token()}, domain="d")
    once = pipeline.run(pa.table({"j": ['{"a":1}', '{"a":2}', "{}"]}))
    with pytest.raises(AlreadyProtected, match="column 'j.a' was transformed before"):
        pipeline.run(once)
    with pytest.raises(AlreadyProtected, match="column 'j' was transformed before"):
        Pipeline({"j": Token()}, domain="d").run(once)
    with pytest.raises(AlreadyProtected, match="column 'j.a' holds tokens already"):
        pipeline.run(once.replace_schema_metadata(None))


def test_a_failure_inside_the_library_tells_no_value() -> None:
    @dataclass(frozen=True)
    class Broken(Backwards):
        def bind(self, domain: Domain | None) -> Bound:
            return Bound(lambda values: pa.array([*values.to_pylist(), "secret"]).cast(pa.int64()))

    with pytest.raises(SafeguardsError, match=r"column 'j.a' could not be worked on") as caught:
        made('{"a":"secret"}', {"j.a": Broken()})
    assert "secret" not in str(caught.value)


@dataclass(frozen=True)
class Prefixed(Backwards):
    """Text after that of another column."""

    other: str = "id"

    @property
    def beside(self) -> tuple[str, ...]:
        return (self.other,)

    def bind(self, domain: Domain | None) -> Bound:
        return Bound(lambda values, other: pc.binary_join_element_wise(other, values, "-"))


def test_a_column_read_beside_is_that_of_the_row_for_each_element() -> None:
    table = pa.table(
        {"id": ["a", "b", "c"], "j": ['{"x":["1","2"]}', None, '{"x":["3"]}'], "l": [["4"], ["5", None], []]}
    )
    result = Pipeline({"j.x[]": Prefixed(), "l": Prefixed(), "id": Drop()}).run(table)
    assert result.to_pylist() == [
        {"j": '{"x":["a-1","a-2"]}', "l": ["a-4"]},
        {"j": None, "l": ["b-5", None]},
        {"j": '{"x":["c-3"]}', "l": []},
    ]
    with pytest.raises(InputError, match="column 'j.x': no column 'nope', which backwards reads"):
        Pipeline({"j.x": Prefixed(other="nope")}, unlisted="drop").run(table)


@given(data=st.data(), tree=trees([pa.list_], maps=False), cuts=st.lists(st.integers(1, 5), max_size=2))
def test_documents_are_what_a_walk_over_each_makes(data: st.DataObject, tree: Any, cuts: list[int]) -> None:
    values = data.draw(st.lists(tree.values(), max_size=6))
    texts = [
        json.dumps(
            {"r": value}, ensure_ascii=data.draw(st.booleans()), indent=data.draw(st.sampled_from([None, 1]))
        )
        for value in values
    ]
    table = pa.table({"j": pa.array(texts, pa.string())})
    edges = sorted({0, table.num_rows, *(cut for cut in cuts if cut < table.num_rows)})
    table = pa.concat_tables([table.slice(a, b - a) for a, b in pairwise(edges)] or [table])
    result = Pipeline(tree.paths("j.r")).run(table)["j"].to_pylist()
    assert result == [
        json.dumps({"r": expected_json(tree, value)}, ensure_ascii=False, separators=(",", ":")).replace(
            '"r":"GONE"', ""
        )
        for value in values
    ]


def expected_json(tree: Any, value: Any) -> Any:
    """Return the reference's result; unlike Arrow's, containers of JSON stay without what was dropped."""
    if hasattr(tree, "fields"):
        if value is None:
            return None
        parts = {name: expected_json(tree.fields[name], part) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part != "GONE"}
    if hasattr(tree, "element"):
        if value is None:
            return None
        return [part for part in (expected_json(tree.element, one) for one in value) if part != "GONE"]
    return "GONE" if tree.expect(value) is GONE else tree.expect(value)


@given(rows=st.integers(1, 30), size=st.integers(1, 7))
def test_portions_do_not_matter(rows: int, size: int) -> None:
    table = pa.table({"j": [f'{{"a":"x{n}","b":[{n},{n}]}}' for n in range(rows)]})
    pipeline = Pipeline({"j.a": Backwards(), "j.b[]": Generalise(band=5)})
    whole = pipeline.run(table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "_ROWS", size)
        assert pipeline.run(table).equals(whole, check_metadata=False)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(value=JSON, ascii_only=st.booleans(), indent=st.sampled_from([None, 2]))
def test_what_is_read_is_written_again(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    try:
        document = json_text.read(text, 1)
    except Unfit:
        assert "\\ud" in json.dumps(value).lower()
        return
    written = json_text.write(document)
    assert written == json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert json_text.write(json_text.read(written, 1)) == written


@given(text=st.text(alphabet='{}[]",:\\u0d8aentrfls123.-+E \n', max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        document = json_text.read(text, 1)
    except Unfit:
        return
    assert json.loads(json_text.write(document), parse_float=str) == json.loads(text, parse_float=str)


@pytest.mark.parametrize("transform", [Token(), Hash(), ReversibleToken()], ids=repr)
def test_a_list_of_tokens_in_json_lines_has_none_again(
    tmp_path: Any, ring: Keyring, transform: Transform
) -> None:
    """An attacker's find: the list comes out as text, and the text had a token."""
    (tmp_path / "0.jsonl").write_text('{"x": ["a@b.kr", null]}\n{"x": null}\n')
    Pipeline({"x": Token()}, domain="d").run_file(tmp_path / "0.jsonl", tmp_path / "1.jsonl")
    with pytest.raises(AlreadyProtected, match="column 'x' holds tokens already"):
        Pipeline({"x": transform}, domain="d").run_file(tmp_path / "1.jsonl", tmp_path / "2.jsonl")


def test_a_list_of_json_lines_is_one_for_every_step(tmp_path: Any, ring: Keyring) -> None:
    (tmp_path / "in.jsonl").write_text('{"x": ["a@b.kr", "c@d.kr"]}\n')
    pq.write_table(pa.table({"x": [["a@b.kr", "c@d.kr"]]}), tmp_path / "in.parquet")
    steps = [Pseudonymise({"x": Keep()}), Pseudonymise({"x": Token()}, Domain("d"))]
    for kind in ("jsonl", "parquet"):
        Pipeline(steps).run_file(tmp_path / f"in.{kind}", tmp_path / f"{kind}.parquet")
    written = json.loads(pq.read_table(tmp_path / "jsonl.parquet")["x"][0].as_py())
    assert written == pq.read_table(tmp_path / "parquet.parquet")["x"][0].as_py()


def test_parts_of_json_lines_are_read_as_the_first_is(tmp_path: Any, ring: Keyring) -> None:
    """An attacker's find: a part had its own reading, which the joint manifest does not know."""
    pipeline, whole = Pipeline({"x": Token()}, domain="d"), Pipeline({"x[]": Token()}, domain="d")
    lists, nothing, texts = '{"x": ["a@b.kr"]}\n', '{"x": null}\n', '{"x": "a@b.kr"}\n'
    cases = [(lists, nothing, None), (nothing, lists, "column 'x' holds lists.*name 'x\\[\\]'")]
    cases += [(lists, texts, "1.jsonl: column 'x', row 1"), (texts, lists, "column 'x' holds lists")]
    for number, (first, second, refused) in enumerate(cases):
        source, target = tmp_path / f"in{number}", tmp_path / f"out{number}"
        source.mkdir()
        for place, text in enumerate((first, second)):
            (source / f"{place}.jsonl").write_text(text)
        if refused is None:
            pipeline.run_directory(source, target)
            assert verify(target) == []
            continue
        with pytest.raises(InputError, match=refused):
            pipeline.run_directory(source, target)
        if texts not in (first, second):
            whole.run_directory(source, target)
            assert verify(target) == []


def test_lists_of_parquet_that_went_into_json_lines_are_not_called_other_ones(
    tmp_path: Any, ring: Keyring
) -> None:
    pq.write_table(pa.table({"x": [["a"], None], "y": ["1", "2"]}), tmp_path / "in.parquet")
    pipeline = Pipeline({"x": Keep(), "y": Token()}, domain="d")
    pipeline.run_file(tmp_path / "in.parquet", tmp_path / "out.jsonl")
    assert reproduce(pipeline, tmp_path / "in.parquet", tmp_path / "out.jsonl") == []
