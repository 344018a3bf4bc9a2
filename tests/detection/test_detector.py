"""The detector: offsets, folding, overlaps, thresholds, threads."""

from __future__ import annotations

import sys
import threading
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.detection import Detector, Span
from safeguards.detection.folding import fold_text
from safeguards.detection.overlap import resolve
from safeguards.errors import InputError

DETECTOR = Detector()
TEXT = "담당: 홍길동 과장(010-2222-3333, kim@naver.com)\n주민번호 900101-1234567, 카드 4111-1111-1111-1111"


def values(text: str) -> list[tuple[str, str]]:
    return [(span.entity, text[span.start : span.end]) for span in DETECTOR.detect(text)]


@pytest.mark.parametrize("value", [None, 5, b"text", ["text"]])
def test_what_is_no_text_is_one_error(value: Any) -> None:
    with pytest.raises(InputError, match=f"one text .str., not {type(value).__name__}"):
        DETECTOR.detect(value)
    with pytest.raises(InputError, match="is no table"):
        DETECTOR.classify(value)


def test_a_document_gives_its_spans_in_order() -> None:
    assert values(TEXT) == [
        ("PERSON", "홍길동"),
        ("JOB_TITLE", "과장"),
        ("PHONE_NUMBER", "010-2222-3333"),
        ("EMAIL_ADDRESS", "kim@naver.com"),
        ("KR_RRN", "900101-1234567"),
        ("CREDIT_CARD", "4111-1111-1111-1111"),
    ]


def test_offsets_are_code_points_also_behind_characters_outside_the_first_plane() -> None:
    assert values("🙂🙂 010-2222-3333") == [("PHONE_NUMBER", "010-2222-3333")]


def test_offsets_lead_through_invisible_characters_to_the_original() -> None:
    text = "\ufeff주민\u200b번호 9001\u200b01-12345\u00ad67\u200b 끝"
    (span,) = DETECTOR.detect(text)
    assert text[span.start : span.end] == "9001\u200b01-12345\u00ad67"


def test_decomposed_hangul_is_read_and_offsets_stay_those_of_the_original() -> None:
    name = "\u1112\u1169\u11bc\u1100\u1175\u11af\u1103\u1169\u11bc"
    text = f"성명: {name} 010-2222-3333"
    assert values(text) == [("PERSON", name), ("PHONE_NUMBER", "010-2222-3333")]


@given(st.text(alphabet="홍길동0９-@.a\u200b\u1112\u1169\u11bc 　🙂", max_size=60))
def test_folding_maps_every_stretch_back_to_its_place(text: str) -> None:
    folded = fold_text(text)
    for start in range(len(folded.text)):
        first, behind = folded.original(start, start + 1)
        assert 0 <= first < behind <= len(text)
        assert fold_text(text[first:behind]).text == folded.text[start]


@given(st.text(max_size=300))
def test_any_text_is_read_and_spans_lie_inside_and_apart(text: str) -> None:
    spans = DETECTOR.detect(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(left.end <= right.start for left, right in pairwise(spans))


def test_of_two_readings_the_surer_wins_and_of_equals_the_longer() -> None:
    weak, sure = Span("A", 0, 9, 0.6, ""), Span("B", 4, 6, 0.9, "")
    assert resolve([weak, sure]) == [sure]
    short, long = Span("A", 2, 5, 0.9, ""), Span("B", 0, 8, 0.9, "")
    assert resolve([short, long]) == [long]


def test_spans_that_touch_do_not_overlap() -> None:
    spans = [Span("A", 0, 3, 0.9, ""), Span("B", 3, 5, 0.8, ""), Span("C", 5, 6, 0.7, "")]
    assert resolve(reversed(spans)) == spans


def test_reasons_name_no_value() -> None:
    for span in DETECTOR.detect(TEXT):
        assert TEXT[span.start : span.end] not in span.reason
        assert TEXT[span.start : span.end] not in repr(span)


def test_only_the_entities_asked_for_are_found() -> None:
    assert {span.entity for span in Detector(entities=["KR_RRN"]).detect(TEXT)} == {"KR_RRN"}
    assert {span.entity for span in Detector(entities=["kr_phone", "email"]).detect(TEXT)} == {
        "PHONE_NUMBER",
        "EMAIL_ADDRESS",
    }


def test_a_higher_threshold_reports_less() -> None:
    text = "연락처 없음 900101-1234567"
    assert [span.entity for span in Detector(threshold=0.5).detect(text)] == ["KR_RRN"]
    assert Detector(threshold=0.9).detect(text) == []


def test_unknown_entities_and_thresholds_are_refused() -> None:
    with pytest.raises(InputError, match="KR_RRM.*KR_RRN"):
        Detector(entities=["KR_RRM"])
    with pytest.raises(InputError, match=r"0\.\.1"):
        Detector(threshold=1.5)


def test_what_is_no_list_of_texts_is_refused() -> None:
    for value in (None, 5, "text"):
        with pytest.raises(InputError, match="detect_many reads"):
            DETECTOR.detect_many(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rows": 0}, "rows is a whole number"),
        ({"rows": -1}, "rows is a whole number"),
        ({"rows": "all"}, "rows is a whole number"),
        ({"sql_types": ["TEXT"]}, "sql_types maps"),
    ],
)
def test_wrong_options_of_classify_are_refused(options: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        DETECTOR.classify(pa.table({"a": ["x"]}), **options)


def test_many_texts_at_once_and_none() -> None:
    found = DETECTOR.detect_many(["010-2222-3333", None, ""])
    assert [len(spans) for spans in found] == [1, 0, 0]


def test_a_long_text_is_not_cut() -> None:
    text = "가나다 " * 60_000 + "010-2222-3333"
    (span,) = Detector(entities=["PHONE_NUMBER"]).detect(text)
    assert span.end == len(text)


def test_threads_that_share_a_detector_find_equal_spans() -> None:
    texts = [f"{TEXT} {number}" for number in range(150)]
    fresh = Detector()
    expected = DETECTOR.detect_many(texts)
    results: dict[int, list[list[Span]]] = {}
    start = threading.Barrier(4)

    def work(number: int) -> None:
        start.wait()
        results[number] = fresh.detect_many(texts)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert all(results[number] == expected for number in range(4))
