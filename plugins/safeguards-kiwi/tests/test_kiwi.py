"""Names found with Kiwi: better than the rules alone, in the same places, from any thread."""

from __future__ import annotations

import json
import os
import pickle
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import safeguards_kiwi
from hypothesis import given, settings
from hypothesis import strategies as st
from safeguards_kiwi import analyser

from safeguards.detection import Detector
from safeguards.errors import MissingExtra
from safeguards.items import get

KIWI = Detector(plugins=["kiwi"])
HERE = Path(__file__).resolve()


def names(text: str, detector: Detector = KIWI) -> list[str]:
    return [text[span.start : span.end] for span in detector.detect(text) if span.entity == "PERSON"]


def f1(rows: list[dict[str, Any]], detector: Detector) -> float:
    hits = found = gold = 0
    for row in rows:
        seen = {(span.start, span.end) for span in detector.detect(row["text"])}
        true = {(name["start"], name["end"]) for name in row["gold"]}
        hits, found, gold = hits + len(seen & true), found + len(seen), gold + len(true)
    return 2 * hits / (found + gold)


def test_the_plugin_replaces_the_item_and_keeps_its_canonical_form_and_masks() -> None:
    (item,) = [item for item in KIWI.items if item.id == "person_name"]
    assert item is safeguards_kiwi.ITEM
    built_in = get("person_name")
    assert item.candidates is not built_in.candidates
    assert (item.id, item.canonical, item.masks, item.anchor) == (
        built_in.id, built_in.canonical, built_in.masks, built_in.anchor,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("배우 최세윤의 연기가 좋았다", "최세윤"),
        ("성명: 김하늘", "김하늘"),
        ("경찰은 박씨를 불러 조사했다", "박"),
        ("😀 이모지 뒤에서도 가수 박상민(51) 씨를 찾는다", "박상민"),
        ("성명: 이재훈 (LEE JAEHOON)", "이재훈 (LEE JAEHOON)"),
    ],
)
def test_names_stand_where_they_are_found(text: str, value: str) -> None:
    assert names(text) == [value]


def test_plain_prose_holds_no_name() -> None:
    assert names("이상 기온으로 전기 요금이 올랐다. 정부는 대책을 마련한다.") == []


def test_news_and_reviews_score_better_than_by_the_rules_alone() -> None:
    shared = Path(os.environ.get("SAFEGUARDS_SHARED", HERE.parents[4] / "shared"))
    corpus = shared / "data" / "detection" / "ko_sentences.jsonl"
    if not corpus.exists():
        pytest.skip("development data is absent: set SAFEGUARDS_SHARED to its folder")
    rows = [json.loads(line) for line in corpus.read_text("utf-8").splitlines()][::3]
    plain, morphology = (
        f1(rows, Detector(entities=["PERSON"], profile="recall", plugins=plugins))
        for plugins in ([], ["kiwi"])
    )
    assert morphology >= 0.8
    assert morphology >= plain + 0.04


def test_threads_that_share_a_detector_find_what_one_finds() -> None:
    texts = [f"배우 최세윤의 연기 {number}, 감독 김지운, 로버트 패틴슨이 말했다" for number in range(60)]
    alone = [KIWI.detect(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(KIWI.detect, texts)) == alone


def test_a_column_gives_the_spans_of_its_texts() -> None:
    texts = ["배우 최세윤의 연기", "아무것도 없다", None, "경찰은 박씨를 불렀다"]
    found = KIWI.detect_column(texts).to_pylist()
    assert [(row["row"], row["start"], row["end"]) for row in found if row["entity"] == "PERSON"] == [
        (0, 3, 6), (3, 4, 5),
    ]  # fmt: skip


def test_a_detector_with_the_plugin_travels_to_another_process() -> None:
    assert names("배우 최세윤의 연기", pickle.loads(pickle.dumps(KIWI))) == ["최세윤"]


def test_nothing_is_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(analyser, "_kiwi", None)
    assert names("배우 최세윤의 연기") == ["최세윤"]


def test_without_kiwi_one_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyser, "_kiwi", None)
    monkeypatch.setitem(sys.modules, "kiwipiepy", None)
    with pytest.raises(MissingExtra, match="pip install .*kiwipiepy-model") as caught:
        KIWI.detect("배우 최세윤의 연기")
    assert "최세윤" not in str(caught.value)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_and_morphemes_lie_within_it(text: str) -> None:
    for morpheme in analyser.morphemes(text):
        assert 0 <= morpheme.start <= morpheme.end <= len(text)


def test_long_texts_are_read_in_pieces_that_lose_nothing() -> None:
    text = "배우 최세윤의 연기가 좋았다. " * 400
    pieces = list(analyser._pieces(text))
    assert "".join(piece for _, piece in pieces) == text
    assert all(text[begin : begin + len(piece)] == piece for begin, piece in pieces)
    assert max(len(piece) for _, piece in pieces) <= analyser.CHUNK
    assert len(names(text)) == 400
