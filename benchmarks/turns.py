"""Timing by turns: every kind runs once a round, in alternating order, so that load falls on all alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

Figures = dict[str, float]
Clock = Callable[[], float]
CPU: Clock = time.process_time  # where all work is this process's: neighbours and the disk do not count
WALL: Clock = time.perf_counter  # where a server works too


class Group(NamedTuple):
    """What is compared: ``measure`` gives a figure for each kind, in ``unit``.

    Seconds are shown in ``unit`` too; with ``rows``, rows a second stand beside them.
    """

    measure: Callable[[], Figures]
    unit: str = "ms"
    rows: int | None = None


class Turn(NamedTuple):
    """One kind's work and what prepares it, which is not timed."""

    work: Callable[[], object]
    prepare: Callable[[], object] = lambda: None


def best(turns: Mapping[str, Turn], rounds: int, clock: Clock = CPU) -> Figures:
    """Return the least seconds of each kind over the rounds, after one round that does not count.

    The garbage collector stays on, as in any program.
    """
    times: dict[str, list[float]] = {kind: [] for kind in turns}
    for number in range(rounds + 1):
        kinds = list(turns) if number % 2 else list(reversed(turns))
        for kind in kinds:
            turns[kind].prepare()
            gc.collect()
            started = clock()
            turns[kind].work()
            times[kind].append(clock() - started)
    return {kind: min(seconds[1:]) for kind, seconds in times.items()}
