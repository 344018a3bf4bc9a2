"""Where the tags of a field's searches stand in its envelopes, and what they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from safeguards.crypto.envelope import TAG_LIMIT, prefix
from safeguards.crypto.tags import Tagger
from safeguards.errors import InputError
from safeguards.fields.codec import Codec
from safeguards.fields.search import FULL_BITS, Exact, Search

_BYTE = 8


# Compared by identity: SQLAlchemy hashes it for every statement.
@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """One search's tag: ``width`` bytes at ``offset`` of every envelope of the field.

    ``labels`` derive the key of its tagger, which is the ``position``-th of the field.
    """

    search: Search
    position: int
    offset: int
    labels: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many bytes the tag takes."""
        return -(-self.search.bits // _BYTE)

    @property
    def approximate(self) -> bool:
        """Whether unequal values may share the tag."""
        return self.search.bits < FULL_BITS

    def tag(self, tagger: Tagger, value: Any, whole: Callable[[Any], bytes]) -> bytes:
        """Return the tag of a value; ``whole`` gives its canonical form."""
        return self.tag_of(tagger, self.search.form(value, whole))

    def tag_of(self, tagger: Tagger, form: bytes) -> bytes:
        """Return the tag of what the search makes of values."""
        full = tagger.tag(form)
        spare = _BYTE * self.width - self.search.bits
        return full[: self.width - 1] + bytes((full[self.width - 1] >> spare << spare,))


def searches_of(field: str, search: Any, codec: Codec) -> tuple[Search, ...]:
    """Return a declaration's searches, the one for equality first.

    Raises:
        InputError: it is neither None nor one search nor several different ones that the codec allows.
    """
    found = () if search is None else (search,) if isinstance(search, Search) else search
    if not isinstance(found, (tuple, list)) or not all(isinstance(each, Search) for each in found):
        raise InputError(f"field {field}: search takes Exact(), another search, several of them, or None")
    names = [each.name for each in found]
    if len(set(names)) < len(names):
        raise InputError(f"field {field}: two searches have the same name {max(names, key=names.count)!r}")
    for each in found:
        each.check(field, codec)
    return tuple(sorted(found, key=lambda each: not isinstance(each, Exact)))


def layout(
    field: str, searches: Iterable[Search], labels_of: Callable[[Search], tuple[str, ...]]
) -> tuple[Slice, ...]:
    """Place the tags of ``searches`` one behind the other.

    Raises:
        InputError: together they are longer than an envelope allows.
    """
    slices: list[Slice] = []
    offset = start = len(prefix())
    for position, search in enumerate(each for each in searches if not each.beside):
        slices.append(Slice(search, position, offset, labels_of(search)))
        offset += slices[-1].width
    if offset - start > TAG_LIMIT:
        raise InputError(f"field {field}: its search tags have more than {TAG_LIMIT} bytes; give fewer bits")
    return tuple(slices)


def beside(
    searches: Iterable[Search], taken: int, labels_of: Callable[[Search], tuple[str, ...]]
) -> tuple[Slice, ...]:
    """Return the searches whose tags stand in tables of their own; ``taken`` taggers come before theirs."""
    found = (each for each in searches if each.beside)
    return tuple(Slice(each, position, 0, labels_of(each)) for position, each in enumerate(found, taken))
