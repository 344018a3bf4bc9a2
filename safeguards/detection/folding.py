"""Text as the rules read it, with the way back to offsets of the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from safeguards.detection.alike import ALIKE, CONJOINING, HIDDEN, HOMOGLYPHS

_SHRINKING = re.compile(f"[{HIDDEN}]+|{CONJOINING}[\u11a8-\u11ff]?")
_HOMOGLYPH = re.compile(f"[{''.join(map(chr, HOMOGLYPHS))}]")
_AS_IT_IS = re.compile("[\0-\x7f가-힣]*")
"""What most Korean text consists of, and folding leaves alone; quicker to see than to fold."""

_LATIN = re.compile(r"[A-Za-z0-9]")
_WORD = re.compile(rf"[A-Za-z0-9.@_+\-{''.join(map(chr, HOMOGLYPHS))}]+")


class FoldedText(NamedTuple):
    """``text`` is the original with look-alikes folded; ``starts`` and ``ends`` map each of its characters
    to the original, and are None where every offset stays what it was.
    """

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return where ``text[start:end]`` (not empty) stands in the original."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold_text(text: str) -> FoldedText:
    """Fold look-alikes to plain characters; drop invisible ones; compose Hangul."""
    if text.isascii() or _AS_IT_IS.fullmatch(text):
        return FoldedText(text)
    if _SHRINKING.search(text) is None:
        return FoldedText(_alike(text))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for found in (*_SHRINKING.finditer(text), None):
        upto = found.start() if found else len(text)
        pieces.append(text[position:upto])
        starts.extend(range(position, upto))
        ends.extend(range(position + 1, upto + 1))
        composed = unicodedata.normalize("NFC", found.group()) if found else ""
        if found and composed and composed[0] not in HIDDEN:
            pieces.append(composed)
            starts.extend([found.start()] * len(composed))
            ends.extend([found.end()] * len(composed))
        position = found.end() if found else upto
    return FoldedText(_alike("".join(pieces)), starts, ends)


def _alike(text: str) -> str:
    """Replace look-alikes, Cyrillic and Greek letters only inside words that also have Latin ones."""
    folded = text.translate(ALIKE)
    return _WORD.sub(_latin, folded) if _HOMOGLYPH.search(folded) else folded


def _latin(word: re.Match[str]) -> str:
    return word.group().translate(HOMOGLYPHS) if _LATIN.search(word.group()) else word.group()
