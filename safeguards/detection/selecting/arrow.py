"""Selection by RE2, as pyarrow calls it: one pass for all expressions, then each on what is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from safeguards.detection.selecting.selection import Pairs, Texts


class ArrowBackend:
    """Searches with RE2. Expressions that it refuses are taken to match everywhere."""

    def __init__(self, expressions: Sequence[str]) -> None:
        self._expressions = [expression if _compiles(expression) else None for expression in expressions]
        self._unions = _unions([expression for expression in self._expressions if expression is not None])
        self._everywhere = None in self._expressions

    def pairs(self, texts: Texts) -> Pairs:
        """Return the rows and places that match."""
        rows: npt.NDArray[np.int64] = np.arange(len(texts)) if self._everywhere else self._some(texts)
        indices: Any = pa.array(rows)
        left: Any = texts.take(indices)
        found = [np.flatnonzero(self._matches(left, expression)) for expression in self._expressions]
        return (
            np.concatenate([rows[hits] for hits in found]) if found else np.empty(0, np.int64),
            np.repeat(np.arange(len(found)), [len(hits) for hits in found]),
        )

    def _some(self, texts: Texts) -> Any:
        found = np.zeros(len(texts), bool)
        for union in self._unions:
            found |= self._matches(texts, union)
        return np.flatnonzero(found)

    @staticmethod
    def _matches(texts: Texts, expression: str | None) -> Any:
        if expression is None:
            return np.ones(len(texts), bool)
        matched: Any = pc.match_substring_regex(texts, expression)
        return np.asarray(matched.fill_null(False))


def _compiles(expression: str) -> bool:
    try:
        pc.match_substring_regex(pa.array([""]), expression)
    except pa.ArrowInvalid:
        return False
    return True


def _unions(expressions: Sequence[str]) -> list[str]:
    """Return as few expressions as RE2 can compile that together match where any of these does."""
    if not expressions:
        return []
    union = "|".join(f"(?:{expression})" for expression in expressions)
    if len(expressions) == 1 or _compiles(union):
        return [union]
    middle = len(expressions) // 2
    return _unions(expressions[:middle]) + _unions(expressions[middle:])
