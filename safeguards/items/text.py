"""Folding of spellings that look alike: full-width forms, exotic dashes and invisible characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f"
    "\u2060\u2061\u2062\u2063\u2064\ufeff"
)
"""Characters without width that hide a value from a plain search (Unicode Default_Ignorable)."""

_HALF = re.compile("[\ud800-\udfff]")
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u30fc\ufe58\ufe63\uff70\u3161"
_SPACES = "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_DOTS = {"\u3002": ".", "\uff61": ".", "\u2024": ".", "\ufe52": ".", "\ufe6b": "@"}

FOLDED: dict[int, str] = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, _DASHES), "-"),
    **dict.fromkeys(map(ord, _SPACES), " "),
    **{ord(odd): plain for odd, plain in _DOTS.items()},
}
"""One character to one character, so that offsets stay what they are."""

_DELETED = dict.fromkeys(map(ord, INVISIBLE))
SPOKEN_DIGITS = dict(zip("공영일이삼사오육륙칠팔구", "001234566789", strict=True))
"""Hangul digits as they are read aloud, to plain ones."""

_SEPARATORS = re.compile(r"[\s\-./()·]+")
_SPACE = re.compile(r"\s+")
_ROUNDS = 8
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z0-9])(?=[가-힣])|(?<=[가-힣])(?=[A-Za-z0-9])")
_NO_WORD = re.compile(r"[^0-9a-z가-힣]+")


def fold(text: str) -> str:
    """Return ``text`` with full-width forms, dashes and spaces in ASCII and invisible characters gone."""
    return text if text.isascii() else text.translate(FOLDED).translate(_DELETED)


def plain(text: str) -> str:
    """Return ``text`` folded, in Unicode NFKC and stripped: the canonical form of what is no item's value."""
    return text.strip() if text.isascii() else settle(_plain, text)


def has_half(text: str) -> bool:
    """Say whether a text holds half of a surrogate pair, which UTF-8 has not."""
    return _HALF.search(text) is not None


def says(text: str) -> bool:
    """Say whether a text holds a letter or digit that can be seen; Hangul fillers are letters, and cannot."""
    return any(map(str.isalnum, plain(text)))


def settle(step: Callable[[str], str], text: str) -> str:
    """Apply ``step`` until nothing changes: composing, folding case and stripping feed each other."""
    for _ in range(_ROUNDS):
        before, text = text, step(text)
        if text == before:
            break
    return text


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", fold(text)).strip()


def compact(text: str) -> str:
    """Return ``plain`` text without spaces, hyphens, dots, slashes and brackets."""
    return _SEPARATORS.sub("", plain(text))


def squeeze(text: str) -> str:
    """Return ``plain`` text with every run of white space as one space."""
    return _SPACE.sub(" ", plain(text))


def spaceless(text: str) -> str:
    """Return ``plain`` text without white space."""
    return _SPACE.sub("", plain(text))


def stars(text: str) -> str:
    """Return as many asterisks as ``text`` has characters: the mask of what cannot be parsed."""
    return "*" * len(text)


def words(table: str) -> tuple[str, ...]:
    """Read a table of words or phrases, separated by commas and line ends."""
    return tuple(word for line in table.splitlines() for word in map(str.strip, line.split(",")) if word)


def header_words(header: str) -> str:
    """Return the words of a column's name in lower case, a space between them: also of camelCase."""
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", header))
    return _NO_WORD.sub(" ", spaced.casefold()).strip()
