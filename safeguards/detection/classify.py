"""What a column holds, from a sample: shares with intervals, the name, and what stands inside the cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from safeguards.detection.cells import Cells, cells
from safeguards.detection.headers import named
from safeguards.detection.inside import Detect, Inside, look_inside
from safeguards.detection.support import Judge, Support
from safeguards.detection.verdict import ColumnVerdict
from safeguards.items.item import Item

NAMED_FROM = 0.3
"""The least confidence at which a column is what its name says."""

UNNAMED_FROM = 0.5
"""The least confidence at which values alone say what a column is."""

_SQL_ITEMS = {"ip_address": re.compile(r"(?i)inet|cidr")}


def classify(
    table: pa.Table, items: Sequence[Item], detect: Detect, sql_types: Mapping[str, str]
) -> Iterator[ColumnVerdict]:
    """Yield the verdict on every column of a sample, in order."""
    classifier = Classifier(items, detect)
    for place, name in enumerate(table.schema.names):
        yield classifier.column(name, table.column(place), sql_types.get(name, ""))


class Classifier:
    """Classifies columns by ``items``; ``detect`` finds the spans inside cells."""

    def __init__(self, items: Sequence[Item], detect: Detect) -> None:
        self._items = items
        self._detect = detect
        self._judges = [Judge(item) for item in items]

    def column(self, name: str, values: pa.ChunkedArray[Any], sql_type: str = "") -> ColumnVerdict:
        """Classify one column."""
        looked_at = cells(values)
        hinted = named(name, self._items)
        hinted |= {item_id for item_id, types in _SQL_ITEMS.items() if types.search(sql_type)}
        supports = [judge.support(looked_at, by_name=judge.item.id in hinted) for judge in self._judges]
        excluded = {support.item.entity for support in supports if support.excluded}
        inside = look_inside(looked_at, self._detect, excluded)
        best = max(supports, key=lambda support: support.confidence, default=None)
        if best is None or best.confidence < (NAMED_FROM if best.by_name else UNNAMED_FROM):
            return _unclassified(name, looked_at.rows, inside, self._silence(looked_at, hinted))
        return _classified(name, looked_at.rows, best, inside)

    def _silence(self, looked_at: Cells, hinted: set[str]) -> str:
        if not looked_at.rows:
            return "no text to look at"
        names = [item.name_en for item in self._items if item.id in hinted]
        return f"named like {' or '.join(names)}, but its values are not" if names else ""


def _unclassified(name: str, rows: int, inside: Inside, silence: str) -> ColumnVerdict:
    return ColumnVerdict(
        column=name,
        entity=None,
        confidence=inside.certainty,
        share=inside.share,
        reason="; ".join(filter(None, (inside.reason, silence))),
        hits=inside.hits,
        rows=rows,
        entities=inside.listed,
        traces=inside.traces,
    )


def _classified(name: str, rows: int, support: Support, inside: Inside) -> ColumnVerdict:
    entity, share = support.item.entity, round(support.hits / rows, 4)
    return ColumnVerdict(
        column=name,
        entity=entity,
        confidence=round(support.confidence, 3),
        share=share,
        reason=support.reason,
        hits=support.hits,
        rows=rows,
        item=support.item.id,
        entities={entity: share, **{other: part for other, part in inside.listed.items() if other != entity}},
        traces={other: hits for other, hits in inside.traces.items() if other != entity},
    )
