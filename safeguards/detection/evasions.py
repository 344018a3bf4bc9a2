"""Values written so that a plain search passes over them, and how they read when written plainly.

Digits read aloud (공일공에 일이삼사), spaced out, broken by a line end or mixed with letters that look like
them, and e-mail addresses in words (골뱅이, 점). Only such stretches are read anew, with what stands around
them, so that labels count; what is found in them must hold a changed character, or it would be found anyway.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from safeguards.items.text import SPOKEN_DIGITS

BEFORE = 56
AFTER = 20
"""Characters around a stretch that are read with it."""

CERTAINTY = 0.95
"""What remains of a score: a reading may be wrong."""

_LETTER_DIGITS = dict(zip("OoQIl|", "000111", strict=True))
_WORDS = {
    "골뱅이": "@", "(at)": "@", "[at]": "@", "<at>": "@", "(a)": "@", " at ": "@",
    "점": ".", "쩜": ".", "닷": ".", "(dot)": ".", "[dot]": ".", "<dot>": ".", " dot ": ".",
    "네이버": "naver", "다음": "daum", "한메일": "hanmail", "지메일": "gmail", "네이트": "nate",
    "구글": "google", "카카오": "kakao", "핫메일": "hotmail", "야후": "yahoo", "컴": "com", "넷": "net",
}  # fmt: skip
_PROVIDERS = "|".join(word for word, plain in _WORDS.items() if plain.isalpha())
_AT = r" ?(?:@|골뱅이|\(at\)|\[at\]|<at>|\(a\)|(?<= )at(?= )) ?"
_DOT = r" ?(?:\.|점|쩜|닷|\(dot\)|\[dot\]|<dot>|(?<= )dot(?= )) ?"
_WORD = re.compile(
    "|".join(map(re.escape, (word.strip() for word in sorted(_WORDS, key=len, reverse=True)))), re.IGNORECASE
)
_DOT_WORD = re.compile(r"dot|[점쩜닷]", re.IGNORECASE)
_SPOKEN = "".join(SPOKEN_DIGITS)
_PAUSE_WORDS = frozenset("에의다시")
_PARTICLES = frozenset("이일구오")
"""Digits with which a particle or ending may begin: 이고, 일까요, 구요, 오니."""

_PAUSE = r"(?:[ .\-]|에|의|다시){0,3}"
_ALOUD = f"[{_SPOKEN}]{_PAUSE}[{_SPOKEN}]{_PAUSE}[{_SPOKEN}]"
"""Three digits read aloud, without which a run of them is none."""


def _aloud(before: int, after: int) -> str:
    return f"(?:[0-9{_SPOKEN}]{_PAUSE}){{{before}}}{_ALOUD}(?:{_PAUSE}[0-9{_SPOKEN}]){{{after}}}"


_THREE_ALOUD = re.compile(_ALOUD)
_PAUSES = _PAUSE_WORDS | set(" .-")
_FEWEST_DIGITS = 5


Piece = tuple[str, int, int, bool, bool]
"""A character of a reading, where what it stands for starts and ends, whether it was replaced, and whether
something before it was left out. No class of its own: making those took longer than finding what they say.
"""


class Reading(NamedTuple):
    """A stretch as it reads plainly, with what stands around it.

    ``text[lead:lead + len(pieces)]`` is the stretch; what precedes it begins at ``first`` of the folded text,
    and what follows it at ``end``.
    """

    name: str
    text: str
    pieces: list[Piece]
    first: int
    lead: int
    end: int

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return where ``text[start:end]`` (not empty) stands in the folded text."""
        return self._place(start)[0], self._place(end - 1)[1]

    def changed(self, start: int, end: int) -> bool:
        """Say whether ``text[start:end]`` holds a change."""
        stretch = range(max(start, self.lead), min(end, self.lead + len(self.pieces)))
        return any(self._is_change(place, start) for place in stretch)

    def _is_change(self, place: int, start: int) -> bool:
        _, _, _, replaced, joined = self.pieces[place - self.lead]
        return place - joined >= start and (replaced or (joined and place > 0))

    def _place(self, place: int) -> tuple[int, int]:
        if place < self.lead:
            return self.first + place, self.first + place + 1
        at = place - self.lead
        if at < len(self.pieces):
            _, start, end, _, _ = self.pieces[at]
            return start, end
        behind = self.end + at - len(self.pieces)
        return behind, behind + 1


