"""Kiwi, loaded when the first text asks for it, and shared by all threads."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from typing import Any, NamedTuple

from safeguards.errors import MissingExtra

CHUNK = 2_000
"""Characters that Kiwi reads at a time, so that its cost grows with the text and no faster."""

_BREAKS = ("\n", ". ", " ")
_lock = Lock()
_kiwi: Any = None


class Morpheme(NamedTuple):
    """A morpheme: its part of speech (Sejong tags) and where it stands, in code points."""

    tag: str
    start: int
    end: int


def morphemes(text: str) -> list[Morpheme]:
    """Return the morphemes of ``text``.

    Raises:
        MissingExtra: Kiwi or its model is not installed, or cannot be read.
    """
    found: list[Morpheme] = []
    for begin, piece in _pieces(text):
        with _lock:  # Kiwi holds the interpreter's lock anyway; it promises nothing about threads
            tokens = _loaded().tokenize(piece)
        found += [Morpheme(t.tag, begin + t.start, begin + t.start + t.len) for t in tokens]
    return found


def _loaded() -> Any:
    global _kiwi
    if _kiwi is None:
        _kiwi = _load()
    return _kiwi


def _load() -> Any:
    try:
        from kiwipiepy import Kiwi

        return Kiwi(num_workers=1)
    except Exception as error:  # the binding raises whatever its C++ side throws
        raise MissingExtra(
            "the plugin kiwi cannot load Kiwi's model: pip install kiwipiepy kiwipiepy-model"
        ) from error


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cut ``text`` into pieces of at most CHUNK characters, at the end of a line, sentence or word."""
    begin = 0
    while len(text) - begin > CHUNK:
        cut = begin + CHUNK
        for mark in _BREAKS:
            place = text.rfind(mark, begin, cut)
            if place > begin:
                cut = place + len(mark)
                break
        yield begin, text[begin:cut]
        begin = cut
    yield begin, text[begin:]
