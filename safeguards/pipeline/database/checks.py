"""CHECK constraints: which columns their truth depends on."""

from __future__ import annotations

import re
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.sql import visitors

_TEXT = re.compile(r"'(?:[^']|'')*'")
# Beyond ASCII, all that a database takes for a part of a name, such as a combining accent.
_WORD = re.compile(r'"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|(?:[^\W\d]|[^\x00-\x7f])(?:\w|[^\x00-\x7f])*')
# Where these stand, the dialect decides where a text ends, such as MariaDB's 'it\'s'.
_UNSURE = re.compile(r"\\|--|/\*|#|\$")
# No transform but one that makes NULLs changes what these say.
_IS_NULL = r"{name}\s+IS\s+(?:NOT\s+)?NULL"


def mentioned(check: sa.CheckConstraint, columns: Iterable[str]) -> set[str]:
    """Return the columns whose values decide over a CHECK, those left out of which it only asks for NULL.

    Columns of a table that stand in an SQL text are found by their names, quoted or not; a word that could
    be one counts as one.
    """
    texts = _texts(check)
    return {name for name in written(check, columns) if not texts or _values_matter(name, texts)}


def written(check: sa.CheckConstraint, columns: Iterable[str]) -> set[str]:
    """Return the columns that stand in a CHECK, whatever it asks of them."""
    named = {part.name for part in visitors.iterate(check.sqltext) if isinstance(part, sa.Column)}
    texts = _texts(check)
    return named | {name for name in columns if any(_mentions(text, name) for text in texts)}


def _texts(check: sa.CheckConstraint) -> list[str]:
    return [part.text for part in visitors.iterate(check.sqltext) if isinstance(part, sa.TextClause)]


def _values_matter(name: str, texts: list[str]) -> bool:
    quoted = rf'(?:(?<!\w){re.escape(name)}(?!\w)|["`\[]{re.escape(name)}["`\]])'
    rest = (re.sub(_IS_NULL.format(name=quoted), " ", text, flags=re.IGNORECASE) for text in texts)
    return any(_mentions(text, name) for text in rest)


def _mentions(text: str, name: str) -> bool:
    if _UNSURE.search(text):
        return name.casefold() in text.casefold()
    return name.casefold() in _words(text)


def _words(text: str) -> set[str]:
    return {_bare(word).casefold() for word in _WORD.findall(_TEXT.sub(" ", text))}


def _bare(word: str) -> str:
    first = word[0]
    if first == "[":
        return word[1:-1]
    return word[1:-1].replace(first * 2, first) if first in '"`' else word
