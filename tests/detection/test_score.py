"""Measured on the development documents; the floors only ever rise."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from safeguards.detection import Detector
from safeguards.items import ENTITIES

FLOORS = {
    "KR_RRN": 0.98,
    "KR_FRN": 0.96,
    "KR_PASSPORT": 0.97,
    "KR_DRIVER_LICENSE": 0.97,
    "KR_BRN": 0.97,
    "PHONE_NUMBER": 0.98,
    "EMAIL_ADDRESS": 0.98,
    "CREDIT_CARD": 0.97,
    "IP_ADDRESS": 0.97,
    "BIRTH_DATE": 0.95,
    "PERSON": 0.95,
    "ADDRESS": 0.97,
    "KR_CRN": 0.97,
    "KR_BANK_ACCOUNT": 0.97,
    "KR_HEALTH_INSURANCE": 0.97,
    "KR_VEHICLE_REGISTRATION": 0.97,
    "POSTAL_CODE": 0.97,
    "PRESCRIPTION_ID": 0.97,
    "JOB_TITLE": 0.92,
    "AGE": 0.95,
    "NATIONALITY": 0.95,
    "HEIGHT": 0.85,
    "WEIGHT": 0.9,
    "EDUCATION": 0.95,
    "MAJOR": 0.92,
}

MICRO = 0.975
"""Over all entities that the documents label and an item here finds."""


def test_documents_score_at_least_what_was_reached(shared: Path) -> None:
    detector = Detector()
    hits: Counter[str] = Counter()
    found: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    for line in (shared / "data/detection/ko_documents.jsonl").read_text("utf-8").splitlines():
        document = json.loads(line)
        text = document["text"]
        expected = {(label["entity"], label["text"].strip()) for label in document["gold"]}
        spans = {(span.entity, text[span.start : span.end].strip()) for span in detector.detect(text)}
        gold.update(entity for entity, _ in expected)
        found.update(entity for entity, _ in spans)
        hits.update(entity for entity, _ in spans & expected)
    labelled = set(gold) & set(ENTITIES.values())
    scores = {entity: 2 * hits[entity] / (found[entity] + gold[entity]) for entity in labelled}
    assert {entity: score for entity, score in scores.items() if score < FLOORS.get(entity, 0)} == {}
    assert sum(hits[entity] for entity in labelled) * 2 >= MICRO * sum(
        found[entity] + gold[entity] for entity in labelled
    )
