"""The alphabets of which any letter of a name or an address is one."""

from __future__ import annotations

import string

from safeguards.items.ranks.shape import Choices, Part, literal

HANGUL = "".join(map(chr, range(0xAC00, 0xD7A4)))
"""The 11,172 syllables of modern Korean."""

_ACCENTED = "".join(
    letter
    for first, last in ((0xE0, 0xFF), (0x101, 0x17E), (0x1EA1, 0x1EF9))
    for letter in map(chr, range(first, last + 1, 1 if first == 0xE0 else 2))
    if letter not in "÷ŀĳ"
)

CHOICES = (
    Choices("latin", string.ascii_lowercase),
    Choices("hangul", HANGUL),
    Choices("digits", string.digits),
    Choices(
        "accented",
        "".join(letter for letter in _ACCENTED if letter == letter.casefold() == letter.upper().casefold()),
    ),
    Choices("han", "".join(map(chr, range(0x4E00, 0x9FA6)))),
    Choices("hiragana", "".join(map(chr, range(0x3041, 0x3097)))),
    Choices("katakana", "".join(map(chr, range(0x30A1, 0x30FB)))),
    Choices("cyrillic", "".join(map(chr, range(0x430, 0x450)))),
)


def letter(sign: str) -> Part | None:
    """Return the alphabet of a letter or digit; other signs stay, and letters of no alphabet have none."""
    if not sign.isalnum():
        return literal(sign)
    return next(((choices, sign) for choices in CHOICES if sign in choices.places), None)
