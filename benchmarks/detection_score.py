"""Score the detector on a labelled corpus, with the scorer of the shared tools:

    python ../shared/tools/score_detection.py ../shared/data/detection/ko_documents.jsonl \
        --predict benchmarks.detection_score:predict --only identifiers
"""

from __future__ import annotations

from safeguards.detection import Detector, Span

_DETECTOR = Detector()


def predict(text: str) -> list[Span]:
    """Return the spans of ``text``; the scorer compares entity and exact text."""
    return _DETECTOR.detect(text)
