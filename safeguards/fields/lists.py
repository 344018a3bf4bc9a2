"""Lists of scalars, item after item, each with its length before it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from safeguards.errors import InputError
from safeguards.fields.codec import Codec

_LENGTH = struct.Struct(">I")
_NONE = 0  # other lengths are written plus one


@dataclass(frozen=True, slots=True)
class ListOf:
    """A kind of value: a list of one dimension, whose items are None or of the given kind."""

    item: Any

    def __str__(self) -> str:
        return f"list of {getattr(self.item, '__name__', self.item)}"


def list_codec(kind: ListOf, item: Codec) -> Codec:
    """Return the codec of lists of the item's kind.

    Raises:
        InputError: the items are lists or documents themselves.
    """
    if not item.searchable:
        raise InputError("a list of lists or of JSON cannot be encrypted: take JSON for the whole value")
    return Codec(
        b"list:" + item.tag,
        list,
        lambda value: _encode(item, value),
        lambda data: _decode(item, data),
        searchable=False,
        parameters=kind,
        declared=item.declared,
    )


def _encode(item: Codec, value: Any) -> bytes:
    if not isinstance(value, list):
        raise TypeError("list")
    return b"".join(_encode_item(item, part) for part in value)


def _encode_item(item: Codec, value: Any) -> bytes:
    if value is None:
        return _LENGTH.pack(_NONE)
    data = item.encode(value)
    return _LENGTH.pack(len(data) + 1) + data


def _decode(item: Codec, data: bytes) -> list[Any]:
    found: list[Any] = []
    at = 0
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        end = at + max(length - 1, 0)
        if end > len(data):
            raise ValueError("a list was cut")
        found.append(None if length == _NONE else item.decode(data[at:end]))
        at = end
    return found
