"""Lists, structs and maps of Arrow, walked to the parts that have a transform and built anew around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pipeline.nested import maps
from safeguards.pipeline.nested.documents import Documents, holds_json
from safeguards.pipeline.nested.part import Part
from safeguards.pipeline.nested.paths import Branch
from safeguards.pipeline.nested.place import At, Node, Scope
from safeguards.pipeline.step import Counts
from safeguards.pseudonyms import Keep, Transform, lists
from safeguards.tables.json_lines import is_nested_json

_LIST = pa.list_(pa.string())


def plan_column(branch: Branch, field: Any, scope: Scope) -> Node:
    """Fit what is asked of a column to its type; lists of JSON lines are taken as any others.

    Raises:
        InputError: a path does not fit the type, a part is not listed, or its transform does not take it.
    """
    if is_nested_json(field) and branch.inner is None:
        assert branch.transform is not None
        if not _takes(branch.transform, _LIST):
            _ask_elements(branch)
    return plan(branch, field.type, scope)


def field_of(field: Any, node: Node) -> Any:
    """Return the field of a column's result; documents that were kept, or changed inside, are still such."""
    kept = isinstance(node, Part) and isinstance(node.transform, Keep)
    if is_nested_json(field) and (kept or isinstance(node, Documents)):
        return field
    return pa.field(field.name, node.output)


def plan(branch: Branch, kind: Any, scope: Scope) -> Node:
    """Fit what is asked of a column, or of a part of one, to its type.

    Raises:
        InputError: a path does not fit the type, a part is not listed, or its transform does not take it.
    """
    if branch.inner is None:
        return _end(branch, kind, scope)
    if pa.types.is_dictionary(kind):
        return Decoded(plan(branch, kind.value_type, scope))
    if holds_json(kind):
        return Documents(branch, kind, scope)
    if branch.transform is not None:
        raise InputError(
            f"column {branch.name!r} is given a transform, and so is {branch.inner.name!r} inside it: "
            "name one of them"
        )
    if pa.types.is_struct(kind):
        return Struct(branch, kind, scope)
    if pa.types.is_map(kind):
        entries = maps.entries(branch)
        return maps.Map(branch.name, entries, plan(entries, maps.entry(kind), scope))
    if lists.is_list(kind):
        return List(branch, kind, scope)
    raise InputError(f"column {branch.name!r} is {kind}, which has no parts: {branch.inner.name!r} is none")


def _end(branch: Branch, kind: Any, scope: Scope) -> Node:
    """Give a part its transform: the whole, or each element of a list of which it takes no whole."""
    assert branch.transform is not None
    if not _takes(branch.transform, kind):
        if pa.types.is_dictionary(kind) and pa.types.is_nested(kind.value_type):
            return Decoded(plan(branch, kind.value_type, scope))
        if lists.is_list(kind) and not pa.types.is_map(kind):
            _ask_elements(branch)
            return List(branch, kind, scope)
        if pa.types.is_struct(kind) or pa.types.is_map(kind):
            raise InputError(_without_parts(branch, kind))
    return Part(branch.name, branch.transform, kind, scope)


def _takes(transform: Transform, kind: Any) -> bool:
    try:
        transform.output(kind)
    except InputError:
        return False
    return True


def _ask_elements(branch: Branch) -> None:
    """Ask of each element what is asked of a list."""
    branch.elements().transform, branch.transform = branch.transform, None


def _without_parts(branch: Branch, kind: Any) -> str:
    names = [f"[].{maps.KEY}", f"[].{maps.VALUE}"]
    if pa.types.is_struct(kind):
        names = [Branch(branch.name, branch.columns).member(field.name).name for field in kind]
        names = [name.removeprefix(branch.name) for name in names]
    shown = " and ".join(repr(branch.name + name) for name in names[:2])
    return f"column {branch.name!r} is {kind}: name its parts, such as {shown}, or use Drop()"


