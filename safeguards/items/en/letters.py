"""Classes of letters for regular expressions: `re` knows no capital letters beyond ASCII."""

from __future__ import annotations

_BLOCKS = (
    range(0x41, 0x5B),
    range(0x61, 0x7B),
    range(0xC0, 0x250),
    range(0x370, 0x530),
    range(0x1E00, 0x1F00),
)


def _ranges(codes: list[int]) -> str:
    """Return the code points, ascending, as the inside of a class."""
    parts: list[list[int]] = []
    for code in codes:
        if parts and code == parts[-1][1] + 1:
            parts[-1][1] = code
        else:
            parts.append([code, code])
    return "".join(f"{chr(low)}-{chr(high)}" if high > low else chr(low) for low, high in parts)


_LETTERS = [code for block in _BLOCKS for code in block if chr(code).isalpha()]
LETTER = _ranges(_LETTERS)
"""Latin, Greek and Cyrillic letters."""

UPPER = _ranges([code for code in _LETTERS if chr(code).isupper()])
"""Their capital letters."""
