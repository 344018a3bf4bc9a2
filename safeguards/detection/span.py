"""What detection reports: an entity and where it stands, never the value itself."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """A value found in a text.

    ``start`` and ``end`` count Unicode code points of the original text; ``score`` is the certainty in 0..1;
    ``reason`` says in words why, without the value.
    """

    entity: str
    start: int
    end: int
    score: float
    reason: str
