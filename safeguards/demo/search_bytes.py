"""A byte search of a whole file for many values at once: the proof that none of them is left."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

_PREFIX = 6  # two syllables in UTF-8, the shortest name
_CHUNK = 4 << 20
_Numbers = np.ndarray[tuple[int], np.dtype[np.uint64]]


def values_in(file: Path, values: Iterable[str]) -> int:
    """Count the places of ``file`` where one of ``values`` stands as UTF-8, at any offset.

    Every value has at least six bytes: their first six are looked up at every offset, then the whole value.
    """
    wanted = _by_prefix(value.encode() for value in values)
    data = file.read_bytes()
    if len(data) < _PREFIX or not wanted:
        return 0
    prefixes = np.fromiter(wanted, np.uint64, len(wanted))
    return sum(
        data.startswith(value, place)
        for start in range(0, len(data) - _PREFIX + 1, _CHUNK)
        for place in _places(data, start, prefixes)
        for value in wanted[_number(data[place : place + _PREFIX])]
    )


def _places(data: bytes, start: int, prefixes: _Numbers) -> list[int]:
    """Return the offsets of the chunk at ``start`` where one of the prefixes stands."""
    found = np.isin(_numbers(data[start : start + _CHUNK + _PREFIX - 1]), prefixes)
    offsets: list[int] = (np.flatnonzero(found) + start).tolist()
    return offsets


def _by_prefix(values: Iterable[bytes]) -> dict[int, set[bytes]]:
    found: dict[int, set[bytes]] = {}
    for value in values:
        if len(value) < _PREFIX:
            raise ValueError(f"a value needs at least {_PREFIX} bytes to be told from chance")
        found.setdefault(_number(value[:_PREFIX]), set()).add(value)
    return found


def _number(prefix: bytes) -> int:
    return int.from_bytes(prefix, "little")


def _numbers(data: bytes) -> _Numbers:
    """Return the six bytes at every offset as one little-endian number each."""
    octets = np.frombuffer(data, np.uint8)
    count = len(octets) - _PREFIX + 1
    numbers = np.zeros(count, np.uint64)
    for place in range(_PREFIX):
        numbers |= octets[place : place + count].astype(np.uint64) << np.uint64(8 * place)
    return numbers
