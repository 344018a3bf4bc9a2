from __future__ import annotations

import enum
import math
import pickle
from collections import OrderedDict
from datetime import UTC, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safeguards.errors import DecryptionFailed, InputError
from safeguards.fields import Cipher, Exact, Json, ListOf, Names, codec_for

SEOUL = timezone(timedelta(hours=9))
INTEGERS = st.integers(-(1 << 63), (1 << 63) - 1)
LEAVES = st.none() | st.booleans() | INTEGERS | st.floats(allow_nan=False, allow_infinity=False) | st.text()
DOCUMENTS = st.recursive(
    LEAVES, lambda part: st.lists(part) | st.dictionaries(st.text(), part), max_leaves=20
).filter(lambda value: value is not None)
HANGUL = [chr(point) for point in range(0xAC00, 0xD7A4)]


class Level(enum.Enum):
    LOW = 1
    VERY_HIGH = 2
    낮음 = 3


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class Text(str, enum.Enum):  # noqa: UP042  the older spelling prints as "Text.A"
    A = "a"


ITEMS: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(),
    int: INTEGERS,
    bytes: st.binary(),
    bool: st.booleans(),
    time: st.times(timezones=st.none() | st.just(SEOUL)).map(lambda value: value.replace(fold=0)),
    Level: st.sampled_from(Level),
}


def same(left: Any, right: Any) -> bool:
    """Compare with types, signs of zero and order of keys."""
    return repr(left) == repr(right)


@given(DOCUMENTS)
def test_every_document_survives(value: Any) -> None:
    codec = codec_for(Json)
    assert same(codec.decode(codec.encode(value)), value)


@given(st.data())
@pytest.mark.parametrize("kind", ITEMS, ids=lambda kind: kind.__name__)
def test_every_list_survives(kind: type, data: st.DataObject) -> None:
    codec, value = codec_for(ListOf(kind)), data.draw(st.lists(st.none() | ITEMS[kind]))
    assert same(codec.decode(codec.encode(value)), value)


@given(st.lists(st.text(), min_size=2), st.lists(st.text(), min_size=2))
def test_different_lists_have_different_bytes(one: list[str], other: list[str]) -> None:
    encode = codec_for(ListOf(str)).encode
    assert (encode(one) == encode(other)) == (one == other)


NAMES = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda name: not name.endswith("\x00"))


@given(st.lists(NAMES, min_size=1, unique=True))
def test_every_declared_name_survives_at_one_width(names: list[str]) -> None:
    codec = codec_for(Names(tuple(names)))
    assert [codec.decode(codec.encode(name)) for name in names] == names
    assert len({len(codec.encode(name)) for name in names}) == 1


def test_every_hangul_syllable_and_trailing_characters_survive_in_every_kind() -> None:
    texts = [*HANGUL, "값***", " 값 ", "값\x00", "\n", ""]
    for kind in (Json, ListOf(str)):
        codec = codec_for(kind)
        assert codec.decode(codec.encode(texts)) == texts
    names = codec_for(Names((*HANGUL, "값***", " 값 ", "\n", "")))
    assert all(names.decode(names.encode(syllable)) == syllable for syllable in [*HANGUL, " 값 ", ""])


def test_documents_are_compact_utf8_in_their_own_order() -> None:
    written = codec_for(Json).encode(OrderedDict([("나", [1, None]), ("가", {"x": 0.5})]))
    assert written == '{"나":[1,null],"가":{"x":0.5}}'.encode()


