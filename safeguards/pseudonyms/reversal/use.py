"""One use of a permit: its intent, its steps and its outcome in the record."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any

from safeguards.errors import Unrecorded
from safeguards.keys import Keyring
from safeguards.pseudonyms.reversal.permit import Permit


class Use(Permit):
    """One use of a permit, from its intent, which is recorded when it begins, to its outcome.

    A context manager: what ends it early is recorded too, by the kind of the error alone. All its events
    share ``run``, 16 hex digits, and what ``told`` holds.
    """

    __slots__ = ("_action", "_ended", "run", "told")

    def __init__(self, permit: Permit, action: str, about: Mapping[str, Any], **counts: Any) -> None:
        super().__init__(
            permit._keyring, permit.actor, permit.purpose, permit.reason, permit.sink, permit.ground
        )
        self._action = action
        self._ended = False
        self.told = dict(about)
        self.run = secrets.token_hex(8)
        self.note("intent", **counts)

    @property
    def keyring(self) -> Keyring:
        """The keyring: the intent stands recorded."""
        return self._keyring

    def note(self, step: str, **counts: Any) -> None:
        """Record a step, and counts.

        Raises:
            Unrecorded: the sink failed.
        """
        self.record(self._action, {"run": self.run, "step": step, **self.told, **counts})

    def __enter__(self) -> Use:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A reader that is left alone shows no more, and each batch that it showed stands recorded.
        if error is not None and kind is not GeneratorExit:
            self.failed(error)

    def failed(self, error: BaseException) -> None:
        """Record, once, that the use ended early; should the sink fail too, the first error is told."""
        if self._ended:
            return
        self._ended = True
        with suppress(Unrecorded):
            self.note("failed", error=type(error).__name__)
