"""Nested types drawn at random, what is asked of their parts, and a slow reference of what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa
from hypothesis import strategies as st

from safeguards.pseudonyms import Domain, Drop, Keep, Transform
from safeguards.pseudonyms.column import map_text, require_flat
from safeguards.pseudonyms.transform import Bound, Traits

GONE = object()
TEXTS = st.text(st.characters(codec="utf-8"), max_size=4)


@dataclass(frozen=True)
class Backwards(Transform):
    """Text backwards: every value shows in its result whose it is."""

    name: ClassVar[str] = "backwards"

    @property
    def traits(self) -> Traits:
        return Traits(injective=True)

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        require_flat(kind)
        return pa.string()

    def bind(self, domain: Domain | None) -> Bound:
        return Bound(lambda values: map_text(values, lambda text: text[::-1]))


@dataclass(frozen=True)
class Flat:
    transform: Transform
    kind: pa.DataType

    def paths(self, path: str) -> dict[str, Transform]:
        return {path: self.transform}

    def values(self) -> st.SearchStrategy[Any]:
        return st.none() | TEXTS

    def expect(self, value: Any) -> Any:
        if isinstance(self.transform, Drop):
            return GONE
        return value[::-1] if isinstance(self.transform, Backwards) and value is not None else value


@dataclass(frozen=True)
class Many:
    element: Any
    layout: Any

    @property
    def kind(self) -> pa.DataType:
        return self.layout(self.element.kind)

    def paths(self, path: str) -> dict[str, Transform]:
        return self.element.paths(f"{path}[]")

    def values(self) -> st.SearchStrategy[Any]:
        size = getattr(self.kind, "list_size", None)
        return st.none() | st.lists(self.element.values(), min_size=size or 0, max_size=size or 3)

    def expect(self, value: Any) -> Any:
        if gone(self.element):
            return GONE
        return None if value is None else [self.element.expect(one) for one in value]


@dataclass(frozen=True)
class Fields:
    fields: Mapping[str, Any]

    @property
    def kind(self) -> pa.DataType:
        return pa.struct([(name, field.kind) for name, field in self.fields.items()])

    def paths(self, path: str) -> dict[str, Transform]:
        return {
            where: transform
            for name, field in self.fields.items()
            for where, transform in field.paths(f"{path}.{name}").items()
        }

    def values(self) -> st.SearchStrategy[Any]:
        return st.none() | st.fixed_dictionaries({n: field.values() for n, field in self.fields.items()})

    def expect(self, value: Any) -> Any:
        if gone(self):
            return GONE
        if value is None:
            return None
        return {n: field.expect(value[n]) for n, field in self.fields.items() if not gone(field)}


@dataclass(frozen=True)
class Entries:
    item: Any

    @property
    def kind(self) -> pa.DataType:
        return pa.map_(pa.string(), self.item.kind)

    def paths(self, path: str) -> dict[str, Transform]:
        return {f"{path}[].key": Backwards(), **self.item.paths(f"{path}[].value")}

    def values(self) -> st.SearchStrategy[Any]:
        return st.none() | st.dictionaries(TEXTS, self.item.values(), max_size=3).map(lambda d: [*d.items()])

    def expect(self, value: Any) -> Any:
        return None if value is None else [(key[::-1], self.item.expect(item)) for key, item in value]


def gone(tree: Any) -> bool:
    """Say whether nothing of a tree is left."""
    return all(isinstance(transform, Drop) for transform in tree.paths("x").values())


def pair(kind: pa.DataType) -> pa.DataType:
    return pa.list_(kind, 2)


LAYOUTS = [pa.list_, pa.large_list, pa.list_view, pa.large_list_view, pair]
KINDS = [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]


def trees(layouts: Any = LAYOUTS, maps: bool = True) -> st.SearchStrategy[Any]:
    """Draw a tree with a transform at every end."""
    flat = st.builds(
        Flat, st.sampled_from([Backwards(), Keep(), Drop()]), st.sampled_from(KINDS if maps else KINDS[:1])
    )

    def around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        ways = [
            st.builds(Many, inner, st.sampled_from(layouts)),
            st.dictionaries(st.sampled_from(["a", "b", "이름"]), inner, min_size=1).map(Fields),
        ]
        if maps:
            ways.append(inner.filter(lambda tree: not gone(tree)).map(Entries))
        return st.one_of(ways)

    return st.recursive(flat, around, max_leaves=5)
