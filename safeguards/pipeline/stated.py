"""Whether plain data, such as JSON holds, is what a field of a record is declared to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def holds(record: Any) -> bool:
    """Say whether each field of a dataclass holds what its annotation says, down to the last number."""
    hints = get_type_hints(type(record))
    return all(fits(getattr(record, name), hint) for name, hint in hints.items())


def fits(value: Any, hint: Any) -> bool:
    """Say whether a value is of an annotation out of plain types, their unions, mappings and sequences."""
    kind, inner = get_origin(hint), get_args(hint)
    if hint in (Any, object):
        return True
    if kind in (Union, UnionType):
        return any(fits(value, one) for one in inner)
    if kind is Mapping:
        return isinstance(value, dict) and all(fits(one, inner[1]) for one in value.values())
    if kind is Sequence:
        return isinstance(value, list | tuple) and all(fits(one, inner[0]) for one in value)
    if is_dataclass(hint):
        return isinstance(value, hint) and holds(value)  # type: ignore[arg-type]
    if isinstance(value, bool) or hint in (bool, NoneType):
        return type(value) is hint
    return isinstance(value, int | float if hint is float else hint)
