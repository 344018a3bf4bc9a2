"""What stands inside the cells of a column of running text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from safeguards.detection.cells import Cells
from safeguards.detection.span import Span
from safeguards.detection.statistics import wilson_lower

LISTED_FROM = 0.001
"""The least share, at the lower end of its interval, at which an entity inside the cells is listed."""

PROSE_BUDGET = 1_000_000
"""Characters of one column that are searched for spans."""

Detect = Callable[[Sequence[str]], list[list[Span]]]


@dataclass(frozen=True, slots=True)
class Inside:
    """Entities to the cells that hold them, the cells searched, and ``hits``, those that hold anything.

    ``certainty``, in 0..1, is the mean score of the entity that is surest.
    """

    found: Mapping[str, int]
    searched: int
    hits: int
    certainty: float

    @property
    def listed(self) -> dict[str, float]:
        """The entities with their shares, those too rare for a share left out."""
        return {
            entity: round(hits / self.searched, 4)
            for entity, hits in self.found.items()
            if wilson_lower(hits, self.searched) >= LISTED_FROM
        }

    @property
    def traces(self) -> dict[str, int]:
        """The entities too rare for a share, with their cells."""
        listed = self.listed
        return {entity: hits for entity, hits in self.found.items() if entity not in listed}

    @property
    def share(self) -> float:
        """The share of cells that hold anything."""
        return round(self.hits / self.searched, 4) if self.searched else 0.0

    @property
    def reason(self) -> str:
        """The entities and their cells in words; empty where there are none."""
        if not self.found:
            return ""
        parts = ", ".join(f"{entity} in {hits:,}" for entity, hits in self.found.items())
        return f"free text: {parts} of {self.searched:,} rows"


def look_inside(looked_at: Cells, detect: Detect, excluded: set[str]) -> Inside:
    """Search the cells, as many as the budget allows, for every entity that is not ``excluded``."""
    found: Counter[str] = Counter()
    total: dict[str, float] = {}
    texts = _affordable(looked_at.texts) if looked_at.prose else ()
    searched = hits = 0
    for spans, count in zip(detect(texts), looked_at.counts, strict=False):
        searched += count
        surest = _surest(spans, excluded)
        hits += count if surest else 0
        for entity, score in surest.items():
            found[entity] += count
            total[entity] = total.get(entity, 0.0) + score * count
    certainty = max((total[entity] / found[entity] for entity in found), default=0.0)
    return Inside(dict(found.most_common()), searched, hits, round(certainty, 3))


def _affordable(texts: Sequence[str]) -> Sequence[str]:
    """Return as many of the first texts as the budget allows, one at least."""
    lengths = accumulate(map(len, texts))
    return texts[: max(1, sum(length <= PROSE_BUDGET for length in lengths))]


def _surest(spans: Iterable[Span], excluded: set[str]) -> dict[str, float]:
    """Return each entity of one cell with the score of its surest span."""
    scores: dict[str, float] = {}
    for span in spans:
        if span.entity not in excluded:
            scores[span.entity] = max(span.score, scores.get(span.entity, 0.0))
    return scores
