"""Presidio both ways: this toolkit's entities in its AnalyzerEngine, and its recognizers in our engine."""

from __future__ import annotations

from safeguards.plugins import require

require("presidio_analyzer", "presidio")

from safeguards.detection.presidio.adopted import Adopted  # noqa: E402
from safeguards.detection.presidio.adopting import adopt  # noqa: E402
from safeguards.detection.presidio.analysis import RecognizerFailed  # noqa: E402
from safeguards.detection.presidio.installed import nlp_engine  # noqa: E402
from safeguards.detection.presidio.light import LightNlpEngine  # noqa: E402
from safeguards.detection.presidio.offline import offline  # noqa: E402
from safeguards.detection.presidio.recognizer import SafeguardsRecognizer  # noqa: E402

__all__ = [
    "Adopted",
    "LightNlpEngine",
    "RecognizerFailed",
    "SafeguardsRecognizer",
    "adopt",
    "nlp_engine",
    "offline",
]
