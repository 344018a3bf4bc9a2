"""What a column holds, from a sample: shares with intervals, the name, and what stands inside the cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import pyarrow as pa

from safeguards.detection.cells import Cells, cells
from safeguards.detection.headers import named
from safeguards.detection.inside import Detect, Inside, look_inside
from safeguards.detection.nested import Part, parts
from safeguards.detection.sql_priors import type_odds, typed
from safeguards.detection.statistics import wilson
from safeguards.detection.support import Judge
from safeguards.detection.verdict import ColumnVerdict
from safeguards.detection.weighing import Support, weigh
from safeguards.items.intl.password import ITEM as PASSWORD
from safeguards.items.item import Item, Role

NAMED_FROM = 0.3
"""The least confidence at which a column is what its name says."""

UNNAMED_FROM = 0.5
"""The least confidence at which values alone say what a column is."""

_SECRETS = frozenset({"api_key"})
"""Items that a column of passwords would be too by its name; hashes of passwords are none of them."""


def classify(
    table: pa.Table, items: Sequence[Item], detect: Detect, sql_types: Mapping[str, str]
) -> Iterator[ColumnVerdict]:
    """Yield the verdict on every column of a sample, in order; of nested ones, on each path in them."""
    classifier = Classifier(items, detect)
    for place, name in enumerate(table.schema.names):
        for part in parts(name, table.column(place), classifier.are_data):
            yield classifier.column(part, sql_types.get(name, ""))


class Classifier:
    """Classifies columns by ``items``; ``detect`` finds the spans inside cells."""

    def __init__(self, items: Sequence[Item], detect: Detect) -> None:
        self._items = items
        self._detect = detect

    @cached_property
    def _judges(self) -> Mapping[str, Sequence[Judge]]:
        """The judges of each entity."""
        judges: dict[str, list[Judge]] = {}
        for item in self._items:
            judges.setdefault(item.entity, []).append(Judge(item))
        return judges

    def are_data(self, keys: Sequence[str]) -> set[str]:
        """Return the keys of an object that identify a person themselves, and so are no names of fields."""
        identifying = {item.entity for item in self._items if item.role is Role.IDENTIFIER}
        found = zip(keys, self._detect(keys), strict=True)
        return {key for key, spans in found if any(span.entity in identifying for span in spans)}

    def column(self, part: Part, sql_type: str = "") -> ColumnVerdict:
        """Classify one column, or one path in a column."""
        looked_at = cells(part.values)
        hinted = named(part.header, self._items)
        if PASSWORD.id in hinted:
            hinted -= _SECRETS
        if part.within is None:
            hinted |= typed(sql_type, self._items)
        supports = [
            self._support(judges, looked_at, hinted, sql_type if part.within is None else "")
            for judges in self._judges.values()
        ]
        excluded = {support.entity for support in supports if support.against is not None}
        inside = look_inside(looked_at, self._detect, excluded)
        best = max(supports, key=lambda support: support.confidence, default=None)
        if best is None or best.confidence < (NAMED_FROM if best.by_name else UNNAMED_FROM):
            return _unclassified(part, looked_at, inside, self._silence(looked_at, hinted, supports))
        return _classified(part, looked_at, best, inside)

    def _support(self, judges: Sequence[Judge], looked_at: Cells, hinted: set[str], sql_type: str) -> Support:
        by_name = any(judge.item.id in hinted for judge in judges)
        agreements = [judge.agreement(looked_at, by_name=by_name) for judge in judges]
        return weigh(agreements, looked_at, type_odds(sql_type, judges[0].item.entity))

    def _silence(self, looked_at: Cells, hinted: set[str], supports: Sequence[Support]) -> str:
        if not looked_at.rows:
            return "no text to look at"
        names = [item.name_en for item in self._items if item.id in hinted]
        why = [support.against for support in supports if support.by_name and support.against]
        silence = f"named like {' or '.join(names)}, but its values are not" if names else ""
        return ": ".join(filter(None, (silence, "; ".join(why))))


def _unclassified(part: Part, looked_at: Cells, inside: Inside, silence: str) -> ColumnVerdict:
    return ColumnVerdict(
        column=part.name,
        entity=None,
        confidence=inside.certainty,
        share=inside.share,
        reason="; ".join(filter(None, (inside.reason, silence))),
        hits=inside.hits,
        rows=looked_at.rows,
        entities=inside.listed,
        traces=inside.traces,
        interval=_rounded(inside.hits, inside.searched),
        distinct=looked_at.distinct,
        within=part.within,
    )


def _classified(part: Part, looked_at: Cells, support: Support, inside: Inside) -> ColumnVerdict:
    entity, share = support.entity, round(support.hits / looked_at.rows, 4)
    return ColumnVerdict(
        column=part.name,
        entity=entity,
        confidence=round(support.confidence, 3),
        share=share,
        reason=support.reason,
        hits=support.hits,
        rows=looked_at.rows,
        item=support.item.id,
        entities={entity: share, **{other: part for other, part in inside.listed.items() if other != entity}},
        traces={other: hits for other, hits in inside.traces.items() if other != entity},
        interval=_rounded(support.hits, looked_at.rows),
        distinct=looked_at.distinct,
        within=part.within,
    )


def _rounded(hits: int, total: int) -> tuple[float, float]:
    lower, upper = wilson(hits, total)
    return round(lower, 4), round(upper, 4)
