"""E-mail addresses numbered by class, and surrogates of the same numbers: a name and the rest in base 36."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from safeguards.items.intl.mailboxes_1 import BEFORE, BEHIND, PROVIDERS, SURNAMES
from safeguards.items.ranks.ladder import Space
from safeguards.items.ranks.shape import Choices
from safeguards.items.ranks.strings import Strings

DOMAIN = "example.com"
"""Reserved for examples (RFC 2606): no mail to it is delivered."""

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE = len(_DIGITS)
_NAMED = 3
"""Digits of a number that a name stands for."""

_GIVEN = Choices("given", tuple(before + behind for before in BEFORE for behind in BEHIND))
_SURNAMES = Choices("surname", SURNAMES)
_HOSTS = tuple(PROVIDERS)
_LOCAL_TAIL, _LABEL = 40, 60
"""Characters of a number's end before the ``@``, and in each label behind it."""

_BYTES = 100
_SURROGATE = re.compile(rf"([a-z]+)\.([a-z]+)\.([0-9a-z]{{1,{_LOCAL_TAIL}}})@([^@]+)")


@dataclass(frozen=True)
class Mailboxes(Space):
    """Addresses with at most ``local`` characters before the ``@`` and ``host`` behind it.

    Where ``host`` is 0, those of a listed provider, or of the one domain that is ``kept``. There are more
    surrogates (``size``) than addresses (``members``), and each number has a surrogate: ``tail`` says how
    many characters stand behind its name.
    """

    local: int
    host: int
    tail: int = 0
    kept: str = ""

    @property
    def label(self) -> str:  # type: ignore[override]
        """The limits, and the domain that is kept."""
        return f"{self.local}:{self.host}:{self.kept}"

    @property
    def size(self) -> int:
        """How many surrogates there are."""
        return int(_BASE ** (_NAMED + self.tail))

    @property
    def longest(self) -> int:
        """The characters of the longest surrogate."""
        named = _GIVEN.longest + _SURNAMES.longest + len("..@") + len(self.kept or DOMAIN)
        return named + self.tail + -(-max(self.tail - _LOCAL_TAIL, 0) // _LABEL)

    @cached_property
    def members(self) -> int:
        """How many addresses there are."""
        return self._locals.size * self._hosts

    def rank(self, canonical: str) -> int | None:
        """Number an address."""
        local, _, host = canonical.rpartition("@")
        first = self._locals.rank(local)
        second: int | None = 0
        if not self.kept:
            second = self._host.rank(host) if self.host else PROVIDERS.get(host)
        return None if first is None or second is None else first * self._hosts + second

    def address(self, rank: int) -> str | None:
        """Return the address of that number, None where there are not so many."""
        if rank >= self.members:
            return None
        first, second = divmod(rank, self._hosts)
        host = self._host.spell(second) if self.host else self.kept or _HOSTS[second]
        return f"{self._locals.spell(first)}@{host}"

    def spell(self, rank: int) -> str:
        """Return the surrogate of that number."""
        rank, given = divmod(rank, len(_GIVEN.values))
        rank, surname = divmod(rank, len(SURNAMES))
        tail = []
        for _ in range(self.tail):
            rank, digit = divmod(rank, _BASE)
            tail.append(_DIGITS[digit])
        text = "".join(tail)
        labels = [text[at : at + _LABEL] for at in range(_LOCAL_TAIL, len(text), _LABEL)]
        domain = ".".join([*labels, self.kept or DOMAIN])
        return f"{_GIVEN.values[given]}.{SURNAMES[surname]}.{text[:_LOCAL_TAIL]}@{domain}"

    def number(self, surrogate: str) -> int | None:
        """Return the number of a surrogate of this space; None where it is none."""
        found = _SURROGATE.fullmatch(surrogate)
        if found is None:
            return None
        given, surname = _GIVEN.places.get(found[1]), _SURNAMES.places.get(found[2])
        tail = found[3] + f".{found[4]}".removesuffix(f".{self.kept or DOMAIN}").replace(".", "")
        if given is None or surname is None or len(tail) != self.tail or not set(tail) <= set(_DIGITS):
            return None
        rank = int(tail[::-1], _BASE) * len(SURNAMES) + surname
        rank = rank * len(_GIVEN.values) + given
        return rank if self.spell(rank) == surrogate else None

    @cached_property
    def _locals(self) -> Strings:
        return Strings("local", f"{_DIGITS}._%+'-", 1, self.local)

    @cached_property
    def _host(self) -> Strings:
        return Strings("host", f"{_DIGITS}.-", 1, self.host)

    @cached_property
    def _hosts(self) -> int:
        if self.host:
            return self._host.size
        return 1 if self.kept else len(_HOSTS)


class Encoded(Mailboxes):
    """Any address of at most a hundred bytes of UTF-8."""

    @cached_property
    def members(self) -> int:
        """The numbers of so many bytes behind a first 1, which keeps zeros at their beginning."""
        return 2 << 8 * _BYTES

    def rank(self, canonical: str) -> int | None:
        """Number an address by its bytes."""
        raw = canonical.encode()
        return int.from_bytes(b"\1" + raw, "big") if len(raw) <= _BYTES else None

    def address(self, rank: int) -> str | None:
        """Return the address of those bytes."""
        raw = rank.to_bytes(_BYTES + 2 + rank.bit_length() // 8, "big").lstrip(b"\0")
        try:
            return raw[1:].decode() if raw[:1] == b"\1" and len(raw) <= _BYTES + 1 else None
        except UnicodeDecodeError:
            return None


def sized(classes: Iterable[Mailboxes]) -> tuple[Mailboxes, ...]:
    """Give each class so long a tail that it holds all its addresses, and no other's length."""
    found: list[Mailboxes] = []
    for each in classes:
        tail = found[-1].tail + 1 if found else 1
        while _BASE ** (_NAMED + tail) < each.members:
            tail += 1
        found.append(replace(each, tail=tail))
    return tuple(found)
