"""Lists of words as one regular expression that shares their beginnings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any


def trie(words: Iterable[str]) -> str:
    """Return an expression for any of ``words``, the longest that fits."""
    return f"(?:{'|'.join(branches(words))})"


def branches(words: Iterable[str]) -> list[str]:
    """Return the branches of such an expression.

    They begin with different letters, to which `re` skips where nothing stands before them.
    """
    tree: dict[str, Any] = {}
    for word in sorted(set(words)):
        below = tree
        for letter in word:
            below = below.setdefault(letter, {})
        below[""] = {}
    return [re.escape(letter) + _rest(below) for letter, below in tree.items() if letter]


def _rest(tree: Mapping[str, Any]) -> str:
    """Return an expression for what may follow a beginning: last letters as a class, longer rests first."""
    last = "".join(re.escape(letter) for letter, below in tree.items() if letter and not any(below))
    longer = [re.escape(letter) + _rest(below) for letter, below in tree.items() if letter and any(below)]
    ends = [*longer, *([f"[{last}]"] if last else [])]
    if not ends:
        return ""
    if len(ends) == 1 and "" not in tree:
        return ends[0]
    return f"(?:{'|'.join(ends)})" + ("?" if "" in tree else "")
