"""Selection by RE2, as pyarrow calls it: a few passes for all expressions, then each on what is left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
        coarse_texts = [text for text in coarse if text is not None]
        self._any_coarse = [_either(union) for union in _unions(coarse_texts, LONGEST_UNION)]

    def sieve(self, texts: Texts) -> Sieved:
        """Return the rows in which each union of a group may match, by few calls."""
        within = np.zeros(len(texts), bool)
        for union in self._any_coarse:
            within |= _matches(texts, union)
        rows = np.flatnonzero(within)
        chosen = texts.take(indices(rows))
        return [
            hits if group.coarse is None else rows[hits]
            for group in self._groups
            for hits in group.sieve(texts if group.coarse is None else chosen)
        ]

    def pairs(self, texts: Texts, sieved: Sieved) -> Pairs:
        """Return the rows and places that match, given what `sieve` returned."""
        every = np.arange(len(texts))
        found = [(every, place) for place in self._everywhere]
        unions = (union for group in self._groups for union in group.unions)
        for union, rows in zip(unions, sieved, strict=True):
            if len(rows):
                found.extend((rows[hits], place) for hits, place in union.matches(texts.take(indices(rows))))
        return (
            np.concatenate([rows for rows, _ in found]) if found else np.empty(0, np.int64),
            np.repeat(np.array([place for _, place in found], np.int64), [len(rows) for rows, _ in found]),
        )


class _Group:
    """Expressions that share a coarse one: that is asked first, then their unions."""

    def __init__(self, coarse: str | None, members: Sequence[tuple[int, str]]) -> None:
        self.coarse = coarse
        longest = LONGEST_UNION if coarse is None else _CLOSER_UNION
        places: dict[str, list[int]] = {}
        for place, text in members:
            places.setdefault(text, []).append(place)
        self.unions = [_Union({text: places[text] for text in union}) for union in _unions(places, longest)]

    def sieve(self, texts: Texts) -> Iterator[Rows]:
        """Yield for each union the rows in which it matches."""
        if self.coarse is None:
            yield from (np.flatnonzero(_matches(texts, union.expression)) for union in self.unions)
            return
        rows = np.flatnonzero(_matches(texts, self.coarse))
        close = texts.take(indices(rows))
        yield from (rows[_matches(close, union.expression)] for union in self.unions)


class _Union:
    """Expressions, each with its places, that are asked one by one where any of them matches."""

    def __init__(self, members: Mapping[str, Sequence[int]]) -> None:
        self.expression = _either(members)
        self._members = members

    def matches(self, texts: Texts) -> Iterator[tuple[Any, int]]:
        """Yield the place of each expression with a mask of the rows in which it matches."""
        for text, places in self._members.items():
            hits = _matches(texts, text)
            for place in places:
                yield hits, place


def _matches(texts: Texts, expression: str) -> Any:
    """Return a mask of the rows that match; NULLs do not.

    One call leaves Python's lock, because each waits to get it back.
    """
    matched: Any = pc.match_substring_regex(texts, expression)
    valid, values = matched.buffers()
    mask = _bits(values, matched)
    return mask & _bits(valid, matched) if valid is not None else mask


def _bits(buffer: Any, of: Any) -> Any:
    bits = np.unpackbits(np.frombuffer(buffer, np.uint8), bitorder="little")
    return bits[of.offset : of.offset + len(of)].view(bool)


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


def _unions(expressions: Iterable[str], longest: int) -> list[list[str]]:
    """Divide expressions into few unions, none too large for RE2.

    Those that count come last and together: they make the states many.
    """
    unions: list[list[str]] = []
    for expression in sorted(set(expressions), key=lambda text: (_counted(text), len(text), text)):
        longer = _either([*unions[-1], expression]) if unions else ""
        if unions and len(longer) <= longest and _compiles(longer):
            unions[-1].append(expression)
        else:
            unions.append([expression])
    return unions


def _either(expressions: Iterable[str]) -> str:
    return "|".join(f"(?:{expression})" for expression in expressions)


def _counted(expression: str) -> int:
    return sum(int(count) for count in _COUNTS.findall(expression))
