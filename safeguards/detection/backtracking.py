"""Expressions that may take `re` an age: repeats whose rounds can share the same characters in many ways.

`re` tries every way in which ``(a+)+`` may cut a run of letters before it gives up, twice as many for each
letter more. A repeat is such when one part of a round has no fixed length and the rest can be made of that
part's characters, or when two alternatives begin alike; ``(?:[a-z]+-)+`` is none, for a hyphen ends each
round. An expression that is harmless may be taken for one that is not.
"""

from __future__ import annotations

import re
import re._constants as codes
import re._parser as parser
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

MOST_ROUNDS = 8
"""Rounds of a repeat that are few enough to try them all."""

MOST_WAYS = 256
"""Alternatives of one round that are looked at each for itself."""

_SAMPLE = frozenset(map(chr, range(128))) | frozenset("é가漢\u0663\u3000")
"""Characters by which sets are compared: ASCII, and a letter, a syllable, a digit and a space beyond it."""

_REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT}
_CATEGORIES = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}

Nodes = Sequence[tuple[Any, Any]]


def looks_around(expression: str) -> bool:
    """Say whether a valid expression holds look-ahead or look-behind."""
    return any(kind in {codes.ASSERT, codes.ASSERT_NOT} for kind, _ in _all(list(parser.parse(expression))))


def may_take_ages(expression: str) -> bool:
    """Say whether a valid expression has a repeat that `re` may try in too many ways."""
    return any(
        kind in _REPEATS and content[1] > MOST_ROUNDS and any(map(_ambiguous, _rounds(content[2])))
        for kind, content in _all(list(parser.parse(expression)))
    )


def _all(nodes: Nodes) -> Iterator[tuple[Any, Any]]:
    for kind, content in nodes:
        yield kind, content
        for inner in _inside(kind, content):
            yield from _all(inner)


def _inside(kind: Any, content: Any) -> list[Nodes]:
    if kind in _REPEATS or kind is codes.POSSESSIVE_REPEAT:
        return [list(content[2])]
    if kind is codes.SUBPATTERN:
        return [list(content[3])]
    if kind is codes.BRANCH:
        return [list(branch) for branch in content[1]]
    if kind is codes.GROUPREF_EXISTS:
        return [list(branch or ()) for branch in content[1:]]
    if kind in {codes.ASSERT, codes.ASSERT_NOT}:
        return [list(content[1])]
    return [list(content)] if kind is codes.ATOMIC_GROUP else []


def _rounds(nodes: Iterable[tuple[Any, Any]]) -> list[Nodes]:
    """Return one round of a repeat in all its alternatives, without groups."""
    made: list[Nodes] = [[]]
    for kind, content in nodes:
        ways: list[Nodes] = [[(kind, content)]]
        if kind is codes.BRANCH and _alike(list(map(list, content[1]))):
            ways = [[(codes.BRANCH, content)]]
        elif kind in {codes.SUBPATTERN, codes.BRANCH, codes.GROUPREF_EXISTS}:
            ways = [way for inner in _inside(kind, content) for way in _rounds(inner)]
        if len(made) * len(ways) > MOST_WAYS:
            ways = [[(kind, content)]]
        made = [[*begun, *way] for begun in made for way in ways]
    return made


def _alike(branches: Sequence[Nodes]) -> bool:
    """Say whether two alternatives may begin with one character, or one is empty."""
    firsts = [_characters(branch[:1]) for branch in branches]
    return any(not branch for branch in branches) or any(a & b for a, b in combinations(firsts, 2))


def _ambiguous(nodes: Nodes) -> bool:
    for place, (kind, content) in enumerate(nodes):
        varies = kind in {codes.BRANCH, codes.SUBPATTERN} or (kind in _REPEATS and content[0] != content[1])
        if varies and _within([*nodes[:place], *nodes[place + 1 :]], _characters([(kind, content)])):
            return True
    return False


def _within(nodes: Iterable[tuple[Any, Any]], characters: frozenset[str]) -> bool:
    """Say whether nodes can match a text of these characters only."""
    for kind, content in nodes:
        if kind in _REPEATS or kind is codes.POSSESSIVE_REPEAT:
            fits = content[0] == 0 or _within(content[2], characters)
        elif inner := _inside(kind, content):
            fits = any(_within(branch, characters) for branch in inner)
        else:
            fits = kind is codes.AT or bool(_characters([(kind, content)]) & characters)
        if not fits:
            return False
    return True


def _characters(nodes: Nodes) -> frozenset[str]:
    """Return the characters that nodes may match, in either case."""
    found: set[str] = set()
    for kind, content in _all(nodes):
        if kind is codes.LITERAL:
            found.add(chr(content))
        elif kind is codes.NOT_LITERAL:
            found |= _SAMPLE - {chr(content)}
        elif kind is codes.IN:
            found |= _of_set(content)
        elif kind in {codes.ANY, codes.GROUPREF}:
            found |= _SAMPLE
    return frozenset(form for one in found for form in (one, one.swapcase()))


def _of_set(members: Iterable[tuple[Any, Any]]) -> frozenset[str]:
    found: set[str] = set()
    negated = False
    for kind, member in members:
        if kind is codes.NEGATE:
            negated = True
        elif kind is codes.LITERAL:
            found.add(chr(member))
        elif kind is codes.RANGE:
            found |= {one for one in _SAMPLE if member[0] <= ord(one) <= member[1]} | {chr(member[0])}
        elif kind is codes.CATEGORY:
            found |= _of_category(str(member))
    return _SAMPLE - found if negated else frozenset(found)


def _of_category(name: str) -> set[str]:
    _, *negated, kind = name.split("_")
    form = re.compile(_CATEGORIES.get(kind, "."))
    return {one for one in _SAMPLE if bool(form.match(one)) is not bool(negated)}
