"""How far a column's cells agree with one item as whole values, and what chance would do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from safeguards.detection.cells import Cells, spellings
from safeguards.detection.statistics import wilson_lower
from safeguards.items.checkdigit import CHANCE
from safeguards.items.item import Item, Verdict
from safeguards.items.text import compact

ALONE_FROM = 0.5
"""The least score at which a value proves itself, without a telling column name."""

FEWEST_DISTINCT = 4
"""A column whose name says nothing needs this many different values, or it is a constant or a code."""

CHECKED_FROM = 0.5
"""The least share, at the lower end of its interval, at which check digits hold not by chance."""

CHECKED = 0.95
"""The certainty of a value whose check digit holds, in a column where they hold not by chance."""

BY_CHANCE_BELOW = 0.25
"""Where most cells have an item's form, fewer valid ones than this are valid by chance."""

LONGEST_VALUE = 200
"""Characters of a cell that may be one value."""


@dataclass(frozen=True, slots=True)
class Support:
    """Agreement with ``item``: ``hits`` cells of it, how sure that makes, and why.

    ``excluded`` says that what looks like the item in this column is something else.
    """

    item: Item
    by_name: bool
    hits: int
    confidence: float
    reason: str
    excluded: bool


@dataclass(frozen=True, slots=True)
class _Cell:
    """One distinct cell: its count, whether it has the item's form, the verdict, and the check digit."""

    count: int
    shaped: bool
    verdict: Verdict | None
    checked: bool


class Judge:
    """Weighs columns against one item."""

    def __init__(self, item: Item) -> None:
        self.item = item
        form = item.whole or item.pattern
        self._pattern = re.compile(form) if form else None

    def support(self, looked_at: Cells, *, by_name: bool) -> Support:
        """Return how far the cells agree, given whether the column's name names the item."""
        judged = [
            self._cell(text, count, looked_at, by_name=by_name)
            for text, count in zip(looked_at.texts, looked_at.counts, strict=True)
        ]
        together = self.item.judge_column(looked_at.texts) if self.item.judge_column else None
        holding = self._holding(judged)
        vetoed = together is not None and not together
        chance = self._pattern and not holding and not by_name and _by_chance(judged, looked_at.rows)
        if vetoed or chance:
            return Support(self.item, by_name, 0, 0.0, "", excluded=True)
        scores = [_certainty(cell, together, by_name=by_name, checked=holding > 0) for cell in judged]
        reasons = _reasons(together, holding, by_name=by_name)
        return self._weighed(judged, scores, looked_at.rows, reasons, by_name=by_name)

    def _weighed(
        self,
        judged: Sequence[_Cell],
        scores: Sequence[float],
        rows: int,
        reasons: list[str],
        *,
        by_name: bool,
    ) -> Support:
        hits = sum(cell.count for cell, score in zip(judged, scores, strict=True) if score)
        if not hits or (not by_name and sum(map(bool, scores)) < FEWEST_DISTINCT):
            return Support(self.item, by_name, hits, 0.0, "", excluded=False)
        certainty = sum(score * cell.count for cell, score in zip(judged, scores, strict=True)) / hits
        usual = Counter(cell.verdict.reason for cell in judged if cell.verdict).most_common(1)[0][0]
        confidence = wilson_lower(hits, rows) * certainty
        return Support(self.item, by_name, hits, confidence, "; ".join([usual, *reasons]), excluded=False)

    def _cell(self, text: str, count: int, looked_at: Cells, *, by_name: bool) -> _Cell:
        best = _Cell(count, shaped=False, verdict=None, checked=False)
        if len(text) > LONGEST_VALUE:
            return best
        for spelling in spellings(text, numeric=looked_at.numeric and by_name):
            if self._pattern is not None and not self._pattern.fullmatch(spelling):
                continue
            verdict = self.item.validate(spelling) or None
            if not best.shaped or _surer(verdict, best.verdict):
                best = _Cell(count, shaped=True, verdict=verdict, checked=self._checks(spelling))
        return best

    def _checks(self, spelling: str) -> bool:
        if self.item.check_digit is None:
            return False
        digits = compact(spelling)
        return digits.isdigit() and self.item.check_digit.holds(digits)

    def _holding(self, judged: Sequence[_Cell]) -> float:
        """Return the share of check digits that hold, or 0 where chance would explain it."""
        shaped = [cell for cell in judged if cell.shaped]
        holding = sum(cell.checked for cell in shaped)
        if wilson_lower(holding, len(shaped)) < CHECKED_FROM:
            return 0.0
        return holding / len(shaped)


def _surer(one: Verdict | None, other: Verdict | None) -> bool:
    return one is not None and (other is None or one.in_context > other.in_context)


def _by_chance(judged: Sequence[_Cell], rows: int) -> bool:
    shaped = sum(cell.count for cell in judged if cell.shaped)
    valid = sum(cell.count for cell in judged if cell.verdict and cell.verdict.score >= ALONE_FROM)
    return shaped > rows / 2 and valid < BY_CHANCE_BELOW * shaped


def _certainty(cell: _Cell, together: Verdict | None, *, by_name: bool, checked: bool) -> float:
    """Return how sure one cell is: by the column's name, by itself, or by the company it keeps."""
    if cell.verdict is None:
        return 0.0
    if by_name:
        return max(cell.verdict.in_context, CHECKED if checked and cell.checked else 0.0)
    if checked and cell.checked:
        return CHECKED
    alone = cell.verdict.score if cell.verdict.score >= ALONE_FROM else 0.0
    return max(alone, together.score if together else 0.0)


def _reasons(together: Verdict | None, holding: float, *, by_name: bool) -> list[str]:
    reasons = [together.reason] if together else []
    if holding:
        reasons.append(f"check digits hold in {holding:.0%}, by chance in {CHANCE:.0%}")
    return [*reasons, "the column's name says so"] if by_name else reasons
