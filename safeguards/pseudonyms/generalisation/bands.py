"""Bands of numbers and coding at bounds, on whole arrays."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safeguards.errors import InputError
from safeguards.pseudonyms.column import as_text, is_text, plain

Number = int | float
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_BEGINS = r"^\[?(?P<number>-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)"
# A quotient so near a whole number is one: 0.3 / 0.1 is a hair below 3, and large ones miss by more.
_NEAR, _RELATIVELY_NEAR = 5e-10, 2.0**-50
_LARGEST = 2.0**53
# From so many bands on, the labels of neighbours may need more than twelve digits.
_MANY = 1e9


def check_width(name: str, width: object, *, whole: bool) -> None:
    """Raise InputError unless ``width`` is None or a positive number, whole where that is asked."""
    kinds = int if whole else (int, float)
    if width is not None and (
        isinstance(width, bool) or not isinstance(width, kinds) or not 0 < width < _LARGEST
    ):
        raise InputError(f"{name}= is a positive {'whole ' if whole else ''}number")


def check_bounds(width: Number | None, bottom: object, top: object) -> None:
    """Raise InputError unless the bounds are numbers in order, on the edges of bands of ``width``."""
    for name, bound in (("bottom", bottom), ("top", top)):
        if bound is None:
            continue
        if isinstance(bound, bool) or not isinstance(bound, int | float) or abs(bound) >= _LARGEST:
            raise InputError(f"{name}= is a number")
        if width is not None and Decimal(str(bound)) % Decimal(str(width)):
            raise InputError(f"{name}={bound} cuts a band of {width}: choose a multiple of {width}")
    if isinstance(bottom, int | float) and isinstance(top, int | float) and not bottom < top:
        raise InputError("bottom= must be below top=")


def require_numbers(kind: pa.DataType) -> None:
    """Raise InputError for a type that never holds numbers."""
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if not (numeric or pa.types.is_null(kind) or is_text(kind) or _numeric_dictionary(kind)):
        raise InputError(f"is {kind}, which holds no numbers")


def numbers(values: Any) -> Any:
    """Return float64; NULL where a value is none or no finite number."""
    values = plain(values)
    if is_text(values.type):
        text = pc.utf8_trim_whitespace(as_text(values))
        values = pc.if_else(pc.match_substring_regex(text, _NUMBER), text, None)
    result = values.cast(pa.float64(), safe=False)
    return pc.if_else(pc.less(pc.abs(result), pa.scalar(_LARGEST)), result, None)


def label(values: Any, width: Number, bottom: Number | None, top: Number | None) -> Any:
    """Return the label of each number's band; a string array."""
    found = values.to_numpy(zero_copy_only=False).astype(np.float64)
    known = np.nan_to_num(found)
    places = _places(known, width)
    if bottom is not None:
        places[known < bottom] = -np.inf
    if top is not None:
        places[known >= top] = np.inf
    distinct, where = np.unique(places, return_inverse=True)
    names = [_name(place, width, bottom, top) for place in distinct]
    places_known: Any = pa.array(where, mask=np.isnan(found))
    return pa.array(names, pa.string()).take(places_known)


def are_labels(text: Any, width: Number, bottom: Number | None, top: Number | None) -> Any:
    """Say which texts are labels that :func:`label` makes: those that the number they begin with gets."""
    begins = pc.extract_regex(text, _BEGINS)
    below, above = (None if bound is None else _spell(bound) for bound in (bottom, top))
    ends = [f"<{below}"] if below is not None else []
    ends += [f"{above}+"] if above is not None else []
    first = pc.struct_field(begins, "number")
    known = pc.equal(text, label(numbers(first), width, bottom, top))
    return pc.or_(pc.fill_null(known, False), pc.is_in(text, value_set=pa.array(ends, pa.string())))


def within(found: Any, bottom: Number | None, top: Number | None) -> Any:
    """Say which numbers are not beyond a bound; what is no number is beyond it."""
    held = pc.is_valid(found)
    if bottom is not None:
        held = pc.and_(held, pc.fill_null(pc.greater_equal(found, pa.scalar(float(bottom))), False))
    if top is not None:
        held = pc.and_(held, pc.fill_null(pc.less_equal(found, pa.scalar(float(top))), False))
    return held


def code(values: Any, found: Any, bottom: Number | None, top: Number | None) -> Any:
    """Return ``values`` with those beyond a bound replaced by the bound, in their own type."""
    kind, coded = values.type, plain(values)
    if pa.types.is_null(kind):
        return values
    for bound, beyond in ((bottom, pc.less), (top, pc.greater)):
        if bound is not None:
            coded = pc.if_else(beyond(found, pa.scalar(float(bound))), _scalar(bound, coded.type), coded)
    return coded.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else coded.cast(kind)


def _places(known: Any, width: Number) -> Any:
    """Return how many bands lie between 0 and each number, as floats: whole widths are counted exactly."""
    if isinstance(width, int):
        return (np.floor(known).astype(np.int64) // width).astype(np.float64)
    found = known / width
    nearest = np.rint(found)
    near = np.abs(found - nearest) <= np.maximum(_NEAR, np.abs(found) * _RELATIVELY_NEAR)
    return np.where(near, nearest, np.floor(found)) + 0.0  # which makes 0 of -0


def _numeric_dictionary(kind: pa.DataType) -> bool:
    return pa.types.is_dictionary(kind) and pa.types.is_integer(kind.value_type)


def _scalar(bound: Number, kind: pa.DataType) -> Any:
    try:
        if is_text(kind):
            return pa.scalar(str(bound), kind)
        if pa.types.is_floating(kind):
            return pa.scalar(float(bound)).cast(kind)
        # By way of a decimal: Arrow would cut 1.5 to 1 for a column of whole numbers.
        return pa.scalar(Decimal(str(bound))).cast(kind)
    except pa.ArrowInvalid:
        raise InputError(f"is {kind}, which cannot hold the bound {bound}") from None


def _name(place: float, width: Number, bottom: Number | None, top: Number | None) -> str:
    if np.isinf(place):
        return f"<{_spell(bottom)}" if place < 0 else f"{_spell(top)}+"
    if not isinstance(width, int):
        return f"[{_edge(place, width)},{_edge(place + 1, width)})"
    low = int(place) * width
    if width == 1:
        return str(low)
    return f"{low}-{low + width - 1}" if low >= 0 else f"{low} to {low + width - 1}"


def _edge(place: float, width: float) -> str:
    edge = float(place * width)
    return f"{edge:.12g}" if abs(place) < _MANY else repr(edge).removesuffix(".0")


def _spell(bound: Number | None) -> str:
    return format(bound, ".12g")
