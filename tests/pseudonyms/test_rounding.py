"""Rounding: the nearest multiple and the beginning of a period, in the type that was there."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.errors import InputError
from safeguards.pseudonyms import Round
from safeguards.pseudonyms.column import Unfit


def made(values: Any, to: Any) -> list[Any]:
    array = values if isinstance(values, pa.Array) else pa.array(values)
    result = Round(to=to).apply(array)
    assert result.type == Round(to=to).output(array.type)
    found: list[Any] = result.to_pylist()
    return found


def nearest(number: Fraction, step: Fraction) -> Fraction:
    return round(number / step) * step


@given(values=st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)), step=st.integers(1, 10**6))
def test_whole_numbers_go_to_the_nearest_multiple(values: list[int | None], step: int) -> None:
    wanted = [None if value is None else int(nearest(Fraction(value), Fraction(step))) for value in values]
    column = pa.array(values, pa.int64())
    if all(value is None or -(2**63) <= value < 2**63 for value in wanted):
        assert made(column, step) == wanted
    else:
        with pytest.raises(Unfit, match="cannot hold"):
            made(column, step)


@given(value=st.integers(0, 2**64 - 1), step=st.integers(1, 2**40))
def test_numbers_without_a_sign_too(value: int, step: int) -> None:
    wanted = int(nearest(Fraction(value), Fraction(step)))
    column = pa.array([value], pa.uint64())
    if wanted < 2**64:
        assert made(column, step) == [wanted]
    else:
        with pytest.raises(Unfit):
            made(column, step)


@given(
    value=st.decimals(-(10**9), 10**9, places=4, allow_nan=False),
    step=st.sampled_from(["0.05", "1", "0.0003", "25", "1000"]),
)
def test_decimals_are_exact(value: Decimal, step: str) -> None:
    wanted = nearest(Fraction(value), Fraction(step))
    assert Fraction(made(pa.array([value], pa.decimal128(20, 4)), step)[0]) == wanted
    assert Fraction(made([format(value, "f")], step)[0]) == wanted


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.1, 0.05, 0.3, 1, 7, 1000, 2.5]),
)
def test_floats_go_to_a_multiple_within_half_a_step(value: float, step: float) -> None:
    found = made([value], step)[0]
    exact = Fraction(str(step))
    distance = abs(Fraction(found) - Fraction(value))
    assert distance <= exact / 2 + abs(Fraction(value)) * Fraction(1, 2**50)
    if abs(value) < 2**30:
        assert found == float(round(Fraction(found) / exact) * exact)


@pytest.mark.parametrize(
    ("values", "to", "wanted"),
    [
        ([0.15, 0.25, 0.30000000000000004], 0.1, [0.2, 0.2, 0.3]),
        ([5, 15, 25, -5, 0, None], 10, [0, 20, 20, 0, 0, None]),
        ([float("inf"), None, 1e300], 10, [float("inf"), None, 1e300]),
        (pa.array([7.3, None], pa.float32()), 5, [5.0, None]),
        (pa.array([7, None]).dictionary_encode(), 5, [5, None]),
        (["1234", " 17.5 ", "0", None], 100, ["1200", "0", "0", None]),
        (pa.array(["x", "99"], pa.large_string()).slice(1), 10, ["100"]),
        (pa.array([None, None]), 10, [None, None]),
        (pa.array([], pa.int8()), 10, []),
    ],
)
def test_numbers_of_every_kind(values: Any, to: Any, wanted: list[Any]) -> None:
    assert made(values, to) == wanted


def test_nan_stays() -> None:
    assert made([float("nan")], 10)[0] != made([float("nan")], 10)[0]


@pytest.mark.parametrize(
    ("values", "to"),
    [
        (pa.array([1, 127], pa.int8()), 10),
        (pa.array([1, -127], pa.int8()), 10),
        (pa.array([1, 255], pa.uint8()), 16),
        (pa.array([Decimal("1.0"), Decimal("99.9")], pa.decimal128(3, 1)), 10),
        (["1", "1e5"], 10),
        (["1", "kim"], 10),
        (["1", ""], 10),
        (["2026-01-01", "kim"], "month"),
        (["2026-01-01 10:00", "2026-01-01"], "hour"),
        (pa.array([0, -(2**63) + 5], pa.timestamp("ns")), "year"),
    ],
)
def test_a_value_without_a_place_is_refused_by_its_row(values: Any, to: Any) -> None:
    with pytest.raises(Unfit) as caught:
        made(values, to)
    assert caught.value.row == 2
    assert "kim" not in str(caught.value)


@pytest.mark.parametrize(
    ("period", "begun"),
    [("week", date(2026, 8, 10)), ("month", date(2026, 8, 1)), ("quarter", date(2026, 7, 1)),
     ("year", date(2026, 1, 1))],
)  # fmt: skip
def test_dates_go_back_to_the_beginning_in_every_type(period: str, begun: date) -> None:
    day = date(2026, 8, 14)
    for kind in (pa.date32(), pa.date64()):
        assert made(pa.array([day, None], kind), period) == [begun, None]
    moment = pa.array([datetime(2026, 8, 14, 13, 5)], pa.timestamp("us"))
    assert made(moment, period) == [datetime(begun.year, begun.month, begun.day)]
    assert made([str(day), "2026. 8. 14."], period) == [str(begun), f"2026. {begun.month}. {begun.day}."]
    assert made(["2026-08-14 13:05:07.25"], period) == [f"{begun} 00:00:00.00"]


def test_hours_and_days_are_those_of_the_moments_own_zone() -> None:
    moment = datetime(2026, 8, 14, 20, 45, tzinfo=UTC)
    seoul = pa.array([moment], pa.timestamp("us", "Asia/Seoul"))
    assert made(seoul, "day") == [datetime(2026, 8, 14, 15, tzinfo=UTC)]
    india = pa.array([moment], pa.timestamp("us", "Asia/Kolkata"))
    assert made(india, "hour") == [datetime(2026, 8, 14, 20, 30, tzinfo=UTC)]
    assert made(["2026-08-14 20:45:09"], "hour") == ["2026-08-14 20:00:00"]


def test_hours_of_the_summer_time_that_korea_had_do_not_fail() -> None:
    first = int(datetime(1988, 10, 8, tzinfo=UTC).timestamp())
    hours = pa.array([first + 1800 * place for place in range(96)], pa.timestamp("s", "Asia/Seoul"))
    for period in ("hour", "day", "week", "month"):
        found = made(hours, period)
        assert all(begun <= moment for begun, moment in zip(found, hours.to_pylist(), strict=True))


@pytest.mark.parametrize(
    ("moment", "period", "begun"),
    [
        # Clocks went from 0:00 to 1:00, so the day began at 1:00.
        (datetime(1948, 6, 1, 3), "day", datetime(1948, 5, 31, 15)),
        (datetime(1948, 6, 9, 3), "month", datetime(1948, 5, 31, 15)),
        # From 0:00 to 0:30.
        (datetime(1961, 8, 9, 15, 40), "hour", datetime(1961, 8, 9, 15, 30)),
    ],
)
def test_a_period_whose_first_hour_was_skipped_begins_after_it_and_not_the_day_before(
    moment: datetime, period: str, begun: datetime
) -> None:
    seoul = pa.timestamp("us", "Asia/Seoul")
    found = made(pa.array([moment.replace(tzinfo=UTC)], seoul), period)
    assert found == [begun.replace(tzinfo=UTC)]
    assert made(pa.array(found, seoul), period) == found


@pytest.mark.parametrize("to", ["", "minute", 0, -5, True, None, "x", float("nan"), float("inf"), [], 2**60])
def test_what_nothing_can_be_rounded_to_is_refused(to: Any) -> None:
    with pytest.raises(InputError, match="to="):
        Round(to=to)


@pytest.mark.parametrize(
    ("column", "to"),
    [
        (pa.array([1]), 0.5),
        (pa.array([Decimal("1.0")], pa.decimal128(5, 1)), "0.05"),
        (pa.array([date(2026, 1, 1)]), 10),
        (pa.array([date(2026, 1, 1)]), "hour"),
        (pa.array([1]), "year"),
        (pa.array([True]), 1),
        (pa.array([[1]]), 1),
    ],
)
def test_columns_that_cannot_be_rounded_so_are_refused(column: pa.Array, to: Any) -> None:
    with pytest.raises(InputError):
        made(column, to)
