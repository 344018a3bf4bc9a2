"""Counts that merge: classes by digest and persons by hash, in arrays of numbers only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa

from safeguards.risk.columns import Codes, Column, codes

_DIGEST, _HASH = 16, 8


class Tally:
    """Distinct keys of several int64 parts, sorted, and how many rows each has.

    Args:
        parts: arrays of one length: the halves of a class's digest, then perhaps a person's hash.
        rows: rows of each key; None where only the keys matter, which saves their room.
    """

    def __init__(self, parts: Sequence[Codes], rows: Codes | None) -> None:
        order = np.lexsort(tuple(reversed(parts)))
        sorted_parts = [part[order] for part in parts]
        starts = np.flatnonzero(_begins(sorted_parts))
        self.parts = [part[starts] for part in sorted_parts]
        self.rows = None if rows is None else np.add.reduceat(rows[order], starts)

    def __len__(self) -> int:
        return len(self.parts[0])

    @classmethod
    def merged(cls, tallies: Sequence[Tally]) -> Tally:
        """Add several tallies up."""
        parts = [np.concatenate(arrays) for arrays in zip(*(one.parts for one in tallies), strict=True)]
        rows = [one.rows for one in tallies if one.rows is not None]
        return cls(parts, np.concatenate(rows) if rows else None)

    def sizes(self) -> Codes:
        """Return the size of each class: its rows, or its distinct third parts."""
        if self.rows is not None:
            return self.rows
        starts = np.flatnonzero(_begins(self.parts[:2]))
        return np.diff(starts, append=len(self)).astype(np.int64)


def _begins(parts: Sequence[Codes]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Mark where, in sorted parts, a new key begins."""
    begins = np.ones(len(parts[0]), np.bool_)
    begins[1:] = False
    for part in parts:
        begins[1:] |= part[1:] != part[:-1]
    return begins


def digests(keys: list[Column], secret: bytes) -> tuple[Codes, Codes]:
    """Return two halves of a keyed digest a row; only one row of each class is looked at in Python."""
    _, places, inverse = np.unique(codes(keys), return_index=True, return_inverse=True)
    first = pa.array(places, pa.int64())
    values = zip(*(key.take(first).to_pylist() for key in keys), strict=True)
    halves = _digested(values, secret, _DIGEST).reshape(-1, 2)[inverse]
    return np.ascontiguousarray(halves[:, 0]), np.ascontiguousarray(halves[:, 1])


def hashes(persons: Column, secret: bytes) -> Codes:
    """Return a keyed digest of 64 bits a row."""
    array = persons.combine_chunks() if isinstance(persons, pa.ChunkedArray) else persons
    encoded: Any = array.dictionary_encode(null_encoding="encode")
    found: Codes = _digested(encoded.dictionary.to_pylist(), secret, _HASH)[encoded.indices.to_numpy()]
    return found


def _digested(values: Iterable[object], secret: bytes, size: int) -> Codes:
    joined = b"".join(blake2b(repr(one).encode(), digest_size=size, key=secret).digest() for one in values)
    return np.frombuffer(joined, np.dtype(np.int64))
