"""What a column holds, from a sample: shares with intervals, the name, and what stands inside the cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from safeguards.detection.cells import Cells, cells, spellings
from safeguards.detection.headers import named
from safeguards.detection.span import Span
from safeguards.detection.statistics import wilson_lower
from safeguards.detection.verdict import ColumnVerdict
from safeguards.items.item import Item, Verdict

NAMED_FROM = 0.3
"""The least confidence at which a column is what its name says."""

UNNAMED_FROM = 0.5
"""The least confidence at which values alone say what a column is."""

FEWEST_DISTINCT = 4
"""A column whose name says nothing needs this many different values, or it is a constant or a code."""

LISTED_FROM = 0.001
"""The least share, at the lower end of its interval, at which an entity inside the cells is listed."""

LONGEST_VALUE = 200
"""Characters of a cell that may be one value."""

PROSE_BUDGET = 1_000_000
"""Characters of one column that are searched for spans."""

Detect = Callable[[str], list[Span]]
_SQL_ITEMS = {"ip_address": re.compile(r"(?i)inet|cidr")}


@dataclass(frozen=True, slots=True)
class _Support:
    """How far a column's cells agree with an item as whole values."""

    item: Item
    by_name: bool
    hits: int
    confidence: float
    reason: str


class Classifier:
    """Classifies columns by ``items``; ``detect`` finds the spans inside cells."""

    def __init__(self, items: Sequence[Item], detect: Detect) -> None:
        self._items = items
        self._detect = detect
        self._patterns = {item.id: re.compile(item.pattern) for item in items if item.pattern}

    def column(self, name: str, values: pa.ChunkedArray[Any], sql_type: str = "") -> ColumnVerdict:
        """Classify one column."""
        looked_at = cells(values)
        hinted = named(name, self._items) | {
            item_id for item_id, types in _SQL_ITEMS.items() if types.search(sql_type)
        }
        supports = [self._support(item, looked_at, by_name=item.id in hinted) for item in self._items]
        best = max(supports, key=lambda support: support.confidence, default=None)
        if best is not None and best.confidence >= (NAMED_FROM if best.by_name else UNNAMED_FROM):
            return self._verdict(name, looked_at, best)
        return self._verdict(name, looked_at, None, self._silence(looked_at, hinted))

    def _support(self, item: Item, looked_at: Cells, *, by_name: bool) -> _Support:
        judged = [self._judge(item, text, looked_at) for text in looked_at.texts]
        together = self._together(item, looked_at)
        scores = [_certainty(verdict, together, by_name=by_name) for verdict in judged]
        hits = sum(count for score, count in zip(scores, looked_at.counts, strict=True) if score)
        total = sum(score * count for score, count in zip(scores, looked_at.counts, strict=True))
        distinct = sum(1 for score in scores if score)
        if not hits or (not by_name and distinct < FEWEST_DISTINCT):
            return _Support(item, by_name, hits, 0.0, "")
        confidence = wilson_lower(hits, looked_at.rows) * total / hits
        return _Support(item, by_name, hits, confidence, _reason(judged, together, by_name=by_name))

    def _judge(self, item: Item, text: str, looked_at: Cells) -> Verdict | None:
        if len(text) > LONGEST_VALUE:
            return None
        pattern = self._patterns.get(item.id)
        verdicts = [
            verdict
            for spelling in spellings(text, numeric=looked_at.numeric)
            if pattern is None or pattern.fullmatch(spelling)
            if (verdict := item.validate(spelling))
        ]
        return max(verdicts, key=lambda verdict: verdict.in_context, default=None)

    def _together(self, item: Item, looked_at: Cells) -> Verdict | None:
        if item.judge_column is None or not looked_at.prose:
            return None
        return item.judge_column(looked_at.texts) or None

    def _verdict(
        self, name: str, looked_at: Cells, support: _Support | None, silence: str = ""
    ) -> ColumnVerdict:
        inside, traces = self._inside(looked_at)
        rows = looked_at.rows
        if support is None:
            return ColumnVerdict(name, None, 0.0, 0.0, silence, 0, rows, None, inside, traces)
        entity, share = support.item.entity, support.hits / rows
        others = {other: part for other, part in inside.items() if other != entity}
        return ColumnVerdict(
            name, entity, round(support.confidence, 3), round(share, 4), support.reason, support.hits, rows,
            support.item.id, {entity: round(share, 4), **others}, traces,
        )  # fmt: skip

    def _inside(self, looked_at: Cells) -> tuple[dict[str, float], dict[str, int]]:
        found: Counter[str] = Counter()
        searched = budget = 0
        for text, count in zip(looked_at.texts if looked_at.prose else (), looked_at.counts, strict=False):
            budget += len(text)
            if budget > PROSE_BUDGET and searched:
                break
            searched += count
            found.update(dict.fromkeys({span.entity for span in self._detect(text)}, count))
        listed = {
            entity: round(hits / searched, 4)
            for entity, hits in found.most_common()
            if wilson_lower(hits, searched) >= LISTED_FROM
        }
        return listed, {entity: hits for entity, hits in found.items() if entity not in listed}

    def _silence(self, looked_at: Cells, hinted: set[str]) -> str:
        if not looked_at.rows:
            return "no text to look at"
        names = [item.name_en for item in self._items if item.id in hinted]
        return f"named like {' or '.join(names)}, but its values are not" if names else ""


def classify(
    table: pa.Table, items: Sequence[Item], detect: Detect, sql_types: Mapping[str, str]
) -> list[ColumnVerdict]:
    """Classify every column of a sample."""
    classifier = Classifier(items, detect)
    return [
        classifier.column(name, table.column(place), sql_types.get(name, ""))
        for place, name in enumerate(table.schema.names)
    ]


def _certainty(verdict: Verdict | None, together: Verdict | None, *, by_name: bool) -> float:
    """Return how sure one cell is: with a name that says so, by itself, or by the column it stands in."""
    if verdict is None:
        return 0.0
    if by_name:
        return verdict.in_context
    alone = verdict.score if verdict.score >= UNNAMED_FROM else 0.0
    return max(alone, together.score if together else 0.0)


def _reason(judged: Sequence[Verdict | None], together: Verdict | None, *, by_name: bool) -> str:
    usual = Counter(verdict.reason for verdict in judged if verdict).most_common(1)[0][0]
    parts = [usual, together.reason if together else "", "the column's name says so" if by_name else ""]
    return "; ".join(filter(None, parts))
