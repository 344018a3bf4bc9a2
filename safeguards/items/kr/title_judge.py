"""Which words are a title, and where in a phrase it stands."""

from __future__ import annotations

import re

from safeguards.items.kr import title_patterns as p
from safeguards.items.kr.surnames import COMMON
from safeguards.items.kr.title_words import COMPOUND, FAMILY, NOUNS


def is_title(text: str) -> bool:
    """Say whether ``text`` is a known title or occupation, or ends in one that makes compounds (인사팀장)."""
    if text in p.TITLES or not text.strip():
        return text in p.TITLES
    last = text.rsplit(" ", 1)[-1]
    if last in p.TITLES - NOUNS:
        return True
    name = len(last) <= p.SHORTEST_NAME and last[0] in COMMON
    return len(last) > 2 and last.endswith(COMPOUND) and not last.endswith(FAMILY) and not name


def may_be_title(text: str) -> bool:
    """Say whether ``text`` has the form of a title: one to five words of letters."""
    return re.fullmatch(r"[가-힣A-Za-z&·/.()]{2,18}(?: [가-힣A-Za-z&·/.]{1,15}){0,4}", text) is not None


def trimmed(words: str, *, labelled: bool = False) -> str:
    """Return the title at the end of ``words``, particles cut; empty where there is none."""
    if p.CHIEF.fullmatch(words):
        return words
    for text in (words, p.PARTICLE.sub("", words)):
        if words.endswith(FAMILY):
            return ""
        if is_title(text) and (labelled or text.split(" ")[0] not in NOUNS):
            return text
    return ""


def title_in(words: str) -> tuple[str, int]:
    """Return the title in a field's words, and where it begins; a department before it is cut off."""
    bare = p.TAIL.sub("", words)
    whole = trimmed(bare, labelled=True)
    if whole and may_be_title(whole):
        parts = whole.split(" ")
        if (
            whole not in p.TITLES
            and len(parts) > 1
            and (len(parts) >= p.MANY or p.DEPARTMENT.fullmatch(parts[0]))
        ):
            return parts[-1], len(whole) - len(parts[-1])
        return whole, 0
    first = trimmed(words.split(" ")[0], labelled=True)
    follows = words[len(words.split(" ")[0]) :].lstrip()
    return (first, 0) if first and not follows.startswith(("및", "또는")) else ("", 0)
