"""A keyring as it travels to other processes: keys as the provider wrapped them, and none in the clear."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, NoReturn

from sqlalchemy import Connection, Row, Select

from safeguards.errors import KeyringError
from safeguards.keys.limits import Limits
from safeguards.keys.store import Identity, WrappedKey

_CARRIED = (
    "this keyring was sent to a worker, which {}: open the keyring from its key store, Keyring.open(store)"
)


@dataclass(frozen=True, slots=True)
class WrappedKeyring:
    """What a keyring's store held at one moment, as data that can be pickled and printed.

    ``ring.wrapped()`` makes one. ``Keyring.open(wrapped)`` opens it in another process, on another machine,
    without the key store: there the provider that ``holds.provider`` names unwraps the keys, with that
    machine's own credentials. Without them it opens nothing. It stands for a store that cannot be written.

    The keys are those of its moment: values that workers write are all under one data key, whatever is
    rotated meanwhile. ``limits`` are the keyring's own.
    """

    holds: Identity
    keys: tuple[WrappedKey, ...] = field(repr=False)
    limits: Limits = field(default_factory=Limits)

    def identity(self) -> Identity:
        """Return which keyring this is, and who wrapped its keys."""
        return self.holds

    def wrapped(self) -> tuple[int, str, list[WrappedKey]]:
        """Return how often the keys were wrapped anew, the provider, and the keys."""
        return self.holds.wrapping, self.holds.provider, list(self.keys)

    def rows(self, _statement: Select[Any]) -> Sequence[Row[Any]]:
        """Refuse: keys of persons do not travel, since one that is destroyed must be gone everywhere.

        Raises:
            KeyringError: always.
        """
        self._refuse("holds no keys of persons")

    def writing(self, _ring_id: str | None = None) -> AbstractContextManager[Connection]:
        """Refuse: a key that is made belongs into the key store.

        Raises:
            KeyringError: always.
        """
        self._refuse("makes no keys")

    def _refuse(self, what: str) -> NoReturn:
        raise KeyringError(_CARRIED.format(what))
