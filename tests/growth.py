"""How the cost of work grows with the text it is given."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

SHORT, LONG = 4_000, 32_000


def assert_grows_with_length(work: Callable[[str], object], unit: str) -> None:
    """Fail when eight times the text costs far more than eight times as much, as a quadratic search would.

    What is compared are two costs of one process, the least of three each, without garbage collection: how
    fast the machine is does not matter.
    """

    def seconds(length: int) -> float:
        text = (unit * (length // len(unit) + 1))[:length]
        least = float("inf")
        for _ in range(3):
            start = time.process_time()
            work(text)
            least = min(least, time.process_time() - start)
        return least

    gc.collect()
    gc.disable()
    try:
        assert seconds(LONG) < 2.5 * LONG / SHORT * seconds(SHORT) + 0.05
    finally:
        gc.enable()
