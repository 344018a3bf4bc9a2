"""What detectors miss or invent on the development corpora, beside each other: 1 - F1, exact spans.

The corpora stand in ../shared, beside the project; without them there is nothing to measure.
"""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import detectors
from turns import Figures, Group

from safeguards.detection import Detector

_HOME = Path(os.environ.get("SAFEGUARDS_SHARED", Path(__file__).resolve().parents[2] / "shared"))
CORPORA = {
    "ko_documents, identifiers": ("ko_documents", "identifiers"),
    "ko_documents, all entities": ("ko_documents", None),
    "ko_sentences": ("ko_sentences", None),
    "en_templates": ("en_templates", None),
}


def errors(corpus: str, only: str | None) -> Figures:
    """Return 1 - F1 of each detector, as the shared scorer counts."""
    specification = importlib.util.spec_from_file_location("score", _HOME / "tools" / "score_detection.py")
    assert specification is not None
    assert specification.loader is not None
    scorer: Any = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(scorer)
    lines = (_HOME / "data" / "detection" / f"{corpus}.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    systems: dict[str, Callable[[str], Any]] = {
        "safeguards": Detector().detect,
        "safeguards, recall profile": Detector(profile="recall").detect,
    }
    if corpus.startswith("ko"):
        systems |= {"ko-pii": detectors.ko_pii(), "Presidio, Korean recognizers": detectors.presidio()}
    return {name: 1 - scorer.score(rows, detect, only)["micro"]["f1"] for name, detect in systems.items()}


def _group(corpus: str, only: str | None) -> Group:
    return Group(lambda: errors(corpus, only), "1-F1")


GROUPS = {f"errors on {name}": _group(*what) for name, what in CORPORA.items()} if _HOME.is_dir() else {}
