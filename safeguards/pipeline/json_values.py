"""The values of one path in many JSON documents: gathered, transformed at once, and put back."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pipeline import rules
from safeguards.pipeline.json_text import Number
from safeguards.pipeline.part import At, Part, Scope
from safeguards.pipeline.paths import Branch
from safeguards.pseudonyms import Drop, Keep, Transform
from safeguards.pseudonyms.column import Unfit, as_text, plain, refuse_unfit
from safeguards.pseudonyms.spelling import spell

_EXACT = 2**53


class Values(Protocol):
    """The values of one path in the documents at hand."""

    def add(self, holder: Any, key: Any, value: Any, row: int) -> None:
        """Take ``holder[key]``, which is ``value``, of the document in this place of its array, from 0.

        Raises:
            Unfit: it is of a kind that its transform does not take.
        """

    def settle(self, at: At) -> None:
        """Put in its place what becomes of each."""


class Texts:
    """Values that become text, whatever kind they were; the result is text too."""

    kind: pa.DataType = pa.string()

    def __init__(self, part: Part) -> None:
        self._part = part
        self._values: list[Any] = []
        self._holders: list[Any] = []
        self._keys: list[Any] = []
        self._rows: list[int] = []

    def add(self, holder: Any, key: Any, value: Any, row: int) -> None:
        """Take a single value."""
        self._values.append(value if type(value) is str or value is None else self._read(value, row))
        self._holders.append(holder)
        self._keys.append(key)
        self._rows.append(row)

    def settle(self, at: At) -> None:
        """Transform all values in one array."""
        within = at.within(np.array(self._rows, np.int64))
        result = self._part.apply(pa.array(self._values, self.kind), within)
        written = self._part.guarded(lambda: _written(result), within)
        for holder, key, value in zip(self._holders, self._keys, written, strict=True):
            holder[key] = value

    def _read(self, value: Any, row: int) -> Any:
        if isinstance(value, dict | list):
            name = self._part.name
            kind, inside = ("array", f"{name}[]") if isinstance(value, list) else ("object", f"{name}.name")
            problem = f"holds an {kind} at {name!r}, where a single value is named"
            raise Unfit(f"{problem}: write {inside!r}, or use Drop()", row + 1)
        try:
            return self._single(value)
        except InputError as error:
            raise Unfit(f"at {self._part.name!r}, {self._part.transform.name} {error}", row + 1) from None

    def _single(self, value: Any) -> Any:
        return spell(_decimal(value) if isinstance(value, Number) else value)


class Numbers(Texts):
    """Values of a transform that takes numbers alone; the result is a number where it gives one."""

    kind: pa.DataType = pa.float64()

    def add(self, holder: Any, key: Any, value: Any, row: int) -> None:
        """Take a number."""
        super().add(holder, key, self._read(value, row) if type(value) is str else value, row)

    def _single(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | Number):
            raise InputError("takes numbers, which this is none of")
        number = float(value)
        if not isfinite(number) or (isinstance(value, int) and abs(value) > _EXACT):
            raise InputError("takes numbers of at most 15 digits")
        return number


class Passing:
    """Parts that are kept with all they hold; what has no right to pass is refused."""

    def __init__(self, part: Part | None, name: str) -> None:
        self._part = part
        self._name = name
        self._rows = self._nulls = 0
        self._leaves: dict[tuple[str, ...], list[str]] = {}

    def add(self, holder: Any, key: Any, value: Any, row: int) -> None:
        """Take a part of any kind."""
        self._rows += 1
        self._nulls += value is None
        self._gather(value, (key,) if self._part is None else ())

    def settle(self, at: At) -> None:
        """Judge the single values of each name together, and the names."""
        if self._part is not None:
            self._part.count(self._rows, self._nulls, at)
        try:
            for names, values in self._leaves.items():
                rules.check_names(names)
                rules.check_values(pa.array(values, pa.string()), Keep())
        except InputError as error:
            where = "column" if self._part else "a part that is not listed, of column"
            raise type(error)(f"{where} {self._name!r} {error}") from None

    def _gather(self, value: Any, names: tuple[str, ...]) -> None:
        if isinstance(value, dict):
            for name, part in value.items():
                self._gather(part, (*names, name))
        elif isinstance(value, list):
            for part in value:
                self._gather(part, names)
        elif value is not None:
            self._leaves.setdefault(names, []).append(str(value))


class Leaving:
    """Parts that are left out."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._rows = self._nulls = 0

    def add(self, holder: Any, key: Any, value: Any, row: int) -> None:
        """Count a part; its object loses it here, its array all elements in the end."""
        self._rows += 1
        self._nulls += value is None
        if isinstance(holder, dict):
            del holder[key]

    def settle(self, at: At) -> None:
        """Write the numbers down."""
        self._part.count(self._rows, self._nulls, at)


class Leaf:
    """The transform of one path, and how its values are gathered."""

    def __init__(self, branch: Branch, scope: Scope) -> None:
        assert branch.transform is not None
        self.name = branch.name
        self.leaves_out = isinstance(branch.transform, Drop)
        self.whole = isinstance(branch.transform, Keep | Drop)
        self._gathers = Texts if _takes_text(branch.transform) else Numbers
        self.part = Part(branch.name, branch.transform, self._gathers.kind, scope)

    def values(self) -> Values:
        """Return an empty place for values."""
        if self.leaves_out:
            return Leaving(self.part)
        return Passing(self.part, self.name) if self.whole else self._gathers(self.part)


def _decimal(number: Number) -> Decimal:
    try:
        return Decimal(number)
    except InvalidOperation:  # an exponent of twenty digits
        return Decimal("nan")


def _takes_text(transform: Transform) -> bool:
    return _takes(transform, pa.string()) or not _takes(transform, pa.float64())


def _takes(transform: Transform, kind: pa.DataType) -> bool:
    try:
        transform.output(kind)
    except InputError:
        return False
    return True


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
