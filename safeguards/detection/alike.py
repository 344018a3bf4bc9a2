"""Characters that look like others: what evasions and careless typing put in the place of plain ones."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator

from safeguards.items.text import FOLDED, INVISIBLE

_BIDI = "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
_SELECTORS = "".join(map(chr, (*range(0x180B, 0x180E), *range(0xFE00, 0xFE10))))
HIDDEN = INVISIBLE + _BIDI + _SELECTORS
"""Characters without width: joiners, bidirectional controls and variation selectors."""

_LETTERS = (0x1D400, 0x1D7CC)
"""Mathematical Alphanumeric Symbols, whose letters are read as Latin ones."""

_CYRILLIC = "аАвВеЕкКмМнНоОрРсСтТуУхХіІјЈѕЅһԁԛԝ"
_CYRILLIC_AS = "aABBeEkKMMHHoOpPcCTTyYxXiIjJsShdqw"
_GREEK = "οΟαΑΒΕΖΗΙΚΜΝνΡρΤΥΧιγ"
_GREEK_AS = "oOaABEZHIKMNvPpTYXiy"
HOMOGLYPHS: dict[int, str] = {
    ord(odd): plain
    for odd, plain in (
        *zip(_CYRILLIC, _CYRILLIC_AS, strict=True), *zip(_GREEK, _GREEK_AS, strict=True)
    )
}  # fmt: skip
"""Cyrillic and Greek letters to the Latin ones they look like (Unicode Technical Standard 39)."""


def _digits_and_letters() -> Iterator[tuple[int, str]]:
    for code in range(0x80, sys.maxunicode + 1):
        character = chr(code)
        if character.isdecimal():
            yield code, str(unicodedata.decimal(character))
        elif _LETTERS[0] <= code < _LETTERS[1]:
            plain = unicodedata.normalize("NFKC", character)
            if plain.isascii() and plain.isalpha():
                yield code, plain


ALIKE: dict[int, str] = {**FOLDED, **dict(_digits_and_letters())}
"""One character to one: full-width forms, dashes, spaces, and the digits of every script."""


def _spellings() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for code, plain in (*ALIKE.items(), *HOMOGLYPHS.items()):
        found.setdefault(plain, []).append(chr(code))
    return {plain: tuple(odds) for plain, odds in found.items()}


SPELLINGS = _spellings()
"""Each plain character to those that are read as it."""
