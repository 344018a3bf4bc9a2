"""Names of persons: the anchor's promise, the scores' honesty, and what was reached on news and reviews."""

from __future__ import annotations

import json
import re
import re._constants as codes
import re._parser as parser
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.detection import Detector
from safeguards.items import get
from safeguards.items.kr.names import anchors
from safeguards.items.kr.names.lexicon import FOREIGN, GIVEN, KNOWN, LOANS, WORDS
from tests.growth import assert_grows_with_length

ITEM = get("person_name")
ANCHOR = re.compile(ITEM.anchor)
PLAIN = {
    codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.BRANCH, codes.SUBPATTERN, codes.MAX_REPEAT, codes.ANY,
}  # fmt: skip
FRAGMENTS = [
    "김민수",
    "박씨는",
    "김모(33)씨",
    "A씨",
    "로버트",
    "패틴슨이",
    "성명",
    "이름",
    "담당자",
    ":",
    " ",
    "\n",
    "\t",
    ",",
    "(",
    ")",
    "배우",
    "감독",
    "이",
    "전",
    "대통령",
    "씨",
    "님",
    "에게",
    "남궁민",
    "쿠민수",
    "최유라",
    "홍길동",
    "Kim",
    "Nguyen Thi Lan",
    "Mr.",
    "이상은",
    "정도로",
    "010-1234-5678",
    "(LEE JAEHOON)",
    "(金民秀)",
    "·",
    "'",
    "의",
    "연기",
    "스미스",
    "하나",
    "강",
    "B(22)",
    "|",
    "34",
    "말했다",
    ".",
    "다",
]


def score(text: str) -> float:
    assert ITEM.candidates is not None
    return max((found.score for found in ITEM.candidates(text)), default=0.0)


@cache
def sentences(shared: Path) -> tuple[dict[str, Any], ...]:
    lines = (shared / "data/detection/ko_sentences.jsonl").read_text("utf-8").splitlines()
    return tuple(map(json.loads, lines))


def nodes(tree: Any) -> Iterator[Any]:
    for kind, content in tree:
        yield kind
        if kind is codes.BRANCH:
            for branch in content[1]:
                yield from nodes(branch)
        elif kind is codes.SUBPATTERN:
            yield from nodes(content[-1])
        elif kind is codes.MAX_REPEAT:
            yield from nodes(content[2])


@pytest.mark.parametrize("expression", [ITEM.anchor, ITEM.loose_anchor])
def test_anchors_are_made_of_what_every_native_scanner_reads(expression: str) -> None:
    assert set(nodes(parser.parse(expression))) <= PLAIN


@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=8).map("".join))
def test_a_text_without_the_anchor_holds_no_name_more_likely_than_not(text: str) -> None:
    if score(text) >= 0.5:
        assert ANCHOR.search(text)


@given(
    st.text(
        st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3) | st.sampled_from(" ,.()씨\n:"), max_size=40
    )
)
def test_nor_does_any_text_of_hangul(text: str) -> None:
    if score(text) >= 0.5:
        assert ANCHOR.search(text)


def test_the_cap_is_what_keeps_that_promise() -> None:
    text = "쉿 견자윤 쉿"
    assert ANCHOR.search(text) is None
    assert ANCHOR.search("성명: 견자윤") is not None
    assert score(text) < 0.5 <= score("성명: 견자윤")


@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=8).map("".join))
def test_candidates_lie_in_the_text_and_their_reasons_do_not_repeat_it(text: str) -> None:
    assert ITEM.candidates is not None
    for found in ITEM.candidates(text):
        assert 0 <= found.start < found.end <= len(text)
        assert 0 < found.score < 1
        assert found.reason
        assert not re.search("[가-힣]", found.reason)


def test_at_most_twelve_in_a_hundred_sentences_without_persons_are_read(shared: Path) -> None:
    free = [row["text"] for row in sentences(shared) if not row["gold"]]
    assert sum(bool(ANCHOR.search(text)) for text in free) <= 0.12 * len(free)


@pytest.mark.parametrize(("profile", "f1", "false"), [("default", 0.6, 10), ("recall", 0.74, 110)])
def test_names_in_news_and_reviews_score_at_least_what_was_reached(
    shared: Path, profile: str, f1: float, false: int
) -> None:
    detector = Detector(entities=["PERSON"], profile=profile)
    hits = found = gold = clean = 0
    rows = sentences(shared)
    for row, spans in zip(rows, detector.detect_many(row["text"] for row in rows), strict=True):
        seen = {(span.start, span.end) for span in spans}
        true = {(name["start"], name["end"]) for name in row["gold"]}
        hits, found, gold = hits + len(seen & true), found + len(seen), gold + len(true)
        clean += 0 if true else len(seen)
    assert 2 * hits / (found + gold) >= f1
    assert 1_000 * clean <= false * sum(not row["gold"] for row in rows)


def test_scores_say_how_often_they_are_right(shared: Path) -> None:
    bins: dict[int, list[bool]] = {}
    detector = Detector(entities=["PERSON"], thresholds={"PERSON": 0.5})
    for row in sentences(shared):
        true = {(name["start"], name["end"]) for name in row["gold"]}
        for span in detector.detect(row["text"]):
            bins.setdefault(min(int(span.score * 5), 4), []).append((span.start, span.end) in true)
    for step, hits in bins.items():
        assert sum(hits) / len(hits) >= step / 5 - 0.05, f"from {step / 5}"


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "씨",
        "박씨 ",
        "A씨 ",
        "로버트 ",
        "로버트 스미스 ",
        "김모(33) ",
        "김민수·",
        "이 전 ",
        "성명 ",
        "남궁",
        "스",
        "스 ",
        "'김",
        "김민수(",
        "A B ",
    ],
)
def test_hostile_repetitions_cost_no_more_than_their_length(unit: str) -> None:
    candidates = ITEM.candidates
    assert candidates is not None
    assert_grows_with_length(lambda text: list(candidates(text)), unit)


def test_word_lists_do_not_contradict_each_other() -> None:
    assert len(WORDS) > 10_000
    assert not LOANS & FOREIGN
    assert all(re.fullmatch("[가-힣]{1,12}", word) for word in KNOWN | FOREIGN | GIVEN if word >= "가")


def test_every_part_of_the_anchor_is_needed() -> None:
    examples = {
        "a common surname and a very usual given name": "김민수",
        "a name and what is said behind names": "현미라 씨",
        "a mark and a name": "3\t현미라",
        "a role and a name": "부장 현미라",
        "a surname and a form": "박씨",
        "a surname and a title": "이날 박 대통령",
        "a letter for a person": "B(22)",
        "a well-known foreign name": "로버트",
        "a colon": "이름: 뷁",
        "two words in Latin letters": "Mr. Nguyen Thi",
    }
    assert set(examples) == set(anchors.PARTS)
    for name, text in examples.items():
        assert re.search(anchors.PARTS[name], text), name
