"""No result is longer than its transform says, so that a target column can be made wide enough."""

from __future__ import annotations

import sys
from datetime import date

import faker
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.items import HOMES
from safeguards.items.ranks.letters import CHOICES
from safeguards.pseudonyms import (
    DateShift,
    Domain,
    Drop,
    FormatPreserving,
    FormatPreservingInteger,
    Generalise,
    Hash,
    Keep,
    Mask,
    Noise,
    PrefixPreserving,
    RedactText,
    ReversibleToken,
    Round,
    Suppress,
    Surrogate,
    Token,
    Transform,
)
from safeguards.pseudonyms.build import TRANSFORMS
from tests.pseudonyms.test_surrogate import MADE, PLACEHOLDERS, VALUES

PLAIN: list[Transform] = [
    Token(),
    Token(item="email", prefix="mail", length=20),
    ReversibleToken(),
    ReversibleToken(item="email", prefix="mail", pad=1),
    ReversibleToken(item="person_name", pad="padme"),
    Hash(item="email", length=20),
    Suppress(value="hidden"),
    Suppress(),
    Mask(),
    Keep(),
    Generalise(years=5, other="a long label"),
    Generalise(groups={"a": "b"}, other="?"),
    Generalise(hierarchy={"a": ["b", "*"]}, level=1, other="?"),
    Generalise(item="kr_address", region="district", other="?"),
]
texts = st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=8), max_size=20)


def _short(day: date) -> str:
    return f"{day.year:04d}.{day.month}.{day.day}"


@pytest.mark.parametrize("transform", PLAIN, ids=repr)
@given(values=texts)
def test_no_result_is_longer_than_the_width_said(
    ring_of_module: Keyring, transform: Transform, values: list[str | None]
) -> None:
    longest = max((len(value) for value in values if value is not None), default=0)
    width = transform.width(longest)
    if width is not None:
        result = transform.apply(pa.array(values, pa.string()), Domain("d")).to_pylist()
        assert all(len(one) <= width for one in result if one is not None)


WIDE: list[tuple[Transform, st.SearchStrategy[str]]] = [
    (Round(to="0.05"), st.decimals(-(10**6), 10**6, places=3).map(lambda number: format(number, "f"))),
    (Round(to=1000), st.integers(-(10**9), 10**9).map(str)),
    (Round(to="quarter"), st.dates().map(str)),
    (Noise(epsilon=0.001, lower=0, upper=1, step=1e-6), st.integers(-9, 9).map(str)),
    (
        Noise(epsilon=0.001, lower=-(2.0**53), upper=2.0**53, clamp=True),
        st.integers(-(2**52), 2**52).map(str),
    ),
    (PrefixPreserving(), st.ip_addresses().map(str)),
    (PrefixPreserving(), st.ip_addresses(v=6).map(lambda address: f"{address}/128")),
    (FormatPreserving(), st.integers(10**9, 10**15).map(str)),
    (DateShift(subject="who"), st.dates(min_value=date(2, 1, 1), max_value=date(9998, 1, 1)).map(_short)),
    (Generalise(band=7), st.integers(-(2**52), 2**52).map(str)),
    (Generalise(band=0.1), st.floats(-1e15, 1e15).map(repr)),
    (Generalise(bottom=-1000, top=1000), st.integers(-(10**6), 10**6).map(str)),
    (Generalise(years=3000), st.dates().map(str)),
]


@pytest.mark.parametrize(("transform", "written"), WIDE, ids=repr)
@given(data=st.data())
def test_no_number_date_or_address_is_longer_than_the_width_said(
    ring_of_module: Keyring, transform: Transform, written: st.SearchStrategy[str], data: st.DataObject
) -> None:
    values = data.draw(st.lists(written, min_size=1, max_size=5))
    width = transform.width(max(map(len, values)))
    beside = [pa.array(range(len(values)))] if transform.beside else []
    result = transform.apply(pa.array(values), Domain("d"), *beside).to_pylist()
    assert width is not None
    assert all(len(one) <= width for one in result)


