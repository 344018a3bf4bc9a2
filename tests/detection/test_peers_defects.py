"""Defects seen in other detectors (PEERS.md), each a sentence."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from safeguards.detection import Detector
from safeguards.items.kr import brn
from tests.growth import assert_grows_with_length

DETECTOR = Detector()


def entities(text: str) -> list[str]:
    return [span.entity for span in DETECTOR.detect(text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("kim@naver.com으로 보내 주세요", "kim@naver.com"),
        ("카드 4111-1111-1111-1111번 분실", "4111-1111-1111-1111"),
        ("IP 10.0.0.1에서 접속", "10.0.0.1"),
        ("주민번호가 900101-1234567이라고", "900101-1234567"),
        ("010-2222-3333으로", "010-2222-3333"),
        ("여권번호는 M12345678입니다", "M12345678"),
    ],
)
def test_a_particle_or_counter_behind_a_value_does_not_hide_it(text: str, value: str) -> None:
    assert [text[span.start : span.end] for span in DETECTOR.detect(text)] == [value]


def test_order_numbers_made_of_a_date_are_no_driver_licences() -> None:
    draw = random.Random(3)
    for _ in range(300):
        day = f"{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}"
        number = f"20{draw.randint(15, 26)}{day}{draw.randrange(10_000):04d}"
        assert entities(f"주문번호 {number}") == []
        assert entities(number) == []
        assert entities(f"order_no={number}") == []


def test_seconds_since_the_epoch_are_no_business_numbers_although_a_tenth_holds_the_check_digit() -> None:
    stamps = [str(1_700_000_000 + step * 9_973) for step in range(1_000)]
    assert 60 < sum(map(brn.CHECK.holds, stamps)) < 140
    assert all(entities(stamp) == [] for stamp in stamps)
    (verdict,) = DETECTOR.classify(pa.table({"created_at": stamps}))
    assert verdict.entity is None


def test_barcodes_of_korean_products_are_no_resident_registration_numbers() -> None:
    draw = random.Random(5)
    for _ in range(2_000):
        body = f"880{draw.randrange(10**9):09d}"
        checked = (10 - sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(body)) % 10) % 10
        assert "KR_RRN" not in entities(f"{body}{checked}")


def test_numbers_issued_since_october_2020_are_found_whatever_their_check_digit() -> None:
    for digit in range(10):
        assert entities(f"201115-312345{digit}") == ["KR_RRN"]


@pytest.mark.parametrize("word", ["public", "relic", "licensed"])
def test_context_words_do_not_match_inside_other_words(word: str) -> None:
    assert entities(f"{word} 119234801730") == []
    assert entities("license no 119234801730") == ["KR_DRIVER_LICENSE"]


@pytest.mark.parametrize("word", ["discard", "cardinal", "postcards"])
def test_a_card_inside_another_word_is_no_card(word: str) -> None:
    assert entities(f"{word} 5412-8830-2247-1198") == []
    assert entities("card 5412-8830-2247-1198") == ["CREDIT_CARD"]


@pytest.mark.parametrize("word", ["부여권한", "카드뮴", "회전화면", "제주소방서"])
def test_korean_context_words_do_not_match_inside_other_words(word: str) -> None:
    assert entities(f"{word} P5538291") == []


def test_korean_context_words_work_without_any_model() -> None:
    assert entities("여권번호는 P5538291") == ["KR_PASSPORT"]


def test_one_hit_in_ten_thousand_rows_does_not_classify_the_column() -> None:
    column = [f"메모 {number}" for number in range(9_999)] + ["010-2222-3333"]
    (verdict,) = DETECTOR.classify(pa.table({"memo": column}), rows=10_000)
    assert verdict.entity is None
    assert verdict.entities == {}
    assert verdict.traces == {"PHONE_NUMBER": 1}


def test_a_nested_column_is_refused_in_one_sentence() -> None:
    with pytest.raises(Exception, match="flat column of text|reads text"):
        DETECTOR.detect_column([["010-2222-3333"], ["x"]])


@pytest.mark.parametrize(
    "unit",
    [
        "1234567890", "a@", "a", "가", "1.", "a:", " ", "(", "12-", "A ", "김\n", "김민수 ", "성명 ",
        "성명: A ", "서울특별시 강남구 ", "010-1234-5678, ", "생년월일 ", "주민 900101-1234567 ",
    ],
)  # fmt: skip
def test_cost_grows_no_faster_than_the_text(unit: str) -> None:
    assert_grows_with_length(DETECTOR.detect, unit)
