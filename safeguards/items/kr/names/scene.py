"""A text as the rules see it: its words with their places, and what stands between them."""

from __future__ import annotations

import re

_WORD = re.compile(r"[가-힣]+|[A-Za-z]+|[0-9]+|[㐀-鿿]+")
_SPREAD = frozenset({"성명", "이름", "대표", "성함"})


class Scene:
    """The words of one text. ``words``, ``starts`` and ``ends`` run in parallel."""

    __slots__ = ("ends", "starts", "text", "words")

    def __init__(self, text: str) -> None:
        found = list(_WORD.finditer(text))
        self.text = text
        self.words = [word.group() for word in found]
        self.starts = [word.start() for word in found]
        self.ends = [word.end() for word in found]

    def gap(self, place: int) -> str:
        """Return what stands between the word at ``place`` and the one before it."""
        return self.text[self.ends[place - 1] if place else 0 : self.starts[place]]

    def announcing(self, place: int) -> str:
        """Return the word before: over brackets, and spread labels (성    명) joined."""
        text, word = self.text, self.words[place - 1]
        if place < 2:
            return word
        gap = text[self.ends[place - 2] : self.starts[place - 1]]
        if len(word) == 1 and gap.strip(" \t") == "" and self.words[place - 2] + word in _SPREAD:
            return self.words[place - 2] + word
        if word == "입니다" and self.words[place - 2].isdigit():
            return self.words[place - 2]
        after = text[self.ends[place - 1] : self.ends[place - 1] + 1]
        return self.words[place - 2] if gap.lstrip() in ("(", "[") and after in (")", "]") else word
