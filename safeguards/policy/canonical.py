"""One text for one content, so that a hash changes when a promise does and for no other reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from enum import Enum
from hashlib import sha256
from typing import Any


def fingerprint(value: Any) -> str:
    """Return SHA-256 (64 hex digits) of a value of dataclasses, mappings, lists and plain values.

    The order of keys and of lists does not count, nor does a list's kind; numbers, dates and enumerations do.
    """
    canonical = json.dumps(_canonical(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


def _canonical(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    match value:
        case Mapping():
            return {str(key): _canonical(inner) for key, inner in value.items()}
        case list() | tuple():
            return sorted(map(_canonical, value), key=lambda inner: json.dumps(inner, sort_keys=True))
        case Enum():
            return value.value
        case date():
            return value.isoformat()
    return value
