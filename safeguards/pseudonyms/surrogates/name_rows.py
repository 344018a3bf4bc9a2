"""A grid of Korean names (`items.kr.names.grid`) over whole columns: names to numbers and back."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from safeguards.items.kr.names.grid import NameGrid

_SHORTEST, LONGEST = 2, 4
_BYTES = 3
"""Of a Hangul syllable in UTF-8."""

_FIRST, _LAST = 0xAC00, 0xD7A3
_LEAD, _CONTINUED = 0xE0, 0x80

Codes = npt.NDArray[np.int32]
"""A row of four syllables for each name, as code points less 0xAC00; -1 behind its end."""

Ranks = npt.NDArray[np.int64]


class Hangul(NamedTuple):
    """Names of two to four Hangul syllables, and the rows of the column in which they stand."""

    codes: Codes
    rows: npt.NDArray[np.intp]


def hangul(text: Any) -> Hangul:
    """Find the names of a string array without NULL that are nothing but Hangul syllables."""
    offsets = np.frombuffer(text.buffers()[1], np.int32)[text.offset :][: len(text) + 1]
    data = np.frombuffer(text.buffers()[2] or b"", np.uint8)
    sizes = np.diff(offsets)
    codes = np.full((len(text), LONGEST), -1, np.int32)
    good = np.zeros(len(text), np.bool_)
    for length in range(_SHORTEST, LONGEST + 1):
        rows = np.flatnonzero(sizes == _BYTES * length)
        if not len(rows):
            continue
        raw = data[offsets[rows][:, None] + np.arange(_BYTES * length)].reshape(len(rows), length, _BYTES)
        lead, middle, last = (raw[:, :, at].astype(np.int32) for at in range(_BYTES))
        found = (lead - _LEAD) * 4096 + (middle - _CONTINUED) * 64 + (last - _CONTINUED)
        syllables = (lead >= _LEAD) & (lead < 0xF0) & (middle >> 6 == 2) & (last >> 6 == 2)
        syllables &= (found >= _FIRST) & (found <= _LAST)
        codes[rows, :length] = found - _FIRST
        good[rows] = syllables.all(1)
    rows = np.flatnonzero(good)
    return Hangul(codes[rows], rows)


def written(codes: Codes) -> Any:
    """Return names as a string array."""
    present = codes >= 0
    points = codes[present] + _FIRST
    data = np.empty((len(points), _BYTES), np.uint8)
    data[:, 0] = _LEAD | points >> 12
    data[:, 1] = _CONTINUED | points >> 6 & 0x3F
    data[:, 2] = _CONTINUED | points & 0x3F
    offsets: Any = np.zeros(len(codes) + 1, np.int32)
    np.cumsum(present.sum(1) * _BYTES, out=offsets[1:])
    buffer: Any = data
    return pa.StringArray.from_buffers(len(codes), pa.py_buffer(offsets), pa.py_buffer(buffer))


class NameRows:
    """The numbers of one grid; the same as ``grid.rank`` and ``grid.spell`` give one by one."""

    def __init__(self, grid: NameGrid) -> None:
        self.grid = grid
        self._starts = np.array(grid.starts, np.int64)
        # One row more, for those who have no surname.
        self._reaches = np.array([*grid.reaches, (0, 0, 0)], np.int64)
        self._given = {name: _table(getattr(grid, name)) for name in ("first", "last", "alone")}
        self._letters = {name: _codes(getattr(grid, name)) for name in ("first", "last", "alone")}
        self._single = np.full(_LAST - _FIRST + 1, -1, np.int64)
        self._double = np.full((_LAST - _FIRST + 1, 2), -1, np.int64)
        self._surnames = np.full((len(grid.surnames), 2), -1, np.int32)
        for place, surname in enumerate(grid.surnames):
            codes = _codes(surname)
            self._surnames[place, : len(codes)] = codes
            if len(codes) == 1:
                self._single[codes[0]] = place
            else:  # no two of them begin alike
                self._double[codes[0]] = codes[1], place

    def ranks(self, codes: Codes) -> Ranks:
        """Return the number of each name, -1 where it is none of the grid's."""
        found = self._numbered(self._single[codes[:, 0]], codes[:, 1:])
        second, surname = self._double[codes[:, 0]].T
        rows = np.flatnonzero((second == codes[:, 1]) & (codes[:, 2] >= 0))
        if len(rows):
            double = self._numbered(surname[rows], codes[rows, 2:])
            found[rows] = np.where(double >= 0, double, found[rows])
        return found

    def codes(self, ranks: Ranks) -> Codes:
        """Return the names of numbers."""
        surname = np.searchsorted(self._starts, ranks, "right") - 1
        first, last, _ = self._reaches[surname].T
        given = ranks - self._starts[surname]
        pairs = first * last
        two = given < pairs
        codes = np.full((len(ranks), LONGEST), -1, np.int32)
        codes[:, :2] = self._surnames[surname]
        quotient = given // last
        rest = given - quotient * last
        letters = self._letters
        behind = np.where(two, letters["last"][np.where(two, rest, 0)], -1)
        alone = letters["alone"][np.where(two, 0, given - pairs)]
        before = np.where(two, letters["first"][np.where(two, quotient, 0)], alone)
        single = codes[:, 1] < 0
        codes[:, 1] = np.where(single, before, codes[:, 1])
        codes[:, 2] = np.where(single, behind, before)
        codes[:, 3] = np.where(single, -1, behind)
        return codes

    def _numbered(self, surname: Ranks, given: Codes) -> Ranks:
        """Return the numbers of names with these surnames (-1: none) and given names."""
        first, last, alone = self._reaches[surname].T
        tables = self._given
        one = given[:, 1] < 0
        before, behind, only = (
            tables["first"][given[:, 0]],
            tables["last"][given[:, 1]],
            tables["alone"][given[:, 0]],
        )
        good = np.where(one, only < alone, (before < first) & (behind < last))
        good &= (surname >= 0) & (given[:, 0] >= 0)
        if given.shape[1] > 2:
            good &= given[:, 2] < 0
        number = np.where(one, first * last + only, before * last + behind)
        return np.where(good, self._starts[surname] + number, -1)


def _codes(letters: str) -> Codes:
    return np.array([ord(letter) - _FIRST for letter in letters], np.int32)


def _table(letters: str) -> npt.NDArray[np.int64]:
    """Return the place of each syllable, one beyond all reaches where it has none."""
    table = np.full(_LAST - _FIRST + 1, len(letters), np.int64)
    table[_codes(letters)] = np.arange(len(letters))
    return table
