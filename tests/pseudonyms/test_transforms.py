"""What all transforms have in common."""

from __future__ import annotations

import pickle
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.items import HOMES, get
from safeguards.pseudonyms import (
    DateShift,
    Domain,
    Drop,
    FormatPreservingInteger,
    Generalise,
    Hash,
    Keep,
    Mask,
    Noise,
    PrefixPreserving,
    ReversibleToken,
    Round,
    Suppress,
    Token,
    Transform,
    transform_from,
)
from safeguards.pseudonyms.build import TRANSFORMS

ALL: list[Transform] = [
    Token(),
    Token(item="email", prefix="mail", length=20),
    Mask(),
    ReversibleToken(),
    ReversibleToken(item="email", prefix="mail", pad=1),
    Hash(item="email"),
    Suppress(value="hidden"),
    Mask(item="kr_phone", profile="netact"),
    Generalise(band=10, other="?"),
    Generalise(years=5, other="?"),
    Generalise(groups={"a": "b"}, other="?"),
    Generalise(hierarchy={"a": ["b", "*"]}, level=1, other="?"),
    Generalise(item="kr_address", region="district", other="?"),
    Keep(),
    Drop(),
]

TYPES = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
texts = st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=8), max_size=20)


@pytest.mark.parametrize("transform", ALL, ids=repr)
@given(values=texts, kind=st.sampled_from(TYPES), start=st.integers(0, 3))
def test_nulls_stay_the_input_stays_and_the_type_is_as_said(
    ring_of_module: Keyring, transform: Transform, values: list[str | None], kind: pa.DataType, start: int
) -> None:
    column = pa.array(values, pa.string()).cast(kind).slice(start)
    before = column.to_pylist()
    result = transform.apply(column, Domain("d"))
    assert column.to_pylist() == before
    assert len(result) == len(column)
    if not isinstance(transform, Drop):
        assert [value is None for value in result.to_pylist()] == [value is None for value in before]
        assert result.type == transform.output(column.type)


@pytest.mark.parametrize("transform", ALL, ids=repr)
def test_rows_do_not_depend_on_their_neighbours(ring: Keyring, transform: Transform) -> None:
    values = ["12", "b", None, "a", "12", "1990-01-01", ""]
    whole = transform.apply(pa.array(values), Domain("d")).to_pylist()
    alone = [transform.apply(pa.array([value], pa.string()), Domain("d"))[0].as_py() for value in values]
    assert whole == alone


@pytest.mark.parametrize("transform", ALL, ids=repr)
def test_chunks_are_one_column(ring: Keyring, transform: Transform) -> None:
    whole = pa.array(["12", "b", None, "a", "12", ""])
    chunked = pa.chunked_array([whole.slice(0, 2), whole.slice(2)])
    assert (
        transform.apply(chunked, Domain("d")).to_pylist() == transform.apply(whole, Domain("d")).to_pylist()
    )


@pytest.mark.parametrize("transform", ALL, ids=repr)
def test_a_transform_is_data_that_travels(ring: Keyring, transform: Transform) -> None:
    sent = pickle.loads(pickle.dumps(transform))
    assert sent == transform
    assert ring.pseudonym_key("d", "text", 0)[1].reveal() not in pickle.dumps(transform)


def test_only_kept_columns_are_called_reversible_and_only_tokens_keyed() -> None:
    assert _names("reversible") == {"Keep", "ReversibleToken"}
    assert {type(one).__name__ for one in ALL if one.keyed} == {"Token", "ReversibleToken", "Hash"}
    assert _names("injective") == {"Token", "ReversibleToken", "Hash", "Keep"}


def _names(trait: str) -> set[str]:
    return {type(one).__name__ for one in ALL if getattr(one.traits, trait)}


def test_every_transform_has_a_name_for_files() -> None:
    assert all(TRANSFORMS[kind.name] is kind for kind in TRANSFORMS.values())


