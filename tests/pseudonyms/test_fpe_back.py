"""Format-preserving pseudonyms lead back to the very value, whatever its alphabet, parts and check digit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.pseudonyms import Domain, FormatPreserving, Permit
from safeguards.pseudonyms.format_preserving.fpe import ALPHABETS, ROWS_AT_ONCE
from tests.pseudonyms.recording import Log

DOMAIN = Domain("ads-2026")


def there_and_back(ring: Keyring, transform: FormatPreserving, values: pa.Array) -> list[Any]:
    permit = Permit(ring, "dpo-1", "p", "r", Log())
    made = transform.apply(values, DOMAIN)
    found: list[Any] = transform.reverse(DOMAIN, permit).apply(made).to_pylist()
    return found


@given(
    data=st.data(), name=st.sampled_from(sorted(ALPHABETS)), first=st.integers(0, 2), last=st.integers(0, 2)
)
def test_every_alphabet_leads_back(
    ring_of_module: Keyring, data: Any, name: str, first: int, last: int
) -> None:
    text = st.text(st.sampled_from(ALPHABETS[name]), min_size=6 + first + last, max_size=14)
    values = data.draw(st.lists(st.none() | st.just("") | text, max_size=8))
    transform = FormatPreserving(alphabet=name, keep_first=first, keep_last=last)
    assert there_and_back(ring_of_module, transform, pa.array(values, pa.string())) == values


@pytest.mark.parametrize(
    "alphabet", ["0123456789가나다", "abcdefghéß", "01é🙂", "#가나다라마바사"], ids=ascii
)
@given(data=st.data())
def test_an_alphabet_of_ascii_and_other_letters_leads_back(
    ring_of_module: Keyring, data: Any, alphabet: str
) -> None:
    text = st.text(st.sampled_from(alphabet), min_size=10, max_size=14)
    values = data.draw(st.lists(text, max_size=4, unique=True))
    transform = FormatPreserving(alphabet=alphabet)
    made = transform.apply(pa.array(values, pa.string()), DOMAIN)
    made.validate(full=True)
    assert {letter for value in made.to_pylist() for letter in value} <= set(alphabet)
    assert len(set(made.to_pylist())) == len(values)
    assert there_and_back(ring_of_module, transform, pa.array(values, pa.string())) == values


def test_digits_become_letters_of_an_alphabet_that_has_more(ring: Keyring) -> None:
    values = [f"{number:012d}" for number in range(64)]
    transform = FormatPreserving(alphabet="0123456789가나다라마바사")
    assert there_and_back(ring, transform, pa.array(values)) == values


@pytest.mark.parametrize(
    ("item", "values"),
    [
        ("kr_phone", ["010-1234-5678", "01012345678", "010 1234 5678", None]),
        ("credit_card", ["4111-1111-1111-1111", "4111111111111111", "4111111111111112", None]),
        ("kr_brn", ["120-81-47521", "1208147521", "120-81-47522"]),
    ],
)
def test_spellings_that_differ_in_separators_keep_them_and_check_digits_stay_right_or_wrong(
    ring: Keyring, item: str, values: list[str | None]
) -> None:
    assert there_and_back(ring, FormatPreserving(item=item), pa.array(values)) == values


def test_other_spellings_come_back_in_the_canonical_form(ring: Keyring) -> None:
    values = pa.array(["+82 10-1234-5678", "０１０-1234-5678"])
    assert there_and_back(ring, FormatPreserving(item="kr_phone"), values) == ["01012345678", "010-1234-5678"]


def test_columns_longer_than_one_turn_lead_back_and_tell_rows_of_the_whole(ring: Keyring) -> None:
    values = pa.array([f"{number:09d}" for number in range(ROWS_AT_ONCE + 5)])
    assert there_and_back(ring, FormatPreserving(), values) == values.to_pylist()
    bound = FormatPreserving().reverse(DOMAIN, Permit(ring, "dpo-1", "p", "r", Log()))
    with pytest.raises(InputError) as caught:
        bound.apply(pa.concat_arrays([values, pa.array(["12ab56"])]))
    assert caught.value.row == len(values) + 1  # type: ignore[attr-defined]


def test_another_domain_or_epoch_leads_to_another_value(ring: Keyring) -> None:
    made = FormatPreserving().apply(pa.array(["0123456789"]), DOMAIN)
    for other in (Domain("other"), replace(DOMAIN, epoch=1)):
        bound = FormatPreserving().reverse(other, Permit(ring, "dpo-1", "p", "r", Log()))
        assert bound.apply(made).to_pylist() != ["0123456789"]


def test_the_way_back_needs_a_domain(ring: Keyring) -> None:
    with pytest.raises(InputError, match="name a domain"):
        FormatPreserving().reverse(None, Permit(ring, "dpo-1", "p", "r", Log()))
