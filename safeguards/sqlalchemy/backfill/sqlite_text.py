"""SQLite's SQL as tokens (https://www.sqlite.org/lang_keywords.html, /lang_createtable.html).

SQLite keeps a table's declaration as the text that its author wrote, so editing it needs a real tokenizer.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass

from safeguards.errors import InputError

_TOKEN = re.compile(
    r"""
      (?P<blank>   \s+ | --[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<string>  [xX]?'(?:[^']|'')*' )
    | (?P<quoted>  "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\] )
    | (?P<number>  (?:\d|\.\d)[\w.]*(?:(?<=[eE])[+-]\d+)? )
    | (?P<word>    (?:[^\W\d]|[^\x00-\x7f]) (?:[\w$]|[^\x00-\x7f])* )
    | (?P<mark>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of SQL text and where it begins; ``kind`` is string, quoted, number, word or mark."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the token ends."""
        return self.start + len(self.text)

    @property
    def name(self) -> str | None:
        """The identifier that the token spells, without quotes; None where it can be none."""
        if self.kind == "word":
            return self.text
        if self.kind == "quoted" or (self.kind == "string" and self.text[0] == "'"):
            closing = self.text[-1]
            return self.text[1:-1].replace(closing * 2, closing)
        return None

    def says(self, *words: str) -> bool:
        """Say whether the token is one of these keywords or marks; a quoted name is no keyword."""
        return self.kind in {"word", "mark"} and self.text.upper() in words


def fold(name: str) -> str:
    """Return the form in which SQLite compares names: only ASCII letters lose their case."""
    return name.translate(_LOWER)


def tokens(sql: str) -> list[Token]:
    """Split SQL text, leaving out white space and comments."""
    return list(_tokens(sql))


def mentions(parts: list[Token], name: str) -> bool:
    """Say whether an identifier among the tokens is ``name``; string literals do not count."""
    wanted = fold(name)
    return any(
        part.kind != "string" and part.name is not None and fold(part.name) == wanted for part in parts
    )


def closing(parts: list[Token], opening: int) -> int:
    """Return the position of the parenthesis that closes the one at ``opening``.

    Raises:
        InputError: there is none.
    """
    depth = 0
    for at in range(opening, len(parts)):
        depth += parts[at].says("(") - parts[at].says(")")
        if depth == 0:
            return at
    raise InputError("a table's declaration in the SQLite schema is not well-formed")


def _tokens(sql: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(sql):
        if match.lastgroup != "blank":
            yield Token(match.lastgroup or "mark", match.group(), match.start())
