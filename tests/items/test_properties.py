"""What holds of every item for every text."""

from __future__ import annotations

import random
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.errors import InputError
from safeguards.items import ENTITIES, PRESIDIO, Item, all_items, get, rows
from safeguards.items.checkdigit import CHANCE, EAN13, LUHN, CheckDigit
from safeguards.items.kr import account_rules, banks, brn, crn, frn, rrn
from safeguards.items.text import INVISIBLE, fold

ITEMS = pytest.mark.parametrize("item", all_items(), ids=lambda item: item.id)
FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


@ITEMS
@given(text=st.text())
def test_the_canonical_form_of_a_canonical_form_is_itself(item: Item, text: str) -> None:
    once = item.canonical(text)
    assert item.canonical(once) == once


@ITEMS
@given(text=st.text(min_size=3, max_size=60).filter(lambda text: text.strip("*")))
def test_no_text_comes_through_a_mask_unchanged(item: Item, text: str) -> None:
    for profile in item.masks:
        masked = item.mask(text, profile)
        assert "*" in masked
        assert text not in masked


@ITEMS
@given(text=st.text(max_size=80))
def test_validators_take_any_text_and_answer_between_nothing_and_certainty(item: Item, text: str) -> None:
    verdict = item.validate(text)
    assert 0 <= verdict.score <= verdict.in_context <= 1


@ITEMS
@given(text=st.text(max_size=200))
def test_candidates_lie_inside_the_text(item: Item, text: str) -> None:
    for candidate in item.candidates(text) if item.candidates else ():
        assert 0 <= candidate.start < candidate.end <= len(text)


@given(digits=st.from_regex(r"[0-9]{6}-[1-4][0-9]{6}", fullmatch=True))
def test_full_width_and_invisible_characters_change_no_canonical_form(digits: str) -> None:
    item = get("kr_rrn")
    assert item.canonical(digits.translate(FULL_WIDTH)) == item.canonical(digits)
    assert item.canonical("\u200b".join(digits)) == item.canonical(digits)


@given(middle=st.from_regex(r"[0-9]{4}", fullmatch=True), last=st.from_regex(r"[0-9]{4}", fullmatch=True))
def test_every_spelling_of_a_mobile_number_has_one_canonical_form(middle: str, last: str) -> None:
    canonical = get("kr_phone").canonical
    spellings = [
        f"010-{middle}-{last}", f"010{middle}{last}", f"010.{middle}.{last}", f"010 {middle} {last}",
        f"+82 10-{middle}-{last}", f"+82-(0)10-{middle}-{last}", f"8210{middle}{last}",
    ]  # fmt: skip
    assert {canonical(spelling) for spelling in spellings} == {f"010{middle}{last}"}


@given(body=st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_a_check_digit_that_was_computed_holds_and_every_other_fails(body: str) -> None:
    for check in (rrn.CHECK, frn.CHECK, crn.CHECK, EAN13, LUHN):
        expected = check.expected(body)
        holding = [digit for digit in "0123456789" if check.holds(body + digit)]
        assert holding == [str(expected)]


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (rrn.CHECK, "9001011234568"),
        (frn.CHECK, "9001015123452"),
        (brn.CHECK, "2208162517"),
        (brn.CHECK, "1248100998"),
        (crn.CHECK, "1301110006246"),
        (LUHN, "4111111111111111"),
        (LUHN, "378282246310005"),
        (EAN13, "8801117123451"),
    ],
)
def test_known_numbers_hold_their_check_digits(check: CheckDigit, number: str) -> None:
    assert check.expected(number[:-1]) == int(number[-1])


def test_one_in_ten_random_business_numbers_holds() -> None:
    draw = random.Random(7)
    holding = sum(brn.CHECK.holds(f"{draw.randrange(10**10):010d}") for _ in range(20_000))
    assert holding / 20_000 == pytest.approx(CHANCE, abs=0.01)


