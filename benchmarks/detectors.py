"""The detectors that are compared, each as a function from a text to (entity, start, end)."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from safeguards.detection.presidio.offline import offline

Found = Iterable[tuple[str, int, int]]
Detect = Callable[[str], Found]

NAMES = ("PERSON", "ADDRESS")
_KO_PII = {
    "RRN": "KR_RRN", "FRN": "KR_FRN", "BUSINESS_REG": "KR_BRN", "CORP_REG": "KR_CRN", "IP": "IP_ADDRESS",
    "DRIVER_LICENSE": "KR_DRIVER_LICENSE", "CARD": "CREDIT_CARD", "MEDICAL_INSURANCE": "KR_HEALTH_INSURANCE",
    "PRESCRIPTION_ID": "PRESCRIPTION_ID", "FAX": "PHONE_NUMBER", "PHONE": "PHONE_NUMBER", "URL": "URL",
    "ACCOUNT": "KR_BANK_ACCOUNT", "PASSPORT": "KR_PASSPORT", "EMAIL": "EMAIL_ADDRESS", "PERSON": "PERSON",
    "POSTAL_CODE": "POSTAL_CODE", "VEHICLE": "KR_VEHICLE_REGISTRATION", "ADDRESS": "ADDRESS", "AGE": "AGE",
    "NATIONALITY": "NATIONALITY", "EDUCATION": "EDUCATION", "MAJOR": "MAJOR", "POSITION": "JOB_TITLE",
    "DT_BIRTH": "BIRTH_DATE", "HEIGHT": "HEIGHT", "WEIGHT": "WEIGHT",
}  # fmt: skip
_KO_PII_NAMES = {"PERSON", "ADDRESS", "NATIONALITY", "EDUCATION", "MAJOR", "POSITION"}
_KOREAN = (
    "KrRrnRecognizer",
    "KrFrnRecognizer",
    "KrBrnRecognizer",
    "KrDriverLicenseRecognizer",
    "KrPassportRecognizer",
)
_GENERIC = ("EmailRecognizer", "IpRecognizer", "CreditCardRecognizer")


@cache
def ko_pii(*, names: bool = True) -> Detect:
    """Return ko-pii's detector, without its dictionaries of names where they are not wanted."""
    detect_all = importlib.import_module("ko_pii").detect_all
    labels = None if names else set(_KO_PII) - _KO_PII_NAMES

    def detect(text: str) -> Found:
        return [(_KO_PII.get(f.label, f.label), f.start, f.end) for f in detect_all(text, include=labels)]

    return detect


@cache
def presidio() -> Detect:
    """Return Presidio with its Korean and generic recognizers, Korean phone numbers, and no NLP model."""
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    offline()  # as a machine without the Internet would, but at once
    analyzer = _analyzer("ko")

    def detect(text: str) -> Found:
        return [(f.entity_type, f.start, f.end) for f in analyzer.analyze(text, "ko")]

    return detect


def _analyzer(language: str) -> Any:
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, predefined_recognizers
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    made = [
        getattr(predefined_recognizers, name)(supported_language=language) for name in (*_KOREAN, *_GENERIC)
    ]
    phones = predefined_recognizers.PhoneRecognizer(supported_language=language, supported_regions=("KR",))
    registry = RecognizerRegistry(recognizers=[*made, phones], supported_languages=[language])
    engine = NoOpNlpEngine(models=[{"lang_code": language, "model_name": "none"}])
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=[language])