Read = Callable[[re.Match[str]], Iterable[list[Piece]]]


@dataclass(frozen=True, slots=True)
class Evasion:
    """A way of writing: ``stretch`` finds it in folded text, ``read`` yields how it may read.

    ``telling`` is a narrower expression without which it reads as nothing, where there is one.
    """

    name: str
    stretch: str
    read: Read
    telling: str | None = None


def readings(text: str) -> Iterator[Reading]:
    """Yield the readings of every evasive stretch of folded text."""
    for kind, (_, telling, _) in enumerate(_COMPILED):
        if telling is None or telling.search(text):
            yield from readings_of(kind, text)


def readings_of(kind: int, text: str) -> Iterator[Reading]:
    """Yield the readings of one kind, by its place in `EVASIONS`, of text that its `EVASIVE` matches."""
    evasion, _, stretch = _COMPILED[kind]
    for found in stretch.finditer(text):
        for pieces in evasion.read(found):
            yield _reading(evasion.name, text, found, pieces)


def _reading(name: str, text: str, found: re.Match[str], pieces: list[Piece]) -> Reading:
    start, end = found.span()
    first = max(0, start - BEFORE)
    read = f"{text[first:start]}{''.join([piece[0] for piece in pieces])}{text[end : end + AFTER]}"
    return Reading(name, read, pieces, first, start - first, end)


def _characters(found: re.Match[str]) -> list[Piece]:
    return [
        (character, at, at + 1, False, False) for at, character in enumerate(found.group(), found.start())
    ]


def _without(pieces: Iterable[Piece], left_out: str) -> list[Piece]:
    """Leave characters out; the one behind them is joined to the one before."""
    kept: list[Piece] = []
    joined = False
    for piece in pieces:
        character, start, end, replaced, _ = piece
        if character in left_out:
            joined = True
        else:
            kept.append((character, start, end, replaced, joined))
            joined = False
    return kept


def _spoken(found: re.Match[str]) -> Iterator[list[Piece]]:
    """Read Hangul digits; the last may be a particle (…팔이고) and stay what it is."""
    if _THREE_ALOUD.search(found.group()):
        pieces = _characters(found)
        yield _with_digits(pieces)
        if pieces[-1][0] in _PARTICLES:
            yield [*_with_digits(pieces[:-1]), pieces[-1]]


def _with_digits(pieces: Iterable[Piece]) -> list[Piece]:
    """Return digits for Hangul ones, and one hyphen for a pause that is a word."""
    read: list[Piece] = []
    pause: list[Piece] = []
    for piece in pieces:
        character, start, end, _, _ = piece
        if character in _PAUSES:
            pause.append(piece)
            continue
        if pause:
            read += _paused(pause)
            pause = []
        digit = SPOKEN_DIGITS.get(character)
        read.append((digit, start, end, True, False) if digit else piece)
    return read + _paused(pause)


def _paused(pause: list[Piece]) -> list[Piece]:
    if any(character in _PAUSE_WORDS for character, _, _, _, _ in pause):
        return [("-", pause[0][1], pause[-1][2], False, False)]
    return pause


def _lettered(found: re.Match[str]) -> Iterator[list[Piece]]:
    digits = sum(character.isdigit() for character in found.group())
    if digits < _FEWEST_DIGITS or not any(character in _LETTER_DIGITS for character in found.group()):
        return
    yield [
        (_LETTER_DIGITS[piece[0]], piece[1], piece[2], True, False) if piece[0] in _LETTER_DIGITS else piece
        for piece in _characters(found)
    ]


def _spaced(found: re.Match[str]) -> Iterator[list[Piece]]:
    yield _without(_characters(found), " ")


