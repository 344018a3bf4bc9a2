"""A text as the rules see it: its words with their places, and what stands between them."""

from __future__ import annotations

import re

from safeguards.items.kr.names.readings import glance

_WORD = re.compile(r"[가-힣]+|[A-Za-z]+|[0-9]+|[㐀-鿿]+")
_SPREAD = frozenset({"성명", "이름", "대표", "성함"})


class Scene:
    """The words of one text, what each may be, and where it stands; all lists run in parallel."""

    __slots__ = ("ends", "glances", "starts", "text", "words")

    def __init__(self, text: str) -> None:
        spans = [word.span() for word in _WORD.finditer(text)]
        self.text = text
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        self.words = [text[start:end] for start, end in spans]
        self.glances = [glance(word) if word >= "가" else None for word in self.words]

    def plain(self, place: int) -> bool:
        """Say whether the word at ``place`` is a word of the language, or none in Hangul."""
        seen = self.glances[place]
        return seen is None or seen.plain

    def strange(self, place: int) -> bool:
        """Say whether the word at ``place`` may be part of a foreign name."""
        seen = self.glances[place]
        return seen is not None and seen.strange

    def gap(self, place: int) -> str:
        """Return what stands between the word at ``place`` and the one before it."""
        return self.text[self.ends[place - 1] if place else 0 : self.starts[place]]

    def follows(self, place: int) -> bool:
        """Say whether nothing but a space stands between the word at ``place`` and the one before it."""
        return 0 < place < len(self.words) and self.gap(place) == " "

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
