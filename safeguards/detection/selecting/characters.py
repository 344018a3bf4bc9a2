"""Sets of characters, written as the classes that RE2 reads."""

from __future__ import annotations

import re._casefix as casefix
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain

ANY = "(?s:.)"
"""One character, whichever."""

_DIGIT = r"\p{Nd}"
_ENCIRCLED = r"\x{24b6}-\x{24e9}\x{1f130}-\x{1f149}\x{1f150}-\x{1f169}\x{1f170}-\x{1f189}"
_WORD = rf"\p{{L}}\p{{M}}\p{{N}}\p{{Pc}}\x{{200c}}\x{{200d}}{_ENCIRCLED}"
_SPACE = r"\s\x{b}\x{1c}-\x{1f}\x{85}\x{a0}\p{Z}"
CATEGORIES = {"CATEGORY_DIGIT": _DIGIT, "CATEGORY_WORD": _WORD, "CATEGORY_SPACE": _SPACE}
r"""What ``\d``, ``\w`` and ``\s`` mean in `re` and in the `regex` package, whichever takes more."""

_TURKISH = {0x69: (0x49, 0x130, 0x131), 0x131: (0x69, 0x49, 0x130)}
"""The `regex` package takes all four letters i for one another."""

_CASED = (
    (0x41, 0x587), (0x10A0, 0x10FF), (0x13A0, 0x13FF), (0x1C80, 0x1CBF), (0x1D79, 0x1D8E), (0x1E00, 0x1FFF),
    (0x2126, 0x2188), (0x24B6, 0x24E9), (0x2C00, 0x2D2D), (0xA640, 0xA7FF), (0xAB53, 0xABBF),
    (0xFB00, 0xFB17), (0xFF21, 0xFF5A), (0x10400, 0x105BC), (0x10C80, 0x10CF2), (0x118A0, 0x118DF),
    (0x16E40, 0x16E7F), (0x1E900, 0x1E943),
)  # fmt: skip
"""Where letters that have cases lie (Unicode 16)."""

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Characters:
    """A set of characters: code point ranges, ends included, and classes written as they are."""

    ranges: tuple[Range, ...]
    classes: tuple[str, ...] = ()

    def __contains__(self, code: int) -> bool:
        """Say whether a code point lies in the ranges."""
        return any(low <= code <= high for low, high in self.ranges)

    @property
    def text(self) -> str:
        """The set as a class of a regular expression."""
        ranges = "".join(
            _code(low) if low == high else f"{_code(low)}-{_code(high)}" for low, high in _merged(self.ranges)
        )
        return f"[{ranges}{''.join(self.classes)}]"

    def of_either_case(self) -> Characters:
        """Return the set with what `re` and `regex` take for the same letters when case is ignored."""
        alike = _alike()
        found = {
            other
            for low, high in self.ranges
            for code in (range(low, high + 1) if high - low < len(alike) else _within(alike, low, high))
            for other in alike.get(code, ())
        }
        return Characters((*self.ranges, *((code, code) for code in sorted(found))), self.classes)

    def with_spellings(self, spellings: Mapping[str, Iterable[str]]) -> Characters:
        """Return the set with every character that ``spellings`` lists for one of its characters."""
        found = {
            ord(odd)
            for low, high in self.ranges
            for plain in (
                map(chr, range(low, high + 1))
                if high - low < len(spellings)
                else _between(spellings, low, high)
            )
            for odd in spellings.get(plain, ())
        }
        return Characters((*self.ranges, *((code, code) for code in sorted(found))), self.classes)


def _within(alike: Mapping[int, tuple[int, ...]], low: int, high: int) -> Iterable[int]:
    return (code for code in alike if low <= code <= high)


def _between(spellings: Iterable[str], low: int, high: int) -> Iterable[str]:
    return (plain for plain in spellings if low <= ord(plain) <= high)


def _merged(ranges: Iterable[Range]) -> list[Range]:
    merged: list[Range] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return merged


def _code(point: int) -> str:
    return f"\\x{{{point:x}}}"


@cache
def _alike() -> dict[int, tuple[int, ...]]:
    """Return each cased letter's fellows: equal in lower or upper case, or by the exceptions of `re`."""
    families: dict[str, set[int]] = {}
    for code in chain.from_iterable(range(low, high + 1) for low, high in _CASED):
        letter = chr(code)
        for form in {letter.lower(), letter.upper(), letter.casefold()}:
            if form != letter:
                families.setdefault(form, set()).update((code, *(ord(one) for one in form if len(form) == 1)))
    alike: dict[int, set[int]] = {}
    exceptions: Mapping[int, tuple[int, ...]] = casefix._EXTRA_CASES
    groups = [*families.values(), *({code, *others} for code, others in exceptions.items())]
    for group in (*groups, *({code, *others} for code, others in _TURKISH.items())):
        for code in group:
            alike.setdefault(code, set()).update(group)
    return {code: tuple(sorted(_closed(alike, code))) for code in alike}


def _closed(alike: Mapping[int, set[int]], code: int) -> set[int]:
    reached, waiting = {code}, [code]
    while waiting:
        new = alike.get(waiting.pop(), set()) - reached
        reached |= new
        waiting.extend(new)
    return reached
