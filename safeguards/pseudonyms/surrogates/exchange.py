"""Values exchanged for others of their space: to surrogates, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from safeguards.crypto import ff1
from safeguards.items.kr.names.grid import NameGrid
from safeguards.items.placeholders import LONGEST as LONGEST_PLACEHOLDER
from safeguards.items.placeholders import is_placeholder
from safeguards.items.ranks import LONGEST_VALUE, Ladder, Place, Space
from safeguards.pseudonyms.surrogates.name_rows import Codes, NameRows, Ranks, hangul, written
from safeguards.pseudonyms.surrogates.permutation import Numbers, Turn, numbers, permuted
from safeguards.values import Secret


class Exchanged(NamedTuple):
    """What became of texts; NULL in the rows of ``left``, which tells what is wrong with each."""

    values: Any
    left: Mapping[int, str]


KEEP, NULL, OTHER, EXCHANGE = "keep", "null", "other", "exchange"
PLACEHOLDERS = (KEEP, NULL, OTHER, EXCHANGE)
"""What becomes of a placeholder: it stays in canonical form, goes, is left, or is a value like all others."""


def width(ladder: Ladder, placeholders: str, longest: int) -> int:
    """Return how many characters the longest result has where no value has more than ``longest``."""
    kept = min(longest, LONGEST_PLACEHOLDER) if placeholders == KEEP else 0
    return max(ladder.longest(longest), kept)


@dataclass(frozen=True)
class Exchange:
    """One ladder under one key, one way: to surrogates, or ``back`` from them.

    Where ``placeholders`` are no values they are no surrogates either: a walk passes them over.
    """

    ladder: Ladder
    key: Secret
    back: bool = False
    placeholders: str = KEEP

    def apply(self, text: Any) -> Exchanged:
        """Exchange the values of a string array without NULL; blank ones become empty."""
        whole = _Whole(self, text)
        if not len(whole.rest):
            return Exchanged(whole.result(), {})
        found, left = self._singly(text.take(pa.array(whole.rest)).to_pylist())
        rows = whole.rest.tolist()
        return Exchanged(whole.result(found), {rows[at]: problem for at, problem in left.items()})

    def turn(self, space: Space) -> Turn:
        """Return FF1 under the key, with the space's name as tweak: equal numbers of two spaces part."""
        tweak = space.label.encode()
        one, many = (ff1.decrypt, ff1.decrypt_batch) if self.back else (ff1.encrypt, ff1.encrypt_batch)

        def turned(numerals: Any, radix: int) -> Any:
            if len(numerals) > _FEW:
                return many(self.key, tweak, numerals, radix)
            return np.array([one(self.key, tweak, row, radix) for row in numerals.tolist()], np.int64)

        return turned

    def _singly(self, values: list[str]) -> tuple[list[str | None], dict[int, str]]:
        found: list[str | None] = ["" if not value.strip() else None for value in values]
        left: dict[int, str] = {}
        spaces: dict[str, list[tuple[int, Place]]] = {}
        for at, value in enumerate(values):
            if found[at] is not None:
                continue
            canonical = self.ladder.canonical(value)
            if self._is_apart(canonical):
                found[at] = canonical if self.placeholders == KEEP else None
                if self.back and self.placeholders != KEEP:
                    left[at] = FOREIGN
                elif self.placeholders == OTHER:
                    left[at] = _PLACEHOLDER
                continue
            place = self._place(value, canonical)
            if place is None or place.space.size < place.space.fewest:
                left[at] = _problem(self.ladder, place, canonical)
            else:
                spaces.setdefault(place.space.label, []).append((at, place))
        for members in spaces.values():
            space = members[0][1].space
            ranks = self._turned(space, [place.rank for _, place in members])
            for (at, _), rank in zip(members, ranks.tolist(), strict=True):
                found[at] = self._spelled(Place(space, rank)) if rank >= 0 else None
                if found[at] is None:
                    left[at] = FOREIGN if self.back else _ALONE
        if not self.back:
            self._leave_long(values, found, left)
        return found, left

    def _leave_long(self, values: list[str], found: list[str | None], left: dict[int, str]) -> None:
        """Leave what is longer than a value of such a length may become: its own spelling was shorter."""
        widths = {size: width(self.ladder, self.placeholders, size) for size in set(map(len, values))}
        for at, (value, made) in enumerate(zip(values, found, strict=True)):
            if made is not None and len(made) > widths[len(value)]:
                found[at], left[at] = None, _LONG

    def _is_apart(self, text: str) -> bool:
        return self.placeholders != EXCHANGE and is_placeholder(text)

    def _place(self, value: str, canonical: str) -> Place | None:
        if len(canonical) > LONGEST_VALUE:
            return None
        return self.ladder.found(value) if self.back else self.ladder.place(canonical)

    def _spelled(self, place: Place) -> str | None:
        return self.ladder.value(place) if self.back else place.space.spell(place.rank)

    def _turned(self, space: Space, ranks: list[int]) -> Numbers:
        def fits(found: Numbers) -> npt.NDArray[np.bool_]:
            return np.array([self._stays(Place(space, rank)) for rank in found.tolist()], np.bool_)

        return permuted(numbers(ranks, space.size), space.size, self.turn(space), fits)

    def _stays(self, place: Place) -> bool:
        return not self._is_apart(place.space.spell(place.rank)) and self.ladder.stays(place)


