"""ISO 8601 periods."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.policy import Duration

counts = st.integers(0, 400)


@given(counts, counts, counts)
def test_what_a_period_prints_reads_back_equal(years: int, months: int, days: int) -> None:
    period = Duration(years, months, days)
    assert Duration.parse(str(period)) == period


@given(st.dates(), counts, counts, counts)
def test_a_period_never_ends_before_it_begins(start: date, years: int, months: int, days: int) -> None:
    assert Duration(years, months, days).after(start) >= start


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(0, 30))
def test_years_and_months_that_make_years_agree(start: date, years: int) -> None:
    assert Duration(years=years).after(start) == Duration(months=12 * years).after(start)


@given(st.text(max_size=8))
def test_text_that_is_no_period_is_never_read_as_one(text: str) -> None:
    read = False
    with suppress(ValueError):
        read = bool(Duration.parse(text))
    assert not read or (text[0] == "P" and text.isascii())


@pytest.mark.parametrize(
    "text", ["", "P", "5Y", "P5", "PT5M", "P1.5Y", "P-1Y", "P5Y ", "P1D1Y", "p5y", "P٥Y"]
)
def test_a_mistyped_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        Duration.parse(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("P5Y", date(2025, 3, 8), date(2030, 3, 8)),
        ("P3M", date(2025, 11, 30), date(2026, 2, 28)),
        ("P1M", date(2024, 1, 31), date(2024, 2, 29)),
        ("P2W", date(2025, 1, 1), date(2025, 1, 15)),
        ("P0D", date(2025, 1, 1), date(2025, 1, 1)),
        ("P9999Y", date(2025, 1, 1), date.max),
        ("P99999D", date(9998, 1, 1), date.max),
    ],
)
def test_calendar_arithmetic_keeps_to_real_days(text: str, start: date, end: date) -> None:
    assert Duration.parse(text).after(start) == end


def test_weeks_are_days_and_at_once_is_no_day() -> None:
    assert str(Duration.parse("P2W3D")) == "P17D"
    assert str(Duration.parse("P0D")) == "P0D"