def _broken(found: re.Match[str]) -> Iterator[list[Piece]]:
    """Read on over the first line end, as if nothing or a space stood there."""
    pieces = _characters(found)
    characters = found.group()
    for place, character in enumerate(characters):
        if character in "\r\n":
            first, last = place, place
            while characters[first - 1] in " \t":
                first -= 1
            while characters[last + 1] in " \t\r\n":
                last += 1
            yield _without([*pieces[:first], ("\n", 0, 0, False, False), *pieces[last + 1 :]], "\n")
            space: Piece = (" ", pieces[first][1], pieces[last][2], True, False)
            yield [*pieces[:first], space, *pieces[last + 1 :]]
            return


def _in_words(found: re.Match[str]) -> Iterator[list[Piece]]:
    """Read words for signs; a bare ``at`` counts only beside a ``dot``, or a host's name would follow it."""
    text = found.group()
    if " at " in text.lower() and not _DOT_WORD.search(text):
        return
    characters = _characters(found)
    pieces: list[Piece] = []
    position = 0
    for word in _WORD.finditer(text):
        start, end = word.span()
        pieces += characters[position:start]
        plain = _PLAIN[word.group().lower()]
        pieces += [(sign, characters[start][1], characters[end - 1][2], True, False) for sign in plain]
        position = end
    yield _without([*pieces, *characters[position:]], " ")


_PLAIN = {word.strip(): plain for word, plain in _WORDS.items()}
EVASIONS = (
    Evasion(
        "digits read aloud",
        rf"[0-9{_SPOKEN}](?:{_PAUSE}[0-9{_SPOKEN}]){{7,24}}",
        _spoken,
        f"{_aloud(4, 0)}|{_aloud(0, 4)}|{_aloud(2, 2)}",  # of eight digits, so many stand beside the three
    ),
    Evasion(
        "letters for digits",
        r"(?<![0-9A-Za-z])[0-9OoQIl|](?:[ .\-]?[0-9OoQIl|]){8,24}(?![0-9A-Za-z])",
        _lettered,
        r"[OoQIl|](?:[ .\-]?[0-9OoQIl|]){4}|[0-9OoQIl|](?:[ .\-]?[0-9OoQIl|]){3}[ .\-]?[OoQIl|]",
    ),
    Evasion(
        "spaces between digits",
        r"(?<![0-9])[0-9](?: ?[-./] ?[0-9]| [0-9]){7,24}(?![0-9])"
        r"|(?<![0-9])[0-9]{2,6}(?:[-.][0-9]{2,7}){0,3}(?: [-.] ?|[-.] )[0-9]{2,7}(?: ?[-.] ?[0-9]{2,7}){0,3}"
        r"(?![0-9])",
        _spaced,
    ),
    Evasion(
        "broken by a line end",
        r"[0-9][0-9 .\-]{0,20}\r?\n[ \t]{0,8}[-.]?[0-9][0-9 .\-*]{0,20}",
        _broken,
    ),
    Evasion(
        "address in words",
        rf"[A-Za-z0-9](?:[A-Za-z0-9_+\-]|{_DOT}(?=[A-Za-z0-9])){{0,40}}{_AT}"
        rf"(?:[A-Za-z0-9\-]{{1,40}}|{_PROVIDERS})(?:{_DOT}(?:[A-Za-z]{{2,16}}|컴|넷)){{1,3}}",
        _in_words,
        rf"골뱅이|[(\[<](?:at|a|dot)[)\]>]| at | dot | @|@ |@(?:{_PROVIDERS})"
        rf"|[A-Za-z0-9] ?[점쩜닷] ?(?:[A-Za-z]|컴|넷)|(?:{_PROVIDERS}) ?\.",
    ),
)
_COMPILED = tuple(
    (evasion, re.compile(evasion.telling) if evasion.telling else None, re.compile(evasion.stretch))
    for evasion in EVASIONS
)
EVASIVE = tuple(evasion.telling or evasion.stretch for evasion in EVASIONS)
"""Without a match of these, folded text has no readings of their kinds."""
