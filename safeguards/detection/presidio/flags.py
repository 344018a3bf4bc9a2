"""What `AnalyzerEngine.analyze` is told with every text, checked once instead of failing at every text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

import regex

from safeguards.detection.options import is_score
from safeguards.errors import InputError


class Flags(TypedDict, total=False):
    """What `AnalyzerEngine.analyze` is told, by the same names; None is what it does itself."""

    score_threshold: float
    context: list[str]
    allow_list: list[str]
    allow_list_match: str
    regex_flags: int


_MATCHES = ("exact", "regex")


def check(flags: Mapping[str, Any]) -> None:
    """Raise InputError where a flag is unknown, or what Presidio would stumble over or silently not heed."""
    if unknown := set(flags) - set(Flags.__annotations__):
        raise InputError(f"unknown flag {sorted(unknown)[0]!r}; known: {', '.join(Flags.__annotations__)}")
    given = {name: value for name, value in flags.items() if value is not None}
    least = given.get("score_threshold", 0)
    if not is_score(least):
        raise InputError(f"score_threshold must lie in 0..1, not {least}")
    for name in ("context", "allow_list"):
        words = given.get(name, [])
        if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
            raise InputError(f"{name} is a list of texts")
    match, options = given.get("allow_list_match", "exact"), given.get("regex_flags", 0)
    if match not in _MATCHES:
        raise InputError(f"unknown allow_list_match {match!r}; use one of: {', '.join(_MATCHES)}")
    if not isinstance(options, int):
        raise InputError("regex_flags is a number, such as re.DOTALL | re.IGNORECASE")
    if match == "regex":
        _check_expressions(given.get("allow_list", []), options)


def _check_expressions(words: list[str], options: int) -> None:
    try:
        regex.compile("|".join(words), options)  # as Presidio joins them
    except (regex.error, ValueError):
        raise InputError("allow_list holds what is no regular expression") from None
