"""Single values of one path in many JSON documents: gathered, transformed at once, and put back."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, isfinite
from typing import Any

import numpy as np
import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pipeline.nested.json_text import Number, as_decimal
from safeguards.pipeline.nested.part import Part
from safeguards.pipeline.nested.place import At
from safeguards.pseudonyms import FormatPreserving, Hash, ReversibleToken, Surrogate, Token, Transform
from safeguards.pseudonyms.column import Unfit, as_text, plain, refuse_unfit
from safeguards.pseudonyms.spelling import require_no_boolean, require_zeros, spell

_EXACT = 2**53
_REMEDY = "write it as text in the documents"


class Singles:
    """Single values. They become text, and so does the result, but for numbers where there is ``number``.

    That is the transform fitted to numbers, as ``text`` is to text; one of the two may be missing.
    """

    def __init__(self, name: str, text: Part | None, number: Part | None) -> None:
        self._name = name
        self._lanes = [_Lane(part) for part in (text, number) if part is not None]
        self._text = self._lanes[0] if text is not None else None
        self._number = self._lanes[-1] if number is not None else None

    def add(self, holder: Any, key: Any, value: Any, row: int) -> None:
        """Take a single value."""
        if type(value) is str and self._text is not None:
            self._text.add(holder, key, value, row)
        elif value is None:
            self._lanes[0].add(holder, key, None, row)
        else:
            self._add_other(holder, key, value, row)

    def settle(self, at: At) -> None:
        """Transform all values in one array for each of the two."""
        for lane in self._lanes:
            lane.settle(at)

    def _add_other(self, holder: Any, key: Any, value: Any, row: int) -> None:
        if isinstance(value, dict | list):
            raise Unfit(self._no_single(value), row + 1)
        number = _exact(value)
        if self._number is not None and number is not None:
            self._number.add(holder, key, number, row)
            return
        try:
            if self._text is None:
                raise InputError("takes numbers of at most 15 digits, and nothing else")
            _refuse_as_in_columns(self._text.part.transform, value)
            self._text.add(holder, key, spell(as_decimal(value) if isinstance(value, Number) else value), row)
        except InputError as error:
            transform = self._lanes[0].part.transform.name
            raise Unfit(f"at {self._name!r}, {transform} {error}", row + 1) from None

    def _no_single(self, value: Any) -> str:
        name = self._name
        kind, inside = ("array", f"{name}[]") if isinstance(value, list) else ("object", f"{name}.name")
        return f"holds an {kind} at {name!r}, where a single value is named: write {inside!r}, or use Drop()"


class _Lane:
    """Values of one kind, and where each stands."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._values: list[Any] = []
        self._holders: list[Any] = []
        self._keys: list[Any] = []
        self._rows: list[int] = []

    def add(self, holder: Any, key: Any, value: Any, row: int) -> None:
        self._values.append(value)
        self._holders.append(holder)
        self._keys.append(key)
        self._rows.append(row)

    def settle(self, at: At) -> None:
        within = at.within(np.array(self._rows, np.int64))
        result = self.part.apply(pa.array(self._values, self.part.kind), within)
        written = self.part.guarded(lambda: _written(result), within)
        for holder, key, value in zip(self._holders, self._keys, written, strict=True):
            holder[key] = value


def _refuse_as_in_columns(transform: Transform, value: Any) -> None:
    """Raise InputError for a number or a Boolean where columns of such are refused."""
    if isinstance(transform, FormatPreserving | Surrogate):
        raise InputError(f"takes text alone, for numbers have lost their leading zeros: {_REMEDY}")
    if isinstance(transform, Token | Hash | ReversibleToken):
        if isinstance(value, bool):
            require_no_boolean(transform.item, "is given a Boolean", "name no item=, or another path")
        else:
            require_zeros(transform.item, "is given a number", _REMEDY)


def _exact(value: Any) -> float | None:
    """Return a number that a float holds as it is written, or nearly so; None for anything else."""
    if type(value) is int:
        return float(value) if -_EXACT <= value <= _EXACT else None
    number = float(value) if isinstance(value, Number) else inf
    return number if abs(number) <= _EXACT else None


def _written(result: Any) -> Iterable[Any]:
    """Return results as JSON's kinds: numbers and Booleans as such, the rest as text."""
    kind = result.type
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind):
        written: list[Any] = result.to_pylist()
        return written
    if pa.types.is_floating(kind):
        numbers = result.to_pylist()
        bad = [number is not None and not isfinite(number) for number in numbers]
        refuse_unfit(pa.array(bad, pa.bool_()), "gives a number that JSON cannot hold")
        return [number if number is None else _number(number) for number in numbers]
    return list(as_text(plain(result)).to_pylist())


def _number(value: float) -> Number:
    return Number(int(value) if value.is_integer() and abs(value) <= _EXACT else repr(value))
