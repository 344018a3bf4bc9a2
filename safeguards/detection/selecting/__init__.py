"""Selecting the rows of a column that may hold something, natively, before Python looks at any of them.

A backend may name rows too many, never too few; what stands in the rows is judged elsewhere, so every backend
leads to the same result. RE2 as pyarrow brings it is the native one. Hyperscan was tried and left out: of the
released wheel (0.9.1, AVX-512) ``[0-9]+x+`` misses the match in twenty letters followed by ``0x``, and over a
column it is no faster than RE2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from safeguards.detection.selecting.arrow import ArrowBackend
from safeguards.detection.selecting.requirements import Requirements, digits_in, requirements
from safeguards.detection.selecting.selection import Selection, Sieved, Texts, selection
from safeguards.detection.selecting.superset import Native, superset, supersets
from safeguards.errors import InputError

BACKENDS = ("arrow", "re")


class Selector:
    """Says which rows may match which of ``expressions``.

    Args:
        expressions: native expressions as :func:`superset` or :func:`supersets` returns them; None may match
            anywhere.
        backend: ``arrow`` (RE2), or ``re``, which selects every row: the reference.

    Threads may share a selector.

    Raises:
        InputError: the backend is unknown.
    """

    def __init__(self, expressions: Sequence[str | Sequence[Native] | None], backend: str = "arrow") -> None:
        if backend not in BACKENDS:
            raise InputError(f"unknown backend {backend!r}; use one of: {', '.join(BACKENDS)}")
        native = [
            (place, one)
            for place, given in enumerate(expressions)
            if given is not None and backend == "arrow"
            for one in ((Native(given),) if isinstance(given, str) else given)
        ]
        self._places = np.array([place for place, _ in native], np.int64)
        self._always = sorted(set(range(len(expressions))) - set(self._places.tolist()))
        self._backend = ArrowBackend([one for _, one in native]) if native else None

    def sieve(self, texts: Texts) -> Sieved:
        """Return where `select` has to look: most of its work, in few calls that hold no lock of Python's."""
        return self._backend.sieve(texts) if self._backend else ()

    def select(self, texts: Texts, sieved: Sieved | None = None) -> Selection:
        """Return the rows of ``texts`` that may match, NULLs never among them.

        Args:
            texts: what is searched.
            sieved: what `sieve` returned for ``texts``, if it has been asked.
        """
        if self._backend is None or not len(texts):
            return selection((np.empty(0, np.int64), np.empty(0, np.int64)), self._always, texts)
        rows, places = self._backend.pairs(texts, self.sieve(texts) if sieved is None else sieved)
        return selection((rows, self._places[places]), self._always, texts)


__all__ = [
    "BACKENDS",
    "Native",
    "Requirements",
    "Selection",
    "Selector",
    "digits_in",
    "requirements",
    "superset",
    "supersets",
]
