"""What every transform makes holds, also read back from a file; what is clearly foreign does not."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safeguards.errors import InputError
from safeguards.items.kr.regions import PROVINCES
from safeguards.pseudonyms import (
    DateShift,
    Domain,
    FormatPreserving,
    FormatPreservingInteger,
    Generalise,
    Hash,
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
from safeguards.tables import open_file, write_file

SEOUL = ZoneInfo("Asia/Seoul")
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
DIGITS = st.text("0123456789", min_size=8, max_size=16)
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31))
FLOATS = st.floats(-1e18, 1e18)
IPS = st.ip_addresses().map(str)
JOBS = {"의사": ["의료", "전문"], "교사": ["교육", "전문"]}
FOREIGN = "kim@example.com / 홍길동"

CASES: list[tuple[Transform, pa.DataType, st.SearchStrategy[Any]]] = [
    (Token(item="email"), pa.string(), TEXT),
    (ReversibleToken(item="email"), pa.string(), TEXT),
    (ReversibleToken(prefix="p", pad=1), pa.string(), TEXT),
    (ReversibleToken(pad=(8, 24)), pa.string(), TEXT),
    (ReversibleToken(pad="padme"), pa.int64(), st.integers(0, 10**18)),
    (Hash(item="email", length=20), pa.string(), TEXT),
    (Hash(), pa.float64(), FLOATS),
    (Mask(item="kr_phone"), pa.string(), TEXT),
    (Mask(), pa.int64(), st.integers(0, 9)),
    (Suppress(), pa.string(), TEXT),
    (Suppress(), pa.float64(), FLOATS),
    (Suppress(value="비공개"), pa.string(), TEXT),
    (FormatPreserving(item="kr_phone"), pa.string(), st.from_regex(r"010-[0-9]{4}-[0-9]{4}", fullmatch=True)),
    (FormatPreserving(), pa.dictionary(pa.int32(), pa.string()), DIGITS),
    (FormatPreservingInteger(), pa.int64(), st.integers(0, 10**9 - 1)),
    (FormatPreservingInteger(digits=15), pa.float64(), st.integers(0, 10**15 - 1).map(float)),
    (FormatPreservingInteger(digits=18), pa.decimal128(18, 0), st.integers(0, 10**18 - 1).map(Decimal)),
    (FormatPreservingInteger(digits=18), pa.uint64(), st.integers(0, 10**18 - 1)),
    (FormatPreservingInteger(), pa.string(), st.integers(0, 10**9 - 1).map(str)),
    (PrefixPreserving(), pa.string(), IPS | st.just("10.1.0.0/16") | st.just("::ffff:10.0.0.1")),
    (Surrogate(item="person_name"), pa.string(), st.sampled_from(["홍길동", "김 하늘", "남궁민수", ""])),
    (Surrogate(item="kr_phone"), pa.string(), st.sampled_from(["010-1234-5678", "+82 10 2345 6789"])),
    (Surrogate(item="email", other="token"), pa.string(), TEXT | st.emails()),
    (Surrogate(item="person_name_en", other="null"), pa.string(), TEXT | st.just("John Smith")),
    (Surrogate(item="kr_address", other="token"), pa.string(), TEXT | st.just("경기도 수원시 광교로 1")),
    (Generalise(hierarchy=JOBS, level=1), pa.string(), st.sampled_from([*JOBS])),
    (Generalise(hierarchy=JOBS, level=2, other="?"), pa.string(), TEXT),
    (Generalise(groups={"서울": "수도권", "부산": "남부"}), pa.string(), st.sampled_from(["서울", "부산"])),
    (Generalise(item="kr_address", region="province"), pa.string(), st.sampled_from([*PROVINCES])),
    (Generalise(item="kr_address", region="district", other="?"), pa.string(),
     st.sampled_from(["경기도 수원시 영통구 1", "세종 한누리대로 1", "서울 종로구", "x"])),
    (Generalise(years=5), pa.date32(), DAYS),
    (Generalise(bottom=0, top=10.5), pa.float64(), FLOATS.filter(lambda number: abs(number) < 2**53)),
    (Round(to=1000), pa.int64(), st.integers(-(10**15), 10**15)),
    (Round(to=7), pa.uint64(), st.integers(0, 2**63)),
    (Round(to="0.05"), pa.decimal128(20, 4), st.decimals(-(10**9), 10**9, places=4)),
    (Round(to=0.1), pa.float64(), FLOATS | st.sampled_from([float("nan"), float("inf")])),
    (Round(to=0.3), pa.float32(), st.floats(-2**30, 2**30, width=32)),
    (Round(to=0.3), pa.float16(), st.floats(-60000, 60000, width=16)),
    (Round(to=0.5), pa.string(), st.decimals(-(10**9), 10**9, places=3).map(str)),
    (Round(to="month"), pa.date32(), DAYS),
    (Round(to="week"), pa.date64(), DAYS),
    (Round(to="quarter"), pa.string(), DAYS.map(lambda day: f"{day.year:04d}. {day.month}. {day.day}.")),
    (Round(to="year"), pa.string(), DAYS.map(lambda day: day.strftime("%Y년 %m월 %d일"))),
    (Round(to="hour"), pa.timestamp("us"), MOMENTS),
    (Round(to="day"), pa.timestamp("us", tz="Asia/Seoul"), MOMENTS.map(lambda at: at.replace(tzinfo=SEOUL))),
    (Round(to="day"), pa.timestamp("s", tz="America/Sao_Paulo"),
     st.just(datetime(2018, 11, 4, 15, tzinfo=UTC)) | MOMENTS.map(lambda at: at.replace(tzinfo=UTC))),
    (Noise(epsilon=1, lower=0, upper=100), pa.int64(), st.integers(-10, 200)),
    (Noise(epsilon=1, lower=-5, upper=100, step=7, clamp=True), pa.int16(), st.integers(-10, 200)),
    (Noise(epsilon=0.01, lower=0, upper=250, clamp=True), pa.uint8(), st.integers(0, 255)),
    (Noise(epsilon=1, lower=0, upper=1), pa.float64(), st.floats(-1, 2)),
    (Noise(epsilon=0.001, lower=0.5, upper=1e6, step=0.1), pa.float32(), st.floats(0, 2**20, width=32)),
    (Noise(epsilon=1, lower=0, upper=1, clamp=True), pa.decimal128(12, 4), st.decimals(0, 1, places=4)),
    (Noise(epsilon=1, lower=0, upper=100), pa.string(), st.integers(0, 100).map(str)),
    (Noise(mechanism="gaussian", epsilon=1, delta=1e-6, lower=0, upper=3.7, step=0.5, clamp=True),
     pa.float64(), st.floats(0, 4)),
    (DateShift(subject="who"), pa.date32(), DAYS),
    (DateShift(subject="who", without_subject="null"), pa.string(), DAYS.map(str)),
    (DateShift(subject="who"), pa.timestamp("us", tz="Asia/Seoul"),
     MOMENTS.map(lambda at: at.replace(tzinfo=UTC))),
]  # fmt: skip
TOLD_BY_TYPE = {pa.float32(), pa.float16(), pa.timestamp("s", tz="America/Sao_Paulo")}
"""Types of which text tells too little, so that ``verify`` reads it as the type stated."""

NOTHING_PROMISED = {"keep", "drop", "redact_text"}
CASE = pytest.mark.parametrize(
    ("transform", "kind", "values"), CASES, ids=[f"{one.name}-{kind}" for one, kind, _ in CASES]
)

pytestmark = pytest.mark.usefixtures("ring_of_module")


def made(transform: Transform, kind: pa.DataType, values: list[Any]) -> Any:
    array = pa.array(values, kind)
    beside = [pa.array([f"P{row % 3}" for row in range(len(array))])] * len(transform.beside)
    return transform.apply(array, Domain("d"), *beside)


def recalled(transform: Transform) -> Transform:
    """Return what a manifest tells of a transform, as JSON holds it."""
    told = json.loads(json.dumps(dict(transform.parameters()), default=str))
    found = type(transform).recalled(transform.item, told)
    assert found is not None
    return found


def held(transform: Transform, values: Any) -> list[bool | None]:
    found = transform.holds(values)
    assert found is not None
    result: list[bool | None] = found.to_pylist()
    return result


def test_every_transform_is_among_the_cases() -> None:
    assert {one.name for one, _, _ in CASES} | NOTHING_PROMISED == TRANSFORMS.keys()


@CASE
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_a_transform_makes_holds_also_read_back_from_files(
    tmp_path: Path, transform: Transform, kind: pa.DataType, values: st.SearchStrategy[Any], data: Any
) -> None:
    drawn = data.draw(st.lists(st.none() | values, min_size=1, max_size=12))
    result = made(transform, kind, drawn)
    expected = [None if value is None else True for value in result.to_pylist()]
    for one in (transform, recalled(transform)):
        assert held(one, result) == expected
        assert held(one, result.slice(1)) == expected[1:]
        assert held(one, result.dictionary_encode() if kind != pa.float16() else result) == expected
    table = pa.table({"row": pa.array(range(len(result))), "it": result})
    for name in ("a.parquet", "a.csv"):
        if name == "a.csv" and kind in TOLD_BY_TYPE:
            continue
        write_file(tmp_path / name, table.schema, table.to_batches())
        back = pa.concat_arrays([batch["it"] for batch in open_file(tmp_path / name).batches()])
        assert held(recalled(transform), back) == expected, name


@CASE
def test_what_is_clearly_foreign_does_not_hold(
    transform: Transform, kind: pa.DataType, values: st.SearchStrategy[Any]
) -> None:
    one = recalled(transform)
    assert held(one, pa.array([FOREIGN, None])) == [False, None]
    assert held(one, pa.array([FOREIGN, None]).dictionary_encode()) == [False, None]
    assert held(one, pa.array([], pa.string())) == []


@pytest.mark.parametrize(
    ("transform", "values"),
    [
        (ReversibleToken(), ["rt1_text_" + "0" * 51, "rt1_text_" + "0" * 28, "rt1_email_" + "0" * 52]),
        (Hash(length=20), ["0" * 21, "g" * 20, "A" * 20]),
        (Suppress(), [1, 2]),
        (FormatPreservingInteger(digits=6), [10**6, -1]),
        (FormatPreservingInteger(digits=6), [0.5, float("nan"), 1e6]),
        (FormatPreservingInteger(digits=6), ["007", "1e+06", "1.5", " 1"]),
        (FormatPreservingInteger(digits=6), [True, False]),
        (PrefixPreserving(), ["2001:DB8::1", "10.0.0.1/8", "010.0.0.1", " 10.0.0.1", "fe80::1%eth0"]),
        (Surrogate(item="kr_phone"), ["+82 10-1234-5678", "1234", "홍길동"]),
        (Surrogate(item="kr_phone"), ["tk1_kr_phone_" + "0" * 26]),
        (Generalise(item="kr_address", region="district"), ["경기", "경기도 수원시", "경기 수원시 영통구"]),
        (Generalise(item="kr_address", region="province"), ["경기도", "경기 수원시"]),
        (Round(to=1000), [1, 1001, -500]),
        (Round(to=1000), [0.5, 999.0]),
        (Round(to="0.05"), ["0.051", "1e-3", "x", ""]),
        (Round(to=1000), [True]),
        (Round(to="month"), [date(2024, 1, 2)]),
        (Round(to="day"), ["2024-01-01 00:00:01", "2024-01-01T09:00:00+09:00"]),
        (Noise(epsilon=1, lower=0, upper=100, step=5), [1, 4, 101]),
        (Noise(epsilon=1, lower=0, upper=100, step=5, clamp=True), [-5, 105, 3]),
        (Noise(epsilon=1, lower=0.0, upper=1.0, step=0.1), [0.15, float("nan"), float("inf")]),
        (Noise(epsilon=1, lower=0.0, upper=1.0, step=0.1), ["0.15", "nan", "x", "1e-2"]),
        (DateShift(subject="who"), ["2024-02-30", "soon", ""]),
        (DateShift(subject="who"), [19900101]),
    ],
    ids=lambda one: one.name if isinstance(one, Transform) else "",
)
def test_near_misses_do_not_hold(transform: Transform, values: list[Any]) -> None:
    assert held(recalled(transform), pa.array(values)) == [False] * len(values)


def test_large_numbers_are_compared_without_wrapping_around() -> None:
    grid = Noise(epsilon=1, lower=-(2**50), upper=2**50, step=2**30)
    assert held(grid, pa.array([2**62, -(2**63), 2**63 - 1])) == [True, True, False]
    assert held(Round(to=10), pa.array([2**64 - 6, 2**64 - 1], pa.uint64())) == [True, False]


def test_where_a_manifest_tells_too_little_nothing_is_promised() -> None:
    wide = Generalise(hierarchy={str(value): [f"label {value}"] for value in range(300)}, level=1)
    assert Generalise.recalled(None, wide.parameters()) is None
    assert Surrogate.recalled(None, {"faker": "company", "locale": "ko_KR", "version": "1.0.0"}) is None
    assert RedactText().holds(pa.array(["a"])) is None


def test_no_value_stands_in_what_a_hierarchy_is_recalled_from() -> None:
    told = Generalise(hierarchy=JOBS, level=1).parameters()
    assert "의사" not in json.dumps(told, ensure_ascii=False, default=str)


def test_decimals_that_are_all_null_are_rounded_to_null() -> None:
    nulls = pa.nulls(2, pa.decimal128(9, 2))
    assert Round(to=10).apply(nulls).equals(nulls)


def test_a_day_that_begins_late_begins_after_the_gap() -> None:
    noon = pa.array([datetime(2018, 11, 4, 15, tzinfo=UTC)], pa.timestamp("s", tz="America/Sao_Paulo"))
    (begun,) = Round(to="day").apply(noon).to_pylist()
    assert begun.isoformat() == "2018-11-04T01:00:00-02:00"


@pytest.mark.parametrize(
    ("transform", "nulls"),
    [
        (Suppress(), True),
        (Suppress(value="x"), False),
        (Surrogate(item="email", other="null"), True),
        (Surrogate(item="email"), False),
        (DateShift(subject="who", without_subject="null"), True),
        (DateShift(subject="who"), False),
        (Token(), False),
    ],
)
def test_it_is_told_whether_values_may_become_null(transform: Transform, nulls: bool) -> None:
    assert transform.makes_null is nulls


def test_parameters_of_no_such_transform_are_refused() -> None:
    with pytest.raises(InputError, match="length"):
        Hash.recalled(None, {"length": 3})
