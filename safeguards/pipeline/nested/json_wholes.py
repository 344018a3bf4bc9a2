"""Parts of JSON documents that are kept or left out with all they hold."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pipeline import rules
from safeguards.pipeline.nested.json_members import Members, gather, may_be_numbers, together
from safeguards.pipeline.nested.part import Part
from safeguards.pipeline.nested.place import At
from safeguards.pseudonyms import Keep


class Passing:
    """Parts that are kept with all they hold; what has no right to pass is refused."""

    def __init__(self, part: Part | None, name: str) -> None:
        self._part = part
        self._name = name
        self._rows = self._nulls = 0
        self._leaves: Members = {}

    def add(self, holder: Any, key: Any, value: Any, row: int) -> None:
        """Take a part of any kind."""
        self._rows += 1
        self._nulls += value is None
        gather(value, (key,) if self._part is None else (), self._leaves)

    def settle(self, at: At) -> None:
        """Judge the single values of each name together, and the names."""
        if self._part is not None:
            self._part.count(self._rows, self._nulls, at)
        try:
            for names in self._leaves:
                rules.check_names(names)
            for names, values in together(self._leaves).items():
                if may_be_numbers(values):
                    held = pa.array(values, pa.string())
                    rules.check_values(held, Keep(), names[-1] if names else self._name)
        except InputError as error:
            where = "column" if self._part else "a part that is not listed, of column"
            raise type(error)(f"{where} {self._name!r} {error}") from None


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
