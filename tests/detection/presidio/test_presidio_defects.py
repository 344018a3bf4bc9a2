"""Defects seen in Presidio (PEERS.md), each a sentence: what it does alone, and what this room makes of it.

An adopted recognizer finds what Presidio finds, so that defects of its patterns stay; `SafeguardsRecognizer`
in the same engine has none of them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
import spacy
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    EmailRecognizer,
    ItFiscalCodeRecognizer,
    KrBrnRecognizer,
    KrDriverLicenseRecognizer,
    KrPassportRecognizer,
    KrRrnRecognizer,
    PhoneRecognizer,
)

from safeguards.detection.presidio import LightNlpEngine, RecognizerFailed, SafeguardsRecognizer, adopt
from tests.growth import assert_grows_with_length

OURS = [SafeguardsRecognizer()]


def engine(recognizers: Sequence[EntityRecognizer], **options: Any) -> AnalyzerEngine:
    options.setdefault("nlp_engine", LightNlpEngine())
    return AnalyzerEngine(
        registry=RecognizerRegistry(list(recognizers), supported_languages=["ko"]),
        supported_languages=["ko"],
        **options,
    )


def values(recognizers: Sequence[EntityRecognizer], text: str) -> list[str]:
    return [text[one.start : one.end] for one in engine(recognizers).analyze(text, "ko")]


@pytest.mark.parametrize(
    ("text", "value", "theirs"),
    [
        ("kim@naver.com으로 보내 주세요", "kim@naver.com", EmailRecognizer(supported_language="ko")),
        (
            "카드 4111-1111-1111-1111번 분실",
            "4111-1111-1111-1111",
            CreditCardRecognizer(supported_language="ko"),
        ),
    ],
)
def test_a_particle_or_counter_behind_a_value_does_not_hide_it(text: str, value: str, theirs: Any) -> None:
    assert values([theirs], text) != [value]
    assert values(OURS, text) == [value]
    assert values([theirs, *OURS], text)[0] == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("전화 ０１０－２２２２－３３３３으로", "０１０－２２２２－３３３３"),
        ("전화 010-22\u200b22-3333", "010-22\u200b22-3333"),
        ("메일 kim＠naver.com", "kim＠naver.com"),
    ],
)
def test_full_width_and_invisible_characters_hide_nothing(text: str, value: str) -> None:
    assert values(
        [PhoneRecognizer(supported_language="ko"), EmailRecognizer(supported_language="ko")], text
    ) != [value]
    assert values(OURS, text) == [value]


def test_numbers_issued_since_october_2020_are_found_whatever_their_check_digit() -> None:
    for digit in range(10):
        assert values(OURS, f"201115-312345{digit}") == [f"201115-312345{digit}"]


def test_order_numbers_made_of_a_date_are_no_driver_licences() -> None:
    text = "주문번호 202411030017"
    (theirs,) = engine([KrDriverLicenseRecognizer()]).analyze(text, "ko")
    assert (theirs.entity_type, theirs.score) == ("KR_DRIVER_LICENSE", 1.0)
    assert values(OURS, text) == []


def test_seconds_since_the_epoch_are_no_business_numbers() -> None:
    stamps = [str(1_700_000_000 + step * 9_973) for step in range(300)]
    theirs = adopt(KrBrnRecognizer(), "ko").detect_column(stamps)
    assert 15 < theirs.num_rows < 50  # a tenth holds the check digit by chance
    assert adopt(OURS, "ko").detect_column(stamps).num_rows == 0


def test_barcodes_of_korean_products_are_no_resident_registration_numbers() -> None:
    draw = random.Random(5)
    bodies = [f"880{draw.randrange(10**9):09d}" for _ in range(1_000)]
    sums = [sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(body)) for body in bodies]
    codes = [f"{body}{-total % 10}" for body, total in zip(bodies, sums, strict=True)]
    assert adopt(KrRrnRecognizer(), "ko").detect_column(codes).num_rows > 3
    assert "KR_RRN" not in adopt(OURS, "ko").detect_column(codes)["entity"].to_pylist()


def test_digits_of_other_scripts_at_which_presidios_validators_raise_are_told_without_the_value() -> None:
    text = "RSSMRA85T10A5６2S"
    with pytest.raises(KeyError):
        engine([ItFiscalCodeRecognizer(supported_language="ko")]).analyze(text, "ko")
    with pytest.raises(RecognizerFailed, match="KeyError in .* on row 1") as raised:
        adopt(ItFiscalCodeRecognizer(supported_language="ko"), "ko").detect_column(["", text])
    assert "RSSMRA" not in str(raised.value)


class Blank(SpacyNlpEngine):
    """spaCy without a model, as users build it."""

    def load(self) -> None:
        tokenizer = {"@tokenizers": "spacy.Tokenizer.v1"}
        self.nlp = {"ko": spacy.blank("ko", config={"nlp": {"tokenizer": tokenizer}})}


def test_context_words_fire_on_korean_without_any_model() -> None:
    text, recognizer = "여권은 M12345678", KrPassportRecognizer(supported_language="ko")
    (alone,) = engine([recognizer], nlp_engine=Blank()).analyze(text, "ko")
    (light,) = engine([recognizer]).analyze(text, "ko")
    assert (alone.score, light.score) == (0.05, 0.4)


@pytest.mark.parametrize("word", ["discard", "postcards"])
def test_context_words_do_not_match_inside_other_words(word: str) -> None:
    recognizer = CreditCardRecognizer(supported_language="ko")
    text = f"{word} 4111-1111-1111-1111"
    whole = LemmaContextAwareEnhancer(context_matching_mode="whole_word")
    for enhancer, fires in ((None, True), (whole, False)):
        adopted = adopt(recognizer, "ko", context_aware_enhancer=enhancer)
        assert ("near 'card'" in adopted.detect(text)[0].reason) is fires


def test_nested_lists_are_refused_in_one_sentence() -> None:
    with pytest.raises(Exception, match="flat column of text|reads text"):
        adopt(KrRrnRecognizer(), "ko").detect_column([["900101-1234568"], ["x"]])


@pytest.mark.parametrize("unit", ["가나다 900101-123456 ", "주민번호 ", "1234567890", "가"])
def test_a_longer_text_costs_presidio_no_more_per_character_with_our_recognizer_and_engine(unit: str) -> None:
    analyzer = engine(OURS)

    assert_grows_with_length(lambda text: analyzer.analyze(text, "ko", entities=["KR_RRN"]), unit)
