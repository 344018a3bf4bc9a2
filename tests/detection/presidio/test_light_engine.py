"""The NLP engine without a model: tokens, and Presidio's context words by them."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngineProvider

from safeguards.detection.presidio import LightNlpEngine
from safeguards.detection.presidio.tokens import PARTICLES, tokens
from tests.detection.presidio.corpus import recognizer_classes

ENGINE = LightNlpEngine()


def score(text: str, word: str, *, language: str = "ko", mode: str = "whole_word") -> float:
    """Return the score of a six-digit code in ``text``, for one context word."""
    recognizer = PatternRecognizer(
        "CODE", patterns=[Pattern("code", r"\d{6}", 0.3)], context=[word], supported_language=language
    )
    engine = AnalyzerEngine(
        registry=RecognizerRegistry([recognizer], supported_languages=[language]),
        nlp_engine=ENGINE,
        supported_languages=[language],
        context_aware_enhancer=LemmaContextAwareEnhancer(context_matching_mode=mode),
    )
    (found,) = engine.analyze(text, language)
    return round(found.score, 2)


@pytest.mark.parametrize(
    "text",
    [
        "주민번호는 112233", "주민번호가 112233이고", "주민번호: 112233",
        "주민번호 112233", "주민번호112233", "주민번호인데 112233",
        "제 주민번호입니다 112233", "주민번호를 아래에 적습니다: 112233",
        "[주민번호] 112233", "주민번호=112233", "주민번호로는 112233",
        unicodedata.normalize("NFD", "주민번호는 112233"),
    ],
)  # fmt: skip
def test_a_korean_context_word_raises_the_score_whatever_particle_follows_it(text: str) -> None:
    assert score(text, "주민번호") == 0.65


@pytest.mark.parametrize(
    ("text", "word"),
    [("the badge is 112233", "badge"), ("Badge: 112233", "badge"), ("BADGE#112233", "badge"),
     ("badge112233", "badge"),
     ("ＢＡＤＧＥ 112233", "badge"), ("badge_number=112233", "badge"), ("e-mail 112233", "e-mail")],
)  # fmt: skip
def test_an_english_context_word_raises_the_score(text: str, word: str) -> None:
    assert score(text, word, language="en") == 0.65


@pytest.mark.parametrize(
    ("text", "word"), [("public 112233", "lic"), ("discard 112233", "card"), ("부여권한 112233", "여권")]
)
def test_a_word_inside_another_is_no_context_where_whole_words_are_asked_for(text: str, word: str) -> None:
    assert score(text, word) == 0.3
    assert score(text, word, mode="substring") == 0.65  # Presidio's own default


def test_context_reaches_five_words_back_past_particles_punctuation_and_whole_values() -> None:
    assert score("주민번호 는 : - ( 010-1234-5678 kim@naver.com 하나 둘 ) 112233", "주민번호") == 0.65
    assert score("주민번호 하나 둘 셋 넷 다섯 112233", "주민번호") == 0.3


def test_no_context_word_of_presidio_is_a_stop_word() -> None:
    words = {word for kind in recognizer_classes() for word in kind().context}
    assert len(words) > 200
    taken = {word for word in words for code in ("en", "ko", "kr") if ENGINE.is_stopword(word, code)}
    assert taken == set()


@given(st.text(st.sampled_from("가나은는을주민번호abcZ019 -_.@:\n\t가ㄱㅏ٧é🙂\u200b　")))
def test_tokens_cover_all_that_is_not_blank_and_lie_where_they_say(text: str) -> None:
    found = list(tokens(text))
    assert all(text[token.idx : token.idx + len(token)] == token for token in found)
    covered = {place for token in found for place in range(token.idx, token.idx + len(token))}
    assert {place for place, letter in enumerate(text) if not letter.isspace()} <= covered
    assert sum(map(len, found)) == len(covered)
    assert all(token.lemma_ for token in found)
    starts = [token.idx for token in found]
    assert starts == sorted(starts)


@given(st.text(st.sampled_from("가나은는 1-a\n"), min_size=1))
def test_presidio_finds_the_token_of_every_match_also_of_blanks(text: str) -> None:
    recognizer = PatternRecognizer(
        "ANY",
        patterns=[Pattern("any", r".", 0.3), Pattern("blank", r"\s+", 0.3)],
        context=["가"],
        supported_language="ko",
    )
    engine = AnalyzerEngine(
        registry=RecognizerRegistry([recognizer], supported_languages=["ko"]),
        nlp_engine=ENGINE,
        supported_languages=["ko"],
    )
    assert engine.analyze(text, "ko")


@given(st.text(st.sampled_from("가나은는 1-a:B\n")))
def test_artifacts_made_late_equal_presidios_made_at_once(text: str) -> None:
    found = list(tokens(text))
    late = ENGINE.process_text(text, "ko")
    at_once: Any = NlpArtifacts(
        [],
        found,
        [token.idx for token in found],
        [token.lemma_ for token in found],
        ENGINE,
        "ko",  # type: ignore[arg-type]
    )
    assert late.keywords == at_once.keywords
    assert all((word in late.keywords) == (word in at_once.keywords) for word in [*late.lemmas, "가", ""])
    ours, theirs = json.loads(late.to_json()), json.loads(at_once.to_json())
    assert {name: ours[name] for name in theirs} == theirs


def test_presidios_provider_makes_it_by_configuration() -> None:
    configuration = {"nlp_engine_name": "light", "models": [{"lang_code": "ko", "model_name": "none"}]}
    engine = NlpEngineProvider((LightNlpEngine,), nlp_configuration=configuration).create_engine()
    assert engine.get_supported_languages() == ["ko"]
    assert engine.get_supported_entities() == []
    assert engine.is_loaded()


def test_batches_give_the_same_with_and_without_a_context_of_the_callers() -> None:
    texts = ["주민번호는", "둘"]
    plain = [(text, made.lemmas) for text, made in ENGINE.process_batch(texts, "ko")]
    tuples = ENGINE.process_batch([(text, row) for row, text in enumerate(texts)], "ko", as_tuples=True)
    assert [(text, made.lemmas, row) for text, made, row in tuples] == [
        (*one, row) for row, one in enumerate(plain)
    ]
    assert plain[0] == ("주민번호는", ["주민번호", "는"])


def test_particles_are_no_keywords() -> None:
    assert all(ENGINE.is_stopword(particle, "ko") for particle in PARTICLES)
    assert ENGINE.process_text("여권은 M12345678, (서울)에서", "ko").keywords == ["여권", "m12345678", "서울"]
