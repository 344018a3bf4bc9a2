"""One digest of all that a pipeline is made of, so that a later run knows whether it would do the same."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from safeguards import __version__


def identity(*parts: object) -> str:
    """Return SHA-256 (64 hex digits) of the parts' settings and of this version of the toolkit.

    Dataclasses count by their names and fields, whatever process made them; a step of another kind counts
    by its pickle.
    """
    text = json.dumps([__version__, *map(_plain, parts)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        settings = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        return [_name(value), settings]
    if isinstance(value, Mapping):
        # In their order, which may be that of columns.
        return ["mapping", [[_plain(key), _plain(entry)] for key, entry in value.items()]]
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, set | frozenset):
        return ["set", sorted(json.dumps(_plain(entry), sort_keys=True) for entry in value)]
    return [_name(value), hashlib.sha256(pickle.dumps(value)).hexdigest()]


def _name(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"
