"""One reading of every stretch of text: where candidates overlap, the surest and longest wins."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

from safeguards.detection.span import Span


def resolve(spans: Iterable[Span]) -> list[Span]:
    """Return the spans that are left, none overlapping another, in the order of the text."""
    found = list(spans)
    if len(found) < 2:
        return found
    kept: list[tuple[int, int, Span]] = []
    for span in sorted(found, key=_preference):
        place = bisect_left(kept, (span.start, span.end))
        before_ends = kept[place - 1][1] if place else 0
        after_starts = kept[place][0] if place < len(kept) else span.end
        if before_ends <= span.start and span.end <= after_starts:
            insort(kept, (span.start, span.end, span), key=lambda entry: entry[:2])
    return [span for _, _, span in kept]


def _preference(span: Span) -> tuple[float, int, int, str]:
    return (-round(span.score, 2), span.start - span.end, span.start, span.entity)
