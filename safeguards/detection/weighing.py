"""One entity's support in a column: its items together, with what name, type and repetition say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from safeguards.detection.cells import Cells
from safeguards.detection.statistics import shifted, wilson
from safeguards.detection.support import Agreement
from safeguards.items.item import Item, Role

FEWEST_DISTINCT = 4
"""A column whose name says nothing needs this many different values, or it is a constant or a code."""

REPEATED_BELOW = 0.01
"""Different values for each row, below which a column looks like one of codes rather than of persons."""

REPEATED_ROWS = 500
"""Rows from which that can be told."""

REPEATED_ODDS = 0.5
"""What few different values do to the odds of an identifier, where the name says nothing."""


@dataclass(frozen=True, slots=True)
class Support:
    """Agreement with ``entity``, best by ``item``: ``hits`` cells of it, how sure that makes, and why.

    ``against`` says why what looks like the entity here is something else; None where nothing says so.
    """

    entity: str
    item: Item
    by_name: bool
    hits: int
    confidence: float
    reason: str
    against: str | None


def weigh(agreements: Sequence[Agreement], looked_at: Cells, odds: float) -> Support:
    """Weigh the items of one entity together; ``odds`` is what the column's SQL type does to theirs.

    A cell counts by the item that is surest of it, so that mobile and fixed-line numbers make one column.
    """
    counts = np.array(looked_at.counts, np.int64)
    scores = reduce(np.maximum, [each.scores for each in agreements])
    best = max(agreements, key=lambda each: (int(counts[each.scores > 0].sum()), float(each.scores.sum())))
    by_name = any(each.by_name for each in agreements)
    entity, hits = best.item.entity, int(counts[scores > 0].sum())
    excluded = [each for each in agreements if each.excluded]
    if not hits or (not by_name and int((scores > 0).sum()) < FEWEST_DISTINCT):
        against = "; ".join(note for each in excluded for note in each.notes) if excluded else None
        return Support(entity, best.item, by_name, hits, 0.0, "", against)
    certainty = shifted(
        float(scores @ counts) / hits, odds * _repetition(scores > 0, looked_at, best, by_name)
    )
    confidence = wilson(hits, looked_at.rows)[0] * certainty
    reasons = [best.usual, *best.notes, *(["the column's name says so"] if by_name else [])]
    return Support(entity, best.item, by_name, hits, confidence, "; ".join(reasons), None)


def _repetition(hit: np.ndarray, looked_at: Cells, best: Agreement, by_name: bool) -> float:
    if by_name or best.item.role is not Role.IDENTIFIER or looked_at.rows < REPEATED_ROWS:
        return 1.0
    return REPEATED_ODDS if int(hit.sum()) < REPEATED_BELOW * looked_at.rows else 1.0
