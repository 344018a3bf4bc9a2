"""Masks: parts of a value hidden by asterisks, as screens and print-outs show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa

from safeguards import items
from safeguards.errors import InputError
from safeguards.items.text import stars
from safeguards.pseudonyms.column import map_text, require_flat
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.transform import Bound, Traits, Transform

PROFILES = ("finance", "netact")
HIDDEN = "****"
_GROWTH = 8
_LEAST = len("2001:0db8") + 6 * len(":****")
"""What an item's mask may be longer than its value, and how long the mask of a short one may be.

Only masks of Unicode's longest compositions exceed it; asterisks stand for these.
"""


@dataclass(frozen=True)
class Mask(Transform):
    """The item's mask of one profile; without an item, ``****`` for every value.

    ``finance`` follows the Financial Services Commission's usage, ``netact`` that of the Network Act. A
    deployment uses one of them: both masks of one phone number together reveal it.

    Raises:
        InputError: the item or the profile is unknown.
    """

    name: ClassVar[str] = "mask"

    profile: str = "finance"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.profile not in PROFILES:
            raise InputError(f"unknown mask profile {self.profile!r}; known: {', '.join(PROFILES)}")

    @property
    def traits(self) -> Traits:
        """Different values share a mask."""
        return Traits(lossy=True)

    def width(self, longest: int | None) -> int | None:
        """Return the length of the longest mask."""
        if self.item is None:
            return len(HIDDEN)
        return None if longest is None else _widest(longest)

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return text."""
        require_flat(kind)
        return pa.string()

    def bind(self, domain: Domain | None) -> Bound:
        """Need nothing."""
        return Bound(self._mask)

    def _mask(self, values: Any) -> Any:
        if self.item is None:
            return map_text(values, lambda _: HIDDEN)
        item = items.get(self.item)

        def masked(text: str) -> str:
            shown = item.mask(text, self.profile)
            return shown if len(shown) <= _widest(len(text)) else stars(text)

        return map_text(values, masked)


def _widest(length: int) -> int:
    return max(length + _GROWTH, _LEAST)
