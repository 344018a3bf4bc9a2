"""Presidio's own analysis of one text, with the recognizers that may find something in it."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence, Set
from typing import Any

from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult

from safeguards.detection.presidio.quiet import quiet
from safeguards.errors import SafeguardsError


class RecognizerFailed(SafeguardsError):
    """A recognizer, or Presidio with it, raised an error, whose message may hold a value and is withheld."""


class Chosen(RecognizerRegistry):
    """A registry that gives out just the recognizers that are handed to it with a text."""

    def get_recognizers(
        self,
        language: str,
        entities: list[str] | None = None,
        all_fields: bool = False,
        ad_hoc_recognizers: list[EntityRecognizer] | None = None,
    ) -> list[EntityRecognizer]:
        """Return the recognizers handed over, else all."""
        return list(self.recognizers if ad_hoc_recognizers is None else ad_hoc_recognizers)


class _Silent:
    """Stands in for a recognizer in a text that it cannot match: it finds nothing, and is else the same.

    It cannot just be left out: another recognizer may report in its name, or look at it.
    """

    is_loaded = True

    def __init__(self, recognizer: EntityRecognizer) -> None:
        self._recognizer = recognizer

    def analyze(self, *_: Any, **__: Any) -> list[RecognizerResult]:
        return []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._recognizer, name)


class Analysis:
    """Calls `AnalyzerEngine.analyze` with some of the recognizers speaking and the others silent."""

    def __init__(
        self,
        engine: AnalyzerEngine,
        recognizers: Sequence[EntityRecognizer],
        language: str,
        entities: Sequence[str],
        flags: Mapping[str, Any],
    ) -> None:
        self._engine = engine
        self._speaking: tuple[Any, ...] = tuple(recognizers)
        self._silent: tuple[Any, ...] = tuple(map(_Silent, recognizers))
        self._language, self._entities, self._flags = language, list(entities), flags

    def all(self, text: str) -> list[RecognizerResult]:
        """Return what all recognizers find."""
        return self._run(text, list(self._speaking))

    def some(self, text: str, places: Set[int], row: int | None = None) -> list[RecognizerResult]:
        """Return what the recognizers at ``places`` find in the text of a row, which an error names."""
        pairs = zip(self._speaking, self._silent, strict=True)
        chosen = [pair[place not in places] for place, pair in enumerate(pairs)]
        return self._run(text, chosen, "" if row is None else f" on row {row}")

    def _run(self, text: str, recognizers: list[Any], where: str = "") -> list[RecognizerResult]:
        try:
            with quiet():
                return self._engine.analyze(
                    text,
                    self._language,
                    entities=self._entities,
                    ad_hoc_recognizers=recognizers,
                    return_decision_process=True,
                    **self._flags,
                )
        except Exception as error:
            raise RecognizerFailed(
                f"a Presidio recognizer raised {_place(error)}{where}; correct it, or adopt the others alone"
            ) from None


def _place(error: Exception) -> str:
    """Return what was raised and where, without the message."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name} ({frame.filename.rpartition('/')[2]}:{frame.lineno})"
