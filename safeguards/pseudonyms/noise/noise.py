"""Noise that hides single values: differential privacy of each row."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Literal

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.errors import InputError
from safeguards.pseudonyms.column import is_number, is_text, plain, refuse_unfit, require_flat
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.generalisation.bands import numbers
from safeguards.pseudonyms.noise.chance import LARGEST_SIGMA, Chance, Integers
from safeguards.pseudonyms.noise.grid import Grid, fraction
from safeguards.pseudonyms.noise.on_grid import on_grid
from safeguards.pseudonyms.transform import Bound, Traits, Transform

Number = int | float
MOST_EPSILON = 100
_DIGITS = 10**6
_LONGEST_TEXT = 24
_RARE = 40
_MECHANISMS = ("laplace", "gaussian")


@dataclass(frozen=True)
class Noise(Transform):
    """Add noise to numbers that lie between two bounds; what lies beyond counts as the bound.

    Values become places on a grid, and noise is drawn in whole steps of it by exact samplers (Canonne,
    Kamath, Steinke 2020) from the operating system's generator, so that no last digit tells what was added.
    There is no seed. The type stays, and with it whole numbers.

    ``epsilon`` is for one value: what two possible values of it differ in is hidden by a factor of
    exp(``epsilon``), but for the chance ``delta``. Values of one person add up, over columns, rows and runs;
    the manifest tells the sum of a row's columns.

    Args:
        mechanism: ``laplace``, or ``gaussian``, which takes ``delta``.
        epsilon: from 0.000001 to 100, with at most 6 digits behind the point.
        delta: a chance, such as 1e-6, of the gaussian mechanism alone.
        lower, upper: the bounds; set by what may be, never by what the data holds.
        sensitivity: how far apart values are that shall not be told apart; by default all between the bounds.
        step: the grid's; by default a power of ten of which more than 16,000 lie between the bounds, and 1 at
            least for columns of whole numbers. Numbers in text and in JSON documents count as floats,
            whatever they and the bounds are: ``step=1`` makes them whole.
        clamp: make results beyond the bounds the bound.

    Raises:
        InputError: a setting is missing or out of range.
    """

    name: ClassVar[str] = "noise"

    mechanism: Literal["laplace", "gaussian"] = "laplace"
    epsilon: float = 0
    delta: float | None = None
    lower: Number | None = None
    upper: Number | None = None
    sensitivity: Number | None = None
    step: Number | None = None
    clamp: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mechanism not in _MECHANISMS:
            raise InputError(f"mechanism= is one of {', '.join(_MECHANISMS)}")
        epsilon = fraction("epsilon", self.epsilon)
        if not 0 < epsilon <= MOST_EPSILON or (epsilon * _DIGITS).denominator != 1:
            raise InputError(f"epsilon= is a number from 0.000001 to {MOST_EPSILON}, of at most 6 decimals")
        if (self.delta is not None) != (self.mechanism == "gaussian"):
            raise InputError("delta= goes with the gaussian mechanism, which needs it")
        if self.delta is not None and not 0 < fraction("delta", self.delta) < 1:
            raise InputError("delta= is a chance between 0 and 1, such as 1e-6")
        if not isinstance(self.clamp, bool):
            raise InputError("clamp= is true or false")
        self._grid(whole=False)

    @property
    def traits(self) -> Traits:
        """Exact values are gone; the type stays."""
        return Traits(lossy=True, type_preserving=True)

    def width(self, longest: int | None) -> int | None:
        """Return the most digits that a result in text has."""
        return _LONGEST_TEXT

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return the same type; text as plain strings."""
        require_flat(kind)
        held = kind.value_type if pa.types.is_dictionary(kind) else kind
        if is_text(held) or pa.types.is_null(held):
            held = pa.string()
        elif not is_number(held):
            raise InputError(f"is {kind}, which holds no numbers")
        grid = self._grid_of(held)
        grid.require_held(held, 0 if self.clamp else self._tail(grid))
        self._scale(grid)
        return held

    def bind(self, domain: Domain | None) -> Bound:
        """Need nothing: noise has no key, and nobody can take it away."""
        return Bound(self._noisy)

    def holds(self, values: Any) -> Any | None:
        """Say which are numbers of the grid; text may be of numbers of any type, and is on the finest."""
        flat = plain(values)
        grid = self._grid(whole=False) if is_text(flat.type) else self._grid_of(flat.type)
        return on_grid(flat, grid, clamp=self.clamp)

    def _noisy(self, values: Any) -> Any:
        kind = self.output(values.type)
        found = numbers(values)
        refuse_unfit(pc.and_(pc.is_null(found), pc.is_valid(values)), "holds a value that is no number")
        grid = self._grid_of(kind)
        places = grid.places(found.fill_null(0).to_numpy(zero_copy_only=False))
        noisy = grid.values(places, self._drawn(grid, len(found)), kind, clamp=self.clamp)
        return pc.if_else(pc.is_valid(found), noisy, pa.scalar(None, kind)).cast(kind)

    def _drawn(self, grid: Grid, rows: int) -> Integers:
        scale = self._scale(grid)
        if isinstance(scale, int):
            return Chance().gaussian(scale, rows)
        return Chance().laplace(scale.numerator, scale.denominator, rows)

    def _tail(self, grid: Grid) -> int:
        """Return how many steps the noise goes beyond with a chance of exp(-40), less than 1 in 10^17."""
        scale = self._scale(grid)
        return math.ceil(math.sqrt(2 * _RARE) * scale if isinstance(scale, int) else _RARE / scale)

    def _scale(self, grid: Grid) -> Fraction | int:
        """Return what the samplers take, in steps: epsilon over the sensitivity, or sigma, rounded up.

        Sigma is that of Bun and Steinke 2016, proposition 1.3: ``rho`` of zero-concentrated privacy gives
        rho + 2 sqrt(rho ln(1 / delta)), and the discrete Gaussian has rho = sensitivity² / 2 sigma².
        """
        if self.delta is None:
            return fraction("epsilon", self.epsilon) / grid.sensitivity
        log = -math.log(self.delta)
        root = self.epsilon / (math.sqrt(log + self.epsilon) + math.sqrt(log))  # of rho, without cancelling
        sigma = math.ceil(grid.sensitivity / (math.sqrt(2) * root) * (1 + 1e-9))
        if sigma > LARGEST_SIGMA:
            raise InputError(
                f"takes noise of {sigma} steps, more than {LARGEST_SIGMA}: give a greater step= or epsilon="
            )
        return sigma

    def _grid_of(self, kind: Any) -> Grid:
        # By the type alone: a grid that depended on the values would tell of them.
        scale = max(kind.scale, 0) if pa.types.is_decimal(kind) else None
        return self._grid(whole=pa.types.is_integer(kind), scale=scale)

    def _grid(self, *, whole: bool, scale: int | None = None) -> Grid:
        return Grid.between(self.lower, self.upper, self.step, self.sensitivity, least=0 if whole else scale)

    def parameters(self) -> Mapping[str, object]:
        """Tell what was spent, and that it was spent on each row."""
        return {**super().parameters(), "unit": "row"}
