"""Bands, groups and bounds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.pseudonyms import DateShift, Domain, Generalise, Round, Transform
from safeguards.pseudonyms.column import Unfit


def made(values: Any, **settings: Any) -> list[object]:
    array = values if isinstance(values, pa.Array) else pa.array(values)
    result: list[object] = Generalise(**settings).apply(array).to_pylist()
    return result


def test_numbers_fall_into_bands_and_beyond_the_bounds() -> None:
    values = [5, 20, 29, 30, 79, 80, 200, None]
    labels = ["<20", "20-29", "20-29", "30-39", "70-79", "80+", "80+", None]
    assert made(values, band=10, bottom=20, top=80) == labels


@pytest.mark.parametrize(
    "kind", [pa.int8(), pa.uint16(), pa.float32(), pa.decimal128(21, 2), pa.string(), pa.large_string()]
)
def test_the_label_does_not_depend_on_the_columns_type(kind: pa.DataType) -> None:
    assert made(pa.array([35, 9, None]).cast(kind), band=10) == ["30-39", "0-9", None]


def test_bands_of_fractions_do_not_slip_at_their_edges() -> None:
    assert made([0.3, 0.29999, 0.7, -0.1], band=0.1) == ["[0.3,0.4)", "[0.2,0.3)", "[0.7,0.8)", "[-0.1,0)"]


@given(number=st.integers(-(2**53) + 1, 2**53 - 1), width=st.integers(1, 10**6))
def test_large_whole_numbers_lie_in_their_bands_too(number: int, width: int) -> None:
    low, high = number // width * width, number // width * width + width - 1
    (label,) = made([number], band=width)
    assert label in {f"{low}-{high}", f"{low} to {high}", f"{low}"}


def test_large_numbers_of_two_bands_of_fractions_have_two_labels() -> None:
    labels = made([1234567890123.5, 1234567890123.0], band=0.5)
    assert labels == ["[1234567890123.5,1234567890124)", "[1234567890123,1234567890123.5)"]
    assert Generalise(band=0.5).holds(pa.array(labels)).to_pylist() == [True, True]


@pytest.mark.parametrize("values", [[-0.0, 0.1], [0.1, -0.0], [-1e-12]])
def test_the_band_of_zero_has_no_sign_whoever_stands_beside_it(values: list[float]) -> None:
    assert set(made(values, band=0.5)) == {"[0,0.5)"}


def test_negative_bands_are_readable() -> None:
    assert made([-1, -10, -11], band=10) == ["-10 to -1", "-10 to -1", "-20 to -11"]


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1), st.integers(2, 1000))
def test_every_number_lies_in_its_band(numbers: list[int], width: int) -> None:
    for number, label in zip(numbers, made(numbers, band=width), strict=True):
        low, high = map(int, str(label).split(" to ") if " to " in str(label) else str(label).split("-"))
        assert low <= number <= high
        assert (high - low, low % width) == (width - 1, 0)


def test_dates_of_any_spelling_become_years() -> None:
    assert made(["1990-03-01", "1990. 3. 1.", "19900301", "1990년 3월 1일", None], years=1) == [
        "1990"
    ] * 4 + [None]
    assert made([date(1992, 1, 1), date(1929, 12, 31), date(2015, 1, 1)], years=5, bottom=1930, top=2010) == [
        "1990-1994", "<1930", "2010+",
    ]  # fmt: skip


def test_a_moment_counts_in_its_own_time_zone() -> None:
    late = pa.array([datetime(2019, 12, 31, 20, tzinfo=UTC)], pa.timestamp("us", "Asia/Seoul"))
    assert made(late, years=1) == ["2020"]


@pytest.mark.parametrize(
    ("born", "label"),
    [("1996-03-01", "30-39"), ("1996-03-02", "20-29"), ("1940-01-01", "80+"), ("2026-03-01", "0-9")],
)
def test_ages_are_counted_in_full_years_on_a_fixed_day(born: str, label: str) -> None:
    assert made([born], ages=10, on="2026-03-01", top=80) == [label]


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)))
def test_ages_are_those_that_people_count(born: date) -> None:
    on = date(2026, 1, 1)
    full = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    assert made([born], ages=1, on=on) == [str(full)]


@pytest.mark.parametrize(
    "groups",
    [{"서울": "수도권", "경기": "수도권", "부산": "영남"}, {"수도권": ["서울", "경기"], "영남": ["부산"]}],
)
def test_values_become_their_groups_whichever_way_round_it_is_written(groups: dict[str, Any]) -> None:
    assert made(["서울", "경기 ", "부산", None], groups=groups) == ["수도권", "수도권", "영남", None]
    assert made(["제주"], groups=groups, other="기타") == ["기타"]


@pytest.mark.parametrize(
    ("values", "coded"),
    [
        (pa.array([1, 200, -5, None]), [1, 100, 0, None]),
        (pa.array([1.5, 200.5, None]), [1.5, 100.0, None]),
        (pa.array([Decimal("700.50"), Decimal("1.25")]), [Decimal("100.00"), Decimal("1.25")]),
        (pa.array(["7", "500", None]), ["7", "100", None]),
    ],
)
def test_coding_at_bounds_keeps_the_type(values: pa.Array, coded: list[object]) -> None:
    result = Generalise(bottom=0, top=100).apply(values)
    assert result.to_pylist() == coded
    assert result.type == values.type


@pytest.mark.parametrize(
    ("values", "settings"),
    [
        (["5", "x"], {"band": 10}),
        ([5.0, float("nan")], {"band": 10}),
        (["1990-01-01", "1990-02-30"], {"years": 1}),
        (["1990-01-01", "2030-01-01"], {"ages": 10, "on": "2026-01-01"}),
        (["a", "b"], {"groups": {"a": "c"}}),
        (["5", "x"], {"top": 10}),
    ],
)
def test_a_value_without_a_place_is_refused_by_its_row_or_takes_the_label_given(
    values: list[object], settings: dict[str, Any]
) -> None:
    with pytest.raises(Unfit) as caught:
        made(values, **settings)
    assert caught.value.row == 2
    assert str(values[1]) not in str(caught.value).split()
    if "top" not in settings:
        assert made(values, **settings, other="?")[1] == "?"


@pytest.mark.parametrize(
    "settings",
    [{}, {"band": 0}, {"band": "10"}, {"band": True}, {"years": 1.5}, {"band": 10, "years": 1}, {"ages": 10},
     {"band": 10, "on": "2026-01-01"}, {"ages": 5, "on": "soon"}, {"band": 10, "top": 85},
     {"band": 10, "top": 20, "bottom": 30}, {"top": "9"}, {"groups": {}}, {"groups": {"a": 1}},
     {"groups": [1]}, {"groups": {"a": ["b"], "c": ["b"]}}, {"groups": {"a": "b"}, "top": 3},
     {"band": 1, "other": 5}],
)  # fmt: skip
def test_settings_that_contradict_each_other_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Generalise(**settings)


@pytest.mark.parametrize(
    ("values", "settings"),
    [
        (pa.array([date(2020, 1, 1)]), {"band": 5}),
        (pa.array([True]), {"band": 5}),
        (pa.array([1]), {"top": 1.5}),
    ],
)
def test_columns_that_hold_no_numbers_are_refused(values: pa.Array, settings: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        made(values, **settings)


def test_the_manifest_tells_groups_and_not_the_values_in_them() -> None:
    assert Generalise(groups={"rare disease": "illness"}).parameters() == {"groups": ["illness"]}


@pytest.mark.parametrize(
    "kind",
    [pa.float16(), pa.float32(), pa.int8(), pa.decimal128(5, 1), pa.dictionary(pa.int8(), pa.int64()),
     pa.dictionary(pa.int32(), pa.string()), pa.string_view()],
    ids=str,
)  # fmt: skip
def test_coding_at_bounds_keeps_every_type(kind: pa.DataType) -> None:
    held = kind.value_type if pa.types.is_dictionary(kind) else kind
    column = pa.array([1, 5, None], pa.int8()).cast(held)
    column = column.dictionary_encode().cast(kind) if held != kind else column
    found = Generalise(bottom=0, top=2).apply(column)
    assert found.type == kind
    assert [value and float(value) for value in found.to_pylist()] == [1, 2, None]


def test_nothing_is_coded_in_a_column_of_nulls() -> None:
    assert made(pa.nulls(2), bottom=0, top=2) == [None, None]


@pytest.mark.parametrize(
    "transform",
    [Generalise(years=10), Generalise(ages=10, on="2026-01-01"), Round(to="month"), DateShift(subject="who")],
    ids=lambda transform: transform.name,
)
@pytest.mark.parametrize("written", ["03/01/1990", "1990-02-30", "19900229", "90-03-01", "born 1990-03-01"])
def test_an_error_about_a_date_says_which_spellings_are_read_and_not_the_value(
    ring: Keyring, transform: Transform, written: str
) -> None:
    beside = [pa.array([1, 2])] if transform.beside else []
    with pytest.raises(Unfit) as caught:
        transform.apply(pa.array(["1990-03-01", written]), Domain("d"), *beside)
    assert caught.value.row == 2
    assert "1990-03-01, 1990. 3. 1., 1990년 3월 1일 or 19900301" in str(caught.value)
    assert "correct it" in str(caught.value)
    assert written.removeprefix("born ") not in str(caught.value).replace("1990-03-01, 1990.", "")


def test_each_spelling_that_errors_name_is_read(ring: Keyring) -> None:
    named = pa.array(["1990-03-01", "1990. 3. 1.", "1990년 3월 1일", "19900301", "1990-03-01 09:30"])
    for transform in (Generalise(years=1), Round(to="year"), DateShift(subject="who")):
        beside = [pa.array(range(5))] if transform.beside else []
        assert transform.apply(named, Domain("d"), *beside).null_count == 0


@pytest.mark.parametrize("kind", [pa.string(), pa.date32(), pa.timestamp("us", "Asia/Seoul")], ids=str)
def test_a_birth_date_to_come_is_told_as_one(kind: pa.DataType) -> None:
    born = pa.array([date(1990, 3, 1), date(2026, 1, 2), None]).cast(kind)
    settings: dict[str, Any] = {"ages": 10, "on": "2026-01-01"}
    with pytest.raises(Unfit, match="a birth date after 2026-01-01, the day") as caught:
        Generalise(**settings).apply(born)
    assert caught.value.row == 2
    assert Generalise(**settings, other="?").apply(born).to_pylist() == ["30-39", "?", None]


def test_an_hour_is_asked_for_where_hours_are_rounded() -> None:
    with pytest.raises(Unfit, match="with a time of day such as 09:30"):
        Round(to="hour").apply(pa.array(["1990-03-01"]))
    with pytest.raises(Unfit, match="written as 1234.5, without commas"):
        Round(to=10).apply(pa.array(["1,000"]))


def test_a_representation_shows_no_value_of_groups_and_hierarchies() -> None:
    for transform in (
        Generalise(groups={"홍길동": "김영희"}),
        Generalise(groups={"김영희": ["홍길동"]}),
        Generalise(hierarchy={"홍길동": ["김영희", "*"]}, level=1),
    ):
        assert "홍길동" not in repr(transform)
        assert "김영희" not in repr(transform)
        assert "<1 values>" in repr(transform)
    assert repr(Generalise(ages=10, on="2026-01-01", top=80)) == (
        "Generalise(ages=10, on=datetime.date(2026, 1, 1), top=80)"
    )
