"""JSON documents in a column of text, walked to the parts that have a transform and written anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pipeline import json_text
from safeguards.pipeline.json_values import Leaf, Passing, Values
from safeguards.pipeline.part import At, Part, Scope
from safeguards.pipeline.paths import Branch
from safeguards.pseudonyms import Keep
from safeguards.pseudonyms.column import Unfit, is_text, plain

_JSON_TYPE: Any = getattr(pa, "JsonType", ())  # since pyarrow 19
# Documents become Python objects, many times their size: so many, or so many characters, at once.
_ROWS, _CHARACTERS = 4096, 1 << 22


def holds_json(kind: pa.DataType) -> bool:
    """Say whether paths may lead into values of a type as JSON."""
    return is_text(kind) or isinstance(kind, _JSON_TYPE)


class Documents:
    """Parts of the JSON documents in a column; a document comes out without white space.

    Raises:
        InputError: a path leads into a part that is kept or dropped, or a transform takes no such values.
    """

    def __init__(self, branch: Branch, kind: Any, scope: Scope) -> None:
        self.name = branch.name
        self.output = kind
        self._leaves: list[Leaf] = []
        self._root = _Place(branch, scope, self._leaves)
        self._rest = scope.rest

    def parts(self) -> Sequence[Part]:
        """Return the paths' parts."""
        return [leaf.part for leaf in self._leaves]

    def apply(self, values: Any, at: At) -> Any:
        """Transform the values of all paths.

        Raises:
            InputError: a text is no JSON, or holds what no path names; the message names the row and what is
                listed, never a member that is not, nor a value.
        """
        stored = values.storage if isinstance(values.type, _JSON_TYPE) else values
        texts = plain(stored).to_pylist()
        written: list[str | None] = []
        for start, end in _portions(texts):
            written += self._portion(texts[start:end], start, at)
        made = pa.array(written, pa.string()).cast(stored.type)
        return pa.ExtensionArray.from_storage(self.output, made) if stored is not values else made

    def _portion(self, texts: Sequence[str | None], start: int, at: At) -> list[str | None]:
        visit = _Visit(self._leaves, self._rest)
        try:
            documents = [
                None if text is None else visit.document(self._root, text, row)
                for row, text in enumerate(texts, start)
            ]
        except Unfit as error:
            raise InputError(f"column {self.name!r}, row {at.row(error.row - 1)}: {error}") from None
        visit.settle(at)
        return [None if document is None else json_text.write(document[0]) for document in documents]


class _Place:
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
        self.members = {name: _Place(member, scope, leaves) for name, member in branch.members.items()}
        self.each = None if branch.each is None else _Place(branch.each, scope, leaves)
        self.ends = not self.members and self.each is None
        self.empties = (
            self.each is not None and self.each.leaf is not None and leaves[self.each.leaf].leaves_out
        )


class _Visit:
    """One walk over some documents."""

    def __init__(self, leaves: Sequence[Leaf], rest: Any) -> None:
        self._values: list[Values] = [leaf.values() for leaf in leaves]
        self._rest = rest
        self._unlisted: dict[str, Passing] = {}

    def document(self, root: _Place, text: str, row: int) -> list[Any]:
        """Gather the values of a document; it is changed when all are settled."""
        held = [json_text.read(text, row + 1)]
        self._see(root, held, 0, row)
        return held

    def settle(self, at: At) -> None:
        """Put what becomes of all values in their places."""
        for values in (*self._values, *self._unlisted.values()):
            values.settle(at)

    def _see(self, place: _Place, holder: Any, key: Any, row: int) -> None:
        value = holder[key]
        kind = type(value)
        if kind is dict and place.members:
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

    def _unnamed(self, place: _Place, holder: Any, name: str, row: int) -> None:
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


def _other_shape(place: _Place, value: Any) -> str:
    kinds: dict[type, str] = {dict: "an object", list: "an array"}
    found = kinds.get(type(value), "a single value")
    wanted = " or ".join(["an object"] * bool(place.members) + ["an array"] * (place.each is not None))
    return f"holds {found} at {place.name!r}, where the paths lead into {wanted}"


def _portions(texts: Sequence[str | None]) -> Iterator[tuple[int, int]]:
    start = characters = 0
    for place, text in enumerate(texts):
        characters += len(text or "")
        if characters > _CHARACTERS or place - start >= _ROWS:
            yield start, place + 1
            start, characters = place + 1, 0
    if start < len(texts):
        yield start, len(texts)
