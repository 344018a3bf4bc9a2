"""What happened, to whom it is told, and never a value: events and the sinks that record them."""

from __future__ import annotations

from safeguards.audit.event import Event, Sink
from safeguards.audit.json_lines import JsonLinesSink

__all__ = ["Event", "JsonLinesSink", "Sink"]
