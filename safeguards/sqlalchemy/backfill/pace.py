"""How fast a job may go: rows a second, so that an application keeps its share of the database."""

from __future__ import annotations

import math
import time

from safeguards.errors import InputError


class Pace:
    """Waits between pages. Without ``rows_per_second`` only as long as the engine itself needs.

    Raises:
        InputError: the rate is not a positive number.
    """

    def __init__(self, rows_per_second: float | None = None) -> None:
        if rows_per_second is not None and not (0 < rows_per_second < math.inf):
            raise InputError("rows per second: give a number above 0")
        self._rate = rows_per_second
        self._due = time.monotonic()

    def page(self, rows: int) -> int:
        """Return how many of ``rows`` rows a page may have, so that no page lasts longer than a second."""
        return rows if self._rate is None else max(1, min(rows, int(self._rate)))

    def wait(self, rows: int, least: float) -> None:
        """Let others work after a page of ``rows``, for ``least`` seconds or longer."""
        now = time.monotonic()
        if self._rate is not None:
            self._due = max(self._due, now - 1) + rows / self._rate
            least = max(least, self._due - now)
        time.sleep(least)


UNHURRIED = Pace()
"""Goes as fast as the database does."""
