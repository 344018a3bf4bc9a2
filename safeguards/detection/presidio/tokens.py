"""Tokens of a text for Presidio's context words, by a regular expression, Korean particles split off.

A token's lemma is its text, composed and without compatibility forms: decomposed Hangul and full-width
letters meet context words as usual ones do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

SHORTEST_STEM = 2
"""Syllables that must stay before a particle: most nouns of two syllables that end like one hold none."""

_PARTICLES = """
    은 는 이 가 을 를 의 에 로 으로 와 과 도 만 나 이나 란 이란 라 이라 랑 이랑
    에서 에게 께 께서 한테 부터 까지 보다 처럼 마다 조차 밖에 하고
    이고 이며 인데 이고요 입니다 이라고 라고 이라는 라는 이에요 예요 이다 였다 이었다 인가요 이요
    에는 에도 에서는 으로는 로는 와는 과는 까지는 부터는 만은 으로도 로도
"""
PARTICLES = frozenset(_PARTICLES.split())
"""What follows a noun directly: case markers, topic markers, and forms of the copula."""

WHOLE_WORDS = frozenset(
    [
        "전문가",
        "고속도로",
        "제주도",
        "강원도",
        "경기도",
        "진료과",
        "고양이",
        "수수료",
        "신용도",
        "보험가",
        "어린이",
    ]
)
"""Nouns that end like a particle."""

_ENGLISH = """
    a an the this that these those my your his her its our their i you he she it we they me him them
    is are was were be been being am do does did has have had will would can could should may might must
    of to in on at by for from with as into and or but if so than then not no
"""
_KOREAN = "및 등 또는 그리고 그 저 이것 그것 제 내 것 수 그런데 하지만"
_KOREAN_STOP_WORDS = PARTICLES | frozenset(_KOREAN.split())
STOP_WORDS = {
    "en": frozenset(_ENGLISH.split()),
    "ko": _KOREAN_STOP_WORDS,
    "kr": _KOREAN_STOP_WORDS,  # Presidio's Korean recognizers go by this code too
}
"""Words without a meaning of their own by language; none is a context word of Presidio's recognizers."""

_TOKEN = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9.-]*[A-Za-z0-9]"
    r"|[A-Za-z]{0,2}[0-9]+(?:[-.,][0-9]+)*"
    r"|(?P<hangul>[가-힣]+)"
    r"|[A-Za-z]+(?:[-'][A-Za-z]+)*"
    r"|(?:(?![가-힣])[^\W0-9A-Za-z_])+"
    r"|\S"
    r"|\s+\Z"  # a match may begin in blanks at the end, and Presidio then looks for the token there
)
_LONGEST_PARTICLE = max(map(len, PARTICLES))


class Token(str):
    """One token: a str with what users of spaCy's tokens read most, its place and its lemma."""

    __slots__ = ("idx",)
    idx: int

    @classmethod
    def at(cls, text: str, idx: int) -> Token:
        """Return the token ``text`` that begins at code point ``idx``."""
        token = cls(text)
        token.idx = idx
        return token

    @property
    def text(self) -> str:
        """The token as it stands."""
        return str(self)

    @property
    def lemma_(self) -> str:
        """The token as context words are written; never empty, or Presidio's context would never fire."""
        return self.text if self.isascii() else _lemma(self)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of ``text`` in order; together they cover all that is not blank."""
    for found in _TOKEN.finditer(text):
        token, start = found.group(), found.start()
        stem = _stem(token) if found.lastgroup == "hangul" else token
        yield Token.at(stem, start)
        if len(stem) < len(token):
            yield Token.at(token[len(stem) :], start + len(stem))


def is_punctuation(word: str) -> bool:
    """Say whether a word holds neither letter nor digit."""
    return not any(map(str.isalnum, word))


def _stem(word: str) -> str:
    if word in WHOLE_WORDS:
        return word
    for length in range(min(_LONGEST_PARTICLE, len(word) - SHORTEST_STEM), 0, -1):
        if word[-length:] in PARTICLES:
            return word[:-length]
    return word


def _lemma(token: str) -> str:
    composed = unicodedata.normalize("NFKC", token).strip() or token
    return composed if composed == token else _stem(composed)
