"""Characters that look like others: what evasions and careless typing put in the place of plain ones."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from safeguards.items.text import FOLDED, INVISIBLE

_BIDI = "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
_SELECTORS = "".join(map(chr, (*range(0x180B, 0x180E), *range(0xFE00, 0xFE10))))
HIDDEN = INVISIBLE + _BIDI + _SELECTORS
"""Characters without width: joiners, bidirectional controls and variation selectors."""

_LETTERS = (0x1D400, 0x1D7CC)
"""Mathematical Alphanumeric Symbols, whose letters are read as Latin ones."""

_LAST_DIGIT = 0x1FFFF
"""Decimal digits of every script lie below."""

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
    for code in range(0x80, _LAST_DIGIT + 1):
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
    for code, plain in FOLDED.items():
        found.setdefault(plain, []).append(chr(code))
    return {plain: tuple(odds) for plain, odds in found.items()}


SPELLINGS = _spellings()
"""Plain characters to the usual ones that are read as them; a native expression takes both."""

_ODD = "".join(map(chr, sorted(set(ALIKE) - set(FOLDED))))
_GLYPHS = "".join(map(chr, HOMOGLYPHS))
CONJOINING = "[\u1100-\u115e][\u1161-\u11a7]"
"""The beginning of a Hangul syllable written as two or three letters (NFD)."""

UNUSUAL = rf"[{HIDDEN}{_ODD}]|{CONJOINING}|[{_GLYPHS}][A-Za-z0-9.@_+\-]|[A-Za-z0-9.@_+\-][{_GLYPHS}]"
"""What folding changes otherwise than by `SPELLINGS`: rare, so that whatever holds it is read in full."""
