"""Pseudonyms of known values: which of those at hand they are, and what they are in another domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safeguards.errors import InputError
from safeguards.pseudonyms.column import plain
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.reversal.given import Given
from safeguards.pseudonyms.reversal.task import Task
from safeguards.pseudonyms.reversal.undoing import turned
from safeguards.pseudonyms.reversal.use import Use
from safeguards.pseudonyms.transform import Transform

PAIRS = pa.schema({"old": pa.string(), "new": pa.string()})
CANDIDATES = "candidates"


def check_tried(transform: Transform, name: str) -> None:
    """Raise InputError for a transform whose results do not tell values apart, or not alone."""
    if not (transform.keyed and transform.traits.injective):
        raise InputError(
            f"column {name!r}: {transform.name} gives different values one result: none is matched"
        )
    if transform.beside:
        raise InputError(f"column {name!r}: {transform.name} reads other columns: it cannot be tried alone")


def tried(candidates: Any, columns: Mapping[str, Transform], bare: bool) -> dict[str, Any]:
    """Return candidates by column, as Arrow arrays.

    Raises:
        InputError: they are of other columns, no Arrow arrays, or of a transform that cannot be tried.
    """
    if candidates is None:
        return {}
    named = dict.fromkeys(columns, candidates) if bare else candidates
    if not isinstance(named, Mapping) or set(named) != set(columns):
        raise InputError("candidates= holds an Arrow array for each column: {column: array}")
    for name, values in named.items():
        if not isinstance(values, pa.Array | pa.ChunkedArray):
            raise InputError(f"column {name!r}: candidates are an Arrow array: pyarrow.array([...])")
        check_tried(columns[name], name)
    return dict(named)


def made(transform: Transform, domain: Domain, values: Any, name: str = CANDIDATES) -> Any:
    """Return the pseudonyms of values, one Arrow array of text.

    Raises:
        InputError: a value has none; the message tells its row.
    """
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    try:
        transform.output(whole.type)
    except InputError as error:
        raise InputError(f"{name} {error}") from None
    return plain(turned(name, transform.bind(domain), whole, ())).cast(pa.string())


def people(task: Task, given: Given, candidates: Any, transform: Transform) -> pa.Table:
    """Return which pseudonyms are of which candidates, once the outcome stands recorded."""
    with task.begin(given, candidates=len(candidates)) as use:
        found = matched(given.data, made(transform, task.held(use), candidates))
        use.note("done", matched=found.num_rows)
    return found


def matched(pseudonyms: Any, known: Any) -> pa.Table:
    """Return ``row`` and ``candidate``, both from 0, of each pseudonym that is among those of candidates."""
    rows = pa.table({"row": np.arange(len(pseudonyms)), "value": _text(pseudonyms)})
    own = pa.table({"candidate": np.arange(len(known)), "value": known})
    joined = rows.filter(pc.is_valid(rows["value"])).join(own, "value", join_type="inner")
    return joined.select(["row", "candidate"]).sort_by([("row", "ascending"), ("candidate", "ascending")])


def met(values: Any, known: Any) -> Any:
    """Say of each pseudonym whether it is among those of candidates."""
    return pc.is_in(_text(values), value_set=known).to_numpy(zero_copy_only=False)


class Pairs:
    """Pseudonyms of a column in two domains, batch by batch.

    Args:
        transform: how the column was made.
        old, new: the domains, with their keys.
        use: the recorded use.
        plain: whether values come in, and not the pseudonyms in ``old``.
        name: the column.
    """

    def __init__(
        self, transform: Transform, old: Domain, new: Domain, use: Use, *, plain: bool, name: str = CANDIDATES
    ) -> None:
        self._name = name
        self._forth = transform.bind(new)
        self._first = transform.bind(old) if plain else transform.reverse(old, use)
        self._plain = plain

    def of(self, values: Any, before: int = 0) -> pa.Table:
        """Return the pairs of an array, without its NULLs; ``before`` rows came before it, for messages."""
        first = turned(self._name, self._first, values, (), before)
        new = turned(self._name, self._forth, values if self._plain else first, (), before)
        pairs = pa.table([_text(first if self._plain else values), _text(new)], schema=PAIRS)
        return pairs.filter(pc.is_valid(pairs["old"]))


def _text(values: Any) -> Any:
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return plain(whole).cast(pa.string())
