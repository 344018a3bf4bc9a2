"""Adopted recognizers as a part of this toolkit: rows, columns, threads, errors, and no network."""

from __future__ import annotations

import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow as pa
import pytest
import regex
from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    KrBrnRecognizer,
    KrRrnRecognizer,
)

from safeguards.detection import Detector, Span
from safeguards.detection.column import SPANS
from safeguards.detection.overlap import resolve
from safeguards.detection.presidio import (
    LightNlpEngine,
    RecognizerFailed,
    SafeguardsRecognizer,
    adopt,
    offline,
)
from safeguards.errors import InputError
from tests.detection.presidio.corpus import recognizer_classes, texts

KOREAN = [KrRrnRecognizer(), KrBrnRecognizer(), CreditCardRecognizer(supported_language="ko")]
CELLS = [
    "주민번호 900101-1234568",
    None,
    "",
    "없음",
    "카드 4111-1111-1111-1111 분실",
    "사업자 220-81-62517",
    "없음",
]
EXPECTED = [(0, "KR_RRN"), (4, "CREDIT_CARD"), (5, "KR_BRN")]


class Counting(LightNlpEngine):
    """Counts the texts that Presidio analyses."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        self.seen.append(text)
        return super().process_text(text, language)


def found(adopted: Any, values: Any) -> list[tuple[int, str]]:
    return [(row["row"], row["entity"]) for row in adopted.detect_column(values).to_pylist()]


def test_only_rows_that_may_match_are_analysed() -> None:
    engine = Counting()
    clean = ["오늘 점심은 12시입니다"] * 5_000
    adopted = adopt(KOREAN, "ko", nlp_engine=engine)
    assert adopted.seeing_every_row == ()
    assert found(adopted, [*clean, *CELLS]) == [(5_000 + row, entity) for row, entity in EXPECTED]
    assert engine.seen == [CELLS[0], CELLS[4], CELLS[5]]


def test_a_recognizer_that_overrides_analyze_sees_every_row_that_is_not_null() -> None:
    engine = Counting()
    adopted = adopt([*KOREAN, IbanRecognizer(supported_language="ko")], "ko", nlp_engine=engine)
    assert adopted.seeing_every_row == ("IbanRecognizer",)
    assert found(adopted, CELLS) == EXPECTED
    assert engine.seen == [cell for cell in CELLS if cell is not None]


PLAIN = pa.array(CELLS)
SHAPES = {
    "string": PLAIN,
    "large string": PLAIN.cast(pa.large_string()),
    "string view": PLAIN.cast(pa.string_view()),
    "dictionary": PLAIN.dictionary_encode(),
    "chunks": pa.chunked_array([PLAIN[:2], PLAIN[2:5], PLAIN[5:]]),
    "chunks of dictionaries": pa.chunked_array(
        [PLAIN[:3].dictionary_encode(), PLAIN[3:].dictionary_encode()]
    ),
    "slice": pa.array(["900101-1234568", *CELLS, "900101-1234568"]).slice(1, len(CELLS)),
    "list": CELLS,
}


@pytest.mark.parametrize("values", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("every_row", [False, True])
def test_every_shape_of_a_column_gives_equal_spans(values: Any, every_row: bool) -> None:
    more = [IbanRecognizer(supported_language="ko")] if every_row else []
    adopted = adopt([*KOREAN, *more], "ko")
    assert found(adopted, values) == EXPECTED
    assert adopted.detect_column(values).schema == SPANS


@pytest.mark.parametrize("values", [[], [None, None], pa.chunked_array([], pa.string())])
def test_columns_without_text_give_an_empty_table(values: Any) -> None:
    assert adopt(KOREAN, "ko").detect_column(values).equals(SPANS.empty_table())


def test_every_backend_selects_rows_for_the_same_result() -> None:
    corpus = [text for kind in (KrRrnRecognizer, EmailRecognizer) for text in texts(kind(), 80)]
    recognizers = [KrRrnRecognizer(), EmailRecognizer(supported_language="ko")]
    native, reference = (
        adopt(recognizers, "ko", backend=name).detect_column(corpus) for name in ("arrow", "re")
    )
    assert native.equals(reference)


def test_spans_carry_a_reason_without_the_value_and_join_ours_by_overlap() -> None:
    text = "주민번호는 900101-1234568, 카드 4111-1111-1111-1111"
    adopted = adopt(
        [KrRrnRecognizer(context=["주민번호"]), CreditCardRecognizer(supported_language="ko")], "ko"
    )
    spans = adopted.detect(text)
    assert [(span.entity, text[span.start : span.end], span.score) for span in spans] == [
        ("KR_RRN", "900101-1234568", 1.0),
        ("CREDIT_CARD", "4111-1111-1111-1111", 1.0),
    ]
    assert spans[0].reason == "Presidio's KrRrnRecognizer, pattern 'RRN (Medium)', validated, near '주민번호'"
    joined = resolve([*Detector().detect(text), *spans])
    assert [span.entity for span in joined] == ["KR_RRN", "CREDIT_CARD"]
    assert adopted.detect_many([text, None, ""]) == [spans, [], []]
    assert all(isinstance(span, Span) for span in spans)


def test_results_are_the_same_from_two_threads_that_share_one() -> None:
    corpus = [text for kind in (KrRrnRecognizer, KrBrnRecognizer) for text in texts(kind(), 150)]
    kinds = [KrRrnRecognizer(), KrBrnRecognizer(), EmailRecognizer(supported_language="ko")]
    alone = adopt(kinds, "ko").detect_column(corpus)
    shared, ready = adopt(kinds, "ko"), threading.Barrier(4)

    def one(_: int) -> pa.Table:
        ready.wait()
        return shared.detect_column(corpus)

    with ThreadPoolExecutor(4) as pool:
        assert all(table.equals(alone) for table in pool.map(one, range(4)))


def test_recognizers_that_share_patterns_but_no_flags_do_not_disturb_each_other() -> None:
    shared = Pattern("word", "secret", 0.4)
    sensitive = PatternRecognizer("A", patterns=[shared], supported_language="ko", global_regex_flags=0)
    insensitive = PatternRecognizer("B", patterns=[shared], supported_language="ko")
    adopted = adopt([sensitive, insensitive], "ko")
    privately = [each.patterns[0] for each in adopted.recognizers]
    before = [one.compiled_regex for one in privately]
    assert shared not in privately
    assert [span.entity for span in adopted.detect("SECRET secret")] == ["B", "A", "B"]
    assert [one.compiled_regex for one in privately] == before
    assert shared.compiled_regex is None


class Broken(PatternRecognizer):
    """Raises with the value in its message, as careless validators do."""

    def validate_result(self, pattern_text: str) -> bool:
        raise ValueError(f"cannot judge {pattern_text}")


def test_an_error_of_a_recognizer_names_the_place_and_no_value() -> None:
    adopted = adopt(Broken("X", patterns=[Pattern("x", r"\d{4}", 0.5)], supported_language="ko"), "ko")
    with pytest.raises(RecognizerFailed, match="ValueError in validate_result.* on row 2") as raised:
        adopted.detect_column(["", None, "번호 7391"])
    assert "7391" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_presidios_log_holds_no_value_while_adopted_recognizers_run(caplog: pytest.LogCaptureFixture) -> None:
    iban = IbanRecognizer(supported_language="ko", regex_flags=regex.IGNORECASE)
    text = "DE89 3704 0044 0532 0130 0\u212a"  # a Kelvin sign passes for k, and then for no digit
    caplog.set_level(logging.DEBUG, "presidio-analyzer")
    iban.analyze(text, ["IBAN_CODE"])
    assert "Failed to validate text DE89" in caplog.text  # Presidio's own doing
    caplog.clear()
    adopted = adopt(iban, "ko", context=["0532"])
    adopted.detect(text)
    adopted.detect("카드 DE89 3704 0044 0532 0130 00")
    assert "0532" not in caplog.text
    assert "Failed to validate" in caplog.text


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("something opens a socket")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)


@pytest.mark.usefixtures("no_network")
def test_nothing_opens_a_socket() -> None:
    recognizers = [kind(supported_language="ko") for kind in recognizer_classes()]
    corpus = [text for kind in recognizer_classes() for text in texts(kind(), 8)]
    corpus += ["kim@naver.com으로", "lee@example.co.uk", "x@nowhere.invalid"]
    adopted = adopt([*recognizers, SafeguardsRecognizer()], "ko")
    assert {"EMAIL_ADDRESS", "KR_RRN"} <= set(adopted.detect_column(corpus)["entity"].to_pylist())
    registry = RecognizerRegistry([SafeguardsRecognizer(), *recognizers], supported_languages=["ko"])
    engine = AnalyzerEngine(registry=registry, nlp_engine=LightNlpEngine(), supported_languages=["ko"])
    assert engine.analyze("메일은 kim@naver.com으로", "ko")


@pytest.mark.usefixtures("no_network")
def test_the_public_suffix_list_is_the_packaged_one_in_engines_of_ones_own_too() -> None:
    offline()
    recognizer = EmailRecognizer()
    assert recognizer.validate_result("kim@snu.ac.kr") is True
    assert recognizer.validate_result("kim@nowhere.invalid") is False


def test_changing_a_recognizer_afterwards_changes_no_adopted_one() -> None:
    recognizer = PatternRecognizer("X", patterns=[Pattern("x", "one", 0.5)], supported_language="ko")
    adopted = adopt(recognizer, "ko")
    recognizer.patterns.append(Pattern("y", "two", 0.5))
    assert [span.start for span in adopted.detect("two one")] == [4]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((KOREAN, "fr"), {}, "no recognizer is for language 'fr'.*there are some for: ko"),
        ((KOREAN, "ko"), {"entities": ["NOTHING"]}, "no recognizer is for language 'ko' and these entities"),
        (([], "ko"), {}, "no recognizer to adopt"),
        ((RecognizerRegistry(), "ko"), {}, "load_predefined_recognizers"),
        ((["x"], "ko"), {}, "not str"),
        ((KOREAN, "ko"), {"treshold": 0.5}, "unknown flag 'treshold'"),
        ((KOREAN, "ko"), {"backend": "gpu"}, "unknown backend 'gpu'"),
        ((None, "ko"), {}, "not NoneType"),
        ((5, "ko"), {}, "not int"),
        ((KOREAN, "ko"), {"score_threshold": 2}, "0..1, not 2"),
        ((KOREAN, "ko"), {"score_threshold": float("nan")}, "0..1, not nan"),
        ((KOREAN, "ko"), {"score_threshold": "0.5"}, "score_threshold"),
        ((KOREAN, "ko"), {"allow_list": "abc"}, "allow_list is a list of texts"),
        ((KOREAN, "ko"), {"context": [1]}, "context is a list of texts"),
        ((KOREAN, "ko"), {"allow_list_match": "fuzzy"}, "use one of: exact, regex"),
        ((KOREAN, "ko"), {"allow_list": ["("], "allow_list_match": "regex"}, "no regular expression"),
    ],
)
def test_bad_arguments_are_told_in_one_line(arguments: Any, options: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as raised:
        adopt(*arguments, **options)
    assert "\n" not in str(raised.value)


def test_an_engine_brings_its_parts_itself() -> None:
    registry = RecognizerRegistry(KOREAN, supported_languages=["ko"])
    engine = AnalyzerEngine(registry=registry, nlp_engine=LightNlpEngine(), supported_languages=["ko"])
    with pytest.raises(InputError, match="leave them out"):
        adopt(engine, "ko", nlp_engine=LightNlpEngine())


@pytest.mark.parametrize("values", [[1, 2], [["x"]], pa.array([b"x"])])
def test_columns_of_other_things_are_refused(values: Any) -> None:
    with pytest.raises(InputError, match="text"):
        adopt(KOREAN, "ko").detect_column(values)
    with pytest.raises(InputError, match="reads one text"):
        adopt(KOREAN, "ko").detect(7)  # type: ignore[arg-type]
