"""Who is under 14, from birth dates and from what is left of them."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.further_use.minors import MinorCounter, born_between
from safeguards.items import get
from safeguards.pseudonyms import Generalise

DAY = date(2026, 3, 2)
births = st.dates(date(1920, 1, 1), DAY)


def count(values: list[object], settings: dict[str, object] | None = None) -> tuple[int, int, int, int]:
    counter = MinorCounter("born", DAY, settings or {})
    counter.add(pa.array(values))
    result = counter.result()
    return result.rows, result.certain, result.possible, result.unreadable


def age(born: date) -> int:
    return DAY.year - born.year - ((DAY.month, DAY.day) < (born.month, born.day))


@given(births)
def test_an_exact_date_says_for_certain_who_is_under_14(born: date) -> None:
    assert count([born.isoformat()]) == (1, int(age(born) < 14), 0, 0)


@given(births, st.integers(1, 20))
def test_bands_of_years_hold_the_birth_date_and_never_hide_a_minor(born: date, width: int) -> None:
    transform = Generalise(years=width)
    label = transform.apply(pa.array([born])).to_pylist()[0]
    span = born_between(label, transform.parameters())
    assert span is not None
    assert span[0] <= born <= span[1]
    _, certain, possible, _ = count([label], dict(transform.parameters()))
    assert certain + possible >= (age(born) < 14)
    assert certain <= (age(born) < 14)


@given(births, st.integers(1, 20), st.dates(DAY, date(2030, 1, 1)))
def test_bands_of_ages_hold_the_birth_date(born: date, width: int, on: date) -> None:
    transform = Generalise(ages=width, on=on)
    label = transform.apply(pa.array([born])).to_pylist()[0]
    span = born_between(label, transform.parameters())
    assert span is not None
    assert span[0] - timedelta(days=1) <= born <= span[1] + timedelta(days=1)


@given(births)
def test_a_masked_birth_date_keeps_its_year(born: date) -> None:
    span = born_between(get("birth_date").mask(born.isoformat()), {})
    assert span == (date(born.year, 1, 1), date(born.year, 12, 31))


@pytest.mark.parametrize(
    ("value", "settings", "counts"),
    [
        (date(2012, 3, 2), {}, (1, 0, 0, 0)),
        (date(2012, 3, 3), {}, (1, 1, 0, 0)),
        ("2012. 3. 3.", {}, (1, 1, 0, 0)),
        ("20120303", {}, (1, 1, 0, 0)),
        (20120303, {}, (1, 1, 0, 0)),
        (2011, {}, (1, 0, 0, 0)),
        ("2012", {}, (1, 0, 1, 0)),
        ("2010-2019", {"years": 10}, (1, 0, 1, 0)),
        ("2015+", {"years": 5, "top": 2015}, (1, 1, 0, 0)),
        ("<1950", {"years": 10, "bottom": 1950}, (1, 0, 0, 0)),
        ("10-19", {"ages": 10, "on": "2026-03-02"}, (1, 0, 1, 0)),
        ("0-9", {"ages": 10, "on": "2026-03-02"}, (1, 1, 0, 0)),
        ("20-29", {"ages": 10, "on": "2026-03-02"}, (1, 0, 0, 0)),
        ("60+", {"ages": 10, "on": "2026-03-02", "top": 60}, (1, 0, 0, 0)),
        ("20-29", {"ages": 10}, (1, 0, 0, 1)),
        ("20-29", {"ages": 10, "on": "9999-12-31"}, (1, 1, 0, 0)),
        ("0-9", {"ages": 10, "on": "0001-01-01"}, (1, 0, 0, 0)),
        ("20-29", {"ages": 10, "on": "soon"}, (1, 0, 0, 1)),
        ("수도권", {}, (1, 0, 0, 1)),
        ("990101", {}, (1, 0, 0, 1)),
        ("tk1_birth_date_0000", {}, (1, 0, 0, 1)),
        (None, {}, (0, 0, 0, 0)),
        (["2015-01-01"], {}, (1, 0, 0, 1)),
    ],
)
def test_values_of_all_kinds(value: object, settings: dict[str, object], counts: tuple[int, ...]) -> None:
    assert count([value], settings) == counts
