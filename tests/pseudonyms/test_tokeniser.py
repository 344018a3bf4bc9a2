"""Tokens of single values: equal to those of columns, made without numpy and Arrow."""

from __future__ import annotations

import copy
import pickle
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring, use
from safeguards.errors import AlreadyProtected, InputError, KeyringError, SafeguardsError
from safeguards.items import HOMES, get
from safeguards.pseudonyms import Domain, Token
from safeguards.pseudonyms.column import as_text
from safeguards.pseudonyms.spelling import spell
from safeguards.pseudonyms.tokens.tokeniser import TokenForm, Tokeniser, head_of

DOMAIN = Domain("crm-2026")
ZONES = st.none() | st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6)
VALUES = (
    st.text(st.characters(codec="utf-8"), max_size=12)
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | DECIMALS
    | st.booleans()
    | st.binary(max_size=12)
    | st.dates()
    | st.datetimes(timezones=ZONES, min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31))
    | st.times()
    | st.uuids()
)


def tokeniser(item: str | None = None, length: int = 26, prefix: str | None = None) -> Tokeniser:
    return Tokeniser(TokenForm(DOMAIN, item, head_of(item, prefix), length))


@given(VALUES)
def test_a_value_is_spelled_as_its_column_is(value: Any) -> None:
    assert [spell(value)] == as_text(pa.array([value])).to_pylist()


@given(value=VALUES, item=st.none() | st.sampled_from(sorted(HOMES)), length=st.integers(16, 51))
def test_a_value_has_the_token_that_its_column_has(
    ring_of_module: Keyring, value: Any, item: str | None, length: int
) -> None:
    transform, values = Token(item=item, length=length), pa.array([value])
    number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    if isinstance(value, bool) and item is not None:
        with pytest.raises(InputError, match="is true or false"):
            transform.apply(values, DOMAIN)
        with pytest.raises(InputError, match="is true or false"):
            tokeniser(item, length).token(value)
    elif number and item is not None and get(item).zero_first:
        with pytest.raises(InputError, match="may begin with a zero"):
            transform.apply(values, DOMAIN)
        with pytest.raises(InputError, match="may begin with a zero"):
            tokeniser(item, length).token(value)
    else:
        assert [tokeniser(item, length).token(value)] == transform.apply(values, DOMAIN).to_pylist()


NO_ZERO_FIRST = {
    "age", "age_en", "height", "weight",  # of which a zero in front is no part
    "cookie_id", "credit_card",  # whose ranges of numbers begin otherwise; validators are wider
}  # fmt: skip


@pytest.mark.parametrize("item", sorted(HOMES))
def test_items_whose_values_may_begin_with_a_zero_say_so(item: str) -> None:
    draw = random.Random(0)
    bare = [
        "0" + str(draw.randrange(10 ** (size - 1))).zfill(size - 1)
        for size in range(2, 20)
        for _ in "a" * 800
    ]
    dates = [f"05{draw.randint(1, 12):02}{draw.randint(1, 28):02}" for _ in range(400)]
    serials = [f"{day}{draw.choice('345678')}{draw.randrange(10**6):06}" for day in dates]
    begins = any(get(item).validate(value) for value in (*bare, *dates, *serials))
    assert get(item).zero_first == (begins and item not in NO_ZERO_FIRST)


@pytest.mark.parametrize(
    "number", [np.int64(1012345678), np.int32(5), np.float32(1.5), Fraction(3)], ids=repr
)
def test_numbers_of_other_libraries_are_refused_by_the_same_rule(ring: Keyring, number: Any) -> None:
    with pytest.raises(InputError, match="a kr_phone may begin with a zero, which numbers have lost"):
        tokeniser("kr_phone").token(number)


class Text(StrEnum):
    RED = "red"


class Number(IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Text.RED, "red"),
        (Number.ONE, "1"),
        (np.float64(1.5), "1.5"),
        (np.str_("a"), "a"),
        (bytearray(b"\0\xff"), "00ff"),
        (memoryview(b"\0\xff"), "00ff"),
        (2**200, str(2**200)),
        (float("nan"), "nan"),
        (-0.0, "0"),
        (Decimal("1E+5"), "100000"),
        ("", ""),
        (0, "0"),
        (False, "false"),
    ],
)
def test_values_of_kinds_that_python_has_besides_are_spelled_too(value: Any, text: str) -> None:
    assert spell(value) == text


SECRET = "secret-010-1234-5678"


@pytest.mark.parametrize(
    "value",
    [
        [SECRET],
        {SECRET: 1},
        object(),
        1j,
        timedelta(1),
        2**4000,
        -(10**100),
        Decimal("NaN"),
        Decimal("1E+999999"),
        Decimal("1E-999999"),
        time(1, tzinfo=timezone.utc),  # noqa: UP017
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))),
        SECRET + "\ud800",
        np.int64(5),
    ],
)
def test_a_value_without_one_spelling_is_refused_and_not_shown(ring: Keyring, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        tokeniser().token(value)
    assert SECRET not in f"{caught.value!r}{caught.value.__context__!r}"


def test_protected_values_are_not_protected_again(ring: Keyring) -> None:
    token = tokeniser("kr_phone").token("01012345678")
    for text in (token, f" {token}\n", tokeniser(prefix="other", length=16).token("a")):
        with pytest.raises(AlreadyProtected):
            tokeniser("email").token(text)
    assert tokeniser().token(token[:-20]) != tokeniser().token(token[:-21])  # what is no token is text


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Keyring]:
    yield Keyring.create(f"sqlite:///{tmp_path / 'apart.db'}", f"local:{tmp_path / 'apart.key'}")
    use(None, name="pseudonyms")


def test_the_keys_are_those_of_the_moment(
    ring: Keyring, apart: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tokeniser()
    before = made.token("a")
    use(apart, name="pseudonyms")
    assert made.token("a") != before
    use(None, name="pseudonyms")
    assert made.token("a") == before
    monkeypatch.setenv("SAFEGUARDS_KEYRING_PSEUDONYMS", "sqlite:////nowhere/keys.db local:/nowhere/key")
    with pytest.raises(SafeguardsError):
        made.token("a")
    monkeypatch.delenv("SAFEGUARDS_KEYRING_PSEUDONYMS")
    ring.close()
    with pytest.raises(KeyringError):
        made.token("a")


def test_copies_and_pickles_carry_no_key(ring: Keyring) -> None:
    made = tokeniser("email")
    token = made.token("kim@example.com")
    key = DOMAIN.key("email")[1].reveal()
    assert key not in pickle.dumps(made)
    for other in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made)):
        assert other._held is None
        assert other.token("kim@example.com") == token


def test_uuid_and_date_meet_their_text(ring: Keyring) -> None:
    assert tokeniser().token(UUID(int=1)) == tokeniser().token(str(UUID(int=1)))
    assert tokeniser("birth_date").token(date(1990, 1, 2)) == tokeniser("birth_date").token("1990.01.02")
