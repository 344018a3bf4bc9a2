"""The codec of every kind of value that a field can hold."""

from __future__ import annotations

import enum
from typing import Any

from safeguards.errors import InputError
from safeguards.fields.codec import Codec
from safeguards.fields.documents import JSON, Json
from safeguards.fields.lists import ListOf, list_codec
from safeguards.fields.moments import MOMENTS
from safeguards.fields.names import Names, enum_codec, names_codec
from safeguards.fields.scalars import SCALARS

_CODECS: dict[type, Codec] = {**SCALARS, **MOMENTS, Json: JSON}


def codec_for(kind: type | Names | ListOf) -> Codec:
    """Return the codec of a kind of value.

    Kinds are str, bytes, bool, int, float, Decimal, date, time, datetime and UUID; a class of enum members;
    ``Names(("a", "b"))`` for texts out of a set; ``Json``; ``ListOf(kind)`` for lists of scalars. Integers
    have 64 bits. A time or datetime keeps its offset from UTC and forgets the zone's name.

    Raises:
        InputError: the kind has no codec.
    """
    if isinstance(kind, ListOf):
        return list_codec(kind, codec_for(kind.item))
    if isinstance(kind, Names):
        return names_codec(kind)
    if issubclass(kind, enum.Enum):
        return enum_codec(kind)
    codec = _CODECS.get(kind)
    if codec is None:
        raise InputError(f"values of type {_name(kind)} cannot be encrypted; choose one of {_known()}")
    return codec


def _known() -> str:
    return ", ".join([*map(_name, _CODECS), "an Enum", "a list of these"])


def _name(kind: Any) -> str:
    return str(kind.__name__)
