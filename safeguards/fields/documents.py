"""JSON documents as compact UTF-8."""

from __future__ import annotations

import json
from typing import Any

from safeguards.fields.codec import Codec

MAX_DEPTH = 200
"""How deep lists and objects may nest: below where Python's own JSON reader gives up."""
_INT64 = range(-(1 << 63), 1 << 63)


class Json:
    """A kind of value: dict, list, str, int of 64 bits, finite float, bool, and None inside the first two.

    Only what comes back unchanged is taken: no tuple, no key but text, no NaN. Keys keep their order. None
    itself is SQL NULL, so that a column has one null.
    """


def _encode(value: Any) -> bytes:
    if value is None:
        raise TypeError("JSON null")
    _check(value, MAX_DEPTH)
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _check(value: Any, depth: int) -> None:
    if depth < 0:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        for key, part in value.items():
            if not isinstance(key, str):
                raise TypeError("key")
            _check(part, depth - 1)
    elif isinstance(value, list):
        for part in value:
            _check(part, depth - 1)
    else:
        _check_leaf(value)


def _check_leaf(value: Any) -> None:
    if value is None or isinstance(value, str) or type(value) in {bool, float}:
        return  # `dumps` refuses NaN and infinity
    if type(value) is not int or value not in _INT64:
        raise TypeError("JSON")


JSON = Codec(b"json", dict, _encode, json.loads, searchable=False, parameters=Json)
