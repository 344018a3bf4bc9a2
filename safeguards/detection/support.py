"""How far a column's cells agree with one item as whole values, and what chance would do."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from safeguards.detection.cells import Cells, spellings
from safeguards.detection.checkdigits import Flags, holding
from safeguards.detection.statistics import wilson
from safeguards.items.checkdigit import CHANCE
from safeguards.items.item import Item, LegalClass, Verdict
from safeguards.items.text import compact

ALONE_FROM = 0.5
"""The least score at which a value proves itself, without a telling column name."""

CHECKED_FROM = 0.5
"""The share at which check digits hold not by chance: all of the interval above it, or all below."""

CHECKED = 0.95
"""The certainty of a value whose check digit holds, in a column where they hold not by chance."""

FEWEST_CHECKED = 20
"""Different numbers from which failing check digits speak against a column that is named like the item."""

BY_CHANCE_BELOW = 0.25
"""Where most cells have an item's form, fewer valid ones than this are valid by chance."""

LONGEST_VALUE = 200
"""Characters of a cell that may be one value."""

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """What one item makes of a column: a certainty for each distinct cell, 0 where it is none.

    ``excluded`` says that what looks like the item in this column is something else, and ``notes`` why, or
    what speaks for it; ``usual`` is the reason of most cells.
    """

    item: Item
    by_name: bool
    scores: Scores
    usual: str
    notes: tuple[str, ...]
    excluded: bool


class _Reading(NamedTuple):
    """One distinct cell that has the item's form: how it is spelt, and the verdict on it, if it is valid."""

    spelling: str
    verdict: Verdict | None


class Judge:
    """Weighs columns against one item."""

    def __init__(self, item: Item) -> None:
        self.item = item
        form = item.whole or item.pattern
        self._pattern = re.compile(form) if form else None

    def agreement(self, looked_at: Cells, *, by_name: bool) -> Agreement:
        """Return how far the cells agree, given whether the column's name names the item."""
        if looked_at.fractional and (not by_name or self.item.legal_class is LegalClass.AUTHENTICATION):
            return self._none(looked_at, by_name=by_name)
        if not by_name and not self._seen_in(looked_at):
            return self._none(looked_at, by_name=by_name)
        readings = [self._read(text, looked_at, by_name=by_name) for text in looked_at.texts]
        column = _Column(self.item, looked_at, readings)
        together = self.item.judge_column(looked_at.texts) if self.item.judge_column else None
        against = column.against(by_name=by_name, counts_form=self._pattern is not None)
        if against is not None or (together is not None and not together):
            nothing = np.zeros(len(looked_at.texts))
            return Agreement(self.item, by_name, nothing, "", (against,) if against else (), excluded=True)
        notes = [together.reason] if together else []
        if column.holding:
            notes.append(f"check digits hold in {column.holding:.0%}, by chance in {CHANCE:.0%}")
        scores = column.certainty(together, by_name=by_name)
        return Agreement(self.item, by_name, scores, column.usual(scores), tuple(notes), excluded=False)

    def _none(self, looked_at: Cells, *, by_name: bool) -> Agreement:
        return Agreement(self.item, by_name, np.zeros(len(looked_at.texts)), "", (), excluded=False)

    def _seen_in(self, looked_at: Cells) -> bool:
        """Say whether any of some cells has the item's form: of a column of the item, half of all would."""
        read = (self._read(text, looked_at, by_name=False) for text in looked_at.probe)
        return any(reading and (reading.verdict or self._pattern) for reading in read)

    def _read(self, text: str, looked_at: Cells, *, by_name: bool) -> _Reading | None:
        best: _Reading | None = None
        if len(text) > LONGEST_VALUE:
            return None
        for spelling in spellings(text, numeric=looked_at.numeric and by_name):
            if self._pattern is not None and not self._pattern.fullmatch(spelling):
                continue
            verdict = self.item.validate(spelling) or None
            if best is None or _surer(verdict, best.verdict):
                best = _Reading(spelling, verdict)
        return best


class _Column:
    """The readings of one column by one item, as arrays over its distinct cells."""

    def __init__(self, item: Item, looked_at: Cells, readings: list[_Reading | None]) -> None:
        self._item, self._rows, self._readings = item, looked_at.rows, readings
        verdicts = [reading.verdict if reading else None for reading in readings]
        self._counts = np.array(looked_at.counts, np.int64)
        self._shaped: Flags = np.array([reading is not None for reading in readings], np.bool_)
        self._alone: Scores = np.array([verdict.score if verdict else 0.0 for verdict in verdicts])
        self._within: Scores = np.array([verdict.in_context if verdict else 0.0 for verdict in verdicts])
        self._checked = self._check()
        self._held, self._tested = int(self._checked.sum()), int(self._shaped.sum())

    @property
    def holding(self) -> float:
        """The share of check digits that hold, or 0 where chance may explain it."""
        sure = wilson(self._held, self._tested)[0] >= CHECKED_FROM
        return self._held / self._tested if sure else 0.0

    def against(self, *, by_name: bool, counts_form: bool) -> str | None:
        """Return what says that values of the item's form are something else here, if anything does."""
        if by_name and self._item.check_digit is not None and self._item.check_digit_binding:
            by_chance = wilson(self._held, self._tested)[1] < CHECKED_FROM
            if by_chance and self._tested >= FEWEST_CHECKED:
                return f"check digits hold in {self._held / self._tested:.0%} only, by chance in {CHANCE:.0%}"
        score = self._within if by_name else self._alone
        shaped, valid = self._counts[self._shaped].sum(), self._counts[score >= ALONE_FROM].sum()
        if counts_form and not self.holding and shaped > self._rows / 2 and valid < BY_CHANCE_BELOW * shaped:
            return f"valid in {valid / shaped:.0%} of the cells of that form only"
        return None

    def certainty(self, together: Verdict | None, *, by_name: bool) -> Scores:
        """Return how sure each cell is: by the column's name, by itself, or by the company it keeps."""
        if by_name:
            scores = self._within.copy()
        else:
            scores = np.where(self._alone >= ALONE_FROM, self._alone, 0.0)
            scores = np.maximum(scores, together.score if together else 0.0)
        if self.holding:
            scores = np.where(self._checked, np.maximum(scores, CHECKED), scores)
        return np.where(self._within > 0, scores, 0.0)

    def usual(self, scores: Scores) -> str:
        """Return the reason of most distinct cells that count."""
        reasons = Counter(
            reading.verdict.reason
            for reading, score in zip(self._readings, scores, strict=True)
            if score and reading and reading.verdict
        )
        return reasons.most_common(1)[0][0] if reasons else ""

    def _check(self) -> Flags:
        if self._item.check_digit is None:
            return np.zeros(len(self._readings), np.bool_)
        numbers = [compact(reading.spelling) if reading else "" for reading in self._readings]
        return self._shaped & holding(self._item.check_digit, numbers)


def _surer(one: Verdict | None, other: Verdict | None) -> bool:
    return one is not None and (other is None or one.in_context > other.in_context)
