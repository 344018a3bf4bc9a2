"""Generalisation: exact values become the band or the group they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Self

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.errors import InputError
from safeguards.pseudonyms import bands, moments
from safeguards.pseudonyms.column import as_text, by_unique, refuse_unfit, require_flat
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.spelling import as_nfc
from safeguards.pseudonyms.transform import Bound, Traits, Transform

Number = int | float
_WAYS = ("band", "years", "ages", "groups")


@dataclass(frozen=True)
class Generalise(Transform):
    """Put values into bands or groups: one of ``band``, ``years``, ``ages`` and ``groups``, or bounds alone.

    Args:
        band: width of bands of numbers: 10 makes ``30-39``, 0.5 makes ``[1.5,2)``; bands start at 0.
        years: width of bands of a date's year: 1 makes ``1990``, 5 makes ``1990-1994``.
        ages: width of bands of the age in full years, of birth dates, on the day ``on``.
        groups: value to group, such as ``{"Seoul": "capital"}``, or group to its values.
        on: the day to count ages on; fixed, so that a second run gives the same.
        bottom, top: numbers (years, ages) below ``bottom`` become ``<20``, from ``top`` on ``80+``; they lie
            on the bands' edges. Alone they code a column of numbers: what lies beyond becomes the bound.
        other: the label of values that are no number or date, or stand in no group; without it they are
            refused.

    Raises:
        InputError: the settings contradict each other.
    """

    name: ClassVar[str] = "generalise"

    band: Number | None = None
    years: int | None = None
    ages: int | None = None
    groups: Mapping[str, str | Sequence[str]] | None = None
    on: date | str | None = None
    bottom: Number | None = None
    top: Number | None = None
    other: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_way()
        if self.other is not None and not isinstance(self.other, str):
            raise InputError("other= is a label, which is text")
        for name in ("band", "years", "ages"):
            bands.check_width(name, getattr(self, name), whole=name != "band")
        bands.check_bounds(self._width, self.bottom, self.top)
        if (self.ages is None) != (self.on is None):
            raise InputError("ages are counted on a day: give both ages= and on=")
        if self.on is not None:
            object.__setattr__(self, "on", moments.day(self.on))
        if self.groups is not None:
            object.__setattr__(self, "groups", _inverted(self.groups))

    @property
    def traits(self) -> Traits:
        """Exact values are gone; only top and bottom coding keeps the type."""
        return Traits(lossy=True, type_preserving=self._codes)

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return text, or the same type where values are only coded at the bounds."""
        require_flat(kind)
        if self._codes or self.band is not None:
            bands.require_numbers(kind)
        return kind if self._codes else pa.string()

    def bind(self, domain: Domain | None) -> Bound:
        """Need nothing."""
        if self.groups is not None:
            return Bound(self._group)
        return Bound(self._code if self._codes else self._band)

    def holds(self, values: Any) -> Any | None:
        """Say which are labels of these bands or groups, or numbers within the bounds."""
        if self._codes:
            held = bands.within(bands.numbers(values), self.bottom, self.top)
            return pc.if_else(pc.is_valid(values), held, None)
        text = as_text(values)
        if self.groups is not None:
            known = pa.array([str(group) for group in self.groups.values()], pa.string())
            named = pc.if_else(pc.is_valid(text), pc.is_in(text, value_set=known), None)
        else:
            named = by_unique(
                text, lambda unique: bands.are_labels(unique, self._width or 1, self.bottom, self.top)
            )
        return named if self.other is None else pc.or_(named, pc.equal(text, pa.scalar(self.other)))

    @classmethod
    def recalled(cls, item: str | None, parameters: Mapping[str, Any]) -> Self:
        """Take the groups' labels, which are all that a manifest tells, for their values too."""
        told, groups = dict(parameters), parameters.get("groups")
        if isinstance(groups, list | tuple):
            told["groups"] = {label: label for label in groups}
        return super().recalled(item, told)

    def parameters(self) -> Mapping[str, object]:
        """Tell the groups' labels, not the values that belong to them."""
        told = dict(super().parameters())
        if self.groups is not None:
            told["groups"] = sorted({str(group) for group in self.groups.values()})
        if isinstance(self.on, date):
            told["on"] = self.on.isoformat()
        return told

    @property
    def _codes(self) -> bool:
        return all(getattr(self, way) is None for way in _WAYS)

    @property
    def _width(self) -> Number | None:
        return next((width for width in (self.band, self.years, self.ages) if width is not None), None)

    def _check_way(self) -> None:
        given = [way for way in _WAYS if getattr(self, way) is not None]
        bounded = self.bottom is not None or self.top is not None
        if len(given) > 1 or not (given or bounded):
            raise InputError(
                "Generalise takes one of band=, years=, ages= and groups=, or bottom= or top= alone"
            )
        if self.groups is not None and bounded:
            raise InputError("bottom= and top= go with numbers, years and ages, not with groups=")

    def _numbers(self, values: Any) -> Any:
        if self.band is not None:
            return bands.numbers(values)
        dates = moments.dates(values)
        return moments.ages(dates, self.on) if isinstance(self.on, date) else pc.year(dates)

    def _band(self, values: Any) -> Any:
        numbers = self._numbers(values)
        bad = pc.and_(pc.is_null(numbers), pc.is_valid(values))
        if self.other is None:
            refuse_unfit(bad, f"holds a value that is no {'number' if self.band else 'date'}; {_HINT}")
        labels = bands.label(numbers, self._width or 1, self.bottom, self.top)
        return pc.if_else(bad, pa.scalar(self.other, pa.string()), labels)

    def _code(self, values: Any) -> Any:
        numbers = bands.numbers(values)
        bad = pc.and_(pc.is_null(numbers), pc.is_valid(values))
        refuse_unfit(bad, "holds a value that is no number")
        return bands.code(values, numbers, self.bottom, self.top)

    def _group(self, values: Any) -> Any:
        groups = self.groups or {}
        grouped = by_unique(
            values,
            lambda unique: pa.array(
                [groups.get(as_nfc(text)) for text in as_text(unique).to_pylist()], pa.string()
            ),
        )
        bad = pc.and_(pc.is_null(grouped), pc.is_valid(values))
        if self.other is None:
            refuse_unfit(bad, f"holds a value that stands in no group; {_HINT}")
        return pc.if_else(bad, pa.scalar(self.other, pa.string()), grouped)


_GROUPS = "groups= maps values to groups, or groups to lists of values, all of them text"
_HINT = 'correct it, or give such values a label with other="..."'


def _inverted(groups: Mapping[str, str | Sequence[str]]) -> dict[str, str]:
    """Return value to group, whichever way round it was written.

    Raises:
        InputError: a value stands in two groups, or something is not text.
    """
    if not isinstance(groups, Mapping) or not all(
        isinstance(entry, str | list | tuple) for entry in groups.values()
    ):
        raise InputError(_GROUPS)
    pairs = [
        pair
        for key, entry in groups.items()
        for pair in ([(key, entry)] if isinstance(entry, str) else [(value, key) for value in entry])
    ]
    if not pairs or not all(isinstance(value, str) and isinstance(group, str) for value, group in pairs):
        raise InputError(_GROUPS)
    result = {as_nfc(value): group for value, group in pairs}
    if len(result) < len(pairs):
        raise InputError("groups= puts a value into two groups")
    return result
