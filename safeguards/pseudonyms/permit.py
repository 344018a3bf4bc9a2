"""A permit to go back: who reverses or relinks pseudonyms and why, written down before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from safeguards.audit import Event, Sink
from safeguards.errors import InputError
from safeguards.keys import Keyring

_TEXT_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Permit:
    """What going back takes: the keyring itself, an actor, a purpose, a reason and a sink of events.

    A name in the registry is not enough: whoever goes back holds the keyring in hand. Each use is recorded
    before a value is shown; a sink that cannot record raises, and nothing is shown.

    Args:
        keyring: the keyring of the domain's keys.
        actor: who goes back, one account a person.
        purpose: what for.
        reason: why now, such as a case's number.
        sink: takes the events, such as an audit log.

    Raises:
        InputError: one of them is missing.
    """

    keyring: Keyring
    actor: str
    purpose: str
    reason: str
    sink: Sink

    def __post_init__(self) -> None:
        if not isinstance(self.keyring, Keyring):
            raise InputError("going back needs the reversing keyring: keyring=Keyring.open(store, provider)")
        for name in ("actor", "purpose", "reason"):
            text = getattr(self, name)
            if not isinstance(text, str) or not text.strip() or len(text) > _TEXT_LIMIT:
                raise InputError(f"going back needs {name}=, a text of at most {_TEXT_LIMIT} characters")
        if not callable(getattr(self.sink, "record", None)):
            raise InputError("going back needs sink=, which records each use: no record, no plaintext")

    def record(self, action: str, details: Mapping[str, Any]) -> None:
        """Write down a use of the permit.

        Raises:
            Exception: whatever the sink raises; the caller shows nothing then.
        """
        self.sink.record(Event(action, self.actor, self.purpose, self.reason, details))
