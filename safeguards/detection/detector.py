"""Find personal data in text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from safeguards.detection.classify import classify
from safeguards.detection.column import detect_column
from safeguards.detection.engine import compile_rules
from safeguards.detection.folding import fold_text
from safeguards.detection.overlap import resolve
from safeguards.detection.span import Span
from safeguards.detection.verdict import ColumnVerdict
from safeguards.errors import InputError
from safeguards.items import ENTITIES, all_items
from safeguards.items.item import Item
from safeguards.tables import is_frame, open_frame

THRESHOLD = 0.5
"""Candidates less likely than not are not reported."""

SAMPLE_ROWS = 2_000
"""Rows from which a column is classified: enough for shares of half a percent."""


class Detector:
    """Finds the items of `safeguards.items` in text and columns.

    Args:
        threshold: the least score, in 0..1, that is reported.
        entities: entities (``KR_RRN``) or item ids (``kr_rrn``) to look for; all of them by default.

    Threads may share a detector: everything is compiled when it is made.

    Raises:
        InputError: an entity is unknown, or the threshold is outside 0..1.
    """

    def __init__(self, threshold: float = THRESHOLD, entities: Iterable[str] | None = None) -> None:
        if not 0 <= threshold <= 1:
            raise InputError(f"threshold must lie in 0..1, not {threshold}")
        self.threshold = threshold
        self.items = _chosen(entities)
        self._rules = compile_rules(self.items)

    def detect(self, text: str) -> list[Span]:
        """Return what is found in ``text``, without overlaps, in its order.

        Offsets are code points of ``text`` as it is, also where full-width or invisible characters were read
        through.

        Raises:
            InputError: ``text`` is no str.
        """
        if not isinstance(text, str):
            raise InputError(
                f"detect reads one text (str), not {type(text).__name__}; "
                "for several there are detect_many and detect_column"
            )
        folded = fold_text(text)
        return resolve(
            Span(rule.entity, *folded.original(found.start, found.end), found.score, found.reason)
            for rule in self._rules
            if rule.anchor.search(folded.text)
            for found in rule.find(folded.text)
            if found.score >= self.threshold
        )

    def detect_column(self, values: Any) -> pa.Table:
        """Return the spans of a column as a table of row, start, end, entity and score.

        Arrow arrays and chunked arrays of text, sliced and dictionary-encoded ones, lists and pandas series
        give equal spans for equal texts; NULL has none.

        Raises:
            InputError: the column does not hold text.
        """
        return detect_column(values, self.detect)

    def classify(
        self, table: Any, *, rows: int = SAMPLE_ROWS, sql_types: Mapping[str, str] | None = None
    ) -> list[ColumnVerdict]:
        """Say of each column what it holds, from a fair sample of ``rows`` rows.

        Args:
            table: a source of `safeguards.tables`, or an Arrow table or data frame.
            rows: the size of the sample.
            sql_types: column names to SQL types, where a database declares them.

        Raises:
            InputError: ``table`` is none of these.
        """
        source = open_frame(table) if is_frame(table) or not hasattr(table, "batches") else table
        types = sql_types if sql_types is not None else getattr(source, "sql_types", {})
        return list(self.classify_sample(source.sample(rows), types))

    def classify_sample(self, sample: pa.Table, sql_types: Mapping[str, str]) -> Iterator[ColumnVerdict]:
        """Yield the verdict on each column of a sample, in order."""
        return classify(sample, self.items, self.detect, sql_types)

    def detect_many(self, texts: Iterable[str | None]) -> list[list[Span]]:
        """Return the spans of each text; None has none."""
        return [self.detect(text) if text else [] for text in texts]


def _chosen(entities: Iterable[str] | None) -> tuple[Item, ...]:
    if entities is None:
        return all_items()
    wanted = {entities} if isinstance(entities, str) else set(entities)
    if unknown := wanted - {*ENTITIES, *ENTITIES.values()}:
        known = ", ".join(ENTITIES.values())
        raise InputError(f"unknown entity {', '.join(sorted(unknown))}; known: {known}")
    return tuple(item for item in all_items() if item.id in wanted or item.entity in wanted)