class Decoded:
    """A column of dictionary encoding, whose values are nested."""

    def __init__(self, child: Node) -> None:
        self._child = child
        self.output = child.output

    def parts(self) -> Sequence[Part]:
        """Return the values' parts."""
        return self._child.parts()

    @property
    def keeps(self) -> bool:
        """Whether documents in it keep members that no path names."""
        return self._child.keeps

    def unmet(self, counts: Counts) -> Iterator[str]:
        """Yield those of the values."""
        return self._child.unmet(counts)

    def apply(self, values: Any, at: At) -> Any:
        """Transform the value of each row."""
        return self._child.apply(values.dictionary.take(values.indices), at)


class Struct:
    """A struct and its fields; without any field left, it is left out."""

    def __init__(self, branch: Branch, kind: Any, scope: Scope) -> None:
        self._check(branch, [field.name for field in kind])
        self._fields = [
            (field.name, plan(scope.asked(branch, field.name), field.type, scope)) for field in kind
        ]
        kept = [(name, node.output) for name, node in self._fields if node.output is not None]
        self.output: Any = pa.struct(kept) if kept else None

    @staticmethod
    def _check(branch: Branch, names: list[str]) -> None:
        if branch.each is not None:
            raise InputError(f"column {branch.name!r} is a struct and no list: {branch.each.name!r} is none")
        for name, asked in branch.members.items():
            if name not in names:
                raise InputError(f"no column {asked.name!r}; {branch.name!r} has: {', '.join(names)}")
        if twice := next((name for name, count in Counter(names).items() if count > 1), None):
            raise InputError(f"column {branch.name!r} has two fields {twice!r}: rename one of them")

    def parts(self) -> Sequence[Part]:
        """Return the fields' parts."""
        return [part for _, node in self._fields for part in node.parts()]

    @property
    def keeps(self) -> bool:
        """Whether documents in it keep members that no path names."""
        return any(node.keeps for _, node in self._fields)

    def unmet(self, counts: Counts) -> Iterator[str]:
        """Yield those of the fields."""
        return chain.from_iterable(node.unmet(counts) for _, node in self._fields)

    def apply(self, values: Any, at: At) -> Any:
        """Transform each field; a NULL struct stays NULL."""
        # Unlike field(), flatten() knows the slice and what NULL structs hide.
        fields = zip(self._fields, values.flatten(), strict=True)
        made = [node.apply(part, at) for (_, node), part in fields]
        kept = [part for part in made if part is not None]
        if not kept:
            return None
        return pa.StructArray.from_arrays(kept, fields=[*self.output], mask=values.is_null())


class List:
    """A list of any layout and its elements; without any, it is left out."""

    def __init__(self, branch: Branch, kind: Any, scope: Scope) -> None:
        if branch.each is None:
            assert branch.inner is not None
            raise InputError(
                f"column {branch.name!r} is a list: {branch.inner.name!r} is none of its parts, which begin "
                f"with {branch.elements().name!r}"
            )
        if branch.members:
            raise InputError(f"column {branch.name!r} is a list, which has no {next(iter(branch.members))!r}")
        self._elements = plan(branch.each, kind.value_type, scope)
        element = self._elements.output
        self.output: Any = None if element is None else lists.of(kind, element)

    def parts(self) -> Sequence[Part]:
        """Return the elements' parts."""
        return self._elements.parts()

    @property
    def keeps(self) -> bool:
        """Whether documents in it keep members that no path names."""
        return self._elements.keeps

    def unmet(self, counts: Counts) -> Iterator[str]:
        """Yield those of the elements."""
        return self._elements.unmet(counts)

    def apply(self, values: Any, at: At) -> Any:
        """Transform the elements; NULL and empty lists stay what they are."""
        lengths = lists.lengths(values)
        made = self._elements.apply(values.flatten(), at.within(lists.parents(lengths)))
        return None if made is None else lists.build(self.output, lengths, made, values.is_null())
