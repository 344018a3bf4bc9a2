"""The spaces of telephone numbers, version 1: each kind of number of the Korean plan, then numbers abroad.

A mobile number stays one, whose subscriber may exist: Korea sets no numbers apart for fiction. The form
``unreachable`` writes mobile numbers under 011, which went out of service in June 2021, and takes no others.
Landlines change their area too. Digits of no plan keep their count and what stands between them.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from safeguards.items.intl.calling_codes import split
from safeguards.items.kr import phone
from safeguards.items.ranks.ladder import Ladder, Place, Space
from safeguards.items.ranks.shape import Choices, Part, literal, shape_of

_LEADING = "123456789"
_DIGITS = Choices("digits", string.digits)
_FIRST = Choices("first", _LEADING)
_LAST = 4
_AREAS = ("02", *(f"0{area}" for area in (*range(31, 34), *range(41, 45), *range(51, 56), *range(61, 65))))
_CENTRES = (*range(152, 160), *range(160, 170), *range(180, 190))


class Block(NamedTuple):
    """Numbers of one prefix: a digit out of ``leading``, and ``more`` digits."""

    prefix: str
    leading: str
    more: int

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return int(len(self.leading) * 10**self.more)


@dataclass(frozen=True)
class Numbers(Space):
    """The numbers of several blocks, numbered block by block; prefixes do not begin each other."""

    label: str
    blocks: tuple[Block, ...]

    @property
    def size(self) -> int:
        """The sum of the blocks."""
        return self._starts[-1]

    def rank(self, canonical: str) -> int | None:
        """Number a telephone number."""
        for block, start in zip(self.blocks, self._starts, strict=False):
            body = canonical.removeprefix(block.prefix)
            if len(body) == block.more + 1 != len(canonical) and body.isdigit() and body[0] in block.leading:
                return int(start + block.leading.index(body[0]) * 10**block.more + int(body[1:]))
        return None

    def spell(self, rank: int) -> str:
        """Return the telephone number with hyphens: ``010-2345-6789``, ``1588-1234``."""
        place = next(at for at, end in enumerate(self._starts[1:]) if rank < end)
        block = self.blocks[place]
        first, more = divmod(rank - self._starts[place], 10**block.more)
        body = f"{block.leading[first]}{more:0{block.more}d}"
        if not block.prefix.startswith("0"):
            return f"{block.prefix}{body[:-_LAST]}-{body[-_LAST:]}"
        return f"{block.prefix}-{body[:-_LAST]}-{body[-_LAST:]}"

    @property
    def longest(self) -> int:
        """The characters of the longest number, with two hyphens."""
        return max(len(block.prefix) + block.more + 1 for block in self.blocks) + len("--")

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(accumulate((block.size for block in self.blocks), initial=0))


KINDS = (
    Numbers("mobile", (Block("010", "23456789", 7),)),
    Numbers("mobile, 0 or 1 next", (Block("010", "01", 7),)),
    Numbers("mobile, before 2021", tuple(Block(f"01{n}", string.digits, m) for n in "16789" for m in (6, 7))),
    Numbers("landline", tuple(Block(area, _LEADING, more) for area in _AREAS for more in (6, 7))),
    Numbers("internet", tuple(Block("070", string.digits, more) for more in (6, 7))),
    Numbers("toll-free", tuple(Block("080", string.digits, more) for more in (6, 7))),
    Numbers("virtual", tuple(Block(f"050{n}", string.digits, more) for n in "2345678" for more in (6, 7))),
    Numbers("centre", tuple(Block(str(centre), string.digits, 4) for centre in _CENTRES)),
)


def _spaces(canonical: str) -> Iterator[Space]:
    yield from KINDS
    if shape := shape_of(_parts(canonical)):
        yield shape


def _parts(canonical: str) -> Iterator[Part | None]:
    digits = canonical.removeprefix("+")
    abroad = split(digits) if canonical.startswith("+") and digits.isdigit() else None
    if abroad is not None and "+" + "".join(abroad) != canonical:  # a trunk prefix, which must not get lost
        abroad = None
    if abroad is not None:
        yield literal(f"+{abroad[0]}")
    for place, sign in enumerate(canonical if abroad is None else abroad[1]):
        if abroad is not None and not place and sign != "0":
            yield _FIRST, sign
        elif sign in _DIGITS.places:
            yield _DIGITS, sign
        else:
            yield None if sign.isalnum() else literal(sign)


_MOBILE = Numbers("mobile", (Block("010", string.digits, 7),))
_RETIRED = Numbers("unreachable", (Block("011", string.digits, 7),))


class Unreachable(Ladder):
    """A mobile number of 010 has the surrogate of its number under 011, where no value is taken from."""

    def found(self, surrogate: str) -> Place | None:
        """Return the place of a surrogate."""
        rank = _RETIRED.rank(self.canonical(surrogate))
        return None if rank is None else Place(_RETIRED, rank)

    def value(self, place: Place) -> str | None:
        """Return the mobile number of a place."""
        return _MOBILE.spell(place.rank)

    def place(self, canonical: str) -> Place | None:
        """Return the place of a mobile number."""
        rank = _MOBILE.rank(canonical)
        return None if rank is None else Place(_RETIRED, rank)

    def stays(self, place: Place) -> bool:
        """Say yes: each number of 011 is a surrogate."""
        return True


_PLANNED = max(kind.longest for kind in KINDS)


def _longest(characters: int) -> int:
    """Return the longest of the plan's numbers; others keep their digits and what stands between them."""
    return max(_PLANNED, characters)


LADDER = Ladder(phone.canonical, _spaces, _longest)
FORMS: Mapping[str, Ladder] = {
    "unreachable": Unreachable(phone.canonical, _spaces, lambda _: _RETIRED.longest)
}
