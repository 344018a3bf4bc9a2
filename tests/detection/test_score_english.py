"""Measured on the English development sentences, exact offsets; the floors only ever rise."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from safeguards.detection import Detector

FLOORS = {
    "EMAIL_ADDRESS": 0.99,
    "CREDIT_CARD": 0.99,
    "IBAN_CODE": 0.99,
    "IP_ADDRESS": 0.99,
    "US_SSN": 0.99,
    "URL": 0.99,
    "AGE": 0.98,
    "PHONE_NUMBER": 0.95,
    "POSTAL_CODE": 0.84,
    "PERSON": 0.87,
    "ADDRESS": 0.89,
}


def test_english_sentences_score_at_least_what_was_reached(shared: Path) -> None:
    detector = Detector(entities=FLOORS)
    hits: Counter[str] = Counter()
    found: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    for line in (shared / "data/detection/en_templates.jsonl").read_text("utf-8").splitlines():
        sentence = json.loads(line)
        expected = {(label["entity"], label["start"], label["end"]) for label in sentence["gold"]}
        spans = {(span.entity, span.start, span.end) for span in detector.detect(sentence["text"])}
        gold.update(entity for entity, *_ in expected)
        found.update(entity for entity, *_ in spans)
        hits.update(entity for entity, *_ in spans & expected)
    scores = {entity: 2 * hits[entity] / (found[entity] + gold[entity]) for entity in FLOORS}
    assert {entity: score for entity, score in scores.items() if score < FLOORS[entity]} == {}


def test_lines_without_persons_and_addresses_get_hardly_any(shared: Path) -> None:
    detector = Detector(entities=FLOORS)
    lines = (Path(__file__).with_name("clean_english.txt")).read_text("utf-8").splitlines()
    spans = [span for line in lines for span in detector.detect(line)]
    soft = [span for span in spans if span.entity in {"PERSON", "ADDRESS"}]
    assert len(soft) <= 0.01 * len(lines)
    assert len(spans) == len(soft)
