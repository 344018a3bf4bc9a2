"""Walks over JSON documents to the values of all paths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from safeguards.errors import InputError
from safeguards.pipeline.nested import json_text
from safeguards.pipeline.nested.json_leaf import Leaf, Values
from safeguards.pipeline.nested.json_wholes import Passing
from safeguards.pipeline.nested.part import ROWS
from safeguards.pipeline.nested.paths import Branch
from safeguards.pipeline.nested.place import At, Scope
from safeguards.pipeline.step import Counts
from safeguards.pseudonyms import Keep
from safeguards.pseudonyms.column import Unfit

MET, OBJECTS = "met", "objects"
"""What the values at a place of documents are counted under, and the objects among them."""


class Place:
    """A place in documents: what is asked of a value there, of its members and of its elements."""

    def __init__(self, branch: Branch, scope: Scope, leaves: list[Leaf]) -> None:
        self.name = branch.name
        self.leaf: int | None = None
        if branch.transform is not None:
            self.leaf = len(leaves)
            leaves.append(Leaf(branch, scope))
            if leaves[-1].whole and branch.inner is not None:
                raise InputError(
                    f"column {branch.name!r} is given {branch.transform.name}, which is for all it holds: "
                    f"name that, or {branch.inner.name!r}"
                )
        self.members = {name: Place(member, scope, leaves) for name, member in branch.members.items()}
        self.each = None if branch.each is None else Place(branch.each, scope, leaves)
        self.ends = not self.members and self.each is None
        self.empties = (
            self.each is not None and self.each.leaf is not None and leaves[self.each.leaf].leaves_out
        )

    def unmet(self, counts: Counts) -> Iterator[str]:
        """Yield the members that no object had, though there were objects which might."""
        for member in self.members.values():
            if not counts[member.name, MET] and not counts[member.name, ROWS] and counts[self.name, OBJECTS]:
                yield member.name
            yield from member.unmet(counts)
        if self.each is not None:
            yield from self.each.unmet(counts)


class Walk:
    """One walk over some documents."""

    def __init__(self, leaves: Sequence[Leaf], rest: Any) -> None:
        self._values: list[Values] = [leaf.values() for leaf in leaves]
        self._rest = rest
        self._counts: Counts = Counts()
        self._unlisted: dict[str, Passing] = {}

    def document(self, root: Place, text: str, row: int) -> list[Any]:
        """Gather the values of a document; it is changed when all are settled."""
        held = [json_text.read(text, row + 1)]
        self._see(root, held, 0, row)
        return held

    def settle(self, at: At) -> None:
        """Put what becomes of all values in their places."""
        for values in (*self._values, *self._unlisted.values()):
            values.settle(at)
        at.counts.update(self._counts)

    def _see(self, place: Place, holder: Any, key: Any, row: int) -> None:
        value = holder[key]
        kind = type(value)
        self._counts[place.name, MET] += 1
        if kind is dict and place.members:
            self._counts[place.name, OBJECTS] += 1
            for name in [*value]:
                member = place.members.get(name)
                if member is None:
                    self._unnamed(place, value, name, row)
                elif member.ends and member.leaf is not None:
                    self._values[member.leaf].add(value, name, value[name], row)
                else:
                    self._see(member, value, name, row)
        elif kind is list and place.each is not None:
            for number in range(len(value)):
                self._see(place.each, value, number, row)
            if place.empties:
                value.clear()
        elif place.leaf is not None:
            self._values[place.leaf].add(holder, key, value, row)
        elif value is not None:
            raise Unfit(_other_shape(place, value), row + 1)

    def _unnamed(self, place: Place, holder: Any, name: str, row: int) -> None:
        if self._rest is None:
            # The member's own name may be personal data.
            problem = f"holds a member of {place.name!r} that no path names"
            raise Unfit(f'{problem}: name it, or say unlisted="drop" or "keep"', row + 1)
        if not isinstance(self._rest, Keep):
            del holder[name]
            return
        if place.name not in self._unlisted:
            self._unlisted[place.name] = Passing(None, place.name)
        self._unlisted[place.name].add(holder, name, holder[name], row)


def _other_shape(place: Place, value: Any) -> str:
    kinds: dict[type, str] = {dict: "an object", list: "an array"}
    found = kinds.get(type(value), "a single value")
    wanted = " or ".join(["an object"] * bool(place.members) + ["an array"] * (place.each is not None))
    hint = "; name its members, or drop it" if isinstance(value, dict) else ""
    return f"holds {found} at {place.name!r}, where the paths lead into {wanted}{hint}"
