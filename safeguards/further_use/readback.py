"""Read transforms back from the output itself: is a column of tokens really of tokens?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.errors import InputError
from safeguards.further_use.manifest import Made
from safeguards.pipeline.promises import Holds, promise
from safeguards.pseudonyms.column import all_of, as_text, plain

TELLING = frozenset({"token", "reversible_token", "hash", "mask", "generalise", "suppress"})
"""Transforms whose results look like nothing that was there before."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Of ``values`` values that are there in ``column``, ``misses`` are not what ``transform`` makes."""

    column: str
    transform: str
    values: int
    misses: int


class Checker:
    """Counts the values that are not what the manifest says; NULL and empty text tell nothing."""

    def __init__(self, made: Made, holds: Holds) -> None:
        self._made, self._holds = made, holds
        self._values = self._misses = 0

    def add(self, values: Any) -> None:
        """Check the values of one Arrow array."""
        if pa.types.is_nested(values.type):
            self._values += len(values) - values.null_count
            self._misses += len(values) - values.null_count
            return
        tally = pc.value_counts(as_text(plain(values)).drop_null())
        text, counts = tally.field("values"), tally.field("counts")
        told = pc.not_equal(pc.utf8_trim_whitespace(text), pa.scalar(""))
        text, counts = text.filter(told), counts.filter(told)
        total = pc.sum(counts).as_py() or 0
        self._values += total
        self._misses += total - (pc.sum(counts.filter(self._holds(text))).as_py() or 0)

    def result(self) -> ReadBack:
        """Return the counts."""
        return ReadBack(self._made.column, self._made.transform, self._values, self._misses)


def checker(made: Made) -> Checker | None:
    """Return a checker for a column, or None where its transform leaves no trace that could be read.

    Settings that its transform does not have make nothing, so that no value is a result.
    """
    if made.transform not in TELLING:
        return None
    try:
        holds = promise(made.transform, made.item, made.settings)
    except InputError:
        return Checker(made, lambda text: all_of(text, False))
    return Checker(made, holds) if holds else None
