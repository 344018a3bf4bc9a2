"""Types compared as exactly as files and databases keep them."""

from __future__ import annotations

import re

# What Parquet names itself, and what it has no type for, which comes back as the next finer one.
_IN_PARQUET = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\b((?:large_|fixed_size_)?list(?:_view)?)<\w+(?: not null)?: ", r"\1<"),
        (r" \('[^']*'\)>", ">"),
        (r"\b(timestamp|time32)\[s\b", r"\1[ms"),
        (r"\bdate64\[ms\]", "date32[day]"),
        (r"\bdictionary<values=large_string\b", "dictionary<values=string"),
        (r"\bdictionary<values=(?!string\b)([^<>]+), indices=\w+, ordered=[01]>", r"\1"),
    )
]

_FAMILIES = {
    "text": ("string", "large_string", "dictionary<values=string", "dictionary<values=large_string"),
    "number": ("int", "uint", "halffloat", "float", "double", "decimal", "bool"),
    "moment": ("date", "timestamp"),
    "bytes": ("binary", "large_binary", "fixed_size_binary"),
}
_MAY_BECOME_TEXT = ("decimal", "date", "timestamp")


def alike_in_parquet(stated: str, found: str) -> bool:
    """Say whether a Parquet file's column of type ``found`` was written as one of type ``stated``."""
    return stated == found or _in_parquet(stated) == _in_parquet(found)


def _in_parquet(kind: str) -> str:
    for pattern, replacement in _IN_PARQUET:
        kind = pattern.sub(replacement, kind)
    return kind


def loosely_alike(stated: str, found: str) -> bool:
    """Say whether a table's column of type ``found`` may hold what was of type ``stated``."""
    expected, there = _family(stated), _family(found)
    if expected == there or None in {expected, there}:
        return True
    return there == "text" and stated.startswith(_MAY_BECOME_TEXT)


def _family(kind: str) -> str | None:
    return next((name for name, begins in _FAMILIES.items() if kind.startswith(begins)), None)
