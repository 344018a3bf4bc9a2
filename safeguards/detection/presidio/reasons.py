"""Presidio's results as spans, with a reason a person understands and no value in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from presidio_analyzer import RecognizerResult

from safeguards.detection.span import Span

_VALIDATED = {True: "validated", False: "not validated"}


def spans(results: Iterable[RecognizerResult]) -> list[Span]:
    """Return results as spans in the order of the text, overlaps and all."""
    made = [
        Span(result.entity_type, int(result.start), int(result.end), float(result.score), _reason(result))
        for result in results
    ]
    return sorted(made, key=lambda span: (span.start, span.end, span.entity, -span.score))


def _reason(result: RecognizerResult) -> str:
    return ", ".join(_parts(result))


def _parts(result: RecognizerResult) -> Iterator[str]:
    """Yield what is known, but no textual explanation: a user's recognizer may write values into it."""
    metadata = result.recognition_metadata or {}
    yield f"Presidio's {metadata.get(RecognizerResult.RECOGNIZER_NAME_KEY, 'recognizer')}"
    explanation = result.analysis_explanation
    if explanation is None:
        return
    if explanation.pattern_name:
        yield f"pattern {explanation.pattern_name!r}"
    if explanation.validation_result is not None:
        yield _VALIDATED[bool(explanation.validation_result)]
    if explanation.supportive_context_word:
        yield f"near {explanation.supportive_context_word!r}"
