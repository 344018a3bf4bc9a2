"""An event: who did what, for which purpose and why; names, counts and key ids, never a value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from safeguards.errors import InputError


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done, or is about to be.

    ``action`` names it, such as ``"pseudonyms.reverse"``; ``details`` holds names, counts and key ids that
    JSON can spell; ``at`` is its moment in UTC, ISO 8601.

    Raises:
        InputError: JSON cannot spell the details: better now than when somebody reads the log.
    """

    action: str
    actor: str
    purpose: str
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))

    def __post_init__(self) -> None:
        try:
            details = json.loads(json.dumps(self.details, allow_nan=False))
        except (TypeError, ValueError, RecursionError):
            raise InputError(f"event {self.action!r}: its details are not what JSON can spell") from None
        object.__setattr__(self, "details", details)  # a copy: what the caller changes later is not recorded

    def to_json(self) -> str:
        """Return the event as one line."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


class Sink(Protocol):
    """Whatever keeps events."""

    def record(self, event: Event) -> object:
        """Keep the event for good before returning, or raise; ``False`` and promises are failures too."""
