"""Look for resident registration numbers in every row: a sample would miss the few that matter most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.detection import Detector
from safeguards.pipeline import leaves
from safeguards.pseudonyms.column import as_text, is_text, plain

RRN = "kr_rrn"
# Digits of any script, with or without something between; the detector judges what this lets through.
_CANDIDATE = r"\pN{6}[^\pN\pL]{0,3}\pN{7}"
# A column of other long numbers has a candidate in every row: beyond these the sample has to do.
_JUDGED = 10_000


@dataclass(frozen=True, slots=True)
class RrnSearch:
    """The search of one column: ``rows`` with such a number, and whether every candidate was judged."""

    column: str
    rows: int
    complete: bool


class RrnCounter:
    """Counts rows that hold such a number, batch by batch."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._detector = Detector(entities=[RRN])
        self._rows = self._judged = 0
        self._complete = True

    @staticmethod
    def reads(kind: pa.DataType) -> bool:
        """Say whether columns of a type can hold such numbers."""
        return not (pa.types.is_boolean(kind) or pa.types.is_temporal(kind) or pa.types.is_null(kind))

    def add(self, values: Any) -> None:
        """Search one Arrow array."""
        for one, count in _candidates(values):
            if self._judged >= _JUDGED:
                self._complete = False
                return
            self._judged += 1
            self._rows += count if self._detector.detect(one) else 0

    def result(self) -> RrnSearch:
        """Return what was found."""
        return RrnSearch(self._column, self._rows, self._complete)


def _candidates(values: Any) -> Iterator[tuple[str, int]]:
    """Yield distinct texts that may hold such a number, and how often each stands there."""
    if is_text(values.type) or pa.types.is_integer(values.type):
        text = as_text(plain(values))
        tally = pc.value_counts(text.filter(pc.match_substring_regex(text, _CANDIDATE)))
        yield from zip(tally.field("values").to_pylist(), tally.field("counts").to_pylist(), strict=True)
        return
    for cells, _ in leaves.candidates(values):
        yield from Counter(cells).items()
