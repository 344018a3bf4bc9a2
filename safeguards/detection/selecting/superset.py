"""Turn a regular expression of Python into one that RE2 reads and that never finds less.

RE2 knows neither look-around nor back-references, and large bounded repeats cost it memory. All that is asked
of it is which rows may hold a match, so assertions are dropped, back-references become anything and upper
bounds of repeats fall away. Python's own parser reads the expression: nothing is overlooked.
"""

from __future__ import annotations

import re
import re._constants as codes
import re._parser as parser
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from safeguards.detection.selecting.characters import ANY, CATEGORIES, Characters
from safeguards.detection.selecting.density import density

MOST_REPEATS = 16
"""A lower bound beyond this is relaxed to it: automata grow with the bound."""

_REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}
_NO_WIDTH = {codes.AT, codes.ASSERT, codes.ASSERT_NOT}
_DROPPED = re.VERBOSE | re.IGNORECASE

Spellings = Mapping[str, Iterable[str]]


class Native(NamedTuple):
    """A native expression, and a small one that is found wherever it is found, where there is one."""

    text: str
    coarse: str | None = None


def superset(expression: str, flags: int = 0, spellings: Spellings | None = None) -> str | None:
    """Return a native expression that is found in every text in which ``expression`` is found, or None.

    Args:
        expression: a regular expression of `re`, or of the `regex` package where both agree.
        flags: flags of `re`.
        spellings: characters to others that shall match like them, full-width digits for instance.

    None means that no text can be ruled out: the expression matches the empty text or cannot be parsed.
    """
    parts = supersets(expression, flags, spellings)
    return None if parts is None else "|".join(part.text for part in parts)


def supersets(
    expression: str, flags: int = 0, spellings: Spellings | None = None
) -> tuple[Native, ...] | None:
    """Return `superset` as one expression for each alternative: RE2 is quickest with small ones."""
    try:
        tree = parser.parse(expression, flags & ~re.DEBUG)
    except (re.error, RecursionError, OverflowError):
        return None
    if tree.getwidth()[0] == 0:
        return None
    writer, known = _Writer(spellings or {}), tree.state.flags & _DROPPED
    whole = len(tree) == 1 and tree[0][0] is codes.BRANCH
    branches = tree[0][1][1] if whole else [tree]
    return tuple(
        Native(writer.sequence(branch, known), _coarse(branch, spellings or {})) for branch in branches
    )


_DIGITS = Characters(((0x30, 0x39),))
_ALPHANUMERIC = Characters(((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)))
_LETTERS = Characters(((0x41, 0x5A), (0x61, 0x7A)))
_TOKEN = Characters(
    ((0x25, 0x25), (0x2B, 0x2B), (0x2D, 0x39), (0x3D, 0x3D), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
)
DENSE = ((_DIGITS, 6, 6), (_ALPHANUMERIC, 6, 4), (_LETTERS, 2, 2), (_TOKEN, 6, 0))
"""Kinds of characters, how many of them, and the longest gap, of which few rows of running text have that."""


def _coarse(nodes: Iterable[Any], spellings: Spellings) -> str | None:
    """Return an expression for so many digits, or else letters and digits, as every match holds."""
    for kind, count, gap in DENSE:
        found = density(nodes, kind.__contains__)
        if found.count >= count and found.inner <= gap:
            spelt = kind.of_either_case().with_spellings(spellings).text
            return f"{spelt}(?:[^{spelt[1:]}{{0,{gap}}}{spelt}){{{count - 1}}}"
    return None


class _Writer:
    """Writes the nodes of a parsed expression anew."""

    def __init__(self, spellings: Spellings) -> None:
        self._spellings = spellings

    def sequence(self, nodes: Iterable[Any], flags: int) -> str:
        return "".join(self._node(kind, content, flags) for kind, content in nodes)

    def _node(self, kind: Any, content: Any, flags: int) -> str:
        if kind in _NO_WIDTH:
            return ""
        if kind is codes.LITERAL:
            return self._class(Characters(((content, content),)), flags)
        if kind is codes.IN:
            return self._in(content, flags)
        if kind in _REPEATS:
            least, most, inner = content
            return self._repeat(least, most, inner, flags)
        if kind is codes.BRANCH:
            return self._either(content[1], flags)
        if kind is codes.SUBPATTERN:
            return self._group(content, flags)
        if kind is codes.ATOMIC_GROUP:
            return f"(?:{self.sequence(content, flags)})"
        if kind is codes.GROUPREF_EXISTS:
            return self._either([branch or () for branch in content[1:]], flags)
        return f"{ANY}*" if kind is codes.GROUPREF else ANY

    def _class(self, characters: Characters, flags: int) -> str:
        if flags & re.IGNORECASE:
            characters = characters.of_either_case()
        return characters.with_spellings(self._spellings).text

    def _in(self, content: Iterable[tuple[Any, Any]], flags: int) -> str:
        ranges: list[tuple[int, int]] = []
        classes: list[str] = []
        for kind, member in content:
            if kind is codes.LITERAL:
                ranges.append((member, member))
            elif kind is codes.RANGE:
                ranges.append(member)
            elif kind is codes.CATEGORY and str(member) in CATEGORIES:
                classes.append(CATEGORIES[str(member)])
            else:  # a negated set or class: nearly every character
                return ANY
        return self._class(Characters(tuple(ranges), tuple(classes)), flags)

    def _repeat(self, least: int, most: Any, content: Any, flags: int) -> str:
        inner = self.sequence(content, flags)
        if not inner:
            return ""
        if (least, most) == (0, 1):
            return f"(?:{inner})?"
        if least == most and least <= MOST_REPEATS:
            return f"(?:{inner}){{{least}}}" if least else ""
        return f"(?:{inner}){{{min(least, MOST_REPEATS)},}}" if least > 1 else f"(?:{inner}){'*+'[least]}"

    def _either(self, branches: Iterable[Any], flags: int) -> str:
        return f"(?:{'|'.join(self.sequence(branch, flags) for branch in branches)})"

    def _group(self, content: Any, flags: int) -> str:
        _, added, removed, inner = content
        return f"(?:{self.sequence(inner, (flags | added) & ~removed)})"
