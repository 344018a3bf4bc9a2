"""Format-preserving encryption of columns."""

from __future__ import annotations

import pickle
import re
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.crypto import ff1
from safeguards.errors import InputError
from safeguards.items import get
from safeguards.pseudonyms import Domain, FormatPreserving, Token
from safeguards.pseudonyms.column import Unfit
from safeguards.pseudonyms.format_preserving import fpe
from safeguards.pseudonyms.format_preserving.fpe import LONGEST

pytestmark = pytest.mark.usefixtures("ring_of_module")

DOMAIN = Domain("d")
SHAPED = st.from_regex(r"[0-9]{3,6}[-. ]{1,2}[0-9]{3,6}(?:[-. ][0-9]{1,4})?", fullmatch=True)
SYLLABLES = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=2, max_size=6)


def made(values: list[str | None], **settings: Any) -> list[str | None]:
    found: list[str | None] = (
        FormatPreserving(**settings).apply(pa.array(values, pa.string()), DOMAIN).to_pylist()
    )
    return found


def shape(text: str) -> str:
    return re.sub("[0-9]", "9", text)


@given(values=st.lists(st.none() | SHAPED, max_size=12, unique=True))
def test_shapes_stay_and_different_values_stay_different(values: list[str | None]) -> None:
    result = made(values)
    assert [value and shape(value) for value in result] == [value and shape(value) for value in values]
    assert len(set(result)) == len(set(values))


@given(values=st.lists(SYLLABLES, max_size=8, unique=True))
def test_hangul_becomes_hangul_of_equal_length(values: list[str]) -> None:
    result = [value or "" for value in made(list(values), alphabet="hangul")]
    assert [len(value) for value in result] == [len(value) for value in values]
    assert all("가" <= letter <= "힣" for value in result for letter in value)
    assert len(set(result)) == len(values)


def test_it_is_ff1_under_a_key_of_the_domains_own() -> None:
    key = DOMAIN.key(None, "ff1")[1]
    sealed = ff1.encrypt(key, b"", [int(digit) for digit in "01012345678"], 10)
    assert made(["010-1234-5678"]) == ["{}-{}-{}".format(*_cut("".join(map(str, sealed)), 3, 7))]
    assert key.reveal() != DOMAIN.key(None)[1].reveal()
    assert made(["010-1234-5678"], item="kr_phone") != made(["010-1234-5678"])


def _cut(text: str, *places: int) -> list[str]:
    first, second = places
    return [text[:first], text[first:second], text[second:]]


def test_equal_digits_give_equal_digits_however_they_are_separated_or_look() -> None:
    one, two, three, four = made(
        ["010-1234-5678", "010 1234 5678", "０１０１２３４５６７８", "010-12\u200b34-5678"]
    )
    assert one
    assert one.replace("-", "") == two.replace(" ", "") == three
    assert four == one


def test_spellings_of_one_item_get_one_pseudonym() -> None:
    one, other, third = made(
        ["010-1234-5678", "+82 10-1234-5678", "01012345678"], item="kr_phone", keep_first=3
    )
    assert one
    assert one.startswith("010-")
    assert shape(one) == "999-9999-9999"
    assert other == third == one.replace("-", "")


@given(body=st.from_regex("[1-9][0-9]{14}", fullmatch=True), wrong=st.integers(0, 9))
def test_a_check_digit_is_as_right_or_wrong_as_it_was(body: str, wrong: int) -> None:
    check = get("credit_card").check_digit
    assert check is not None
    digit = (check.expected(body) + wrong) % 10
    (card,) = made([f"{body}{digit}"], item="credit_card")
    assert card
    assert (int(card[-1]) - check.expected(card[:-1])) % 10 == wrong
    assert card[:-1] != body


def test_business_numbers_stay_business_numbers() -> None:
    (number,) = made(["220-81-62517"], item="kr_brn")
    check = get("kr_brn").check_digit
    assert number
    assert check
    assert shape(number) == "999-99-99999"
    assert check.holds(number.replace("-", ""))


def test_what_is_kept_stays() -> None:
    (value,) = made(["AB-1234-5678-XY"], alphabet="alphanumeric", keep_first=2, keep_last=2)
    assert value
    assert value.startswith("AB-")
    assert value.endswith("-XY")
    assert value != "AB-1234-5678-XY"


def test_nothing_and_blank_text_stay() -> None:
    assert made([None, "", "-", None]) == [None, "", "-", None]
    assert made([]) == []
    assert made([None, None]) == [None, None]


