"""Which recognizers look at which rows of a column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from presidio_analyzer import EntityRecognizer

from safeguards.detection.presidio.narrowing import STRANGE, needs
from safeguards.detection.selecting import Selector

ROWS = 65_536
"""Rows that are chosen from at once."""

Choice = tuple[int, frozenset[int]]
"""A row, and the places of the recognizers that look at it."""


class Choosing:
    """Chooses rows natively, with one pass a recognizer.

    One pass for all would be slower: RE2 keeps its states in a budget, and where the expressions of a dozen
    recognizers overflow it, a pass takes two hundred times as long.
    """

    def __init__(self, recognizers: Sequence[EntityRecognizer], *, every_row: bool, backend: str) -> None:
        needed = [None if every_row else needs(recognizer) for recognizer in recognizers]
        self.always = frozenset(place for place, need in enumerate(needed) if need is None)
        every = frozenset(range(len(recognizers)))
        self._selectors = [(every, Selector([STRANGE], backend))] + [
            (frozenset([place]), Selector(need, backend))
            for place, need in enumerate(needed)
            if need is not None
        ]

    def choices(self, texts: Any) -> Iterator[Choice]:
        """Yield the rows to look at, ascending, NULLs never among them."""
        for start in range(0, len(texts), ROWS):
            part = texts.slice(start, ROWS)
            chosen = self._chosen(part)
            rows = sorted(chosen) if not self.always else _valid(part)
            yield from ((start + row, chosen.get(row, self.always)) for row in rows)

    def _chosen(self, texts: Any) -> dict[int, frozenset[int]]:
        chosen: dict[int, frozenset[int]] = {}
        for places, selector in self._selectors:
            for row in selector.select(texts).rows.tolist():
                chosen[row] = chosen.get(row, self.always) | places
        return chosen


def _valid(texts: Any) -> Iterator[int]:
    return (row for row, valid in enumerate(texts.is_valid().to_pylist()) if valid)
