"""Masks: parts of a value hidden by asterisks, as screens and print-outs show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from safeguards import items
from safeguards.errors import InputError, offer
from safeguards.items.text import stars
from safeguards.pseudonyms.column import as_text, map_text, require_flat
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.transform import Bound, Traits, Transform

PROFILES = ("finance", "netact")
HIDDEN = "****"
_SIGN = "*"
_WHOLE_PIECE = r"(^|\s)\**[^*\s]*[\pL\pN]\**(\s|$)"
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
            raise InputError(f"unknown mask profile {self.profile!r}; known: {offer(self.profile, PROFILES)}")

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

    def holds(self, values: Any) -> Any | None:
        """Say which are hidden: an asterisk stands in them, and no whole value of the item beside it."""
        text = as_text(values)
        if self.item is None:
            return pc.equal(text, pa.scalar(HIDDEN))
        empty = pc.equal(pc.utf8_trim_whitespace(text), pa.scalar(""))
        hidden = pc.or_(pc.match_substring(text, _SIGN), empty)
        # Few masks need the slow look.
        doubtful = pc.fill_null(pc.and_(hidden, pc.match_substring_regex(text, _WHOLE_PIECE)), False)
        covered = [not self._bare(one) for one in text.filter(doubtful).to_pylist()]
        return pc.replace_with_mask(hidden, doubtful, pa.array(covered, pa.bool_()))

    def _bare(self, text: str) -> bool:
        """Say whether a piece of the text, free of asterisks, is a whole value of the item."""
        validate = items.get(self.item or "").validate
        pieces = (piece.strip(_SIGN) for piece in text.split())
        return any(_SIGN not in piece and validate(piece) for piece in pieces if piece)

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
