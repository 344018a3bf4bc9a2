"""Models through Presidio's own configuration: a real spaCy pipeline on disk, without a download."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import KrRrnRecognizer

from safeguards.detection.presidio import adopt, nlp_engine
from safeguards.errors import InputError
from tests.detection.presidio.test_adopted_equals_presidio import ours, presidio

CORPUS = [
    "Dana Whitfield met us",
    "홍길동 900101-1234568",
    "nothing",
    "",
    "Dana Whitfield 900101-1234568 in Oslo",
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline that knows two names and a place, on disk."""
    pipeline = spacy.blank("en")
    ruler: Any = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns(
        [
            {"label": "PERSON", "pattern": "Dana Whitfield"},
            {"label": "PER", "pattern": "홍길동"},
            {"label": "GPE", "pattern": "Oslo"},
            {"label": "CARDINAL", "pattern": "us"},
        ]
    )
    path = tmp_path_factory.mktemp("models") / "ruler"
    pipeline.to_disk(path)
    return path


def configuration(model: Path) -> dict[str, Any]:
    return {
        "nlp_engine_name": "spacy",
        "models": [{"lang_code": "ko", "model_name": str(model)}],
        "ner_model_configuration": {
            "labels_to_ignore": ["CARDINAL"],
            "model_to_presidio_entity_mapping": {"PERSON": "PERSON", "PER": "PERSON", "GPE": "LOCATION"},
            "low_score_entity_names": ["LOCATION"],
            "default_score": 0.8,
        },
    }


def registry_with(engine: Any) -> RecognizerRegistry:
    registry = RecognizerRegistry([KrRrnRecognizer()], supported_languages=["ko"])
    registry.add_nlp_recognizer(engine)
    return registry


def test_the_entities_of_a_spacy_model_join_as_presidio_configures_them(model: Path) -> None:
    engine = nlp_engine(configuration(model))
    assert isinstance(engine, SpacyNlpEngine)
    reference = AnalyzerEngine(registry=registry_with(engine), nlp_engine=engine, supported_languages=["ko"])
    adopted = adopt(registry_with(engine), "ko", nlp_engine=engine)
    expected = presidio(reference, CORPUS, "ko")
    assert ours(adopted, CORPUS) == expected
    assert adopted.seeing_every_row == ("SpacyRecognizer",)
    assert expected[0] == {("PERSON", 0, 14, 0.8)}
    assert {one[0] for one in expected[4]} == {"PERSON", "KR_RRN", "LOCATION"}
    assert [span.entity for span in adopted.detect(CORPUS[1])] == ["PERSON", "KR_RRN"]


def test_a_configuration_may_be_a_file(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "nlp.yaml"
    path.write_text(f"nlp_engine_name: spacy\nmodels:\n  - lang_code: ko\n    model_name: {model}\n", "utf-8")
    engine = nlp_engine(path)
    assert [entity.label_ for entity in engine.process_text("Oslo", "ko").entities] == ["LOCATION"]


def test_the_light_engine_has_a_name_in_the_configuration() -> None:
    light = {"nlp_engine_name": "light", "models": [{"lang_code": "ko", "model_name": "none"}]}
    assert nlp_engine(light).get_supported_languages() == ["ko"]


@pytest.mark.parametrize(
    ("name", "model_name", "message"),
    [
        ("spacy", "xx_unknown_lg", "model 'xx_unknown_lg' is not installed, and nothing is downloaded"),
        ("transformers", {"spacy": "x", "transformers": "y"}, "NLP engine 'transformers' is not installed"),
        ("flair", "x", "NLP engine 'flair' is not installed; installed are: light, spacy"),
    ],
)
def test_what_is_not_installed_is_refused_instead_of_downloaded(
    name: str, model_name: Any, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spacy.cli, "download", lambda *_: pytest.fail("a model is downloaded"))
    with pytest.raises(InputError, match=message):
        nlp_engine({"nlp_engine_name": name, "models": [{"lang_code": "ko", "model_name": model_name}]})


@pytest.mark.parametrize("wrong", [{}, {"nlp_engine_name": "spacy"}, "absent.yaml"])
def test_a_wrong_configuration_is_an_input_error(wrong: Any) -> None:
    with pytest.raises(InputError, match="configuration"):
        nlp_engine(wrong)
