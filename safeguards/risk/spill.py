"""Counts of more classes than memory should hold, in a nameless temporary file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

import numpy as np

from safeguards.errors import SafeguardsError
from safeguards.risk.columns import Codes
from safeguards.risk.tally import Tally

PARTITIONS = 256
_ITEM = 8


class Spill:
    """Tallies put away, and taken up again in parts that share no class.

    The file has no name from the first moment on Linux, lies in the system's temporary folder (``TMPDIR``),
    and holds numbers alone: keyed digests, and how often each was met.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._runs: list[tuple[int, int, list[int]]] = []
        self._counted = True

    def __bool__(self) -> bool:
        return bool(self._runs)

    def add(self, tally: Tally) -> None:
        """Put a tally away.

        Raises:
            SafeguardsError: the temporary folder is full or fails.
        """
        self._counted = tally.rows is not None
        columns = [*tally.parts, *([] if tally.rows is None else [tally.rows])]
        # Digests are even: each span of the first half has about as many of them.
        edges = np.searchsorted(tally.parts[0], _EDGES).tolist()
        try:
            file = self._file or tempfile.TemporaryFile(prefix="safeguards-")  # noqa: SIM115
            self._file = file
            start = file.seek(0, 2)
            for column in columns:
                file.write(np.ascontiguousarray(column, np.int64).data)
        except OSError as error:
            raise _unusable(error) from None
        self._runs.append((start, len(tally), [*edges, len(tally)]))

    def partitions(self) -> Iterator[Tally]:
        """Yield the merged tally of each span of digests; no class is in two of them.

        Raises:
            SafeguardsError: the temporary folder fails.
        """
        for place in range(PARTITIONS):
            try:
                tallies = [tally for run in self._runs if len(tally := self._read(run, place))]
            except OSError as error:
                raise _unusable(error) from None
            if tallies:
                yield Tally.merged(tallies)

    def close(self) -> None:
        """Give the room back."""
        if self._file is not None:
            self._file.close()
        self._file, self._runs = None, []

    def _read(self, run: tuple[int, int, list[int]], place: int) -> Tally:
        start, length, edges = run
        first, last = edges[place], edges[place + 1]
        columns = [self._column(start + (n * length + first) * _ITEM, last - first) for n in range(3)]
        return Tally(columns[:2], columns[2]) if self._counted else Tally(columns, None)

    def _column(self, offset: int, length: int) -> Codes:
        assert self._file is not None
        self._file.seek(offset)
        return np.frombuffer(self._file.read(length * _ITEM), np.dtype(np.int64))


_EDGES = (np.arange(PARTITIONS, dtype=np.int64) - PARTITIONS // 2) * (2**64 // PARTITIONS)


def _unusable(error: OSError) -> SafeguardsError:
    return SafeguardsError(
        f"the temporary folder {tempfile.gettempdir()} cannot take the counts of classes "
        f"({error.strerror or type(error).__name__}); name another one by TMPDIR"
    )
