"""What shredding a person did, and who else has to act when a person's key is destroyed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from safeguards.values import SubjectId

BEYOND_REACH = (
    "backups of the data: their ciphertexts stay, and nothing opens them once no copy of the key is left",
    "backups of the key store, which hold the key until they expire: give them an expiry of their own",
    "replicas and write-ahead or binary logs, until they have followed and been recycled",
    "exports, caches, search engines and logs outside the mapped tables",
    "other processes and open transactions, which may read or still commit a value for up to five minutes: "
    "shred again afterwards",
    "columns without subject=, and tables that no model in this process maps: their values stay readable",
)


@dataclass(frozen=True, slots=True)
class Reached:
    """A column of which a person's values were overwritten: ``rows`` of them."""

    database: str
    table: str
    column: str
    rows: int


@dataclass(frozen=True, slots=True)
class Unreached:
    """A table in which a person's values could not be overwritten, and why."""

    database: str
    table: str
    reason: str


@dataclass(frozen=True, slots=True)
class ShredReceipt:
    """What became of one person's data. Holds no value and no key.

    ``erased_at`` (ISO 8601, UTC) is None where the person never had a key. ``beyond`` says what no call from
    here can reach. Call ``shred`` again to reach what is in ``unreached``.
    """

    subject: SubjectId
    erased_at: str | None
    keys_destroyed: int
    reached: tuple[Reached, ...]
    unreached: tuple[Unreached, ...]
    beyond: tuple[str, ...] = BEYOND_REACH

    @property
    def complete(self) -> bool:
        """Whether every mapped table was reached."""
        return not self.unreached

    def document(self) -> dict[str, Any]:
        """Return the receipt as JSON data; the person's id is in it."""
        found = asdict(self)
        found["subject"] = f"{self.subject.kind}:{self.subject.id}"
        return found | {"complete": self.complete}


Overwrite = Callable[[str, SubjectId, Sequence[Any] | None], Iterable[Reached | Unreached]]
"""Overwrites a person's values: takes the keyring's id, the person, and the engines to look in or None."""

_registered: list[Overwrite] = []


def register(overwrite: Overwrite) -> None:
    """Have ``overwrite`` called whenever a person's key was destroyed."""
    _registered.append(overwrite)


def overwrite_everywhere(
    ring_id: str, subject: SubjectId, engines: Sequence[Any] | None
) -> tuple[tuple[Reached, ...], tuple[Unreached, ...]]:
    """Call everybody who registered, and sort what they did."""
    found = [each for overwrite in _registered for each in overwrite(ring_id, subject, engines)]
    reached = tuple(each for each in found if isinstance(each, Reached))
    return reached, tuple(each for each in found if isinstance(each, Unreached))
