"""The transform of one path into JSON documents."""

from __future__ import annotations

from typing import Any, Protocol

import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pipeline.nested.json_values import Singles
from safeguards.pipeline.nested.json_wholes import Leaving, Passing
from safeguards.pipeline.nested.part import Part
from safeguards.pipeline.nested.paths import Branch
from safeguards.pipeline.nested.place import At, Scope
from safeguards.pseudonyms import Drop, Keep, Transform


class Values(Protocol):
    """The values of one path in the documents at hand."""

    def add(self, holder: Any, key: Any, value: Any, row: int) -> None:
        """Take ``holder[key]``, which is ``value``, of the document in this place of its array, from 0.

        Raises:
            Unfit: it is of a kind that its transform does not take.
        """

    def settle(self, at: At) -> None:
        """Put in its place what becomes of each."""


class Leaf:
    """The transform of one path, and how its values are gathered.

    ``parts`` are it, fitted to text and to numbers; all count as one.
    """

    def __init__(self, branch: Branch, scope: Scope) -> None:
        assert branch.transform is not None
        self.name = branch.name
        self.leaves_out = isinstance(branch.transform, Drop)
        self.whole = isinstance(branch.transform, Keep | Drop)
        texts, numbers = _takes(branch.transform)
        self._text = Part(branch.name, branch.transform, pa.string(), scope) if texts else None
        self._number = Part(branch.name, branch.transform, pa.float64(), scope) if numbers else None

    @property
    def part(self) -> Part:
        """The one that stands for both in the manifest."""
        part = self._text or self._number
        assert part is not None
        return part

    def values(self) -> Values:
        """Return an empty place for values."""
        if self.leaves_out:
            return Leaving(self.part)
        return Passing(self.part, self.name) if self.whole else Singles(self.name, self._text, self._number)


def _takes(transform: Transform) -> tuple[bool, bool]:
    """Say whether text and numbers are what a transform is fitted to: numbers where they stay such."""
    text, number = _result(transform, pa.string()), _result(transform, pa.float64())
    stays = number is not None and pa.types.is_floating(number)
    numbers = stays and (text is None or transform.traits.type_preserving)
    return text is not None or not numbers, numbers


def _result(transform: Transform, kind: pa.DataType) -> pa.DataType | None:
    try:
        # What is left out is left out of any kind.
        return transform.output(kind) or kind
    except InputError:
        return None
