"""Which rows a recognizer needs to see: native expressions without which it finds nothing, or every row.

A recognizer is narrowed only where that is proven: it analyses by `PatternRecognizer.analyze` itself, it adds
no results from context, and each of its patterns means to `re`, by whose parser the superset is made, what it
means to the `regex` package, with which Presidio searches.
"""

from __future__ import annotations

import re
import warnings
from typing import Any

import regex
from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer

from safeguards.detection.selecting import superset

STRANGE = r"[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\p{C}]"
"""Characters that the native engine does not know: in the newer Unicode of `regex` one may be a digit."""

_SHARED_FLAGS = re.IGNORECASE | re.MULTILINE | re.DOTALL | re.UNICODE
"""Flags that have one value and one meaning in both packages."""

_PIECES = re.compile(
    r"(?P<escape>\\.)"
    r"|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])"
    r"|(?P<flags>\(\?[imsu]+\))"
    r"|(?P<repeat>\{[0-9]*,?[0-9]*\})"
    r"|(?P<odd>\{|\(\?#|\(\?[a-zA-Z-]*x)"
    r"|(?P<other>.)",
    re.DOTALL,
)
"""Odd are braces that are no repeat, with which `regex` matches roughly, and comments, which hide them."""


def needs(recognizer: Any) -> list[str] | None:
    """Return native expressions of which one is found in every text in which ``recognizer`` finds anything.

    None means that it must see every text.
    """
    if not analyses_by_patterns(recognizer):
        return None
    patterns: list[Pattern] = recognizer.patterns
    expressions = [_native(pattern, recognizer.global_regex_flags) for pattern in patterns]
    known = [expression for expression in expressions if expression is not None]
    return known if expressions and len(known) == len(expressions) else None


def analyses_by_patterns(recognizer: Any) -> bool:
    """Say whether Presidio's own code finds everything that the recognizer reports, by its patterns."""
    if not isinstance(recognizer, PatternRecognizer):
        return False
    own = (
        (recognizer.analyze, PatternRecognizer.analyze),
        (recognizer.enhance_using_context, EntityRecognizer.enhance_using_context),
        (_analyses(recognizer), _analyses(PatternRecognizer)),
    )
    return all(getattr(found, "__func__", found) is expected for found, expected in own)


def _analyses(owner: Any) -> Any:
    return getattr(owner, "_PatternRecognizer__analyze_patterns", None)


def _native(pattern: Pattern, flags: int | None) -> str | None:
    """Return the superset of one pattern, or None where the two packages may read it differently."""
    given = int(flags or 0)
    if given & ~_SHARED_FLAGS or regex.DEFAULT_VERSION != regex.VERSION0:
        return None
    plain = _with_leading_flags(pattern.regex)
    if plain is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # re warns where a set looks like one of regex, such as [[:alpha:]]
        try:
            return superset(plain, given)
        except Warning:
            return None


def _with_leading_flags(expression: str) -> str | None:
    """Move global flags to the front, where `re` wants them; None for what only `regex` understands."""
    flags, rest = set[str](), []
    for piece in _PIECES.finditer(expression):
        if piece.lastgroup == "odd":
            return None
        if piece.lastgroup == "flags":
            flags.update(piece.group()[2:-1])
        else:
            rest.append(piece.group())
    return (f"(?{''.join(sorted(flags))})" if flags else "") + "".join(rest)
