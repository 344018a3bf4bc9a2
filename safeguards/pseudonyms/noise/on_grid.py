"""Which numbers lie on a grid, in whatever form they were written."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa

from safeguards.pseudonyms.column import all_of, fitting, is_text
from safeguards.pseudonyms.generalisation.multiples import hardly_told, read
from safeguards.pseudonyms.noise.grid import Grid, Integers

_MOST_UNITS = 2.0**62


def on_grid(values: Any, grid: Grid, *, clamp: bool) -> Any:
    """Say which values are numbers of the grid, and where ``clamp`` within its bounds; NULL for NULL.

    ``values`` are flat. Floats to which a step is hardly more than their last bits are not judged.
    """
    kind = values.type
    if pa.types.is_floating(kind):
        return _masked(values, _floats(values.to_numpy(zero_copy_only=False), grid, clamp))
    if pa.types.is_integer(kind) and not grid.decimals:
        return _masked(values, _integers(values, grid, clamp))
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind) or is_text(kind):
        return fitting(values, lambda text: _fits(text, grid, clamp))
    return all_of(values, False)


def _masked(values: Any, held: Any) -> Any:
    return pa.array(held, pa.bool_(), mask=~values.is_valid().to_numpy(zero_copy_only=False))


def _integers(values: Any, grid: Grid, clamp: bool) -> Any:
    wide = np.uint64 if pa.types.is_unsigned_integer(values.type) else np.int64
    numbers = values.fill_null(0).to_numpy(zero_copy_only=False).astype(wide)
    # Differences of 64 bits might wrap around, remainders do not.
    held: Any = numbers % wide(grid.step) == wide(grid.lower % grid.step)
    if not clamp:
        return held
    return (held | (numbers == grid.upper)) & (numbers >= grid.lower) & (numbers <= grid.upper)


def _floats(numbers: Any, grid: Grid, clamp: bool) -> Any:
    unit, wide = 10.0**grid.decimals, numbers.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        steps = np.rint((wide * unit - grid.lower) / grid.step)
        known = np.abs(steps) * grid.step + abs(grid.lower) < _MOST_UNITS
        places: Integers = np.where(known, steps, 0).astype(np.int64)
        near = ((grid.lower + places * np.int64(grid.step)) / unit).astype(numbers.dtype)
        upper, lower = (numbers.dtype.type(bound / unit) for bound in (grid.upper, grid.lower))
    held = (known & (near == numbers)) | hardly_told(numbers, Decimal(grid.step).scaleb(-grid.decimals))
    if not clamp:
        return held & np.isfinite(numbers)
    return (held | (numbers == upper)) & (numbers >= lower) & (numbers <= upper)


def _fits(text: str, grid: Grid, clamp: bool) -> bool:
    number = read(text)
    if number is None:
        return False
    units = Fraction(number) * 10**grid.decimals
    held = (units - grid.lower) % grid.step == 0
    # A float with more digits than it is sure of.
    held = held or bool(_floats(np.array([float(number)]), grid, clamp)[0])
    return held if not clamp else (held or units == grid.upper) and grid.lower <= units <= grid.upper