@pytest.mark.parametrize(
    ("value", "settings", "said"),
    [
        ("010-1234-5678 (홍길동)", {}, "a letter or digit that its alphabet"),
        ("M12345678", {}, "a letter or digit that its alphabet"),
        ("٠١٢٣٤٥٦٧٨٩a", {}, "a letter or digit that its alphabet"),
        ("abcdef\u0301gh", {"alphabet": "lower"}, "a letter or digit that its alphabet"),
        ("12345", {}, "make 100,000 values"),
        ("010-1234-5678", {"keep_first": 6}, "5 characters are encrypted"),
        ("010-1234", {"keep_first": 9}, "0 characters are encrypted"),
        ("홍", {"alphabet": "hangul"}, "1 characters are encrypted"),
        ("1" * 30, {"item": "credit_card"}, "more digits than its check digit is made of"),
    ],
)
def test_what_cannot_be_hidden_is_refused_with_its_row_and_not_told(
    monkeypatch: pytest.MonkeyPatch, value: str, settings: dict[str, Any], said: str
) -> None:
    fitting = {"hangul": "김철수민수", "lower": "abcdefgh"}.get(
        settings.get("alphabet", ""), "4111111111111111"
    )
    monkeypatch.setattr(fpe, "ROWS_AT_ONCE", 3)
    with pytest.raises(Unfit, match=said) as caught:
        made([fitting] * 7 + [value, fitting], **settings)
    assert caught.value.row == 8
    assert value not in str(caught.value)


def test_a_value_does_not_depend_on_its_neighbours_letters() -> None:
    values = [" 0212345678", "０２１２３４５６７９", "02-1234-5670 "]
    assert made(list(values)) == [made([value])[0] for value in values]


@pytest.mark.parametrize(
    "alphabet",
    ["0123456789\u212a", "0123456789Ａ", "abc\u0301", "ab ", "ab\u200b", "a\u3000", "\u1100\u1161\u11a8"],
    ids=ascii,
)
def test_letters_that_become_others_when_they_are_read_make_no_alphabet(alphabet: str) -> None:
    with pytest.raises(InputError, match="is written as another one"):
        FormatPreserving(alphabet=alphabet)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"alphabet": "0"}, "alphabet="),
        ({"alphabet": "001"}, "alphabet="),
        ({"alphabet": 10}, "alphabet="),
        ({"keep_first": -1}, "keep_first="),
        ({"keep_last": True}, "keep_last="),
        ({"item": "credit_card", "keep_last": 4}, "keep_last= would keep the check digit"),
        ({"item": "nothing"}, "nothing"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        FormatPreserving(**settings)


def test_numbers_are_refused_since_they_have_lost_their_zeros() -> None:
    with pytest.raises(InputError, match="cast it to text first"):
        FormatPreserving().apply(pa.array([1012345678]), DOMAIN)


def test_it_travels_without_key_and_tables() -> None:
    transform = FormatPreserving(alphabet="hangul")
    transform.apply(pa.array(["홍길동"]), DOMAIN)
    sent = pickle.dumps(transform)
    assert pickle.loads(sent) == transform
    assert len(sent) < 500
    assert transform.traits.injective
    assert transform.traits.reversible


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
)
def test_every_type_of_text_gives_the_same(kind: pa.DataType) -> None:
    values = ["x", "010-1234-5678", None, "0212345678", "010-1234-5678"]
    column = pa.array(values, pa.string()).cast(kind).slice(1)
    assert FormatPreserving().apply(column, DOMAIN).to_pylist() == made(values[1:])


def test_domains_are_unlinkable_and_differ_from_tokens() -> None:
    column = pa.array(["010-1234-5678"])
    results = {
        FormatPreserving().apply(column, Domain(name, epoch=epoch))[0].as_py()
        for name in "ab"
        for epoch in (0, 1)
    }
    assert len(results) == 4
    assert Token().apply(column, DOMAIN).to_pylist() != made(["010-1234-5678"])


@pytest.mark.parametrize("item", [None, "kr_phone"])
def test_a_value_whose_usual_spelling_is_longer_is_refused(ring: Keyring, item: str | None) -> None:
    values = pa.array(["01012345678", "\ufb2c" * 6 + "01012345678"])
    with pytest.raises(Unfit, match="is longer in its usual spelling") as caught:
        FormatPreserving(item=item).apply(values, Domain("d"))
    assert caught.value.row == 2


def test_a_text_is_refused_before_it_is_encrypted(ring: Keyring) -> None:
    transform = FormatPreserving(keep_first=3)
    longest = "010" + "7" * LONGEST
    assert len(transform.apply(pa.array([longest]), Domain("d"))[0].as_py()) == len(longest)
    with pytest.raises(Unfit, match=r"more than 10,000 characters .* use RedactText\(\)") as caught:
        transform.apply(pa.array(["0101234567", None, longest + "7"]), Domain("d"))
    assert caught.value.row == 3
