"""JSON documents in a column of text, walked to the parts that have a transform and written anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pipeline.nested import json_text
from safeguards.pipeline.nested.json_leaf import Leaf
from safeguards.pipeline.nested.json_walk import Place, Walk
from safeguards.pipeline.nested.part import Part
from safeguards.pipeline.nested.paths import Branch
from safeguards.pipeline.nested.place import At, Scope
from safeguards.pipeline.step import Counts
from safeguards.pseudonyms import Keep
from safeguards.pseudonyms.column import Unfit, is_text, plain

JSON_TYPE: Any = getattr(pa, "JsonType", ())  # since pyarrow 19
# Documents become Python objects, many times their size: so many, or so many characters, at once.
_ROWS, _CHARACTERS = 4096, 1 << 22


def holds_json(kind: pa.DataType) -> bool:
    """Say whether paths may lead into values of a type as JSON; without any value they may lead anywhere."""
    return is_text(kind) or pa.types.is_null(kind) or isinstance(kind, JSON_TYPE)


class Documents:
    """Parts of the JSON documents in a column; a document comes out without white space.

    Raises:
        InputError: a path leads into a part that is kept or dropped, or a transform takes no such values.
    """

    def __init__(self, branch: Branch, kind: Any, scope: Scope) -> None:
        self.name = branch.name
        self.output = kind
        self._leaves: list[Leaf] = []
        self._root = Place(branch, scope, self._leaves)
        self._rest = scope.rest

    def parts(self) -> Sequence[Part]:
        """Return the paths' parts."""
        return [leaf.part for leaf in self._leaves]

    @property
    def keeps(self) -> bool:
        """Whether documents keep members that no path names."""
        return isinstance(self._rest, Keep)

    def unmet(self, counts: Counts) -> Iterator[str]:
        """Yield the paths that no document had, where it keeps what no path names."""
        if self.keeps:
            yield from self._root.unmet(counts)

    def apply(self, values: Any, at: At) -> Any:
        """Transform the values of all paths.

        Raises:
            InputError: a text is no JSON, or holds what no path names; the message names the row and what is
                listed, never a member that is not, nor a value.
        """
        stored = values.storage if isinstance(values.type, JSON_TYPE) else values
        texts = plain(stored).to_pylist()
        written: list[str | None] = []
        for start, end in _portions(texts):
            written += self._portion(texts[start:end], start, at)
        made = pa.array(written, stored.type)
        return pa.ExtensionArray.from_storage(self.output, made) if stored is not values else made

    def _portion(self, texts: Sequence[str | None], start: int, at: At) -> list[str | None]:
        walk = Walk(self._leaves, self._rest)
        try:
            documents = [
                None if text is None else walk.document(self._root, text, row)
                for row, text in enumerate(texts, start)
            ]
        except Unfit as error:
            raise InputError(f"column {self.name!r}, row {at.row(error.row - 1)}: {error}") from None
        walk.settle(at)
        return [None if document is None else json_text.write(document[0]) for document in documents]


def _portions(texts: Sequence[str | None]) -> Iterator[tuple[int, int]]:
    start = characters = 0
    for place, text in enumerate(texts):
        characters += len(text or "")
        if characters > _CHARACTERS or place - start >= _ROWS:
            yield start, place + 1
            start, characters = place + 1, 0
    if start < len(texts):
        yield start, len(texts)
