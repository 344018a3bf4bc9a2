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
LONGEST_UNION = 26_000
"""Characters: beyond some ten thousands, the states of one automaton overflow RE2's cache."""

_CLOSER_UNION = 5_500
"""Characters of a union for texts that a coarse expression has chosen: they lead to more states."""

FEW = 0.1
"""A share of rows of which asking all unions takes less time than asking first which are worth it."""

_COUNTS = re.compile(r"(?<![xp])\{(\d+)")
"""The lower bound of a repeat, not the code of a character or a property's name."""


class ArrowBackend:
    """Searches with RE2. Expressions that it refuses are taken to match everywhere.

    All texts are searched for the expressions that have no coarse one, and for the coarse ones; what those
    lead to is searched for the rest.
    """

    def __init__(self, expressions: Sequence[Native]) -> None:
        self._everywhere: list[int] = []
        members: dict[str | None, dict[str, list[int]]] = {None: {}}
        for place, one in enumerate(expressions):
            if _compiles(one.text):
                members.setdefault(one.coarse, {}).setdefault(one.text, []).append(place)
            else:
                self._everywhere.append(place)
        alone = members.pop(None)
        self._groups = [_Group(coarse, those) for coarse, those in members.items() if coarse is not None]
        coarse = [group.coarse for group in self._groups]
        self._passes = [_Pass(union, alone) for union in _unions([*alone, *coarse], LONGEST_UNION)]
        self._unions = [one.union for one in self._passes if one.union]
        self._unions += [union for group in self._groups for union in group.unions]

    def sieve(self, texts: Texts) -> Sieved:
        """Return the rows in which each union may match, by few calls."""
        masks = [_matches(texts, one.expression) for one in self._passes]
        coarse = np.zeros(len(texts), bool)
        for one, mask in zip(self._passes, masks, strict=True):
            if one.mixed:
                coarse |= mask
        rows = np.flatnonzero(coarse)
        chosen = texts.take(indices(rows))
        few = len(rows) < FEW * len(texts)
        sieved = [
            rows[_matches(chosen, one.union.expression)] if one.mixed else np.flatnonzero(mask)
            for one, mask in zip(self._passes, masks, strict=True)
            if one.union
        ]
        return [*sieved, *(rows[hits] for group in self._groups for hits in group.sieve(chosen, few=few))]

    def pairs(self, texts: Texts, sieved: Sieved) -> Pairs:
        """Return the rows and places that match, given what `sieve` returned."""
        every = np.arange(len(texts))
        found = [(every, place) for place in self._everywhere]
        for union, rows in zip(self._unions, sieved, strict=True):
            if len(rows):
                found.extend((rows[hits], place) for hits, place in union.matches(texts.take(indices(rows))))
        return (
            np.concatenate([rows for rows, _ in found]) if found else np.empty(0, np.int64),
            np.repeat(np.array([place for _, place in found], np.int64), [len(rows) for rows, _ in found]),
        )


class _Pass:
    """What all texts are searched for at once: ``union``, and if it is ``mixed``, coarse expressions too."""

    def __init__(self, expressions: Sequence[str], members: Mapping[str, Sequence[int]]) -> None:
        self.expression = _either(expressions)
        own = {text: members[text] for text in expressions if text in members}
        self.union = _Union(own) if own else None
        self.mixed = len(own) < len(expressions)


class _Group:
    """Expressions that share a coarse one."""

    def __init__(self, coarse: str, members: Mapping[str, Sequence[int]]) -> None:
        self.coarse = coarse
        unions = _unions(members, _CLOSER_UNION)
        self.unions = [_Union({text: members[text] for text in union}) for union in unions]

    def sieve(self, texts: Texts, *, few: bool) -> Iterator[Rows]:
        """Yield for each union the rows in which it matches; of few texts, the coarse one is not asked."""
        rows = np.arange(len(texts)) if few else np.flatnonzero(_matches(texts, self.coarse))
        close = texts if few else texts.take(indices(rows))
        yield from (rows[_matches(close, union.expression)] for union in self.unions)


class _Union:
    """Expressions, each with its places, that are asked where any of them matches: those of long unions in
    smaller ones first.
    """

    def __init__(self, members: Mapping[str, Sequence[int]]) -> None:
        self.expression = _either(members)
        self._members = members
        smaller = _unions(members, _CLOSER_UNION) if len(self.expression) > _CLOSER_UNION else []
        self._parts = [_Union({text: members[text] for text in part}) for part in smaller if len(smaller) > 1]

    def matches(self, texts: Texts) -> Iterator[tuple[Rows, int]]:
        """Yield the rows in which each expression matches, with its place."""
        for part in self._parts:
            rows = np.flatnonzero(_matches(texts, part.expression))
            if len(rows):
                yield from ((rows[hits], place) for hits, place in part.matches(texts.take(indices(rows))))
        for text, places in () if self._parts else self._members.items():
            hits = np.flatnonzero(_matches(texts, text))
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
