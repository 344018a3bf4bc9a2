"""How long data keys may stay in memory, and how much may be written with them."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from safeguards.crypto.xaes import VALUES_PER_DERIVED_KEY
from safeguards.errors import InputError

STEP = VALUES_PER_DERIVED_KEY
TOO_OLD, USED_UP = "have been in memory for longer", "were used for more values"
# Shares of a limit: keys that are kept fresh are unwrapped anew, and once more if that failed.
FRESH, RETRY = 0.5, 0.1


class Moment(NamedTuple):
    """Seconds on two clocks. The first may stand still while the machine sleeps, the second may be set."""

    monotonic: float
    wall: float

    @classmethod
    def now(cls) -> Moment:
        """Read both clocks."""
        return cls(time.monotonic(), time.time())

    def age(self) -> float:
        """Return the seconds since then, by the clock that counts more of them."""
        return max(time.monotonic() - self.monotonic, time.time() - self.wall)


@dataclass(frozen=True, slots=True)
class Limits:
    """When unwrapped data keys leave memory; None sets no limit.

    Args:
        max_age: the longest time since they were unwrapped.
        max_uses: the greatest number of values written with one data key in this process, over all fields
            and threads. Each field counts 1,024 values at a time, before it writes the first of them, so
            that few times 1,024 a field are reached at once.

    Raises:
        InputError: the age is not positive, or the number below 1,024.
    """

    max_age: timedelta | None = None
    max_uses: int | None = None

    def __post_init__(self) -> None:
        age, uses = self.max_age, self.max_uses
        if age is not None and not (isinstance(age, timedelta) and age > timedelta(0)):
            raise InputError("max_age= is a timedelta above zero, such as timedelta(hours=1)")
        whole = isinstance(uses, int) and not isinstance(uses, bool)
        if uses is not None and not (whole and uses >= STEP):
            raise InputError(f"max_uses= is a whole number from {STEP}: each field counts {STEP} at a time")

    def __bool__(self) -> bool:
        return self.max_age is not None or self.max_uses is not None

    def seconds_left(self, since: Moment, share: float = 1.0) -> float:
        """Return the seconds until keys of ``since`` reach a share of the age; infinity without a limit."""
        return math.inf if self.max_age is None else self.max_age.total_seconds() * share - since.age()

    def allow(self, uses: int, share: float = 1.0) -> bool:
        """Say whether a data key may serve so many values, or a share of the limit."""
        return self.max_uses is None or uses <= self.max_uses * share


def limits_of(variable: str, environment: Mapping[str, str]) -> Limits:
    """Return the limits that ``<variable>_MAX_AGE``, in seconds, and ``<variable>_MAX_USES`` set.

    Raises:
        InputError: one of them is no such number.
    """
    age, uses = f"{variable}_MAX_AGE", f"{variable}_MAX_USES"
    try:
        seconds = float(environment[age]) if environment.get(age, "").strip() else None
        max_age = None if seconds is None else timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        raise InputError(f"{age} is a number of seconds, such as 3600") from None
    try:
        max_uses = int(environment[uses]) if environment.get(uses, "").strip() else None
    except ValueError:
        raise InputError(f"{uses} is a whole number") from None
    try:
        return Limits(max_age, max_uses)
    except InputError as error:
        raise InputError(f"{age} or {uses}: {error}") from None
