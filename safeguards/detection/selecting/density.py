"""How densely a regular expression's matches hold characters of one kind, such as digits.

Where every match of many expressions holds six digits close together, one small expression for that passes
over most rows, and the many are asked of the rest alone.
"""

from __future__ import annotations

import re._constants as codes
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

_REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}
_NO_WIDTH = {codes.AT, codes.ASSERT, codes.ASSERT_NOT}
_ENDLESS = 10**6

Member = Callable[[int], bool]


@dataclass(frozen=True, slots=True)
class Density:
    """Every match holds ``count`` characters of the kind or more, with at most ``lead`` others before the
    first of them, ``inner`` between two and ``tail`` behind the last. Where ``count`` is 0, ``lead`` is how
    many others may stand in a row.
    """

    count: int
    lead: int
    inner: int = 0
    tail: int = 0


def density(nodes: Iterable[Any], member: Member) -> Density:
    """Return the density of a parsed sequence; ``member`` says of a code point whether it is of the kind."""
    whole = Density(0, 0)
    for kind, content in nodes:
        whole = _joined(whole, _node(kind, content, member))
    return whole


def _joined(one: Density, other: Density) -> Density:
    if not one.count:
        if not other.count:
            return Density(0, min(one.lead + other.lead, _ENDLESS))
        return Density(other.count, min(one.lead + other.lead, _ENDLESS), other.inner, other.tail)
    if not other.count:
        return Density(one.count, one.lead, one.inner, min(one.tail + other.lead, _ENDLESS))
    between = max(one.inner, other.inner, one.tail + other.lead)
    return Density(one.count + other.count, one.lead, min(between, _ENDLESS), other.tail)


def _node(kind: Any, content: Any, member: Member) -> Density:
    if kind in _NO_WIDTH:
        return Density(0, 0)
    if kind is codes.LITERAL:
        return Density(1, 0) if member(content) else Density(0, 1)
    if kind is codes.IN:
        return Density(1, 0) if all(_within(one, member) for one in content) else Density(0, 1)
    if kind in _REPEATS:
        least, most, inner = content
        return _repeated(least, most, inner, member)
    if kind is codes.BRANCH:
        return _either([density(branch, member) for branch in content[1]])
    if kind is codes.SUBPATTERN:
        return density(content[3], member)
    if kind is codes.ATOMIC_GROUP:
        return density(content, member)
    return Density(0, 1 if kind in (codes.ANY, codes.NOT_LITERAL) else _ENDLESS)


def _within(one: tuple[Any, Any], member: Member) -> bool:
    kind, content = one
    if kind is codes.LITERAL:
        return member(content)
    return kind is codes.RANGE and all(map(member, content)) and member(sum(content) // 2)


def _repeated(least: int, most: Any, content: Any, member: Member) -> Density:
    once = density(content, member)
    most = _ENDLESS if most is codes.MAXREPEAT else int(most)
    if not once.count:
        return Density(0, min(once.lead * most, _ENDLESS))
    if not least:
        return Density(0, _others(once))
    inner = max(once.inner, once.tail + once.lead) if most > 1 else once.inner
    return Density(once.count * least, once.lead, inner, once.tail)


def _either(branches: list[Density]) -> Density:
    count = min(branch.count for branch in branches)
    if not count:
        return Density(0, max(map(_others, branches)))
    return Density(
        count,
        max(branch.lead for branch in branches),
        max(branch.inner for branch in branches),
        max(branch.tail for branch in branches),
    )


def _others(one: Density) -> int:
    """Return how many others may stand in a row where ``one`` may be absent."""
    return min(one.lead + one.inner + one.tail, _ENDLESS)