CYCLE: list[Any] = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Json, math.nan),
        (Json, {"a": math.inf}),
        (Json, {1: "a"}),
        (Json, {None: "a"}),
        (Json, [1 << 63]),
        (Json, 10**50),
        (Json, (1, 2)),
        (Json, {"a": (1,)}),
        (Json, b"x"),
        (Json, "\ud800"),
        (Json, CYCLE),
        (Json, None),
        (ListOf(int), [1 << 63]),
        (ListOf(int), [True]),
        (ListOf(str), ["a", 1]),
        (ListOf(str), "abc"),
        (ListOf(str), ("a",)),
        (ListOf(str), [["a"]]),
        (Level, "LOW"),
        (Level, 1),
        (Access, Access.READ | Access.WRITE),
        (Text, "a"),
        (Names(("a",)), "b"),
        (Names(("a",)), "a\x00"),
        (Names(("a",)), None),
        (time, time(9, tzinfo=ZoneInfo("Asia/Seoul"))),
    ],
)
@pytest.mark.usefixtures("ring")
def test_what_would_not_come_back_unchanged_is_refused_by_field(kind: Any, value: Any) -> None:
    with pytest.raises(InputError, match=r"field t\.v takes") as caught:
        Cipher("t.v", codec_for(kind)).encrypt(value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("kind", [ListOf(ListOf(str)), ListOf(Json), Names(()), Names(("a\x00",))], ids=str)
def test_what_cannot_be_written_is_refused_when_declared(kind: Any) -> None:
    with pytest.raises(InputError):
        codec_for(kind)


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x00\x00\x09abc", b"\xff\xff\xff\xff"])
def test_a_cut_list_is_not_read(data: bytes) -> None:
    with pytest.raises(Exception):
        codec_for(ListOf(str)).decode(data)


@pytest.mark.usefixtures("ring")
@pytest.mark.parametrize("kind", [Json, ListOf(str)], ids=str)
def test_documents_and_lists_have_no_search(kind: Any) -> None:
    with pytest.raises(InputError, match=r"t\.v: equality"):
        Cipher("t.v", codec_for(kind), search=Exact())


@pytest.mark.usefixtures("ring")
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Level, Level.LOW),
        (Text, Text.A),
        (Names(("a", "b")), "b"),
        (Json, {"a": [None]}),
        (ListOf(Level), [Level.LOW, None]),
        (ListOf(int), [1]),
        (time, time(9, tzinfo=SEOUL)),
    ],
    ids=str,
)
def test_a_cipher_of_every_kind_travels_as_its_declaration(kind: Any, value: Any) -> None:
    cipher = Cipher("t.v", codec_for(kind))
    again = pickle.loads(pickle.dumps(cipher))
    found = again.decrypt(cipher.encrypt(value))
    assert found == value
    assert type(found) is type(value)


TIMES = st.times(timezones=st.none() | st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m))))


@given(TIMES, TIMES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.usefixtures("ring")
def test_times_share_a_tag_exactly_when_they_are_equal(one: time, other: time) -> None:
    cipher = Cipher("t.v", codec_for(time), search=Exact())
    assert (cipher.tag(one) == cipher.tag(other)) == (one == other)


@pytest.mark.usefixtures("ring")
def test_one_time_under_two_offsets_has_one_tag() -> None:
    cipher = Cipher("t.v", codec_for(time), search=Exact())
    assert cipher.tag(time(9, tzinfo=SEOUL)) == cipher.tag(time(0, tzinfo=UTC))
    assert cipher.tag(time(9)) != cipher.tag(time(9, tzinfo=UTC))
    assert cipher.tag(time(1, tzinfo=SEOUL)) != cipher.tag(time(16, tzinfo=UTC))


@pytest.mark.usefixtures("ring")
def test_a_longer_name_declared_later_changes_neither_tags_nor_reading() -> None:
    old, new = (
        Cipher("t.v", codec_for(Names(names)), search=Exact()) for names in (("a", "b"), ("a", "b", "longer"))
    )
    assert old.tag("a") == new.tag("a") == old.encrypt("a")[:18] == new.encrypt("a")[:18]
    assert new.decrypt(old.encrypt("b")) == "b"


@pytest.mark.usefixtures("ring")
@pytest.mark.parametrize("wrap", [lambda kind: kind, ListOf], ids=["alone", "in a list"])
def test_an_undeclared_name_is_told_by_field_and_not_shown(wrap: Any) -> None:
    data: Any = "secretive" if wrap(str) is str else ["secretive"]
    stored = Cipher("t.v", codec_for(wrap(Names(("secretive", "b"))))).encrypt(data)
    with pytest.raises(DecryptionFailed, match=r"t\.v: a stored name is no longer declared") as caught:
        Cipher("t.v", codec_for(wrap(Names(("b",))))).decrypt(stored)
    assert "secretive" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.usefixtures("ring")
def test_an_alias_reads_the_old_name_of_a_member() -> None:
    class Renamed(enum.Enum):
        MINIMAL = 1
        LOW = MINIMAL

    data = Cipher("t.v", codec_for(Level)).encrypt(Level.LOW)
    assert Cipher("t.v", codec_for(Renamed)).decrypt(data) is Renamed.MINIMAL
