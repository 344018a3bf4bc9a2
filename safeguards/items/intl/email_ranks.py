"""The spaces of e-mail addresses, version 1: each of so many characters is numbered, whole with its domain.

Addresses are too many for names and digits alone, so a surrogate carries the whole address, encrypted:
``minjun.kim.4x0q9c2@example.com``, whose end is as long as the address's class needs. ``keep_domain`` leaves
the domain and changes what stands before it; then mail to a surrogate may reach somebody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from safeguards.items.intl import email
from safeguards.items.intl.mailboxes import DOMAIN, Encoded, Mailboxes, sized
from safeguards.items.ranks.ladder import Ladder, Place, Space

_ADDRESS = re.compile(email.PATTERN)

CLASSES = sized(
    (
        Mailboxes(8, 0),
        Mailboxes(12, 0),
        Mailboxes(20, 0),
        Mailboxes(12, 15),
        Mailboxes(20, 24),
        Encoded(64, 64),
    )
)
"""The common addresses first: a short name at a known provider has a short surrogate."""

_OF_A_DOMAIN = sized(Mailboxes(local, 0, kept="?") for local in (8, 12, 20, 40))


def _classes(address: str) -> Iterator[Mailboxes]:
    yield from CLASSES


def _classes_of_domain(address: str) -> Iterator[Mailboxes]:
    for each in _OF_A_DOMAIN:
        yield replace(each, kept=address.rpartition("@")[2])


@dataclass(frozen=True)
class Addresses(Ladder):
    """Surrogates are addresses of another form than values: each number has one, and none is walked past."""

    classes: Callable[[str], Iterator[Mailboxes]] = _classes

    def found(self, surrogate: str) -> Place | None:
        """Return the place of a surrogate."""
        text = self.canonical(surrogate)
        for each in self.classes(text):
            rank = each.number(text)
            if rank is not None:
                return Place(each, rank)
        return None

    def value(self, place: Place) -> str | None:
        """Return the address of a place."""
        return place.space.address(place.rank) if isinstance(place.space, Mailboxes) else None

    def reads_back(self, place: Place, canonical: str) -> bool:
        """Say whether the address can be read out of its number."""
        return self.value(place) == canonical

    def stays(self, place: Place) -> bool:
        """Say yes."""
        return True


_LONGEST = max(each.longest for each in CLASSES)
_LONGEST_NAME = max(replace(each, kept="").longest for each in _OF_A_DOMAIN) - len(DOMAIN)


def _longest(characters: int) -> int:
    """Return the longest of all classes: the shortest addresses may be of the last one."""
    return _LONGEST


def _longest_of_domain(characters: int) -> int:
    """Return the longest name before the longest domain, which has a letter and ``@`` before it."""
    return _LONGEST_NAME + max(0, characters - len("a@"))


def _ladder(classes: Callable[[str], Iterator[Mailboxes]], longest: Callable[[int], int]) -> Ladder:
    def spaces(canonical: str) -> Iterator[Space]:
        if _ADDRESS.fullmatch(canonical):
            yield from classes(canonical)

    return Addresses(email.canonical, spaces, longest, classes=classes)


LADDER = _ladder(_classes, _longest)
FORMS: Mapping[str, Ladder] = {"keep_domain": _ladder(_classes_of_domain, _longest_of_domain)}
