"""Classification of columns: honest about shares, names, chance and small samples."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from safeguards.detection import ColumnVerdict, Detector
from safeguards.detection.statistics import wilson, wilson_lower
from safeguards.items.checkdigit import LUHN
from safeguards.items.kr import brn

DETECTOR = Detector()
DRAW = random.Random(11)


def phones(count: int) -> list[str]:
    return [f"010-{DRAW.randrange(2000, 9999)}-{DRAW.randrange(10_000):04d}" for _ in range(count)]


def rrns(count: int) -> list[str]:
    return [f"{birth(50, 99)}-{DRAW.choice('12')}{DRAW.randrange(10**6):06d}" for _ in range(count)]


def birth(first: int, last: int) -> str:
    return f"{DRAW.randint(first, last):02d}{DRAW.randint(1, 12):02d}{DRAW.randint(1, 28):02d}"


def verdict(name: str, values: Any, **options: Any) -> ColumnVerdict:
    (only,) = DETECTOR.classify(pa.table({name: values}), **options)
    return only


def test_a_column_of_registration_numbers_needs_no_telling_name() -> None:
    found = verdict("c1", rrns(500))
    assert (found.entity, found.item, found.share) == ("KR_RRN", "kr_rrn", 1.0)
    assert found.confidence > 0.7
    assert found.hits == found.rows == 500


def test_a_telling_name_raises_confidence() -> None:
    values = rrns(500)
    assert verdict("주민등록번호", values).confidence > verdict("c1", values).confidence + 0.1


def test_confidence_grows_with_the_sample() -> None:
    few, many = verdict("phone", phones(5)), verdict("phone", phones(500))
    assert few.share == many.share == 1.0
    assert few.confidence < 0.7 < many.confidence


def test_the_share_counts_cells_that_are_not_empty() -> None:
    found = verdict("phone", [*phones(50), *["모름"] * 50, *[None] * 300, *[" "] * 100])
    assert (found.rows, found.hits, found.share) == (100, 50, 0.5)


def test_a_name_alone_does_not_make_a_column_personal() -> None:
    found = verdict("phone", ["Galaxy S24", "iPhone 16", "Pixel 9"] * 50)
    assert found.entity is None
    assert "telephone" in found.reason


def test_a_hotel_is_no_telephone() -> None:
    assert verdict("hotel", ["신라", "롯데", "하얏트"] * 50).reason == ""


def test_business_numbers_by_chance_are_not_business_numbers() -> None:
    numbers = [f"{DRAW.randrange(1010000000, 9999999999)}" for _ in range(2_000)]
    assert 0.07 < sum(map(brn.CHECK.holds, numbers)) / 2_000 < 0.13
    assert verdict("batch", numbers).entity is None


def test_genuine_business_numbers_are() -> None:
    bodies = [
        f"{DRAW.randrange(101, 999)}{DRAW.choice((81, 86, 88))}{DRAW.randrange(10_000):04d}"
        for _ in range(300)
    ]
    numbers = [f"{body[:3]}-{body[3:5]}-{body[5:]}{brn.CHECK.expected(body)}" for body in bodies]
    assert verdict("code", numbers).entity == "KR_BRN"


def test_cards_without_separators_are_known_by_issuer_and_luhn_digit() -> None:
    bodies = [f"4{DRAW.randrange(10**14):014d}" for _ in range(300)]
    cards = [f"{body}{LUHN.expected(body)}" for body in bodies]
    assert verdict("c", cards).entity == "CREDIT_CARD"
    assert verdict("c", [f"{body}{(LUHN.expected(body) + 1) % 10}" for body in bodies]).entity is None


def test_numbers_of_other_kinds_are_nothing_although_some_are_valid_by_chance() -> None:
    def digits(count: int) -> str:
        return f"{DRAW.randrange(10**count):0{count}d}"

    columns = {
        "created_at": [1_600_000_000 + DRAW.randrange(10**8) for _ in range(1_000)],
        "created_ms": [str(1_600_000_000_000 + DRAW.randrange(10**11)) for _ in range(1_000)],
        "ean": [f"880{digits(10)}" for _ in range(1_000)],
        "ref16": [digits(16) for _ in range(1_000)],
        "ref13": [digits(13) for _ in range(1_000)],
        "account": [f"{digits(3)}-{digits(3)}-{digits(6)}" for _ in range(1_000)],
        "firm": [f"{DRAW.choice(('110111', '200111', '150111'))}-{digits(7)}" for _ in range(1_000)],
        "version": [f"1.{DRAW.randrange(9)}.{DRAW.randrange(9)}.{DRAW.randrange(9)}" for _ in range(1_000)],
    }
    for found in DETECTOR.classify(pa.table(columns)):
        assert (found.column, found.entity, dict(found.entities)) == (found.column, None, {})


def test_corporations_numbers_are_known_by_their_columns_name() -> None:
    numbers = [f"{DRAW.choice(('110111', '200111'))}-{DRAW.randrange(10**7):07d}" for _ in range(300)]
    assert verdict("crn", numbers).entity == "KR_CRN"
    assert verdict("법인등록번호", numbers).entity == "KR_CRN"


def test_landlines_among_mobile_numbers_are_telephone_numbers_too() -> None:
    numbers = [f"02-{DRAW.randrange(200, 900)}-{DRAW.randrange(10**4):04d}" for _ in range(150)] + phones(150)
    assert verdict("연락처", numbers).item == "kr_phone"
    assert verdict("연락처", numbers).share == 1.0
    assert verdict("c7", numbers).entity == "PHONE_NUMBER"


def test_business_numbers_without_hyphens_are_known_by_their_check_digits() -> None:
    bodies = [f"{DRAW.randrange(101, 999)}86{DRAW.randrange(10_000):04d}" for _ in range(300)]
    found = verdict("code", [int(f"{body}{brn.CHECK.expected(body)}") for body in bodies])
    assert found.entity == "KR_BRN"
    assert "by chance in 10%" in found.reason


def test_a_constant_is_no_identifier() -> None:
    assert verdict("server", ["10.20.30.40"] * 500).entity is None


def test_dates_are_birth_dates_by_their_column_name_only() -> None:
    days = [dt.date(1950, 1, 1) + dt.timedelta(days=37 * number) for number in range(500)]
    assert verdict("birth_date", days).entity == "BIRTH_DATE"
    assert verdict("생년월일", [day.isoformat() for day in days]).entity == "BIRTH_DATE"
    assert verdict("생일", [dt.datetime(day.year, day.month, day.day) for day in days]).entity == "BIRTH_DATE"
    assert verdict("joined_on", days).entity is None


def test_numbers_that_lost_their_leading_zero_are_read() -> None:
    digits = [int(phone.replace("-", "")) for phone in phones(300)]
    assert verdict("휴대폰번호", digits).entity == "PHONE_NUMBER"
    assert verdict("mobile", [Decimal(number) for number in digits]).entity == "PHONE_NUMBER"
    newborn = [int(f"{number % 20:02d}0305{3}{DRAW.randrange(10**6):06d}") for number in range(300)]
    assert verdict("rrn", newborn).entity == "KR_RRN"


def test_numbers_that_became_floats_beside_nan_are_read() -> None:
    floats = [None, *(float(phone.replace("-", "")) for phone in phones(300)), float("nan")]
    assert verdict("mobile", floats).entity == "PHONE_NUMBER"
    assert verdict("mobile", [1e300, 0.5]).entity is None


def test_ages_and_amounts_are_nothing() -> None:
    for values in (
        list(range(18, 90)),
        [DRAW.randrange(10**7) for _ in range(500)],
        [DRAW.random() for _ in range(9)],
    ):
        found = verdict("value", values)
        assert (found.entity, dict(found.entities)) == (None, {})


def test_names_of_people_need_no_telling_name_names_of_products_do_not_pass() -> None:
    people = [
        DRAW.choices("김이박최정강조윤장임한오", (22, 15, 8, 5, 4, 3, 3, 2, 2, 2, 2, 2))[0]
        + DRAW.choice("지서민도하예수현") + DRAW.choice("우준연윤은호진아")
        for _ in range(200)
    ]  # fmt: skip
    assert verdict("고객", people).entity == "PERSON"
    products = [
        "이어폰",
        "주방세제",
        "전기포트",
        "우산",
        "신발장",
        "공기청정기",
        "고무장갑",
        "서랍장",
        "선풍기",
        "장난감",
        "전자레인지",
        "소파",
    ]
    assert verdict("name", products * 10).entity is None
    assert verdict("상품명", products * 10).entity is None


def test_free_text_lists_its_entities_with_their_shares() -> None:
    text = (
        ["문의 드립니다"] * 60
        + [f"연락처 {phone} 로 주세요" for phone in phones(30)]
        + ["메일 kim@naver.com으로"] * 10
    )
    found = verdict("content", text)
    assert found.entity is None
    assert found.entities == {"PHONE_NUMBER": 0.3, "EMAIL_ADDRESS": 0.1}
    assert (found.hits, found.rows, found.share) == (40, 100, 0.4)
    assert found.confidence > 0.9
    assert found.reason == "free text: PHONE_NUMBER in 30, EMAIL_ADDRESS in 10 of 100 rows"


def test_one_value_in_many_rows_of_text_is_a_trace_with_share_and_reason() -> None:
    found = verdict("content", [*["문의 드립니다"] * 1_999, "연락처 010-2345-6789"])
    assert (found.entities, found.traces) == ({}, {"PHONE_NUMBER": 1})
    assert (found.hits, found.share) == (1, 0.0005)
    assert found.confidence > 0.9
    assert found.reason == "free text: PHONE_NUMBER in 1 of 2,000 rows"


def test_what_else_stands_in_a_classified_column_is_listed_too() -> None:
    found = verdict("연락처", [*phones(90), *["kim@naver.com"] * 10])
    assert found.entity == "PHONE_NUMBER"
    assert found.entities == {"PHONE_NUMBER": 0.9, "EMAIL_ADDRESS": 0.1}


def test_residents_and_foreigners_in_one_column_are_both_listed() -> None:
    foreigners = [f"{number[:7]}{DRAW.choice('56')}{number[8:]}" for number in rrns(200)]
    found = verdict("등록번호", [*rrns(200), *foreigners])
    assert set(found.entities) == {"KR_RRN", "KR_FRN"}


def test_frames_of_every_kind_and_sources_give_equal_verdicts() -> None:
    columns = {"phone": phones(60), "memo": ["없음"] * 60}
    table = pa.table(columns)
    expected = DETECTOR.classify(table)
    assert DETECTOR.classify(pd.DataFrame(columns)) == expected
    assert DETECTOR.classify(pl.DataFrame(columns)) == expected
    assert DETECTOR.classify(table.to_batches()[0]) == expected
    encoded = table.set_column(0, "phone", table["phone"].dictionary_encode())
    assert DETECTOR.classify(encoded) == expected


def test_an_inet_column_is_taken_for_what_its_type_says() -> None:
    addresses = [f"1.2.3.{number}" for number in range(4, 20)]
    (found,) = DETECTOR.classify(pa.table({"c": addresses}), sql_types={"c": "INET"})
    assert found.entity == "IP_ADDRESS"


def test_full_width_cells_are_read() -> None:
    wide = str.maketrans("0123456789-", "０１２３４５６７８９－")
    assert verdict("phone", [phone.translate(wide) for phone in phones(50)]).entity == "PHONE_NUMBER"


@pytest.mark.parametrize("values", [[], [None, None], pa.array([b"\xfe\x01", b"\xff", None]), [True, False]])
def test_columns_without_text_are_left_alone(values: Any) -> None:
    found = verdict("c", values)
    assert (found.entity, found.rows, found.confidence) == (None, 0, 0.0)


def test_text_in_a_binary_column_is_read_and_other_bytes_are_passed_over() -> None:
    texts: list[bytes | None] = [number.encode() for number in rrns(60)]
    found = verdict("rrn", [*texts, b"\xfe\x10\x00", b"a\0b", None, b"x" * 70_000])
    assert (found.entity, found.rows) == ("KR_RRN", 60)


def test_no_verdict_holds_a_value() -> None:
    number = phones(1)[0]
    assert number not in repr(verdict("phone", [number] * 3 + phones(5)))


def test_columns_of_adult_are_attributes_at_most(shared: Any) -> None:
    lines = (shared / "data/risk/adult.csv").read_text("utf-8").splitlines()
    rows = [line.split(";") for line in lines[1:]]
    table = pa.table({name: [row[place] for row in rows] for place, name in enumerate(lines[0].split(";"))})
    attributes = {"sex": "SEX", "age": "AGE", "education": "EDUCATION"}
    for found in DETECTOR.classify(table, rows=len(rows)):
        assert (found.entity, dict(found.traces)) == (attributes.get(found.column), {})
        assert set(found.entities) <= {found.entity}


def test_a_verdict_holds_both_ends_of_the_interval_of_its_share() -> None:
    found = verdict("phone", [*phones(50), *["모름"] * 50])
    assert found.interval == (pytest.approx(0.404, abs=0.001), pytest.approx(0.596, abs=0.001))
    assert verdict("memo", ["없음"] * 100).interval == (0.0, pytest.approx(0.037, abs=0.001))
    assert verdict("memo", [None]).interval == (0.0, 1.0)


def test_a_verdict_tells_how_many_cells_differ() -> None:
    assert verdict("phone", phones(1) * 200).distinct == 0.005
    assert verdict("등급", [f"{number}" for number in range(50)]).distinct == 1.0


def test_few_numbers_that_repeat_are_less_surely_persons_than_many() -> None:
    few, many = verdict("c", phones(8) * 125), verdict("c", phones(1_000))
    assert few.entity == many.entity == "PHONE_NUMBER"
    assert few.confidence < many.confidence - 0.02


@pytest.mark.parametrize("name", ["사업자번호", "biz_no"])
def test_a_telling_name_does_not_save_business_numbers_whose_check_digits_hold_by_chance(name: str) -> None:
    numbers = [
        f"{DRAW.randrange(101, 999)}-{DRAW.randrange(1, 99):02d}-{DRAW.randrange(10**5):05d}"
        for _ in range(500)
    ]
    found = verdict(name, numbers)
    assert (found.entity, dict(found.entities), dict(found.traces)) == (None, {}, {})
    assert "by chance in 10%" in found.reason
    assert verdict(name, numbers[:8]).entity == "KR_BRN", "eight numbers are too few to tell"


def test_the_length_of_an_sql_type_and_a_type_of_numbers_move_the_confidence() -> None:
    values = rrns(300)
    plain, fitting = (verdict("c", values, sql_types={"c": kind}) for kind in ("TEXT", "CHAR(14)"))
    assert fitting.confidence > plain.confidence
    bodies = [f"{DRAW.randrange(101, 999)}86{DRAW.randrange(10_000):04d}" for _ in range(300)]
    numbers = [f"{body}{brn.CHECK.expected(body)}" for body in bodies]
    as_text, as_number = (verdict("c", numbers, sql_types={"c": kind}) for kind in ("TEXT", "BIGINT"))
    assert as_text.entity == as_number.entity == "KR_BRN"
    assert as_number.confidence < as_text.confidence


def test_passwords_in_plain_text_are_found_by_the_column_and_slow_hashes_are_not() -> None:
    plain = [
        f"{word}{DRAW.randrange(100)}!" for word in ("sunshine", "나비", "qwerty", "hello") for _ in range(25)
    ]
    found = verdict("user_password", plain)
    assert (found.entity, found.item) == ("PASSWORD", "password")
    slow = [f"$2b$12${DRAW.randrange(10**30):053d}" for _ in range(50)]
    assert verdict("password", slow).entity is None
    assert verdict("비밀번호", [f"{DRAW.randrange(16**32):032x}" for _ in range(50)]).entity == "PASSWORD"
    assert verdict("memo", plain).entity is None


def test_the_interval_of_wilson() -> None:
    assert wilson(0, 0) == (0, 1)
    assert wilson(5, 10) == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))
    assert wilson_lower(0, 0) == 0
    assert wilson_lower(0, 50) == pytest.approx(0, abs=1e-12)
    assert wilson_lower(10, 10) == pytest.approx(0.7225, abs=1e-4)
    assert wilson_lower(1, 10_000) < 0.0001


def numbers(count: int) -> list[int]:
    return [int(phone.replace("-", "")) for phone in phones(count)]


def test_whole_numbers_that_became_floats_beside_nulls_are_read_as_numbers() -> None:
    frame = pd.DataFrame({"phone": [*numbers(100), None]})
    assert frame["phone"].dtype == float
    (found,) = DETECTOR.classify(frame)
    assert (found.entity, found.share, found.rows) == ("PHONE_NUMBER", 1.0, 100)


def test_floats_in_a_file_are_read_as_the_numbers_they_were() -> None:
    found = verdict("phone", [f"{number}.0" for number in numbers(100)])
    assert (found.entity, found.share) == ("PHONE_NUMBER", 1.0)


@pytest.mark.parametrize(
    ("name", "entity", "low", "high", "decimals"),
    [
        ("위도", "GPS_COORDINATE", 37.4, 37.6, 6),
        ("lng", "GPS_COORDINATE", 126.8, 127.2, 6),
        ("몸무게", "WEIGHT", 45.0, 95.0, 1),
        ("키", "HEIGHT", 150.0, 190.0, 1),
        ("price", None, 1.0, 90.0, 2),
        ("latency", None, 1.0, 90.0, 6),
        ("lat_ms", None, 1.0, 90.0, 6),
        ("password_strength", None, 0.0, 5.0, 2),
    ],
)
@pytest.mark.parametrize("kind", [pa.float64(), pa.decimal128(12, 6)], ids=str)
def test_fractions_are_what_their_columns_name_says(
    name: str, entity: str | None, low: float, high: float, decimals: int, kind: pa.DataType
) -> None:
    values = [round(DRAW.uniform(low, high), decimals) for _ in range(300)]
    if pa.types.is_decimal(kind):
        column = pa.array([Decimal(f"{value:.{decimals}f}") for value in values], pa.decimal128(12, decimals))
    else:
        column = pa.array(values, kind)
    assert verdict(name, column).entity == entity
    assert verdict("value", column).entity is None


@pytest.mark.parametrize("name", ["first_name", "lastName", "surname"])
def test_given_names_and_surnames_are_known_in_columns_of_their_own(name: str) -> None:
    values = [
        DRAW.choice(["James", "Mary", "Garcia", "Smith", "Jennifer", "Susan", "Lee"]) for _ in range(200)
    ]
    assert verdict(name, values).entity == "PERSON"
    assert verdict("model", values).entity is None


@pytest.mark.parametrize("values", [[0.5, 1e300, None], [float("nan"), 2.0], [None, None], [1e19, 3.0]])
def test_floats_that_are_no_whole_numbers_hold_nothing(values: list[float | None]) -> None:
    found = verdict("phone", pa.array(values, pa.float64()))
    assert (found.entity, found.entities) == (None, {})
