"""Maps of Arrow: lists of entries, whose keys have to stay different."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pipeline.nested.part import Part
from safeguards.pipeline.nested.paths import Branch
from safeguards.pipeline.nested.place import At, Node
from safeguards.pipeline.step import Counts
from safeguards.pseudonyms import Drop, Keep, lists

KEY, VALUE = "key", "value"
_Maps: Any = pa.MapArray


def entry(kind: Any) -> pa.DataType:
    """Return the type of a map's entries."""
    return pa.struct([(KEY, kind.key_type), (VALUE, kind.item_type)])


def entries(branch: Branch) -> Branch:
    """Return what is asked of a map's entries.

    Raises:
        InputError: something else is asked of the map, or what no entry as a whole can be given.
    """
    asked = branch.each
    if asked is None or branch.members or not isinstance(asked.transform, Keep | Drop | None):
        raise InputError(
            f"column {branch.name!r} is a map: name {f'{branch.name}[].{KEY}'!r} and "
            f"{f'{branch.name}[].{VALUE}'!r}"
        )
    return asked


def opened(values: Any) -> tuple[Any, Any]:
    """Return how many entries each map has, and all entries as structs of ``key`` and ``value``."""
    own = values.take(pa.array(range(len(values)), pa.int64()))
    entries = pa.StructArray.from_arrays([own.keys, own.items], names=[KEY, VALUE])
    return np.diff(own.offsets.to_numpy()), entries


class Map:
    """A map and its entries, each a struct of ``key`` and ``value``."""

    def __init__(self, name: str, asked: Branch, entries: Node) -> None:
        self._name = name
        self._entries = entries
        self.output: Any = self._map(entries.output)
        self._rekeyed = self.output is not None and _rekeys(asked)

    def _map(self, entry: Any) -> pa.DataType | None:
        if entry is None:
            return None
        if entry.num_fields < 2:
            raise InputError(
                f"column {self._name!r} is a map, which cannot do without its keys or its values: "
                "drop all of it, or give both a transform"
            )
        return pa.map_(entry.field(KEY).type, entry.field(VALUE).type)

    def parts(self) -> Sequence[Part]:
        """Return the parts of keys and values."""
        return self._entries.parts()

    @property
    def keeps(self) -> bool:
        """Whether documents in it keep members that no path names."""
        return self._entries.keeps

    def unmet(self, counts: Counts) -> Iterator[str]:
        """Yield those of keys and values."""
        return self._entries.unmet(counts)

    def apply(self, values: Any, at: At) -> Any:
        """Transform keys and values; NULL and empty maps stay what they are."""
        lengths, entries = opened(values)
        within = at.within(lists.parents(lengths))
        made = self._entries.apply(entries, within)
        if made is None:
            return None
        keys, items = made.field(KEY), made.field(VALUE)
        if self._rekeyed:
            self._refuse_merged(keys, lengths, within)
        offsets: Any = pa.array(lists.offsets(lengths).astype(np.int32))
        return _Maps.from_arrays(offsets, keys, items, self.output, mask=values.is_null())

    def _refuse_merged(self, keys: Any, lengths: Any, within: At) -> None:
        codes = keys.dictionary_encode().indices.to_numpy()
        pairs = lists.parents(lengths) * (len(keys) + 1) + codes
        _, first = np.unique(pairs, return_index=True)
        if len(first) < len(pairs):
            again = np.setdiff1d(np.arange(len(pairs)), first)[0]
            raise InputError(
                f"column {self._name!r}, row {within.row(int(again))}: two keys of one map are spellings of "
                "one value, or one key stands twice; nothing was written"
            )


def _rekeys(asked: Branch) -> bool:
    """Say whether keys are transformed.

    Raises:
        InputError: different keys would become one.
    """
    key = asked.members.get(KEY)
    if key is None or isinstance(key.transform, Keep):
        return False
    if key.transform is None or not key.transform.traits.injective:
        raise InputError(
            f"column {key.name!r} holds a map's keys, which must stay different: use Token(), or drop the map"
        )
    return True
