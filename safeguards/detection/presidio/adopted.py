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
from safeguards.detection.presidio.narrowing import STRANGE, needs
from safeguards.detection.presidio.reasons import spans
from safeguards.detection.selecting import Selector
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
        needed = [None if every_row else needs(recognizer) for recognizer in recognizers]
        self._always = frozenset(place for place, need in enumerate(needed) if need is None)
        narrowed = [(place, text) for place, need in enumerate(needed) for text in need or ()]
        self._places = [place for place, _ in narrowed]
        self._selector = Selector([*(text for _, text in narrowed), STRANGE], backend)

    @property
    def seeing_every_row(self) -> tuple[str, ...]:
        """The names of the recognizers for which no native pass can choose rows."""
        named: Sequence[Any] = self.recognizers
        return tuple(named[place].name for place in sorted(self._always))

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
            yield from ((offset + row, in_row) for row, in_row in self._chunk(chunk))
            offset += len(chunk)

    def _chunk(self, chunk: Any) -> Iterator[Row]:
        if not pa.types.is_dictionary(chunk.type):
            yield from self._texts(chunk.cast(pa.large_string()))
            return
        known = dict(self._texts(chunk.dictionary.cast(pa.large_string())))
        for row, code in enumerate(chunk.indices.to_pylist()):
            if code in known:
                yield row, known[code]

    def _texts(self, texts: Any) -> Iterator[Row]:
        selected = self._selected(texts)
        for row, places in self._and_the_rest(texts, dict(selected)) if self._always else selected:
            if found := self._analysis.some(texts[row].as_py(), places):
                yield row, spans(found)

    def _selected(self, texts: Any) -> Iterator[tuple[int, set[int]]]:
        """Yield the rows in which narrowed recognizers may find something, with the places of these."""
        strange = len(self._places)
        for row, selected in self._selector.select(texts):
            if strange in selected:
                yield row, set(range(len(self.recognizers)))
            else:
                yield row, {self._places[place] for place in selected} | self._always

    def _and_the_rest(self, texts: Any, selected: dict[int, set[int]]) -> Iterator[tuple[int, set[int]]]:
        """Yield every row that is not NULL: some recognizers see them all."""
        for row, valid in enumerate(texts.is_valid().to_pylist()):
            if valid:
                yield row, selected.get(row, set(self._always))
