"""A thread that looks after an object now and then, and does not keep it alive."""

from __future__ import annotations

import contextlib
import queue
import threading
import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
LONGEST_PAUSE = 30.0
"""Seconds. How late a limit may come into force after the machine slept: waiting threads sleep with it."""
_SHORTEST_PAUSE = 0.01


class Ticker(threading.Thread, Generic[T]):
    """Calls ``look(target)``, which returns the seconds until the next call, or None to end.

    It ends with its target, and holds up no interpreter that wants to leave.
    """

    def __init__(self, target: T, look: Callable[[T], float | None]) -> None:
        super().__init__(name="safeguards keyring", daemon=True)
        # May be put to from a weak reference's callback, which interrupts any thread anywhere.
        self._bell: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._target = weakref.ref(target, self._bell.put)
        self._look = look
        self.start()

    def wake(self) -> None:
        """Have it look at once."""
        self._bell.put(None)

    def run(self) -> None:
        """Look, wait, and look again."""
        while (pause := self._step()) is not None:
            with contextlib.suppress(queue.Empty):
                self._bell.get(timeout=min(max(pause, _SHORTEST_PAUSE), LONGEST_PAUSE))

    def _step(self) -> float | None:
        target = self._target()
        return None if target is None else self._look(target)
