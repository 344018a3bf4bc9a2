"""Numbers to the nearest multiple of a step: integers and decimals exactly, floats as near as they can."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pseudonyms.column import by_unique, fitting, refuse_unfit
from safeguards.pseudonyms.spelling import spell_decimal

_NUMBER = re.compile(r"[+-]?([0-9]{1,60}\.?[0-9]{0,60}|\.[0-9]{1,60})")
# 60 digits on either side and those of the quotient: nothing is rounded but what is meant to be.
_EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN)
_WHOLE = 2.0**53
_WRITTEN = re.compile(r"[+-]?[0-9]{1,60}(\.[0-9]{1,60})?([eE][+-]?[0-9]{1,3})?")
_NO_NUMBERS = frozenset({"nan", "inf", "-inf"})
_NEIGHBOURS = 16
_BEYOND = "holds a number whose multiple its type cannot hold"


def step_of(to: object) -> Decimal:
    """Return a step as it is spelled: 0.1 is a tenth.

    Raises:
        InputError: it is no positive number of ordinary size.
    """
    told = isinstance(to, int | float | str) and not isinstance(to, bool)
    try:
        step = Decimal(str(to)) if told else Decimal(0)
    except InvalidOperation:
        step = Decimal(0)
    if not step.is_finite() or not Decimal("1e-15") <= step < Decimal(2**53):
        raise InputError(
            'to= is a positive number, or one of "hour", "day", "week", "month", "quarter", "year"'
        )
    return step.normalize(_EXACT)


def exponent(step: Decimal) -> int:
    """Return the power of ten of a step's last digit."""
    return int(step.as_tuple().exponent)


def require_held(kind: pa.DataType, step: Decimal) -> None:
    """Raise InputError for a type that holds no multiples of ``step``."""
    if pa.types.is_decimal(kind):
        held = exponent(step) >= -kind.scale
    elif pa.types.is_integer(kind):
        held = exponent(step) >= 0
    else:
        held = pa.types.is_floating(kind)
    if not held:
        raise InputError(f"is {kind}, which holds no multiples of {spell_decimal(step)}")


def rounded(values: Any, step: Decimal) -> Any:
    """Round integers, floats or decimals; NULL, NaN and infinities stay.

    Raises:
        Unfit: a multiple is beyond what the type holds.
    """
    if pa.types.is_floating(values.type):
        return _floats(values, step)
    if pa.types.is_decimal(values.type):
        return by_unique(values, lambda some: _decimals(some, step))
    return _integers(values, int(step))


def rounded_text(text: str, step: Decimal) -> str | None:
    """Round a number that is written without an exponent; None for what is none."""
    bare = text.strip()
    return spell_decimal(_nearest(Decimal(bare), step)) if _NUMBER.fullmatch(bare) else None


def are_multiples(values: Any, step: Decimal) -> Any:
    """Say which integers, floats, decimals or texts are what rounding makes: multiples, NaN and infinities.

    Floats to which a step is hardly more than their last bits are not judged.
    """
    if pa.types.is_floating(values.type):
        return pa.array(_are_float_multiples(values, step), mask=_missing(values))
    if pa.types.is_integer(values.type) and exponent(step) >= 0:
        wide = np.uint64 if pa.types.is_unsigned_integer(values.type) else np.int64
        whole = values.fill_null(0).to_numpy(zero_copy_only=False).astype(wide)
        return pa.array(whole % wide(int(step)) == 0, mask=_missing(values))
    return fitting(values, lambda text: _is_multiple(text, step))


def read(text: str) -> Decimal | None:
    """Return a number as files hold it, also with an exponent; None for what is none."""
    return Decimal(text) if _WRITTEN.fullmatch(text) else None


def hardly_told(numbers: Any, step: Decimal) -> npt.NDArray[np.bool_]:
    """Say to which floats a step is hardly more than what tells them from their neighbours."""
    with np.errstate(invalid="ignore"):  # of infinities, which no step tells
        apart = np.spacing(np.abs(numbers)).astype(np.float64)
    return np.asarray(apart * _NEIGHBOURS >= float(step), np.bool_)


def _missing(values: Any) -> Any:
    return ~values.is_valid().to_numpy(zero_copy_only=False)


def _are_float_multiples(values: Any, step: Decimal) -> Any:
    above, below = (float(part) for part in step.as_integer_ratio())
    numbers = values.to_numpy(zero_copy_only=False)
    with np.errstate(over="ignore", invalid="ignore"):
        times = np.rint(numbers.astype(np.float64) * below / above)
        near = (times * above / below).astype(numbers.dtype)
        return (near == numbers) | ~np.isfinite(numbers) | hardly_told(numbers, step)


def _is_multiple(text: str, step: Decimal) -> bool:
    number = read(text)
    if number is None:
        return text in _NO_NUMBERS
    near = _nearest(number, step)
    return near == number or float(near) == float(number) or bool(hardly_told(np.float64(number), step))


def _nearest(number: Decimal, step: Decimal) -> Decimal:
    times = _EXACT.divide(number, step).to_integral_value(ROUND_HALF_EVEN, _EXACT)
    return _EXACT.multiply(times, step)


def _decimals(unique: Any, step: Decimal) -> Any:
    kind = unique.type
    found = [None if number is None else _nearest(number, step) for number in unique.to_pylist()]
    most = Decimal(10) ** (kind.precision - kind.scale)
    beyond = [number is not None and abs(number) >= most for number in found]
    refuse_unfit(pa.array(beyond, pa.bool_()), _BEYOND)
    return pa.array(found, kind)


def _integers(values: Any, step: int) -> Any:
    kind = values.type
    wide = np.uint64 if pa.types.is_unsigned_integer(kind) else np.int64
    valid = values.is_valid().to_numpy(zero_copy_only=False)
    numbers = values.fill_null(0).to_numpy(zero_copy_only=False).astype(wide)
    size = wide(step)
    times, rest = np.divmod(numbers, size)
    half = size - rest
    up = (rest > half) | ((rest == half) & (times % wide(2) == 1))
    limits = np.iinfo(kind.to_pandas_dtype())
    # Compared before anything is added, since sums would wrap around.
    below = ~up & (numbers < wide(limits.min) + np.where(up, wide(0), rest))
    above = up & (numbers > wide(limits.max) - np.where(up, half, wide(0)))
    refuse_unfit(pa.array((below | above) & valid), _BEYOND)
    moved = np.where(up, numbers + half, numbers - rest)
    return pa.array(np.where(valid, moved, wide(0)), mask=~valid).cast(kind)


def _floats(values: Any, step: Decimal) -> Any:
    above, below = (float(part) for part in step.as_integer_ratio())
    numbers = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
    valid = values.is_valid().to_numpy(zero_copy_only=False)
    with np.errstate(over="ignore", invalid="ignore"):
        times = np.rint(numbers * below / above)
        moved = times * above / below  # which are whole, so that the division is all that rounds
        # Beyond, a step is less than what tells a float from its neighbours.
        moved = np.where(np.abs(times) < _WHOLE, moved, numbers)
    moved = moved.astype(values.type.to_pandas_dtype())
    refuse_unfit(pa.array(np.isinf(moved) & np.isfinite(numbers) & valid), _BEYOND)
    return pa.array(moved, values.type, mask=~valid)
