"""Read transforms back from the output itself: is a column of tokens really of tokens?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.further_use.bands import is_band
from safeguards.further_use.manifest import Made
from safeguards.items import ENTITIES, get
from safeguards.items.item import Item
from safeguards.items.kr.regions import district_of, province_of
from safeguards.pseudonyms.column import as_text, plain
from safeguards.pseudonyms.tokens.keyed_hash import LONGEST
from safeguards.pseudonyms.tokens.tokeniser import ALPHABET, LENGTH, MARK, REVERSIBLE_MARK, head_of

TEXT = "text"
HIDDEN = "*"
_WHOLE_PIECE = r"(^|\s)\**[^*\s]*[\pL\pN]\**(\s|$)"

Fits = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Of ``values`` values that are there in ``column``, ``misses`` are not what ``transform`` makes."""

    column: str
    transform: str
    values: int
    misses: int


class Checker:
    """Counts the values that are not what the manifest says; NULL and empty text tell nothing."""

    def __init__(self, made: Made, fits: Fits) -> None:
        self._made, self._fits = made, fits
        self._values = self._misses = 0

    def add(self, values: Any) -> None:
        """Check the values of one Arrow array."""
        if pa.types.is_nested(values.type):
            self._values += len(values) - values.null_count
            self._misses += len(values) - values.null_count
            return
        tally = pc.value_counts(as_text(plain(values)).drop_null())
        text, counts = tally.field("values"), tally.field("counts")
        told = pc.not_equal(pc.utf8_trim_whitespace(text), pa.scalar(""))
        text, counts = text.filter(told), counts.filter(told)
        total = pc.sum(counts).as_py() or 0
        self._values += total
        self._misses += total - (pc.sum(counts.filter(self._fits(text))).as_py() or 0)

    def result(self) -> ReadBack:
        """Return the counts."""
        return ReadBack(self._made.column, self._made.transform, self._values, self._misses)


def checker(made: Made) -> Checker | None:
    """Return a checker for a column, or None where its transform leaves no trace that could be read."""
    make = _FITS.get(made.transform)
    fits = make(made) if make else None
    return Checker(made, fits) if fits else None


def _token(made: Made) -> Fits:
    prefix, length = made.settings.get("prefix"), made.settings.get("length", LENGTH)
    head = MARK + (prefix if isinstance(prefix, str) else made.item or TEXT) + "_"
    size = length if isinstance(length, int) else LENGTH
    pattern = f"^{re.escape(head)}[{ALPHABET}]{{{size}}}$"
    return lambda text: pc.match_substring_regex(text, pattern)


def _reversible(made: Made) -> Fits:
    prefix = made.settings.get("prefix")
    head = head_of(made.item, prefix if isinstance(prefix, str) else None, REVERSIBLE_MARK)
    return lambda text: pc.match_substring_regex(text, f"^{re.escape(head)}[{ALPHABET}]+$")


def _hash(made: Made) -> Fits:
    length = made.settings.get("length")
    size = length if isinstance(length, int) and 0 < length <= LONGEST else LONGEST
    return lambda text: pc.match_substring_regex(text, f"^[0-9a-f]{{{size}}}$")


def _suppress(made: Made) -> Fits:
    return _listed([made.settings.get("value")])


def _mask(made: Made) -> Fits:
    item = get(made.item) if made.item in ENTITIES else None

    def fits(text: Any) -> Any:
        hidden = pc.match_substring(text, HIDDEN)
        if item is None:
            return hidden
        # Asterisks beside a whole value hide nothing; few masks need the slow look.
        doubtful = pc.and_(hidden, pc.match_substring_regex(text, _WHOLE_PIECE))
        bare = [_bare(one, item) for one in text.filter(doubtful).to_pylist()]
        return pc.replace_with_mask(hidden, doubtful, pa.array([not one for one in bare], pa.bool_()))

    return fits


def _bare(text: str, item: Item) -> bool:
    """Say whether a part of the text, free of asterisks, is a whole value of the item."""
    pieces = (piece.strip(HIDDEN) for piece in text.split())
    return any(HIDDEN not in piece and item.validate(piece) for piece in pieces if piece)


def _generalise(made: Made) -> Fits | None:
    settings, groups = made.settings, made.settings.get("groups")
    if isinstance(groups, list | tuple):
        return _listed([*groups, settings.get("other")])
    if any(way in settings for way in ("band", "years", "ages")):
        return _each(lambda label: is_band(label, settings))
    if "region" in settings:
        return _each(lambda label: label in {settings.get("other"), province_of(label), district_of(label)})
    if "hierarchy" in settings:  # of more labels than the manifest tells
        return None
    return _each(lambda label: _within(label, settings))


def _listed(labels: list[object]) -> Fits:
    known = pa.array([str(label) for label in labels if label is not None], pa.string())
    return lambda text: pc.is_in(text, value_set=known)


def _each(fits: Callable[[str], bool]) -> Fits:
    return lambda text: pa.array([fits(label) for label in text.to_pylist()], pa.bool_())


def _within(label: str, settings: Mapping[str, object]) -> bool:
    """Say whether a number lies between the bounds that code the column."""
    try:
        number = float(label)
    except ValueError:
        return False
    bottom, top = settings.get("bottom"), settings.get("top")
    above = not isinstance(bottom, int | float) or number >= bottom
    return above and (not isinstance(top, int | float) or number <= top)


_FITS: Mapping[str, Callable[[Made], Fits | None]] = {
    "token": _token,
    "reversible_token": _reversible,
    "hash": _hash,
    "mask": _mask,
    "generalise": _generalise,
    "suppress": _suppress,
}
