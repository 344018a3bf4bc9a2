"""Values written so that a plain search passes over them are found, with offsets into the text as it is."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from safeguards.detection import Detector

DETECTOR = Detector()
FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
SPOKEN = str.maketrans("0123456789", "공일이삼사오육칠팔구")


def found(text: str) -> list[tuple[str, str]]:
    return [(span.entity, text[span.start : span.end]) for span in DETECTOR.detect(text)]


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("번호는 ０１０－１２３４－５６７８이고", "PHONE_NUMBER", "０１０－１２３４－５６７８"),
        ("번호는 010\u200b-12\u206034-56\u202e78로", "PHONE_NUMBER", "010\u200b-12\u206034-56\u202e78"),
        ("내 번호 공일공 일이삼사 오육칠팔이고", "PHONE_NUMBER", "공일공 일이삼사 오육칠팔"),
        ("공일공에 일이삼사에 오육칠팔", "PHONE_NUMBER", "공일공에 일이삼사에 오육칠팔"),
        ("공일공 다시 1234 다시 5678", "PHONE_NUMBER", "공일공 다시 1234 다시 5678"),
        ("연락처 O1O-1234-5678", "PHONE_NUMBER", "O1O-1234-5678"),
        ("연락처 0 1 0 - 1 2 3 4 - 5 6 7 8 로", "PHONE_NUMBER", "0 1 0 - 1 2 3 4 - 5 6 7 8"),
        ("연락처 010-1234-\n5678", "PHONE_NUMBER", "010-1234-\n5678"),
        ("연락처: 010-1234\r\n  -5678", "PHONE_NUMBER", "010-1234\r\n  -5678"),
        ("주민번호 9001\n01-1234567", "KR_RRN", "9001\n01-1234567"),
        ("주민번호 ٩٠٠١٠١-١٢٣٤٥٦٧", "KR_RRN", "٩٠٠١٠١-١٢٣٤٥٦٧"),
        ("주민번호 900101 - 1234567", "KR_RRN", "900101 - 1234567"),
        ("주민번호 구공공일공일 다시 일이삼사오육칠", "KR_RRN", "구공공일공일 다시 일이삼사오육칠"),
        ("메일 hong 골뱅이 naver 점 com 으로", "EMAIL_ADDRESS", "hong 골뱅이 naver 점 com"),
        ("메일 hong.gd골뱅이네이버닷컴으로", "EMAIL_ADDRESS", "hong.gd골뱅이네이버닷컴"),
        ("mail hong(at)example(dot)co(dot)kr now", "EMAIL_ADDRESS", "hong(at)example(dot)co(dot)kr"),
        ("mail hong at example dot com now", "EMAIL_ADDRESS", "hong at example dot com"),
        ("메일 hоng@nаver.com", "EMAIL_ADDRESS", "hоng@nаver.com"),
        ("메일 hong＠naver．com", "EMAIL_ADDRESS", "hong＠naver．com"),
        ("카드 4111 1111\n1111 1111", "CREDIT_CARD", "4111 1111\n1111 1111"),
    ],
)  # fmt: skip
def test_an_evasive_spelling_is_found(text: str, entity: str, value: str) -> None:
    assert found(text) == [(entity, value)]


def test_decomposed_hangul_is_read_as_composed() -> None:
    text = unicodedata.normalize("NFD", "주민번호는 900101-1234567입니다")
    assert found(text) == [("KR_RRN", "900101-1234567")]


@pytest.mark.parametrize(
    "text",
    [
        "이 일은 이사 오기 이전 일이고 구이 요리 사오라는 일이 삼사일 걸렸다",
        "look at example.com and dot the i",
        "골뱅이 무침 한 접시와 소주",
        "1 2 3 4 5 6 7 8 9 10 11 12",
        "2021\n2022\n2023\n2024\n2025",
        "1. 23\n4. 56\n7. 89",
        "Москва и Οδυσσέας",
        "loop OIlIO1Il0O lllll",
    ],
)
def test_ordinary_text_is_no_evasion(text: str) -> None:
    assert found(text) == []


NUMBERS = st.one_of(
    st.tuples(st.just("KR_RRN"), st.from_regex(r"[789][0-9]1[0-2][12][1-8]-[12][0-9]{6}", fullmatch=True)),
    st.tuples(st.just("PHONE_NUMBER"), st.from_regex(r"010-[2-9][0-9]{3}-[0-9]{4}", fullmatch=True)),
)  # fmt: skip


@given(
    number=NUMBERS,
    before=st.sampled_from(["", "번호 ", "가나다 "]),
    how=st.sampled_from(["wide", "arabic", "hidden"]),
)
@settings(max_examples=150)
def test_a_number_is_found_whole_however_it_is_written(
    number: tuple[str, str], before: str, how: str
) -> None:
    entity, plain = number
    written = {
        "wide": plain.translate(FULL_WIDTH),
        "arabic": plain.translate(ARABIC),
        "hidden": "\u200b".join(plain),
    }[how]
    assert (entity, written) in found(f"{before}{written} 입니다")


@given(
    number=st.from_regex(r"010-[2-9][0-9]{3}-[0-9]{4}", fullmatch=True),
    tail=st.sampled_from(["", " 입니다", "이고", "으로"]),
)
@example("010-2000-2112", "")  # 이일일 alone would be a name
@settings(max_examples=100)
def test_digits_read_aloud_are_found(number: str, tail: str) -> None:
    written = number.translate(SPOKEN).replace("-", " ")
    assert ("PHONE_NUMBER", written) in found(f"번호는 {written}{tail}")


TEXTS = st.lists(
    st.none()
    | st.sampled_from(
        [
            "번호는 ０１０－１２３４－５６７８이고", "공일공에 일이삼사에 오육칠팔", "메일 hоng@nаver.com",
            "주민 900101-1234567", "담당자: 홍길동", unicodedata.normalize("NFD", "성명: 홍길동"),
            "서울특별시 마포구 월드컵북로 396", "010-1234-\n5678",
            "\u200b9\u200b00101-1234567", "아무것도 없다", "",
        ]
    )
    | st.text("0123456789-공일이삼@a.골뱅이홍길동님 \n\u200b０９ㅏᄒ", max_size=30),
    max_size=12,
)  # fmt: skip


@given(texts=TEXTS, cut=st.integers(0, 3))
def test_every_backend_and_a_single_text_give_the_same_spans(texts: list[str | None], cut: int) -> None:
    column = pa.array(texts, pa.string()).slice(min(cut, len(texts)))
    expected = [
        (row, span.start, span.end, span.entity, span.score)
        for row, text in enumerate(texts[cut:])
        if text
        for span in DETECTOR.detect(text)
    ]
    for detector in (DETECTOR, REFERENCE):
        for values in (
            column,
            column.dictionary_encode(),
            column.cast(pa.large_string()),
            column.cast(pa.string_view()),
        ):
            rows = detector.detect_column(values).to_pylist()
            assert [tuple(row.values()) for row in rows] == expected


REFERENCE = Detector(backend="re")
