"""This toolkit's entities inside Presidio's AnalyzerEngine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

from safeguards.detection import Detector
from safeguards.detection.presidio import LightNlpEngine, SafeguardsRecognizer
from safeguards.errors import InputError
from safeguards.items import ENTITIES, PRESIDIO

TEXT = (
    "고객 홍길동님 생년월일 1985-03-02, 전화 010-2222-3333, "
    "주소 서울특별시 강남구 테헤란로 152, 메일 kim@naver.com"
)


def engine(*recognizers: SafeguardsRecognizer, language: str = "ko") -> AnalyzerEngine:
    return AnalyzerEngine(
        registry=RecognizerRegistry(list(recognizers), supported_languages=[language]),
        nlp_engine=LightNlpEngine(),
        supported_languages=[language],
    )


def entities(results: list[RecognizerResult]) -> list[str]:
    return [one.entity_type for one in sorted(results, key=lambda one: one.start)]


@pytest.mark.parametrize("language", ["ko", "en", "kr"])
def test_everything_the_detector_finds_comes_out_by_presidios_names(language: str) -> None:
    found = engine(SafeguardsRecognizer(language), language=language).analyze(TEXT, language)
    names = {ENTITIES[item]: PRESIDIO[item] for item in ENTITIES}
    expected = {(names[span.entity], span.start, span.end, span.score) for span in Detector().detect(TEXT)}
    assert {(one.entity_type, one.start, one.end, one.score) for one in found} == expected
    assert entities(found) == ["PERSON", "DATE_TIME", "PHONE_NUMBER", "LOCATION", "EMAIL_ADDRESS"]


def test_or_by_this_toolkits_names() -> None:
    found = engine(SafeguardsRecognizer(names="safeguards")).analyze(TEXT, "ko")
    assert entities(found) == ["PERSON", "BIRTH_DATE", "PHONE_NUMBER", "ADDRESS", "EMAIL_ADDRESS"]


@pytest.mark.parametrize("wanted", [["PHONE_NUMBER", "LOCATION"], ["PHONE_NUMBER", "ADDRESS"]])
@pytest.mark.parametrize("names", ["presidio", "safeguards"])
def test_supported_entities_are_honoured_by_either_name(wanted: list[str], names: str) -> None:
    recognizer = SafeguardsRecognizer(supported_entities=wanted, names=names)
    place = {"presidio": "LOCATION", "safeguards": "ADDRESS"}[names]
    assert recognizer.get_supported_entities() == sorted([place, "PHONE_NUMBER"])
    assert entities(engine(recognizer).analyze(TEXT, "ko")) == ["PHONE_NUMBER", place]


def test_an_engine_that_is_asked_for_some_entities_gets_these() -> None:
    assert entities(engine(SafeguardsRecognizer()).analyze(TEXT, "ko", entities=["PERSON"])) == ["PERSON"]


def test_every_result_explains_itself_without_the_value() -> None:
    found = engine(SafeguardsRecognizer()).analyze(TEXT, "ko", return_decision_process=True)
    (phone,) = (one for one in found if one.entity_type == "PHONE_NUMBER")
    explanation = phone.analysis_explanation.textual_explanation
    assert "near '전화'" in explanation
    assert "2222" not in explanation
    assert phone.analysis_explanation.recognizer == "SafeguardsRecognizer"
    assert phone.recognition_metadata["recognizer_name"] == "SafeguardsRecognizer"


def test_the_threshold_or_a_detector_of_ones_own_decides_what_is_reported() -> None:
    weak = "김서연 선생님께 010-2222-3333"
    low = engine(SafeguardsRecognizer(threshold=0.0)).analyze(weak, "ko")
    high = engine(SafeguardsRecognizer(threshold=0.99)).analyze(weak, "ko")
    assert len(low) > len(high)
    detector = Detector(entities=["EMAIL_ADDRESS"])
    two = [SafeguardsRecognizer(language, detector=detector) for language in ("ko", "en")]
    assert [one.supported_entities for one in two] == [["EMAIL_ADDRESS"]] * 2
    assert entities(engine(two[0]).analyze(TEXT, "ko")) == ["EMAIL_ADDRESS"]


REGISTRY = """
supported_languages: [ko, en]
recognizers:
  - name: Korean data
    class_name: SafeguardsRecognizer
    type: predefined
    supported_languages: [ko, en]
    supported_entities: [PHONE_NUMBER, PERSON]
  - name: EmailRecognizer
    type: predefined
"""


def test_presidios_yaml_loads_it(tmp_path: Path) -> None:
    path = tmp_path / "recognizers.yaml"
    path.write_text(REGISTRY, "utf-8")
    registry = RecognizerRegistryProvider(conf_file=path).create_recognizer_registry()
    analyzer = AnalyzerEngine(
        registry=registry, nlp_engine=LightNlpEngine(), supported_languages=["ko", "en"]
    )
    for language in ("ko", "en"):
        found = analyzer.analyze("홍길동님 010-2222-3333", language)
        assert entities(found) == ["PERSON", "PHONE_NUMBER"]
        assert {one.recognition_metadata["recognizer_name"] for one in found} == {"Korean data"}


def test_it_survives_presidios_dictionaries() -> None:
    recognizer = SafeguardsRecognizer(supported_entities=["PERSON"], name="ours")
    again = SafeguardsRecognizer.from_dict(recognizer.to_dict())
    assert again.to_dict() == recognizer.to_dict()


def test_two_threads_that_share_one_get_the_same() -> None:
    shared = engine(SafeguardsRecognizer())
    alone = shared.analyze(TEXT, "ko")
    with ThreadPoolExecutor(2) as pool:
        assert all(found == alone for found in pool.map(lambda _: shared.analyze(TEXT, "ko"), range(40)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"names": "spacy"}, "unknown names 'spacy'; use one of: presidio, safeguards"),
        ({"supported_entities": ["SHOE_SIZE"]}, "unknown entity SHOE_SIZE; known: "),
        (
            {"supported_entities": ["KR_RRN"], "detector": Detector(entities=["PERSON"])},
            "unknown entity KR_RRN",
        ),
        ({"threshold": 2}, "threshold"),
    ],
)
def test_bad_options_are_told_in_one_line(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SafeguardsRecognizer(**options)  # type: ignore[arg-type]


def test_one_entity_may_be_named_alone_and_a_detector_is_one() -> None:
    assert SafeguardsRecognizer("ko", "KR_RRN").supported_entities == ["KR_RRN"]
    with pytest.raises(InputError, match="detector is a Detector, not int"):
        SafeguardsRecognizer("ko", detector=5)  # type: ignore[arg-type]
