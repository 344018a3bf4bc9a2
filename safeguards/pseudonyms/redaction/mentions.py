"""Further mentions of values that were found in a text: their exact letters elsewhere in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from safeguards.items.kr.names.endings import FORMS, PARTICLES
from safeguards.items.trie import trie

FEW = 1 << 21
"""Characters times values up to which each value is looked for by itself; beyond, one pass looks for all."""

_LONG_NAME = 3
"""Syllables from which a Korean name is told from the words that it may be a part of."""

_LEAST_LETTERS, _LEAST_DIGITS = 2, 5
_HANGUL = "[가-힣]"
_SHORT_HANGUL = re.compile(rf"{_HANGUL}{{1,{_LONG_NAME - 1}}}")
_ENDINGS = re.compile(f"{trie(FORMS)}?(?:{trie(word for side in PARTICLES for word in side)})?(?!{_HANGUL})")
_PLAIN = re.compile(r"[0-9A-Za-z]")
_LETTER = re.compile(r"[^\W\d_]")


def telling(value: str) -> bool:
    """Say whether a value says enough for its letters alone to be the value again: ``35`` does not."""
    letters = len(_LETTER.findall(value))
    return letters >= _LEAST_LETTERS or sum(map(str.isdigit, value)) >= _LEAST_DIGITS


def mentions(text: str, values: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield where ``values`` stand in ``text`` as words, overlapping ones too, in no order.

    Takes time linear in the text, however many values there are. Letters and digits of ASCII must not go on
    beside a value; a Korean name of two syllables stands at the beginning of a word, before a title, a
    particle or nothing; a longer one stands wherever its syllables do.
    """
    found = _each(text, values) if len(text) * len(values) <= FEW else _together(text, values)
    return ((start, end) for start, end in found if _stands(text, start, end))


def _each(text: str, values: Collection[str]) -> Iterator[tuple[int, int]]:
    for value in values:
        start = text.find(value)
        while start >= 0:
            yield start, start + len(value)
            start = text.find(value, start + 1)


def _together(text: str, values: Collection[str]) -> Iterator[tuple[int, int]]:
    """Look at each place where a value's first two letters stand, once for every length such values have."""
    wanted = frozenset(values)
    lengths: dict[str, set[int]] = {}
    for value in wanted:
        lengths.setdefault(value[:2], set()).add(len(value))
    for place in _beginnings(text, lengths):
        for length in lengths.get(text[place : place + 2], ()):
            if text[place : place + length] in wanted:
                yield place, place + length


def _beginnings(text: str, lengths: Collection[str]) -> Iterator[int]:
    first = "".join(re.escape(letter) for letter in sorted({start[0] for start in lengths}))
    return (found.start() for found in re.finditer(f"[{first}]", text))


def _stands(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if _PLAIN.match(before) and _PLAIN.match(text[start]):
        return False
    if _PLAIN.match(after) and _PLAIN.match(text[end - 1]):
        return False
    if _SHORT_HANGUL.fullmatch(text, start, end):
        return not re.match(_HANGUL, before) and _ENDINGS.match(text, end) is not None
    return True
