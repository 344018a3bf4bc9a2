"""A sink in memory, and somebody who goes back, for the tests of going back."""

from __future__ import annotations

import json
from typing import Any

from safeguards import Keyring
from safeguards.audit import Event
from safeguards.pseudonyms import Reversal


class Log:
    """A sink in memory that fails from its n-th event on."""

    def __init__(self, fails_at: int | None = None, error: type[Exception] = OSError) -> None:
        self.events: list[Event] = []
        self._fails_at, self._error = fails_at, error

    def record(self, event: Event) -> None:
        if self._fails_at is not None and len(self.events) + 1 >= self._fails_at:
            raise self._error("the collector is away")
        self.events.append(event)

    @property
    def steps(self) -> list[str]:
        return [event.details["step"] for event in self.events]

    @property
    def told(self) -> str:
        """All that was recorded, as text."""
        return json.dumps([event.to_json() for event in self.events], ensure_ascii=False)


def by(ring: Keyring, log: Any = None, **settings: Any) -> Reversal:
    """Return a reversal that lacks nothing."""
    named = {"actor": "dpo-1", "purpose": "complaint", "reason": "case 2026-17", "sink": log or Log()}
    return Reversal(keyring=ring, **named | settings)
