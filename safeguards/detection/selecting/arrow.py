"""Selection by RE2, as pyarrow calls it: a few passes for all expressions, then each on what is left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safeguards.detection.selecting.selection import Pairs, Rows, Sieved, Texts
from safeguards.detection.selecting.superset import Native

_ANY_TEXT = pa.nulls(1, pa.string())
LONGEST_UNION = 24_000
"""Characters: beyond some ten thousands, the states of one automaton overflow RE2's cache."""

_CLOSER_UNION = 4_000
"""Characters of a union for texts that a coarse expression has chosen: they lead to more states."""

_COUNTS = re.compile(r"(?<![xp])\{(\d+)")
"""The lower bound of a repeat, not the code of a character or a property's name."""


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
        self._any_coarse = _unions([text for text in coarse if text is not None], LONGEST_UNION)

    def sieve(self, texts: Texts) -> Sieved:
        """Return for each group the rows in which it may match, by few calls."""
        rows = _within(texts, self._any_coarse)
        chosen = texts.take(indices(rows))
        return [
            group.sieve(texts) if group.coarse is None else rows[group.sieve(chosen)]
            for group in self._groups
        ]

    def pairs(self, texts: Texts, sieved: Sieved) -> Pairs:
        """Return the rows and places that match, given what `sieve` returned."""
        every = np.arange(len(texts))
        found = [(every, place) for place in self._everywhere]
        for group, rows in zip(self._groups, sieved, strict=True):
            if len(rows):
                found.extend((rows[hits], place) for hits, place in group.matches(texts.take(indices(rows))))
        return (
            np.concatenate([rows for rows, _ in found]) if found else np.empty(0, np.int64),
            np.repeat(np.array([place for _, place in found], np.int64), [len(rows) for rows, _ in found]),
        )


class _Group:
    """Expressions that share a coarse one: that is asked first, then their unions, then each."""

    def __init__(self, coarse: str | None, members: Sequence[tuple[int, str]]) -> None:
        self.coarse = coarse
        longest = LONGEST_UNION if coarse is None else _CLOSER_UNION
        self._unions = _unions([text for _, text in members], longest)
        self._members: dict[str, list[int]] = {}
        for place, text in members:
            self._members.setdefault(text, []).append(place)

    def sieve(self, texts: Texts) -> Rows:
        """Return the rows in which a member matches."""
        if self.coarse is None:
            return _within(texts, self._unions)
        rows = np.flatnonzero(_matches(texts, self.coarse))
        return rows[_within(texts.take(indices(rows)), self._unions)]

    def matches(self, texts: Texts) -> Iterator[tuple[Any, int]]:
        """Yield the place of each expression with a mask of the rows in which it matches."""
        for text, places in self._members.items():
            hits = _matches(texts, text)
            for place in places:
                yield hits, place


def _within(texts: Texts, unions: Sequence[str]) -> Rows:
    """Return the rows in which any of ``unions`` matches."""
    within = np.zeros(len(texts), bool)
    for union in unions:
        within |= _matches(texts, union)
    return np.flatnonzero(within)


def _matches(texts: Texts, expression: str) -> Any:
    matched: Any = pc.match_substring_regex(texts, expression)
    return np.asarray(matched.fill_null(False))


def indices(rows: Rows) -> Any:
    """Return rows as an Arrow array; `pyarrow.array` would import pandas first, where it is installed."""
    buffer: Any = np.ascontiguousarray(rows)
    return pa.Array.from_buffers(pa.int64(), len(rows), [None, pa.py_buffer(buffer)])


def _compiles(expression: str) -> bool:
    try:
        pc.match_substring_regex(_ANY_TEXT, expression)
    except pa.ArrowInvalid:
        return False
    return True


def _unions(expressions: Sequence[str], longest: int) -> list[str]:
    """Return few expressions that together match where any of these does, none too large for RE2.

    Those that count come last and together: they make the states many.
    """
    unions: list[str] = []
    for expression in sorted(set(expressions), key=lambda text: (_counted(text), len(text), text)):
        longer = f"{unions[-1]}|(?:{expression})" if unions else ""
        if unions and len(longer) <= longest and _compiles(longer):
            unions[-1] = longer
        else:
            unions.append(f"(?:{expression})")
    return unions


def _counted(expression: str) -> int:
    return sum(int(count) for count in _COUNTS.findall(expression))