@pytest.mark.parametrize("item", sorted(HOMES))
@pytest.mark.parametrize("profile", ["finance", "netact"])
def test_a_mask_is_the_items_own(item: str, profile: str) -> None:
    sample = "010-1234-5678"
    made = Mask(item=item, profile=profile).apply(pa.array([sample, None])).to_pylist()
    assert made == [get(item).mask(sample, profile), None]


def test_a_mask_without_an_item_hides_even_the_length() -> None:
    assert Mask().apply(pa.array(["a", "much longer", None])).to_pylist() == ["****", "****", None]


def test_kept_dictionaries_lose_the_values_of_other_rows() -> None:
    everyone = pa.array(["kim", "hong", None, "lee"]).dictionary_encode()
    kept = Keep().apply(everyone.slice(1, 2))
    assert kept.to_pylist() == ["hong", None]
    assert kept.dictionary.to_pylist() == ["hong"]


@pytest.mark.parametrize(
    ("described", "made"),
    [
        ("drop", Drop()),
        ({"transform": "token", "item": "email"}, Token(item="email")),
        ({"transform": "mask", "profile": "netact"}, Mask(profile="netact")),
        ({"transform": "generalise", "band": 10, "top": 80}, Generalise(band=10, top=80)),
        ("prefix_preserving", PrefixPreserving()),
        ({"transform": "reversible_token", "pad": [8, 64]}, ReversibleToken(pad=(8, 64))),
        ({"transform": "hash", "item": "email"}, Hash(item="email")),
        ({"transform": "date_shift", "subject": "id", "days": 9}, DateShift(subject="id", days=9)),
        ({"transform": "round", "to": 0.05}, Round(to=0.05)),
        ({"transform": "round", "to": "month"}, Round(to="month")),
        ({"transform": "noise", "epsilon": 1, "lower": 0, "upper": 9}, Noise(epsilon=1, lower=0, upper=9)),
        ("suppress", Suppress()),
    ],
)
def test_transforms_are_made_of_plain_data(described: object, made: Transform) -> None:
    assert transform_from(described) == made


@pytest.mark.parametrize(
    "described",
    ["sha1", "sha256", 5, None, [], {}, {"transform": ["x"]}, {"transform": "token", "salt": "x"}],
)
def test_plain_data_that_names_no_transform_is_refused(described: Any) -> None:
    with pytest.raises(InputError):
        transform_from(described)


NARROW = [pa.decimal32(7, 1), pa.decimal64(9, 1)]


@pytest.mark.parametrize("kind", NARROW, ids=str)
@pytest.mark.parametrize(
    "transform",
    [
        Token(), Hash(), ReversibleToken(), Mask(), Generalise(band=10), Generalise(bottom=0, top=2),
        Generalise(groups={"1.5": "few"}, other="?"), Round(to=1), FormatPreservingInteger(digits=6),
        Noise(epsilon=1, lower=0, upper=100), Suppress(), Suppress(value="x"),
    ],
    ids=lambda transform: repr(transform)[:60],
)  # fmt: skip
def test_narrow_decimals_are_done_like_wide_ones(
    ring: Keyring, kind: pa.DataType, transform: Transform
) -> None:
    values = [None, Decimal(3), Decimal(3)]
    narrow, wide = (pa.array(values, one) for one in (kind, pa.decimal128(kind.precision, 1)))
    made = transform.apply(narrow, Domain("d"))
    assert made.type == transform.output(kind)
    assert transform.name == "noise" or made.to_pylist() == transform.apply(wide, Domain("d")).to_pylist()


@pytest.mark.parametrize("kind", [pa.duration("s"), pa.duration("ms"), pa.month_day_nano_interval()], ids=str)
@pytest.mark.parametrize("transform", [Token(), Hash(), ReversibleToken(), Mask(), Round(to=1)], ids=repr)
def test_spans_of_time_are_refused_since_their_digits_depend_on_the_unit(
    ring: Keyring, kind: pa.DataType, transform: Transform
) -> None:
    with pytest.raises(InputError, match="of which no single value can be made"):
        transform.apply(pa.nulls(2, kind), Domain("d"))
