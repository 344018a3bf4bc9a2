"""Unwrapped data keys in memory, of one moment: they are forgotten together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from safeguards.crypto.kdf import derive
from safeguards.keys.held import HeldKeys
from safeguards.keys.limits import STEP, Moment
from safeguards.keys.store import WrappedKey
from safeguards.values import Secret

DATA, TAG, PSEUDONYM = "data", "tag", "pseudonym"
PURPOSES = (DATA, TAG, PSEUDONYM)


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """What may be told of a key: no material."""

    id: int
    purpose: str
    created_at: str
    active: bool


class Material:
    """A keyring's unwrapped keys by id, since when they are held, and what was counted and derived.

    Nothing is added to one that is in use: a keyring puts another in its place, so that no thread meets
    half of it.
    """

    def __init__(self, keys: Mapping[int, tuple[WrappedKey, Secret]], since: Moment) -> None:
        self.keys = dict(keys)
        self.since = since
        self.data_key_id = self.newest(DATA) or 0
        self.subjects: HeldKeys | None = None
        self.worn = False  # whether half of the uses are gone
        self._steps: dict[int, count[int]] = {}

    def with_more(self, keys: Mapping[int, tuple[WrappedKey, Secret]]) -> Material:
        """Return these keys and more: as old, and as much used."""
        more = Material(self.keys | dict(keys), self.since)
        more.subjects, more.worn, more._steps = self.subjects, self.worn, self._steps
        return more

    def newest(self, purpose: str) -> int | None:
        """Return the id of the key of this purpose that was added last."""
        found = [row for row, _ in self.keys.values() if row.purpose == purpose]
        return max(found, key=lambda row: row.sequence).id if found else None

    @property
    def data_key_ids(self) -> tuple[int, ...]:
        """The ids of all data keys, oldest first."""
        rows = [row for row, _ in self.keys.values() if row.purpose == DATA]
        return tuple(row.id for row in sorted(rows, key=lambda row: row.sequence))

    def status(self) -> tuple[KeyStatus, ...]:
        """Return what may be told of each key, oldest first."""
        newest = {purpose: self.newest(purpose) for purpose in PURPOSES}
        rows = (row for row, _ in self.keys.values())
        return tuple(
            KeyStatus(row.id, row.purpose, row.created_at, row.id == newest[row.purpose]) for row in rows
        )

    def spend(self, key_id: int) -> int:
        """Count a step of values that are about to be written, and return how many it makes."""
        # Neither call lets another thread in between, and no lock is left behind in a forked child.
        return next(self._steps.setdefault(key_id, count(1))) * STEP

    def forget(self) -> None:
        """Drop the keys of persons, also for whoever still holds them."""
        if self.subjects is not None:
            self.subjects.forget()


def recognise(key: Secret) -> bytes:
    """Return what tells a key from another and does not give it away, to be kept when it is forgotten."""
    return derive(key, "recognise").reveal()
