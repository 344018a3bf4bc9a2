"""Adopted recognizers find what AnalyzerEngine finds: entity, start, end and score, for equal settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest
import regex
import spacy
from hypothesis import given
from hypothesis import strategies as st
from presidio_analyzer import (
    AnalyzerEngine,
    EntityRecognizer,
    Pattern,
    PatternRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    DateRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    KrBrnRecognizer,
    KrFrnRecognizer,
    KrRrnRecognizer,
    PhoneRecognizer,
    UsSsnRecognizer,
)

from safeguards.detection.presidio import LightNlpEngine, RecognizerFailed, adopt, offline
from tests.detection.presidio.corpus import recognizer_classes, texts

Found = set[tuple[str, int, int, float]]


def facts(results: Sequence[RecognizerResult]) -> Found:
    return {(one.entity_type, one.start, one.end, one.score) for one in results}


def presidio(engine: AnalyzerEngine, corpus: Sequence[str], language: str, **flags: Any) -> list[Found]:
    return [facts(engine.analyze(text, language, **flags)) for text in corpus]


def raises(engine: AnalyzerEngine, text: str, language: str) -> bool:
    try:
        engine.analyze(text, language)
    except (KeyError, ValueError):  # some validators of Presidio's stumble over digits of other scripts
        return True
    return False


def ours(adopted: Any, corpus: Sequence[str]) -> list[Found]:
    found: list[Found] = [set() for _ in corpus]
    for row in adopted.detect_column(pa.array(corpus)).to_pylist():
        found[row["row"]].add((row["entity"], row["start"], row["end"], row["score"]))
    return found


def engine_of(recognizers: Sequence[EntityRecognizer], language: str, **options: Any) -> AnalyzerEngine:
    offline()
    options.setdefault("nlp_engine", LightNlpEngine())
    return AnalyzerEngine(
        registry=RecognizerRegistry(list(recognizers), supported_languages=[language]),
        supported_languages=[language],
        **options,
    )


def assert_equal(recognizer: Any, count: int) -> None:
    language = recognizer.supported_language
    engine, adopted = engine_of([recognizer], language), adopt(recognizer, language)
    corpus: list[str] = []
    for text in texts(recognizer, count):
        if raises(engine, text, language):
            with pytest.raises(RecognizerFailed):
                adopted.detect_column([text])
        else:
            corpus.append(text)
    expected = presidio(engine, corpus, language)
    assert ours(adopted, corpus) == expected
    assert len(corpus) > 0.97 * count
    assert sum(map(bool, expected)) > count / 12


@pytest.mark.parametrize("kind", recognizer_classes(), ids=lambda kind: kind.__name__)
def test_a_recognizer_of_presidio_finds_the_same(kind: Any) -> None:
    assert_equal(kind(), 120)


@pytest.mark.slow
@pytest.mark.parametrize("kind", recognizer_classes(), ids=lambda kind: kind.__name__)
def test_a_recognizer_of_presidio_finds_the_same_among_thousands_of_values(kind: Any) -> None:
    assert_equal(kind(), 2_500)


KOREAN = [
    KrRrnRecognizer,
    KrFrnRecognizer,
    KrBrnRecognizer,
    CreditCardRecognizer,
    EmailRecognizer,
    PhoneRecognizer,
]
MIXED = [text for kind in KOREAN for text in texts(kind(), 60, seed=1)]


def mixed() -> list[EntityRecognizer]:
    return [kind(supported_language="ko") for kind in KOREAN]


@pytest.mark.parametrize(
    "flags",
    [
        {},
        {"score_threshold": 0.6},
        {"score_threshold": 0.0},
        {"entities": ["KR_RRN", "EMAIL_ADDRESS"]},
        {"entities": []},
        {"context": ["card", "rrn"]},
        {"allow_list": ["10.0.0.1", "010-1234-5678", MIXED[0]]},
        {"allow_list": [r"^\d{6}-", "naver"], "allow_list_match": "regex"},
        {"allow_list": ["NAVER"], "allow_list_match": "regex", "regex_flags": regex.IGNORECASE},
        {"allow_list": ["NAVER"], "allow_list_match": "regex", "regex_flags": 0},
    ],
    ids=str,
)
def test_a_registry_finds_the_same_with_every_flag(flags: dict[str, Any]) -> None:
    expected = presidio(engine_of(mixed(), "ko"), MIXED, "ko", **flags)
    assert ours(adopt(mixed(), "ko", **flags), MIXED) == expected
    assert any(expected)


@pytest.mark.parametrize("mode", ["substring", "whole_word"])
def test_a_registry_finds_the_same_with_an_enhancer_of_ones_own(mode: str) -> None:
    def enhancer() -> LemmaContextAwareEnhancer:
        return LemmaContextAwareEnhancer(0.2, 0.55, 3, 2, mode)

    expected = presidio(engine_of(mixed(), "ko", context_aware_enhancer=enhancer()), MIXED, "ko")
    assert ours(adopt(mixed(), "ko", context_aware_enhancer=enhancer()), MIXED) == expected


def test_a_whole_engine_is_adopted_with_its_threshold_and_its_enhancer() -> None:
    engine = engine_of(
        mixed(), "ko", default_score_threshold=0.7, context_aware_enhancer=LemmaContextAwareEnhancer(0.1)
    )
    expected = presidio(engine, MIXED, "ko")
    adopted = adopt(engine, "ko")
    assert ours(adopted, MIXED) == expected
    assert presidio(engine, MIXED, "ko") == expected  # and is left as it was
    assert [facts(adopted.analyze(text)) for text in MIXED] == expected


def test_ad_hoc_recognizers_join_as_they_do_in_presidio() -> None:
    badge = PatternRecognizer(
        "BADGE", patterns=[Pattern("badge", r"\b7\d{5}\b", 0.4)], supported_language="ko"
    )
    corpus = [*MIXED, "출입증 712345", "712345"]
    expected = presidio(engine_of(mixed(), "ko"), corpus, "ko", ad_hoc_recognizers=[badge])
    assert ours(adopt(mixed(), "ko", ad_hoc_recognizers=[badge]), corpus) == expected
    assert expected[-1]


def test_presidios_default_registry_finds_the_same() -> None:
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(nlp_engine=LightNlpEngine([{"lang_code": "en"}]))
    kinds = [UsSsnRecognizer, DateRecognizer, IbanRecognizer, EmailRecognizer, PhoneRecognizer]
    corpus = [text for kind in kinds for text in texts(kind(), 25, seed=2)]
    engine = AnalyzerEngine(registry=registry, nlp_engine=LightNlpEngine())
    assert ours(adopt(registry, "en"), corpus) == presidio(engine, corpus, "en")


@pytest.mark.slow
def test_all_recognizers_together_find_the_same() -> None:
    kinds = recognizer_classes()
    recognizers = [kind(supported_language="en") for kind in kinds]
    corpus = [text for kind in kinds for text in texts(kind(), 100, seed=3)]
    assert ours(adopt(recognizers, "en"), corpus) == presidio(engine_of(recognizers, "en"), corpus, "en")


def test_a_spacy_pipeline_without_a_model_finds_the_same() -> None:
    class Blank(SpacyNlpEngine):
        def load(self) -> None:
            self.nlp = {
                "ko": spacy.blank("ko", config={"nlp": {"tokenizer": {"@tokenizers": "spacy.Tokenizer.v1"}}})
            }

    expected = presidio(engine_of(mixed(), "ko", nlp_engine=Blank()), MIXED, "ko")
    assert ours(adopt(mixed(), "ko", nlp_engine=Blank()), MIXED) == expected


class Whole(EntityRecognizer):
    """Overrides analyze: reports an empty text, and every text that ends in an exclamation mark."""

    def load(self) -> None: ...

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[RecognizerResult]:
        return [RecognizerResult("LOUD", 0, len(text), 0.5)] if not text or text.endswith("!") else []


class Relay(Whole):
    """Reports in the name of another recognizer, whose context words then count."""

    def __init__(self, other: EntityRecognizer) -> None:
        super().__init__(["CODE"], supported_language="ko")
        self.other = other

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[RecognizerResult]:
        place = text.find("#")
        metadata = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self.other.name,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.other.id,
        }
        explained = PatternRecognizer.build_regex_explanation("relay", "", "", 0.3, True, 0)
        found = RecognizerResult("CODE", place, place + 1, 0.3, explained, metadata)
        return [found] if place >= 0 else []


class FromContext(PatternRecognizer):
    """Adds a result of its own while context is weighed."""

    def enhance_using_context(self, text: str, *given: Any, **named: Any) -> list[RecognizerResult]:
        raw: list[RecognizerResult] = named["raw_recognizer_results"]
        if "비밀" not in text:
            return raw
        metadata = {RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id}
        return [*raw, RecognizerResult("SECRET", 0, 2, 0.9, None, metadata)]


class AddsMore(LemmaContextAwareEnhancer):
    """An enhancer that reports what no recognizer found."""

    def enhance_using_context(self, text: str, *given: Any, **named: Any) -> list[RecognizerResult]:
        found = super().enhance_using_context(text, *given, **named)
        return [*found, RecognizerResult("MORE", 0, 1, 0.5)] if text.startswith("더") else found


def pattern(expression: str, **options: Any) -> PatternRecognizer:
    return PatternRecognizer(
        "CODE", patterns=[Pattern("code", expression, 0.4)], supported_language="ko", **options
    )


CORPUS = [
    "",
    "!",
    "코드 A-77!",
    "a77",
    "더 보기",
    "비밀 코드",
    "코드 #",
    "# 77",
    "foo fou fxx",
    "ALPHA1 beta",
    "٧٧",
    None,
]


@pytest.mark.parametrize(
    "make",
    [
        lambda: [Whole(["LOUD"], supported_language="ko"), pattern(r"77")],
        lambda: [Relay(other := pattern(r"77", context=["코드"])), other],
        lambda: [
            FromContext("SECRET", patterns=[Pattern("x", "77", 0.4)], supported_language="ko"),
            pattern("더"),
        ],
        lambda: [PatternRecognizer("CODE", deny_list=["a77", "더"], supported_language="ko")],
        lambda: [pattern("(?:foo){e<=1}"), pattern("[[:alpha:]]+[0-9]"), pattern(r"\p{Hangul}{2}")],
        lambda: [pattern("beta(?i)"), pattern("(?x) 7  7 # (?:x){e<=1}"), pattern(r"(\d)\1")],
        lambda: [
            pattern("A", global_regex_flags=0),
            pattern("A"),
            pattern(r"^더", global_regex_flags=regex.M),
        ],
        lambda: [
            pattern("ALPHA", global_regex_flags=regex.FULLCASE | regex.V1),
            pattern("x*"),
            pattern(r"\X77"),
        ],
    ],
)
def test_recognizers_of_ones_own_find_the_same(make: Any) -> None:
    corpus = [text for text in CORPUS if text is not None]
    recognizers = make()
    expected = presidio(engine_of(recognizers, "ko"), corpus, "ko")
    assert any(expected)
    assert ours(adopt(recognizers, "ko"), corpus) == expected


@pytest.mark.slow
def test_digits_of_a_newer_unicode_than_the_native_engine_knows_are_found() -> None:
    every_digit = [chr(code) for code in range(0x11_0000) if regex.match(r"\d", chr(code))]
    every_letter = regex.findall(r"\w", "".join(map(chr, range(0x11_0000))))[::307]
    corpus = [*(f"x{digit}" for digit in every_digit), *every_letter]
    found = ours(adopt([pattern(r"x\d"), pattern(r"[\wx]$")], "ko"), corpus)
    assert all(found)


def test_an_enhancer_that_adds_results_is_asked_about_every_row() -> None:
    corpus = [text for text in CORPUS if text is not None]
    expected = presidio(engine_of([pattern("77")], "ko", context_aware_enhancer=AddsMore()), corpus, "ko")
    adopted = adopt(pattern("77"), "ko", context_aware_enhancer=AddsMore())
    assert ours(adopted, corpus) == expected
    assert any("MORE" in {one[0] for one in found} for found in expected)


ATOMS = st.sampled_from(
    [r"\d", r"\w", r"[a-f]", "[^a]", "K", "ß", "가", r"\s", ".", r"\b", "(?:ab|c)", "(?=a)",
     "(?!b)", "(?<=a)", "[가-힣]",
     "(?i)", "{", "[[:digit:]]", r"\p{L}", "(?:aba){e<=1}", r"\W", "x{2,3}", "(a|b)+", "i", "ſ"]
)  # fmt: skip


@given(st.lists(ATOMS, min_size=1, max_size=5).map("".join), st.sampled_from([0, 2, 26, 8]), st.data())
def test_any_pattern_finds_the_same(expression: str, flags: int, data: st.DataObject) -> None:
    try:
        regex.compile(expression, flags)
        recognizer = pattern(expression, global_regex_flags=flags or 8)
    except (regex.error, ValueError):
        return
    letters = st.sampled_from("aabbcdfkK\u212asSſßẞ가힣 1٧\U00010d41x{}ıİiI\n")
    corpus = data.draw(st.lists(st.text(letters, max_size=12), min_size=1, max_size=8))
    adopted = adopt(recognizer, "ko")
    assert ours(adopted, corpus) == [facts(adopted.analyze(text)) for text in corpus]
