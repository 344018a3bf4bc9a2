"""All entities of this toolkit inside anyone's AnalyzerEngine: one Presidio recognizer."""

from __future__ import annotations

from collections.abc import Iterable, Set

from presidio_analyzer import AnalysisExplanation, LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from safeguards.detection.detector import Detector
from safeguards.detection.options import THRESHOLD
from safeguards.detection.span import Span
from safeguards.errors import InputError
from safeguards.items import HOMES, PRESIDIO

NAMES = ("presidio", "safeguards")


class SafeguardsRecognizer(LocalRecognizer):
    """Reports what `Detector` finds, as Presidio's results with scores and reasons.

    Args:
        supported_language: the language of the AnalyzerEngine's texts. What is found does not depend on it;
            the rules are written for Korean and English.
        supported_entities: the entities to look for, by Presidio's names or this toolkit's; all by default.
        names: ``presidio`` reports entities by the names that Presidio's own recognizers use (``LOCATION``,
            ``DATE_TIME``), ``safeguards`` by this toolkit's (``ADDRESS``, ``BIRTH_DATE``).
        threshold: the least score, in 0..1, that is reported.
        detector: a detector of one's own, which then decides on entities and threshold; recognizers of
            several languages may share one.
        context: words with which Presidio's enhancer raises scores further. None are needed: the scores
            have labels and context in them.
        name: the recognizer's name in results.
        version: the recognizer's version.

    Presidio's YAML finds it by ``class_name: SafeguardsRecognizer`` once this module has been imported.
    Threads may share it.

    Raises:
        InputError: an entity or ``names`` is unknown, or the threshold outside 0..1.
    """

    def __init__(
        self,
        supported_language: str = "ko",
        supported_entities: Iterable[str] | None = None,
        *,
        names: str = "presidio",
        threshold: float = THRESHOLD,
        detector: Detector | None = None,
        context: list[str] | None = None,
        name: str | None = None,
        version: str = "1",
    ) -> None:
        if names not in NAMES:
            raise InputError(f"unknown names {names!r}; use one of: {', '.join(NAMES)}")
        if detector is not None and not isinstance(detector, Detector):
            raise InputError(f"detector is a Detector, not {type(detector).__name__}")
        one = isinstance(supported_entities, str)
        wanted = {str(supported_entities)} if one else set(supported_entities or ())
        self.detector = detector or Detector(threshold, _items(wanted))
        known = {item.entity: PRESIDIO.get(item.id, item.entity) for item in self.detector.items}
        self._names = known if names == "presidio" else {entity: entity for entity in known}
        if wanted:
            self._names = _narrowed(self._names, known, wanted)
        self.name: str
        super().__init__(
            supported_entities=sorted(set(self._names.values())),
            name=name or type(self).__name__,
            supported_language=supported_language,
            version=version,
            context=context,
        )

    def load(self) -> None:
        """Do nothing: the detector is compiled when it is made."""

    def analyze(
        self, text: str, entities: list[str] | None, nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Return what is found of ``entities``, or of all supported ones where none are named."""
        wanted = set(entities or self.supported_entities)
        return [
            self._result(span, name)
            for span in self.detector.detect(text)
            if (name := self._names.get(span.entity)) in wanted and name is not None
        ]

    def _result(self, span: Span, entity: str) -> RecognizerResult:
        return RecognizerResult(
            entity_type=entity,
            start=span.start,
            end=span.end,
            score=span.score,
            analysis_explanation=AnalysisExplanation(
                recognizer=self.name, original_score=span.score, textual_explanation=span.reason
            ),
            recognition_metadata={
                RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            },
        )


def _items(wanted: Set[str]) -> list[str] | None:
    """Return the ids of the items behind names of entities, or None for all."""
    if not wanted:
        return None
    _refuse_unknown(wanted, {name for home in HOMES.values() for name in (home.entity, home.presidio)})
    return [item_id for item_id, home in HOMES.items() if {home.entity, home.presidio} & wanted]


def _narrowed(names: dict[str, str], known: dict[str, str], wanted: Set[str]) -> dict[str, str]:
    """Keep the entities that are wanted by either name."""
    _refuse_unknown(wanted, {*known, *known.values()})
    return {entity: name for entity, name in names.items() if {entity, known[entity]} & wanted}


def _refuse_unknown(wanted: Set[str], known: Set[str]) -> None:
    if unknown := sorted(wanted - known):
        raise InputError(f"unknown entity {', '.join(unknown)}; known: {', '.join(sorted(known))}")
