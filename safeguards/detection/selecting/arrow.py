"""Selection by RE2, as pyarrow calls it: one pass for all expressions, then each on what is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from safeguards.detection.selecting.selection import Pairs, Texts
from safeguards.detection.selecting.superset import Native

_ANY_TEXT = pa.nulls(1, pa.string())
LONGEST_UNION = 12_000
"""Characters: beyond some ten thousands, the states of one automaton overflow RE2's cache."""


class ArrowBackend:
    """Searches with RE2. Expressions that it refuses are taken to match everywhere."""

    def __init__(self, expressions: Sequence[Native]) -> None:
        compiled = [(place, one) for place, one in enumerate(expressions) if _compiles(one.text)]
        self._everywhere = sorted(set(range(len(expressions))) - {place for place, _ in compiled})
        coarse = dict.fromkeys(one.coarse for _, one in compiled)
        self._groups = [
            _Group(text, [(place, one.text) for place, one in compiled if one.coarse == text])
            for text in coarse
        ]

    def pairs(self, texts: Texts) -> Pairs:
        """Return the rows and places that match."""
        every = np.arange(len(texts))
        found = [(every, place) for place in self._everywhere]
        for group in self._groups:
            found.extend(group.matches(texts))
        return (
            np.concatenate([rows for rows, _ in found]) if found else np.empty(0, np.int64),
            np.repeat(np.array([place for _, place in found], np.int64), [len(rows) for rows, _ in found]),
        )


class _Group:
    """Expressions that share a coarse one: that is asked first, then their unions, then each."""

    def __init__(self, coarse: str | None, members: Sequence[tuple[int, str]]) -> None:
        self._coarse = coarse
        self._unions = _unions([text for _, text in members])
        self._members: dict[str, list[int]] = {}
        for place, text in members:
            self._members.setdefault(text, []).append(place)

    def matches(self, texts: Texts) -> Iterator[tuple[npt.NDArray[np.int64], int]]:
        """Yield rows with the place of an expression that matches in them."""
        rows: npt.NDArray[np.int64] = np.arange(len(texts))
        left: Any = texts
        if self._coarse is not None:
            rows = np.flatnonzero(_matches(texts, self._coarse))
            left = texts.take(indices(rows))
        within = np.zeros(len(rows), bool)
        for union in self._unions:
            within |= _matches(left, union)
        rows, left = rows[within], left.take(indices(np.flatnonzero(within)))
        for text, places in self._members.items():
            hits = rows[_matches(left, text)] if len(rows) else rows
            for place in places:
                yield hits, place


def _matches(texts: Texts, expression: str) -> Any:
    matched: Any = pc.match_substring_regex(texts, expression)
    return np.asarray(matched.fill_null(False))


def indices(rows: npt.NDArray[np.int64]) -> Any:
    """Return rows as an Arrow array; `pyarrow.array` would import pandas first, where it is installed."""
    buffer: Any = np.ascontiguousarray(rows)
    return pa.Array.from_buffers(pa.int64(), len(rows), [None, pa.py_buffer(buffer)])


def _compiles(expression: str) -> bool:
    try:
        pc.match_substring_regex(_ANY_TEXT, expression)
    except pa.ArrowInvalid:
        return False
    return True


def _unions(expressions: Sequence[str]) -> list[str]:
    """Return few expressions that together match where any of these does, none too large for RE2."""
    unions: list[str] = []
    for expression in sorted(set(expressions), key=len):
        longer = f"{unions[-1]}|(?:{expression})" if unions else ""
        if unions and len(longer) <= LONGEST_UNION and _compiles(longer):
            unions[-1] = longer
        else:
            unions.append(f"(?:{expression})")
    return unions