def test_a_failing_check_digit_never_rejects_a_registration_number() -> None:
    for item_id, century in (("kr_rrn", "3"), ("kr_frn", "7")):
        verdicts = [get(item_id).validate(f"201115-{century}12345{digit}") for digit in range(10)]
        assert all(verdict.score >= 0.7 for verdict in verdicts)
        assert sum(verdict.score > 0.9 for verdict in verdicts) == 1
        assert not get(item_id).check_digit_binding


def test_invisible_characters_have_no_width_and_fold_away() -> None:
    assert fold(INVISIBLE) == ""
    assert all(unicodedata.category(character) in {"Cf", "Mn", "Lo"} for character in INVISIBLE)


def test_an_unknown_item_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="kr_rrn"):
        get("kr_rnn")


def test_an_unknown_mask_profile_is_refused() -> None:
    with pytest.raises(InputError, match="finance, netact"):
        get("email").mask("a@example.com", "loud")


def test_the_table_of_homes_agrees_with_the_items() -> None:
    for item in all_items():
        assert ENTITIES[item.id] == item.entity
        assert item.id in PRESIDIO


def test_what_the_law_has_encrypted_is_marked() -> None:
    marked = {item.id for item in all_items() if item.must_encrypt}
    prescribed = {"kr_rrn", "kr_frn", "kr_passport", "kr_driver_license", "credit_card", "kr_bank_account"}
    read_strictly = {"kr_health_insurance", "kr_ci", "kr_di", "prescription_id"}
    abroad = {"api_key", "iban", "us_ssn"}
    assert prescribed | read_strictly | abroad <= marked
    assert not marked & {
        "email",
        "kr_phone",
        "phone",
        "url",
        "person_name",
        "person_name_en",
        "age_en",
        "cookie_id",
    }


SHAPED = pytest.mark.parametrize(
    "item",
    [one for one in all_items() if one.pattern and one.anchor and one.id.startswith("kr_")],
    ids=lambda item: item.id,
)


@SHAPED
@given(data=st.data())
def test_no_text_of_an_items_pattern_lacks_its_anchor(item: Item, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(re.compile(item.pattern or "", re.ASCII), fullmatch=True))
    assert re.search(item.anchor, text)


@pytest.mark.parametrize("item", [one for one in all_items() if one.pattern], ids=lambda item: item.id)
@given(data=st.data())
def test_validators_judge_every_text_of_their_items_pattern(item: Item, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(re.compile(item.pattern or "", re.ASCII), fullmatch=True))
    assert 0 <= item.validate(text).score <= 1


@given(
    form=st.sampled_from(sorted(banks.ALL_FORMS)),
    digits=st.text("0123456789", min_size=40, max_size=40),
)
def test_an_account_in_any_banks_form_is_found_behind_its_label(form: str, digits: str) -> None:
    groups, position = [], 0
    for length in map(int, form.split("-")):
        groups.append(digits[position : position + length])
        position += length
    number = "-".join(groups)
    found = [(span.start, span.end) for span in account_rules.candidates(f"계좌번호: {number} (예금주)")]
    assert (6, 6 + len(number)) in found
    assert account_rules.form_of(number) == form


@given(number=st.from_regex(r"1[1-9]0[1-9]1[1-4][0-9]{6}", fullmatch=True))
def test_a_corporations_check_digit_makes_it_surer(number: str) -> None:
    verdicts = [get("kr_crn").validate(f"{number[:6]}-{number[6:]}{digit}") for digit in range(10)]
    assert sum(verdict.score > 0.5 for verdict in verdicts) == 1
    assert all(verdict.in_context > 0.9 for verdict in verdicts)


@given(text=st.text("가나다 /|:,\n\t0123456789-년월일국적계좌", max_size=300))
def test_cells_under_a_heading_lie_inside_lines(text: str) -> None:
    for start, end in rows.finder("국적|계좌")(text):
        assert 0 <= start < end <= len(text)
        assert "\n" not in text[start:end]