@pytest.mark.parametrize("item", sorted(HOMES))
@given(values=texts)
def test_no_mask_is_longer_than_the_width_said(item: str, values: list[str | None]) -> None:
    values += ["2001:db8::1", "ﷺﷺ@ﷺ.kr", "1.2.3.4", "a@b.kr", "010-1234-5678", "홍길동", "서울 중구 1"]
    for profile in ("finance", "netact"):
        made = Mask(item=item, profile=profile).apply(pa.array(values)).to_pylist()
        for value, one in zip(values, made, strict=True):
            width = Mask(item=item).width(len(value or ""))
            assert one is None or (width is not None and len(one) <= width)


def test_the_width_of_a_dropped_column_is_nothing() -> None:
    assert Drop().width(80) == 0
    tried = {type(one) for one in PLAIN} | {type(one) for one, _ in WIDE} | {Drop}
    assert tried | {FormatPreservingInteger, Surrogate, RedactText} == set(TRANSFORMS.values())


@given(number=st.integers(0, 10**9 - 1))
def test_whole_numbers_are_as_wide_as_their_range(ring_of_module: Keyring, number: int) -> None:
    transform = FormatPreservingInteger(digits=9)
    (result,) = transform.apply(pa.array([str(number)]), Domain("d")).to_pylist()
    assert len(result) <= (transform.width(len(str(number))) or 0)


def test_texts_and_fakes_of_any_length_say_so() -> None:
    fake = Surrogate(faker="company", locale="ko_KR", version=faker.VERSION)
    assert RedactText().width(80) is fake.width(80) is None


SURROGATES = [
    Surrogate(item=item, form=form, other=other, placeholders=placeholders)
    for item, form in MADE
    for other, placeholders in (("null", "keep"), ("token", "other"), ("null", "exchange"))
]


@pytest.mark.parametrize("transform", SURROGATES, ids=repr)
@given(data=st.data())
def test_no_surrogate_is_longer_than_the_width_said(
    ring_of_module: Keyring, transform: Surrogate, data: st.DataObject
) -> None:
    strange = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from([*ODD, *PLACEHOLDERS])
    values = data.draw(st.lists(st.none() | VALUES[transform.item or ""] | strange, max_size=12))
    result = transform.apply(pa.array(values, pa.string()), Domain("d")).to_pylist()
    for value, made in zip(values, result, strict=True):
        if value is not None and made is not None:
            width = transform.width(len(value))
            assert width is not None
            assert len(made) <= width


ODD = [
    "ß" * 40,
    "…",
    "ﬃ" * 30,
    "㍿ 서울",
    "straße@straße.de",
    "세종 1로 234567",
    "서울 중구 가나다로 123456" + "7" * 230,
]
"""What folding makes longer, and addresses whose region is short or that are long."""


@pytest.mark.parametrize(
    ("transform", "longest", "width"),
    [
        (Surrogate(item="person_name"), 3, 29),
        (Surrogate(item="person_name"), 50, 50),
        (Surrogate(item="person_name"), None, 256),
        (Surrogate(item="kr_phone"), 13, 14),
        (Surrogate(item="kr_phone", form="unreachable"), 13, 13),
        (Surrogate(item="email"), 255, 183),
        (Surrogate(item="kr_address"), 100, 110),
        (Surrogate(item="kr_address"), 255, 255),
        (Surrogate(item="kr_address", form="keep_region"), 100, 100),
    ],
    ids=repr,
)
def test_a_surrogate_says_how_wide_a_column_it_needs(
    transform: Surrogate, longest: int | None, width: int
) -> None:
    assert transform.width(longest) == width


def test_no_letter_of_a_shape_becomes_longer_when_it_is_written() -> None:
    for choices in CHOICES:
        for letter in choices.values:
            assert len(letter) == len(letter.title()) == len(letter.upper()) == 1
    for sign in filter(lambda sign: not sign.isalnum(), map(chr, range(sys.maxunicode + 1))):
        assert len(sign.title()) == len(sign.upper()) == 1
