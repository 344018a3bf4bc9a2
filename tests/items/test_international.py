"""Checksums, calling codes, dates and boundaries of the items that are not Korean."""

from __future__ import annotations

import hashlib
import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.items import coin
from safeguards.items.en.dates import english_date
from safeguards.items.intl import calling_codes, iban, phone, secrets, url
from safeguards.items.us import ssn

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def with_check_digits(country: str, body: str) -> str:
    rest = int("".join(str(int(sign, 36)) for sign in f"{body}{country}00")) % 97
    return f"{country}{98 - rest:02d}{body}"


def base58check(payload: bytes) -> str:
    whole = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, signs = int.from_bytes(whole, "big"), ""
    while number:
        number, place = divmod(number, 58)
        signs = BASE58[place] + signs
    return "1" * (len(whole) - len(whole.lstrip(b"\0"))) + signs


countries = st.sampled_from([(code, size) for size, codes in iban.LENGTHS.items() for code in codes.split()])


@given(country=countries, data=st.data())
def test_an_iban_with_its_check_digits_holds_and_with_one_digit_changed_fails(
    country: tuple[str, int], data: st.DataObject
) -> None:
    code, size = country
    body = data.draw(st.text(string.digits + string.ascii_uppercase, min_size=size - 4, max_size=size - 4))
    number = with_check_digits(code, body)
    assert iban.holds(number)
    assert iban.validate(number).score > 0.9
    place = data.draw(st.integers(4, size - 1))
    other = data.draw(st.sampled_from(string.digits).filter(lambda digit: digit != number[place]))
    changed = number[:place] + other + number[place + 1 :]
    if number[place].isdigit():
        assert not iban.holds(changed)


@given(country=countries, data=st.data())
def test_an_iban_in_groups_has_the_canonical_form_of_the_bare_one(
    country: tuple[str, int], data: st.DataObject
) -> None:
    code, size = country
    body = data.draw(st.text(string.digits, min_size=size - 4, max_size=size - 4))
    number = with_check_digits(code, body)
    grouped = " ".join(number[at : at + 4] for at in range(0, size, 4))
    assert iban.canonical(grouped) == iban.canonical(number.lower()) == number


@given(payload=st.binary(min_size=1, max_size=40))
def test_base58check_reads_what_was_encoded(payload: bytes) -> None:
    assert coin.base58check(base58check(payload)) == payload


@given(payload=st.binary(min_size=21, max_size=21), data=st.data())
def test_base58check_notices_a_changed_sign(payload: bytes, data: st.DataObject) -> None:
    text = base58check(payload)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(BASE58).filter(lambda sign: sign != text[place]))
    assert coin.base58check(text[:place] + other + text[place + 1 :]) is None


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
    ],
)
def test_keccak_256_gives_the_published_hashes(message: bytes, digest: str) -> None:
    assert coin.keccak256(message).hex() == digest


@pytest.mark.parametrize(
    "address",
    [
        "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "fB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "dbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "D1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_the_capitals_of_eip_55_are_those_of_its_examples(address: str) -> None:
    assert coin.eip55(address.lower()) == address


@pytest.mark.parametrize(
    ("address", "holds"),
    [
        ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", True),
        ("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7", True),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", True),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", False),
        ("tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf", False),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kV8f3t4", False),
        ("bc1", False),
    ],
)
def test_segregated_witness_addresses_of_bip_350(address: str, holds: bool) -> None:
    assert coin.segwit(address) is holds


@given(text=st.text(max_size=90))
def test_checksums_take_any_text(text: str) -> None:
    coin.base58check(text)
    coin.segwit(text)


@given(code=st.sampled_from(sorted(calling_codes.LENGTHS)), data=st.data())
def test_a_number_of_its_countrys_length_is_split_behind_the_calling_code(
    code: str, data: st.DataObject
) -> None:
    least, most = calling_codes.LENGTHS[code]
    size = data.draw(st.integers(least, most))
    national = data.draw(st.from_regex(rf"[1-9][0-9]{{{size - 1}}}", fullmatch=True))
    assert calling_codes.split(code + national) == (code, national)
    assert calling_codes.split(code + national + "0" * (16 - size)) is None


def test_no_calling_code_begins_another() -> None:
    codes = sorted(calling_codes.LENGTHS)
    assert not [(one, other) for one in codes for other in codes if other != one and other.startswith(one)]


@given(national=st.from_regex(r"[1-9][0-9]{8}", fullmatch=True))
def test_every_spelling_of_an_international_number_has_one_canonical_form(national: str) -> None:
    pairs = f"{national[:1]} {national[1:3]} {national[3:5]} {national[5:7]} {national[7:]}"
    spellings = [f"+33{national}", f"+33 {pairs}", f"0033 {pairs}", f"+33 (0){pairs}", f"(+33) {pairs}"]
    assert {phone.canonical(spelling) for spelling in spellings} == {f"+33{national}"}


@given(born=st.dates(date(1930, 1, 1), date(2020, 12, 31)))
def test_every_english_way_to_write_a_date_is_read(born: date) -> None:
    written = [
        f"{born:%B} {born.day}, {born.year}", f"{born.day} {born:%b} {born.year}",
        f"{born.day}th of {born:%B} {born.year}",
        f"{born:%m/%d/%Y}", f"{born:%Y-%m-%d}", f"{born:%d.%m.%Y}", f"{born:%d-%b-%Y}",
    ]  # fmt: skip
    assert {english_date(text) for text in written} == {born}


@given(digits=st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_a_social_security_number_is_judged_alike_in_every_spelling(digits: str) -> None:
    spellings = [
        digits,
        f"{digits[:3]}-{digits[3:5]}-{digits[5:]}",
        f"{digits[:3]} {digits[3:5]} {digits[5:]}",
    ]
    assert len({bool(ssn.validate(spelling)) for spelling in spellings}) == 1
    assert {ssn.canonical(spelling) for spelling in spellings} == {digits}


ENDS = st.sampled_from(["", ".", ",", ";", ")", "]", "에서", "는", " ", '"', "!", "?"])


@given(path=st.from_regex(r"(?:/[a-z0-9]{1,8}){0,4}", fullmatch=True), end=ENDS)
def test_what_follows_a_url_does_not_belong_to_it(path: str, end: str) -> None:
    address = f"https://blog.example.com{path}"
    (found,) = url.candidates(f"보기 ({address}{end}")
    assert f"보기 ({address}"[found.start : found.end] == address


@given(text=st.text(min_size=1, max_size=60))
def test_entropy_lies_between_nothing_and_that_of_as_many_kinds_of_characters(text: str) -> None:
    assert -1e-9 <= secrets.bits(text) <= len(text).bit_length()
