"""An event: who did what, for which purpose and why; names, counts and key ids, never a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done, or is about to be.

    ``action`` names it, such as ``"pseudonyms.reverse"``; ``details`` holds names, counts and key ids that
    JSON can spell; ``at`` is its moment in UTC, ISO 8601.
    """

    action: str
    actor: str
    purpose: str
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))


class Sink(Protocol):
    """Whatever keeps events."""

    def record(self, event: Event) -> None:
        """Keep the event for good before returning, or raise."""
