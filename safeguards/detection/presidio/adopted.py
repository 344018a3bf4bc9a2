"""Presidio's recognizers inside this toolkit's engine: a native pass selects rows, it judges them.

What a row holds is what `AnalyzerEngine.analyze` says of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
from presidio_analyzer import EntityRecognizer, RecognizerResult

from safeguards.detection.column import SPANS, as_text
from safeguards.detection.presidio.analysis import Analysis
from safeguards.detection.presidio.choosing import Choosing
from safeguards.detection.presidio.reasons import spans
from safeguards.detection.span import Span
from safeguards.errors import InputError

Row = tuple[int, list[Span]]


class Adopted:
    """Finds what Presidio's recognizers find, in texts and columns; :func:`adopt` makes it.

    Entity, start, end and score are those of `AnalyzerEngine.analyze`, overlaps included. Threads may share
    one as far as its recognizers and its NLP engine allow; Presidio's own do.
    """

    def __init__(
        self,
        analysis: Analysis,
        recognizers: Sequence[EntityRecognizer],
        entities: Sequence[str],
        *,
        every_row: bool,
        backend: str,
    ) -> None:
        self.entities = tuple(entities)
        self.recognizers = tuple(recognizers)
        self._analysis = analysis
        self._choosing = Choosing(recognizers, every_row=every_row, backend=backend)

    @property
    def seeing_every_row(self) -> tuple[str, ...]:
        """The names of the recognizers for which no native pass can choose rows."""
        named: Sequence[Any] = self.recognizers
        return tuple(named[place].name for place in sorted(self._choosing.always))

    def analyze(self, text: str) -> list[RecognizerResult]:
        """Return Presidio's results on one text, in its order.

        Raises:
            InputError: ``text`` is no str.
            RecognizerFailed: a recognizer raised an error.
        """
        if not isinstance(text, str):
            raise InputError(f"detection reads one text (str), not {type(text).__name__}")
        return self._analysis.all(text)

    def detect(self, text: str) -> list[Span]:
        """Return what is found in ``text`` as spans, in the text's order.

        Raises:
            InputError: ``text`` is no str.
            RecognizerFailed: a recognizer raised an error.
        """
        return spans(self.analyze(text))

    def detect_many(self, texts: Iterable[str | None]) -> list[list[Span]]:
        """Return the spans of each text; None has none."""
        return [[] if text is None else self.detect(text) for text in texts]

    def detect_column(self, values: Any) -> pa.Table:
        """Return the spans of a column as a table of row, start, end, entity and score, as `Detector` does.

        Raises:
            InputError: the column does not hold text.
            RecognizerFailed: a recognizer raised an error.
        """
        found = [
            (row, span.start, span.end, span.entity, span.score)
            for row, in_row in self.rows(values)
            for span in in_row
        ]
        columns = list(zip(*found, strict=True)) or [()] * len(SPANS.names)
        return pa.table(dict(zip(SPANS.names, columns, strict=True)), schema=SPANS)

    def rows(self, values: Any) -> Iterator[Row]:
        """Yield the rows of a column in which something is found, ascending, each with its spans.

        Raises:
            InputError: the column does not hold text.
            RecognizerFailed: a recognizer raised an error.
        """
        offset = 0
        for chunk in as_text(values).chunks:
            coded = pa.types.is_dictionary(chunk.type)
            yield from self._coded(chunk, offset) if coded else self._plain(chunk, offset)
            offset += len(chunk)

    def _plain(self, chunk: Any, offset: int) -> Iterator[Row]:
        texts = chunk.cast(pa.large_string())
        for row, places in self._choosing.choices(texts):
            if found := self._analysis.some(texts[row].as_py(), places, offset + row):
                yield offset + row, spans(found)

    def _coded(self, chunk: Any, offset: int) -> Iterator[Row]:
        """Look at each entry of a dictionary once."""
        texts = chunk.dictionary.cast(pa.large_string())
        known = {
            code: spans(self._analysis.some(texts[code].as_py(), places))
            for code, places in self._choosing.choices(texts)
        }
        for row, code in enumerate(chunk.indices.to_pylist()):
            if known.get(code):
                yield offset + row, known[code]
