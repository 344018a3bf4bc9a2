"""Generalisation: exact values become the band, the group, the level or the region they belong to."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, ClassVar, Literal, Self

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.errors import InputError
from safeguards.items.dates import SPELLINGS
from safeguards.items.kr.regions import LONGEST_REGION, district_of, province_of
from safeguards.pseudonyms.column import (
    as_text,
    by_unique,
    fitting,
    is_text,
    map_text,
    refuse_unfit,
    require_flat,
)
from safeguards.pseudonyms.dates import moments
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.generalisation import bands
from safeguards.pseudonyms.generalisation.groups import inverted
from safeguards.pseudonyms.generalisation.hierarchies import depth, read_hierarchy
from safeguards.pseudonyms.spelling import as_nfc
from safeguards.pseudonyms.transform import Bound, Traits, Transform

Number = int | float
_WAYS = ("band", "years", "ages", "groups", "hierarchy", "region")
_NUMBERS = ("band", "years", "ages")
_REGIONS = {"province": province_of, "district": district_of}
_ADDRESS = "kr_address"
_MOST_TOLD = 200
_LAST_YEAR = 9999
_WIDEST_BAND = len("[-1.2345678901234567e-100,-1.2345678901234567e-100)")


@dataclass(frozen=True)
class Generalise(Transform):
    """Put values into bands, groups, levels or regions, or code numbers at bounds alone.

    Args:
        band: width of bands of numbers: 10 makes ``30-39``, 0.5 makes ``[1.5,2)``; bands start at 0.
        years: width of bands of a date's year: 1 makes ``1990``, 5 makes ``1990-1994``.
        ages: width of bands of the age in full years, of birth dates, on the day ``on``.
        groups: value to group, such as ``{"Seoul": "capital"}``, or group to its values.
        hierarchy: value to its levels, from fine to coarse, or the name of a CSV file as ARX writes it.
        level: which of them, from 1 on.
        region: ``province`` (시도) or ``district`` (시군구) of Korean addresses: ``경기``, ``경기 수원시``.
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
    hierarchy: Mapping[str, Sequence[str]] | str | os.PathLike[str] | None = None
    level: int | None = None
    region: Literal["province", "district"] | None = None
    on: date | str | None = None
    bottom: Number | None = None
    top: Number | None = None
    other: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_way()
        if self.other is not None and not isinstance(self.other, str):
            raise InputError("other= is a label, which is text")
        for name in _NUMBERS:
            bands.check_width(name, getattr(self, name), whole=name != "band")
        bands.check_bounds(self._width, self.bottom, self.top)
        if (self.ages is None) != (self.on is None):
            raise InputError("ages are counted on a day: give both ages= and on=")
        if self.on is not None:
            object.__setattr__(self, "on", moments.day(self.on))
        if self.groups is not None:
            object.__setattr__(self, "groups", inverted(self.groups))
        self._check_hierarchy()
        if self.region is not None and (self.region not in _REGIONS or self.item != _ADDRESS):
            raise InputError(f'region= is "province" or "district", of item="{_ADDRESS}"')

    def __repr__(self) -> str:
        """Show groups and hierarchies by how many values they have, for those may be values of persons."""
        shown = {each.name: getattr(self, each.name) for each in fields(self)}
        told = [
            f"{name}={f'<{len(value)} values>' if isinstance(value, Mapping) else repr(value)}"
            for name, value in shown.items()
            if value is not None
        ]
        return f"Generalise({', '.join(told)})"

    @property
    def traits(self) -> Traits:
        """Exact values are gone; only top and bottom coding keeps the type."""
        return Traits(lossy=True, type_preserving=self._codes)

    def width(self, longest: int | None) -> int | None:
        """Return the length of the longest label."""
        if self._codes:
            bounds = [len(str(bound)) for bound in (self.bottom, self.top) if bound is not None]
            return None if longest is None else max(longest, *bounds)
        labels = [self.other or ""]
        if self.groups is not None:
            labels += map(str, self.groups.values())
        labels += self._levels.values()
        return max(self._widest, *map(len, labels))

    @property
    def _widest(self) -> int:
        """The length of the longest label that is computed."""
        if self.region:
            return LONGEST_REGION
        width = self.years or self.ages
        if width is None:
            return 0 if self.band is None else _WIDEST_BAND
        lowest = _LAST_YEAR // width * width
        return len(f"{lowest}") if width == 1 else len(f"{lowest}-{lowest + width - 1}")

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return text, or the same type where values are only coded at the bounds."""
        require_flat(kind)
        moments.require_zone(kind)
        if self._codes or self.band is not None:
            bands.require_numbers(kind)
        if self._codes and pa.types.is_decimal(kind) and kind.scale < 0:
            raise InputError(f"is {kind}, which leaves last digits out: cast it to a scale of 0")
        if self.region is not None and not (is_text(kind) or pa.types.is_null(kind)):
            raise InputError(f"is {kind}: addresses are text")
        return kind if self._codes else pa.string()

    def bind(self, domain: Domain | None) -> Bound:
        """Need nothing."""
        if self.region is not None:
            return Bound(self._regions)
        if self.groups is not None or self.hierarchy is not None:
            return Bound(self._group)
        return Bound(self._code if self._codes else self._band)

    def holds(self, values: Any) -> Any | None:
        """Say which are labels of these bands, groups or regions, or numbers within the bounds."""
        if self._codes:
            held = bands.within(bands.numbers(values), self.bottom, self.top)
            return pc.if_else(pc.is_valid(values), held, None)
        text = as_text(values)
        if self.groups is not None or self.hierarchy is not None:
            labels = {*(self.groups if self.groups is not None else self._levels).values()}
            known = pa.array([str(label) for label in labels], pa.string())
            named = pc.if_else(pc.is_valid(text), pc.is_in(text, value_set=known), None)
        elif self.region is not None:
            region_of = _REGIONS[self.region]
            named = fitting(text, lambda label: region_of(label) == label)
        else:
            named = by_unique(
                text, lambda unique: bands.are_labels(unique, self._width or 1, self.bottom, self.top)
            )
        return named if self.other is None else pc.or_(named, pc.equal(text, pa.scalar(self.other)))

    @classmethod
    def recalled(cls, item: str | None, parameters: Mapping[str, Any]) -> Self | None:
        """Take the labels for their values too: a manifest tells no more, nor labels of large hierarchies."""
        told, labels = dict(parameters), parameters.get("groups")
        if told.pop("hierarchy", None) is not None:
            told.pop("level", None)
            if labels is None:
                return None
        if isinstance(labels, list | tuple):
            told["groups"] = {str(number): label for number, label in enumerate(labels)}
        return super().recalled(item, told)

    def parameters(self) -> Mapping[str, object]:
        """Tell the groups' labels, not the values that belong to them, and of a hierarchy how large it is."""
        told = dict(super().parameters())
        if self.groups is not None:
            told["groups"] = sorted({str(group) for group in self.groups.values()})
        if isinstance(self.hierarchy, Mapping):
            labels = sorted(set(self._levels.values()))
            told["hierarchy"] = {"values": len(self.hierarchy), "labels": len(labels)}
            if len(labels) <= _MOST_TOLD:
                told["groups"] = labels
        if isinstance(self.on, date):
            told["on"] = self.on.isoformat()
        return told

    @property
    def _codes(self) -> bool:
        return all(getattr(self, way) is None for way in _WAYS)

    @property
    def _what(self) -> str:
        return _NUMBER if self.band is not None else _DATE

    @property
    def _width(self) -> Number | None:
        return next((width for width in (self.band, self.years, self.ages) if width is not None), None)

    def _check_way(self) -> None:
        given = [way for way in _WAYS if getattr(self, way) is not None]
        bounded = self.bottom is not None or self.top is not None
        if len(given) > 1 or not (given or bounded):
            raise InputError(
                f"Generalise takes one of {', '.join(f'{way}=' for way in _WAYS)}, or bottom= or top= alone"
            )
        if bounded and given and given[0] not in _NUMBERS:
            raise InputError(f"bottom= and top= go with numbers, years and ages, not with {given[0]}=")

    def _check_hierarchy(self) -> None:
        if self.hierarchy is None:
            if self.level is not None:
                raise InputError("level= goes with hierarchy=")
            return
        levels = read_hierarchy(self.hierarchy)
        object.__setattr__(self, "hierarchy", levels)
        whole = isinstance(self.level, int) and not isinstance(self.level, bool)
        if not whole or not 1 <= self.level <= depth(levels):  # type: ignore[operator]
            raise InputError(f"level= is a whole number from 1 to {depth(levels)}, the levels of hierarchy=")

    @property
    def _levels(self) -> dict[str, str]:
        """Return value to label on the level chosen."""
        if not isinstance(self.hierarchy, Mapping) or self.level is None:
            return {}
        return {value: levels[self.level - 1] for value, levels in self.hierarchy.items()}

    def _numbers(self, values: Any) -> Any:
        if self.band is not None:
            return bands.numbers(values)
        dates = moments.dates(values)
        return moments.ages(dates, self.on) if isinstance(self.on, date) else pc.year(dates)

    def _band(self, values: Any) -> Any:
        numbers = self._numbers(values)
        labels = bands.label(numbers, self._width or 1, self.bottom, self.top)
        if self.ages is not None and self.other is None:
            unborn = pc.and_(pc.is_null(numbers), pc.is_valid(moments.dates(values)))
            refuse_unfit(unborn, f"holds a birth date after {self.on}, {_UNBORN}")
        return self._labelled(values, labels, f"holds a value that is no {self._what}; {_HINT}")

    def _code(self, values: Any) -> Any:
        numbers = bands.numbers(values)
        bad = pc.and_(pc.is_null(numbers), pc.is_valid(values))
        refuse_unfit(bad, f"holds a value that is no {_NUMBER}; correct it")
        return bands.code(values, numbers, self.bottom, self.top)

    def _group(self, values: Any) -> Any:
        labels: Mapping[str, Any] = self.groups if self.groups is not None else self._levels
        grouped = map_text(values, lambda text: labels.get(as_nfc(text)))
        return self._labelled(values, grouped, f"holds a value that stands in no group; {_HINT}")

    def _regions(self, values: Any) -> Any:
        found = map_text(values, _REGIONS[self.region or ""])
        return self._labelled(values, found, f"holds an address that tells no {self.region}; {_HINT}")

    def _labelled(self, values: Any, labels: Any, problem: str) -> Any:
        bad = pc.and_(pc.is_null(labels), pc.is_valid(values))
        if self.other is None:
            refuse_unfit(bad, problem)
        return pc.if_else(bad, pa.scalar(self.other, pa.string()), labels)


_HINT = 'correct it, or give such values a label with other="..."'
_UNBORN = f"the day that ages are counted on: choose a later on=; or {_HINT}"
_NUMBER = "number between -2**53 and 2**53, written as 1234.5, without commas and units"
_DATE = f"date of the calendar, written as {SPELLINGS}, without a time zone"
