"""How many pseudonyms would be taken back, or are met by candidates: counts alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from safeguards.errors import InputError, KeyringError, offer
from safeguards.pseudonyms.column import as_text, plain
from safeguards.pseudonyms.domain import InHand
from safeguards.pseudonyms.reversal import linking
from safeguards.pseudonyms.reversal.distinct import Distinct
from safeguards.pseudonyms.reversal.given import Given
from safeguards.pseudonyms.reversal.task import Task
from safeguards.pseudonyms.reversal.undoing import check_column
from safeguards.pseudonyms.reversal.use import Use
from safeguards.pseudonyms.transform import Transform

_FIELDS: Any = {"value": pa.string(), "matched": pa.bool_()}
_SEEN = pa.schema(_FIELDS)

Matches = Callable[..., npt.NDArray[np.bool_]]
"""Says of each value of an array, none of them NULL, whether it would match."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a preview tells of one column.

    ``rows`` counts all, ``nulls`` those without a value, ``matched`` those whose value would be taken back or
    is met by a candidate; ``distinct`` and ``distinct_matched`` count different values.
    """

    rows: int
    nulls: int
    matched: int
    distinct: int
    distinct_matched: int

    @property
    def share(self) -> float:
        """The share of values that match, by rows; 0 where there is none."""
        return self.matched / (self.rows - self.nulls) if self.rows > self.nulls else 0.0

    def to_dict(self) -> dict[str, float]:
        """Return the counts and the share."""
        return {field.name: getattr(self, field.name) for field in fields(self)} | {"share": self.share}


def counted(task: Task, given: Given, tried: Mapping[str, Any]) -> dict[str, Rate]:
    """Count by column: the values that candidates meet where there are some, else those taken back."""
    schema = given.source.schema
    for name, transform in task.columns.items():
        if name not in schema.names:
            raise InputError(f"no column {name!r}; the columns are: {offer(name, schema.names)}")
        if not tried:
            check_column(schema, name, transform)
    candidates = {name: len(values) for name, values in tried.items()}
    with task.begin(given, candidates=candidates) as use, ExitStack() as open_:
        held = task.held(use)
        counting = {
            name: open_.enter_context(Counting(_matches(transform, held, use, tried.get(name))))
            for name, transform in task.columns.items()
        }
        for batch, _ in given.batches():
            for name, one in counting.items():
                one.add(batch[name], *(batch[other] for other in task.columns[name].beside))
        found = {name: one.rate() for name, one in counting.items()}
        use.note("done", counts={name: rate.to_dict() for name, rate in found.items()})
    return found


def _matches(transform: Transform, held: InHand, use: Use, tried: Any) -> Matches:
    if tried is not None:
        known = linking.made(transform, held, tried)
        return lambda values: linking.met(values, known)
    bound = transform.reverse(held, use)
    return lambda *values: fits(bound.apply, *values)


class Counting:
    """Counts one column, batch by batch, in memory that does not grow with it. A context manager."""

    def __init__(self, matches: Matches) -> None:
        self._matches = matches
        self._rows = self._nulls = self._matched = 0
        self._distinct = Distinct(_SEEN)

    def add(self, values: Any, *beside: Any) -> None:
        """Count the values of an array; ``beside`` holds the columns that its transform reads with it."""
        self._rows += len(values)
        self._nulls += values.null_count
        present = values.is_valid()
        values = plain(values).filter(present)
        encoded = values.dictionary_encode()
        if beside:
            hits = self._matches(values, *(plain(array).filter(present) for array in beside))
            self._matched += int(hits.sum())
        else:
            values = encoded.dictionary
            hits = self._matches(values)
            self._matched += int(hits[encoded.indices.to_numpy()].sum())
        self._distinct.add(pa.table({"value": as_text(values), "matched": hits}))

    def rate(self) -> Rate:
        """Return the counts."""
        distinct = matched = 0
        for table in self._distinct.tables():
            distinct += table.num_rows
            matched += int(table["matched"].to_numpy().sum())
        return Rate(self._rows, self._nulls, self._matched, distinct, matched)

    def __enter__(self) -> Counting:
        return self

    def __exit__(self, *_: object) -> None:
        self._distinct.close()


def fits(apply: Callable[..., Any], *arrays: Any) -> npt.NDArray[np.bool_]:
    """Say of each row whether ``apply`` takes it, by halves: arrays fail as a whole."""
    count = len(arrays[0])
    found = np.zeros(count, np.bool_)
    waiting = [(0, count)] if count else []
    while waiting:
        start, end = waiting.pop()
        if _taken(apply, [array.slice(start, end - start) for array in arrays]):
            found[start:end] = True
        elif end - start > 1:
            middle = (start + end) // 2
            waiting += [(start, middle), (middle, end)]
    return found


def _taken(apply: Callable[..., Any], arrays: Sequence[Any]) -> bool:
    try:
        apply(*arrays)
    except KeyringError:
        raise
    except Exception:  # another transform's may raise anything for a value that is none of its own
        return False
    return True
