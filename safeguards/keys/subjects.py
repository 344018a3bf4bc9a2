"""Subject keys: a random key for each person, so that destroying it destroys what is encrypted under it.

A subject key has a random id, which envelopes carry, and is wrapped by a data key. The store knows its owner
only by a keyed tag: who reads the key store learns neither whose data is kept nor which key is whose.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    LargeBinary,
    Row,
    String,
    Table,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from safeguards.crypto.framing import frame
from safeguards.crypto.kdf import KEY_BYTES, derive
from safeguards.crypto.tags import TAG_BYTES, tag
from safeguards.crypto.xaes import Xaes256Gcm
from safeguards.errors import KeyringError, KeyUnavailable, SubjectErased
from safeguards.keys.keyring import Keyring
from safeguards.keys.store import KeyStore, metadata
from safeguards.values import Secret, SubjectId

ID_BYTES = 16
_VERSION = b"safeguards/1 subject key"
_ROWS_A_QUERY = 500
_ATTEMPTS = 5

_subjects = Table(
    "safeguards_subjects",
    metadata,
    Column("id", String(2 * ID_BYTES), primary_key=True),
    Column("owner", String(2 * TAG_BYTES), unique=True),  # NULL until the person has an id
    Column("key_id", BigInteger, nullable=False),
    Column("wrapped", LargeBinary(128)),  # NULL once the key was destroyed
    Column("created_at", String(32), nullable=False),
    Column("erased_at", String(32)),
)


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """One person's key: ``id`` (16 bytes) stands in envelopes; ``owner`` is None while it is provisional."""

    id: bytes
    owner: str | None
    key: Secret


class SubjectKeys:
    """The subject keys of one keyring's store.

    Nothing is cached here. Safe to share between threads and processes.
    """

    def __init__(self, ring: Keyring, store: KeyStore) -> None:
        self._ring = ring
        self._store = store

    def owner(self, subject: SubjectId) -> str:
        """Return the keyed tag by which the store knows a person."""
        key = self._ring.tag_key("subject").reveal()
        return tag(key, frame(subject.kind.encode(), subject.id.encode())).hex()

    def of(self, subjects: Iterable[SubjectId]) -> dict[SubjectId, SubjectKey]:
        """Return the keys of these persons; who has none gets one.

        Raises:
            SubjectErased: the key of one of them was destroyed.
            KeyringError: the store cannot be used.
        """
        owners = {subject: self.owner(subject) for subject in subjects}
        for _ in range(_ATTEMPTS):
            found = {key.owner: key for key in self._read(_subjects.c.owner, list(owners.values()))}
            missing = [owner for owner in owners.values() if owner not in found]
            try:
                found |= {key.owner: key for key in self._add(missing)}
            except IntegrityError:  # another process was quicker: take its keys
                continue
            return {subject: found[owner] for subject, owner in owners.items()}
        raise KeyringError(f"{self._store!r} is busy: keys of persons could not be added; run it again")

    def by_id(self, ids: Iterable[bytes]) -> dict[bytes, SubjectKey]:
        """Return keys by the ids that envelopes carry; an unknown id is left out.

        Raises:
            SubjectErased: one of the keys was destroyed.
        """
        return {key.id: key for key in self._read(_subjects.c.id, [each.hex() for each in ids])}

    def provisional(self, count: int = 1) -> list[SubjectKey]:
        """Make keys for persons whose ids the database is about to give; :meth:`name` them then."""
        return self._add([None] * count)

    def name(self, named: Iterable[tuple[SubjectKey, SubjectId]]) -> list[SubjectKey]:
        """Give provisional keys their owners.

        Raises:
            KeyringError: a key is gone or has an owner, or the person has another key.
        """
        taken = "a person's new key could not be given to them: roll back and write again"
        rows = [(key, self.owner(subject)) for key, subject in named]
        try:
            with self._store.writing() as connection:
                for key, owner in rows:
                    mine = (_subjects.c.id == key.id.hex()) & _subjects.c.owner.is_(None)
                    wrapped = self._wrap(key.id, owner, key.key)
                    changed = (
                        update(_subjects)
                        .where(mine)
                        .values(owner=owner, wrapped=wrapped[1], key_id=wrapped[0])
                    )
                    if connection.execute(changed).rowcount != 1:
                        raise KeyringError(taken)
        except IntegrityError:
            raise KeyringError(taken) from None
        return [SubjectKey(key.id, owner, key.key) for key, owner in rows]

    def erase(self, subject: SubjectId) -> str | None:
        """Destroy a person's key and leave a tombstone; returns when, or None where there never was a key.

        The tombstone keeps the person's tag, so that nobody writes under a new key by mistake.
        """
        mine = _subjects.c.owner == self.owner(subject)
        with self._store.writing() as connection:
            alive = mine & _subjects.c.erased_at.is_(None)
            connection.execute(update(_subjects).where(alive).values(wrapped=None, erased_at=_now()))
            when: str | None = connection.scalar(select(_subjects.c.erased_at).where(mine))
        return when

    def _read(self, column: ColumnElement[Any], wanted: Sequence[str]) -> Iterator[SubjectKey]:
        rest = iter(wanted)
        while part := list(islice(rest, _ROWS_A_QUERY)):
            for row in self._store.rows(select(_subjects).where(column.in_(part))):
                yield self._opened(row)

    def _add(self, owners: Sequence[str | None]) -> list[SubjectKey]:
        keys = [SubjectKey(os.urandom(ID_BYTES), owner, Secret(os.urandom(KEY_BYTES))) for owner in owners]
        if keys:
            with self._store.writing() as connection:
                connection.execute(insert(_subjects), [self._row(key) for key in keys])
        return keys

    def _row(self, key: SubjectKey) -> dict[str, Any]:
        key_id, wrapped = self._wrap(key.id, key.owner, key.key)
        return {
            "id": key.id.hex(),
            "owner": key.owner,
            "key_id": key_id,
            "wrapped": wrapped,
            "created_at": _now(),
        }

    def _wrap(self, key_id: bytes, owner: str | None, key: Secret) -> tuple[int, bytes]:
        data_key = self._ring.data_key_id
        return data_key, self._wrapper(data_key).seal(key.reveal(), self._bound(key_id, owner))

    def _opened(self, row: Row[Any]) -> SubjectKey:
        if row.wrapped is None:
            raise SubjectErased(
                f"the person's key was destroyed on {row.erased_at}: nothing under it can be read"
            )
        key_id = bytes.fromhex(row.id)
        try:
            key = self._wrapper(row.key_id).open(bytes(row.wrapped), self._bound(key_id, row.owner))
        except InvalidTag:
            raise KeyUnavailable(
                f"{self._store!r}: a person's key was altered or given to another: restore the store"
            ) from None
        return SubjectKey(key_id, row.owner, Secret(key))

    def _wrapper(self, data_key: int) -> Xaes256Gcm:
        return Xaes256Gcm(derive(self._ring.data_key(data_key), "subject"))

    def _bound(self, key_id: bytes, owner: str | None) -> bytes:
        return frame(_VERSION, self._ring.id.encode(), key_id, (owner or "").encode())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
