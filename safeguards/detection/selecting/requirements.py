"""What every match of a regular expression holds: so many digits, and certain characters."""

from __future__ import annotations

import re
import re._constants as codes
import re._parser as parser
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}
_DIGITS = range(ord("0"), ord("9") + 1)


@dataclass(frozen=True, slots=True)
class Requirements:
    """``digits`` is the least number of ASCII digits of a match, ``characters`` stand in every one."""

    digits: int = 0
    characters: frozenset[str] = frozenset()

    def met_by(self, text: str, digits: int) -> bool:
        """Say whether ``text`` with so many digits may hold a match."""
        if digits < self.digits:
            return False
        for character in self.characters:  # noqa: SIM110 -- all() would cost as much as the rest
            if character not in text:
                return False
        return True


NOTHING = Requirements()


def requirements(expression: str) -> Requirements:
    """Return what every match of ``expression`` (of `re`, without flags given apart) must hold.

    Only classes within ASCII digits count as digits; letters count as characters where case matters.
    """
    tree = parser.parse(expression)
    return _sequence(tree, tree.state.flags)


def digits_in(text: str) -> int:
    """Return the number of ASCII digits."""
    return sum(map(text.count, "0123456789"))


def _sequence(nodes: Iterable[Any], flags: int) -> Requirements:
    parts = [_node(kind, content, flags) for kind, content in nodes]
    return Requirements(
        sum(part.digits for part in parts), frozenset().union(*(part.characters for part in parts))
    )


def _node(kind: Any, content: Any, flags: int) -> Requirements:
    if kind is codes.LITERAL:
        return _literal(content, flags)
    if kind is codes.IN:
        return Requirements(int(all(map(_digital, content))))
    if kind in _REPEATS:
        least, _, inner = content
        part = _sequence(inner, flags) if least else NOTHING
        return Requirements(least * part.digits, part.characters)
    if kind is codes.BRANCH:
        return _either([_sequence(branch, flags) for branch in content[1]])
    if kind is codes.SUBPATTERN:
        _, added, removed, inner = content
        return _sequence(inner, (flags | added) & ~removed)
    return _sequence(content, flags) if kind is codes.ATOMIC_GROUP else NOTHING


def _literal(code: int, flags: int) -> Requirements:
    if code in _DIGITS:
        return Requirements(1)
    character = chr(code)
    varies = flags & re.IGNORECASE and (character.lower() != character or character.upper() != character)
    return NOTHING if varies else Requirements(0, frozenset({character}))


def _digital(member: tuple[Any, Any]) -> bool:
    kind, content = member
    if kind is codes.LITERAL:
        return content in _DIGITS
    return kind is codes.RANGE and content[0] in _DIGITS and content[1] in _DIGITS


def _either(branches: list[Requirements]) -> Requirements:
    common = frozenset.intersection(*(branch.characters for branch in branches))
    return Requirements(min(branch.digits for branch in branches), common)