class _Whole:
    """The names that are numbered in whole columns; ``rest`` holds the rows of all other values."""

    def __init__(self, exchange: Exchange, text: Any) -> None:
        self._length = len(text)
        self._found: list[tuple[Any, npt.NDArray[np.intp]]] = []
        self.rest = np.arange(len(text))
        if exchange.ladder.grids:
            self._take(exchange, text)

    def result(self, others: list[str | None] | None = None) -> Any:
        """Return all values in their rows; ``others`` are those of the rest."""
        parts = [*self._found, (pa.array(others or [], pa.string()), self.rest)]
        rows = np.concatenate([rows for _, rows in parts])
        where = np.empty(self._length, np.int64)
        where[rows] = np.arange(self._length)
        return pa.concat_arrays([values for values, _ in parts]).take(pa.array(where))

    def _take(self, exchange: Exchange, text: Any) -> None:
        codes, rows = hangul(text)
        others = np.ones(len(text), np.bool_)
        earlier: list[NameRows] = []
        for grid in map(_rows_of, exchange.ladder.grids):
            ranks = grid.ranks(codes)
            mine = ranks >= 0
            if mine.any():
                self._found.append((written(_names(exchange, grid, ranks[mine], earlier)), rows[mine]))
                others[rows[mine]] = False
            codes, rows = codes[~mine], rows[~mine]
            earlier.append(grid)
        self.rest = np.flatnonzero(others)


def _names(exchange: Exchange, grid: NameRows, ranks: Ranks, earlier: list[NameRows]) -> Codes:
    def fits(found: Ranks) -> npt.NDArray[np.bool_]:
        codes = grid.codes(found)
        good: npt.NDArray[np.bool_] = grid.ranks(codes) == found
        for other in earlier:
            good &= other.ranks(codes) < 0
        return good

    return grid.codes(permuted(ranks, grid.grid.size, exchange.turn(grid.grid), fits))


_FEW = 4
"""Values that are quicker alone than as columns."""


@lru_cache(8)
def _rows_of(grid: NameGrid) -> NameRows:
    return NameRows(grid)


_PLACEHOLDER = 'has a placeholder, such as 없음 or N/A, which placeholders="keep" would leave there'
_LONG = "has a value whose usual spelling is longer than it: write it so first"
_ALONE = "has a value of a shape of which few others are, so that no surrogate is found"
FOREIGN = "has a value that is no surrogate of this domain and version"


def _problem(ladder: Ladder, place: Place | None, canonical: str) -> str:
    if len(canonical) > LONGEST_VALUE:
        return f"has a value of more than {LONGEST_VALUE} characters"
    if place is None:
        return ladder.unfit(canonical) or "has a value with letters or signs that no surrogate is made of"
    return (
        f"has a value of which only {place.space.size:,} are possible, which can be looked through; "
        f"surrogates take {place.space.fewest:,} or more"
    )
