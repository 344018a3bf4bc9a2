"""Rounding: numbers to multiples, dates and moments to the beginning of a period."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.errors import InputError
from safeguards.items.dates import SPELLINGS
from safeguards.pseudonyms.column import (
    all_of,
    as_text,
    fitting,
    is_text,
    map_text,
    plain,
    refuse_unfit,
    require_flat,
)
from safeguards.pseudonyms.dates import moments
from safeguards.pseudonyms.dates.periods import PERIODS, SHORTER_THAN_DAYS, are_begun, begun, begun_text
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.generalisation import multiples
from safeguards.pseudonyms.spelling import spell_decimal
from safeguards.pseudonyms.transform import Bound, Traits, Transform


@dataclass(frozen=True)
class Round(Transform):
    """Round numbers to the nearest multiple, or take dates and moments back to the beginning of a period.

    The type stays. Half-way numbers go to the even multiple, so that sums do not drift. Moments of a time
    zone count in it; weeks begin on Monday. Text is read as numbers or dates and written alike.

    Args:
        to: a number, such as ``1000``, ``0.5`` or, exactly, ``"0.05"``; or ``hour``, ``day``, ``week``,
            ``month``, ``quarter`` or ``year``.

    Raises:
        InputError: ``to`` is neither.
    """

    name: ClassVar[str] = "round"

    to: int | float | str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.to not in PERIODS:
            multiples.step_of(self.to)

    @property
    def traits(self) -> Traits:
        """Detail is gone, the type stays."""
        return Traits(lossy=True, type_preserving=True)

    def width(self, longest: int | None) -> int | None:
        """Return the length of the longest text, which may take a digit more, and those of the step."""
        if longest is None:
            return None
        if self.to in PERIODS:
            return longest + 2
        return max(longest, len(spell_decimal(self._step))) + 1 + max(0, -multiples.exponent(self._step))

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return the same type; text as plain strings."""
        require_flat(kind)
        moments.require_zone(kind)
        held = kind.value_type if pa.types.is_dictionary(kind) else kind
        if is_text(held) or pa.types.is_null(held):
            return pa.string()
        if self.to not in PERIODS:
            multiples.require_held(held, self._step)
        elif not pa.types.is_timestamp(held) and not (
            pa.types.is_date(held) and self.to not in SHORTER_THAN_DAYS
        ):
            raise InputError(f"is {kind}, which has no beginning of the {self.to} to go back to")
        return held

    def bind(self, domain: Domain | None) -> Bound:
        """Need nothing."""
        if self.to in PERIODS:
            return Bound(self._begun)
        return Bound(self._rounded)

    def holds(self, values: Any) -> Any | None:
        """Say which are multiples, or beginnings of a period: rounded again they stay what they are."""
        flat = plain(values)
        kind = flat.type
        if self.to not in PERIODS:
            numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
            return (
                multiples.are_multiples(flat, self._step) if numeric or is_text(kind) else all_of(flat, False)
            )
        period = str(self.to)
        if is_text(kind):
            text = moments.without_zone(as_text(flat))
            return fitting(text, lambda written: begun_text(written, period) == written)
        dated = pa.types.is_date(kind) or pa.types.is_timestamp(kind)
        return are_begun(flat, period) if dated else all_of(flat, False)

    def parameters(self) -> Mapping[str, object]:
        """Tell what to."""
        return {"to": self.to if self.to in PERIODS else spell_decimal(self._step)}

    @property
    def _step(self) -> Decimal:
        return multiples.step_of(self.to)

    def _begun(self, values: Any) -> Any:
        flat, period = plain(values), str(self.to)
        if is_text(flat.type):
            what = _MOMENT if period == "hour" else _DATE
            return _read(flat, what, lambda text: begun_text(text, period))
        return begun(flat, period)

    def _rounded(self, values: Any) -> Any:
        flat, step = plain(values), self._step
        if is_text(flat.type):
            return _read(flat, _NUMBER, lambda text: multiples.rounded_text(text, step))
        return multiples.rounded(flat, step).cast(self.output(values.type))


def _read(texts: Any, what: str, convert: Callable[[str], str | None]) -> Any:
    found = map_text(texts, convert)
    refuse_unfit(
        pc.and_(pc.is_null(found), pc.is_valid(texts)),
        f"holds a text that is no {what}; correct it or make it NULL",
    )
    return found


_DATE = f"date of the calendar, written as {SPELLINGS}, without a time zone"
_MOMENT = f"{_DATE}, and with a time of day such as 09:30"
_NUMBER = "number written as 1234.5, without commas, units and exponents"
