"""Subject keys: a random key for each person, so that destroying it destroys what is encrypted under it.

A subject key has a random id, which envelopes carry, and is wrapped by a data key. The store knows its owner
only by a keyed tag: who reads the key store learns neither whose data is kept nor which key is whose.

A person writes under their key of rank 0. Further ranks hold keys that were made before the person's id was
known, when a transaction that failed had left them a key already: they go on reading.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    UniqueConstraint,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from safeguards.crypto.framing import frame
from safeguards.crypto.kdf import KEY_BYTES, derive
from safeguards.crypto.tags import TAG_BYTES, Tagger
from safeguards.crypto.xaes import Xaes256Gcm
from safeguards.errors import KeyringError, KeyUnavailable, SubjectErased
from safeguards.keys.store import Store, lock, metadata
from safeguards.values import Secret, SubjectId

if TYPE_CHECKING:
    from safeguards.keys.keyring import Keyring

ID_BYTES = 16
_VERSION = b"safeguards/1 subject key"
_ROWS_A_QUERY = 500
_ATTEMPTS = 5
_WRITES = 0  # the rank of the key that a person's values are written under
_TAKEN = "a person's new key could not be given to them: roll back and write again"

_subjects = Table(
    "safeguards_subjects",
    metadata,
    Column("id", String(2 * ID_BYTES), primary_key=True),
    Column("owner", String(2 * TAG_BYTES)),  # NULL until the person has an id
    Column("rank", Integer, nullable=False),
    Column("key_id", BigInteger, nullable=False),
    Column("wrapped", LargeBinary(128)),  # NULL once the key was destroyed
    Column("created_at", String(32), nullable=False),
    Column("erased_at", String(32)),
    UniqueConstraint("owner", "rank", name="uq_safeguards_subjects_owner"),
)


@dataclass(frozen=True, slots=True)
class Erasure:
    """A tombstone: when a person's keys were destroyed (ISO 8601, UTC), and the ids that they had."""

    when: str
    ids: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """One person's key: ``id`` (16 bytes) stands in envelopes; ``owner`` is None while it is provisional."""

    id: bytes
    owner: str | None
    key: Secret


class SubjectKeys:
    """The subject keys of one keyring's store.

    No subject key is kept here. Safe to share between threads and processes.
    """

    def __init__(self, ring: Keyring, store: Store) -> None:
        self._ring = ring
        self._store = store
        self._tagger = Tagger(ring.tag_key("subject"))
        self._wrappers: dict[int, Xaes256Gcm] = {}

    def owner(self, subject: SubjectId) -> str:
        """Return the keyed tag by which the store knows a person."""
        return self._tagger.tag(frame(subject.kind.encode(), subject.id.encode())).hex()

    def of(self, subjects: Iterable[SubjectId]) -> dict[SubjectId, SubjectKey]:
        """Return the keys that these persons' values are written under; who has none gets one.

        Raises:
            SubjectErased: the key of one of them was destroyed.
            KeyringError: the store cannot be used.
        """
        owners = {subject: self.owner(subject) for subject in subjects}
        for _ in range(_ATTEMPTS):
            found = self._writing(owners.values())
            missing = [owner for owner in dict.fromkeys(owners.values()) if owner not in found]
            try:
                found |= {key.owner: key for key in self._add(missing)}
            except IntegrityError:  # another process was quicker: take its keys
                continue
            return {subject: found[owner] for subject, owner in owners.items()}
        raise KeyringError(f"{self._store!r} is busy: keys of persons could not be added; run it again")

    def held_by(self, subjects: Iterable[SubjectId]) -> dict[SubjectId, SubjectKey]:
        """Return the keys that these persons' values are written under; who has none left is left out."""
        owners = {subject: self.owner(subject) for subject in subjects}
        found = self._writing(owners.values(), _subjects.c.wrapped.is_not(None))
        return {subject: found[owner] for subject, owner in owners.items() if owner in found}

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
        """Give provisional keys their owners; who has a key already gets this one beside it.

        Raises:
            SubjectErased: the key of one of these persons was destroyed: their id was given again.
            KeyringError: a provisional key is gone or has an owner.
        """
        rows = [(key, self.owner(subject)) for key, subject in named]
        try:
            with self._store.writing(self._ring.id) as connection:
                lock(connection)
                for key, owner in rows:
                    self._give(connection, key, owner)
        except IntegrityError:
            raise KeyringError(_TAKEN) from None
        return [SubjectKey(key.id, owner, key.key) for key, owner in rows]

    def erase(self, subject: SubjectId) -> Erasure | None:
        """Destroy a person's keys and leave a tombstone; None where there never was a key.

        The tombstone keeps the person's tag, so that nobody writes under a new key by mistake.
        """
        mine = _subjects.c.owner == self.owner(subject)
        with self._store.writing(self._ring.id) as connection:
            lock(connection)  # or a key that is being named beside these would live on
            alive = mine & _subjects.c.erased_at.is_(None)
            connection.execute(update(_subjects).where(alive).values(wrapped=None, erased_at=_now()))
            rows = connection.execute(select(_subjects.c.id, _subjects.c.erased_at).where(mine)).all()
        if not rows:
            return None
        return Erasure(min(row.erased_at for row in rows), tuple(bytes.fromhex(row.id) for row in rows))

    def rewrap(self, rows_a_transaction: int = _ROWS_A_QUERY) -> int:
        """Wrap keys that older data keys wrap with the newest one, and return how many there were.

        Values stay as they are. Ended in the middle, even killed, it goes on where it was.
        """
        done, held = 0, _subjects.c.wrapped.is_not(None)
        pages = select(_subjects).where(held).limit(rows_a_transaction)
        # Asked for each page: the key that was the newest may be rotated meanwhile, here or elsewhere.
        while rows := self._store.rows(pages.where(_subjects.c.key_id != self._ring.data_key_id)):
            with self._store.writing(self._ring.id) as connection:
                for row in rows:
                    key = self._opened(row)
                    wrapped = self._wrapped(key)
                    # Not where the key was destroyed or given its owner meanwhile.
                    same = (_subjects.c.id == row.id) & (_subjects.c.wrapped == row.wrapped)
                    done += connection.execute(update(_subjects).where(same).values(wrapped)).rowcount
        return done

    def forget(self) -> None:
        """Drop what was derived from data keys; it is derived again when it is needed."""
        self._wrappers.clear()

    def _writing(self, owners: Iterable[str], *where: ColumnElement[bool]) -> dict[str | None, SubjectKey]:
        rank = _subjects.c.rank == _WRITES
        wanted = list(dict.fromkeys(owners))
        return {key.owner: key for key in self._read(_subjects.c.owner, wanted, rank, *where)}

    def _read(
        self, column: ColumnElement[Any], wanted: Sequence[str], *where: ColumnElement[bool]
    ) -> Iterator[SubjectKey]:
        rest = iter(wanted)
        while part := list(islice(rest, _ROWS_A_QUERY)):
            for row in self._store.rows(select(_subjects).where(column.in_(part), *where)):
                yield self._opened(row)

    def _add(self, owners: Sequence[str | None]) -> list[SubjectKey]:
        keys = [SubjectKey(os.urandom(ID_BYTES), owner, Secret(os.urandom(KEY_BYTES))) for owner in owners]
        if keys:
            with self._store.writing(self._ring.id) as connection:
                connection.execute(insert(_subjects), [self._row(key) for key in keys])
        return keys

    def _give(self, connection: Connection, key: SubjectKey, owner: str) -> None:
        held = select(func.count(), func.min(_subjects.c.erased_at)).where(_subjects.c.owner == owner)
        rank, erased = connection.execute(held).one()
        if erased is not None:
            raise SubjectErased(
                f"the key of the person with this id was destroyed on {erased}, and the database gave the id "
                "again: let it give each id once (AUTOINCREMENT, a sequence)"
            )
        mine = (_subjects.c.id == key.id.hex()) & _subjects.c.owner.is_(None)
        values = self._wrapped(SubjectKey(key.id, owner, key.key)) | {"owner": owner, "rank": rank}
        if connection.execute(update(_subjects).where(mine).values(values)).rowcount != 1:
            raise KeyringError(_TAKEN)

    def _row(self, key: SubjectKey) -> dict[str, Any]:
        row = {"id": key.id.hex(), "owner": key.owner, "rank": _WRITES, "created_at": _now()}
        return row | self._wrapped(key)

    def _wrapped(self, key: SubjectKey) -> dict[str, Any]:
        data_key = self._ring.data_key_id
        bound = self._bound(key.id, key.owner)
        return {"key_id": data_key, "wrapped": self._wrapper(data_key).seal(key.key.reveal(), bound)}

    def _opened(self, row: Row[Any]) -> SubjectKey:
        if row.wrapped is None:
            raise erased_on(row.erased_at, row.owner)
        key_id = bytes.fromhex(row.id)
        try:
            key = self._wrapper(row.key_id).open(bytes(row.wrapped), self._bound(key_id, row.owner))
        except InvalidTag:
            raise KeyUnavailable(
                f"{self._store!r}: a person's key was altered or given to another: restore the store"
            ) from None
        return SubjectKey(key_id, row.owner, Secret(key))

    def _wrapper(self, data_key: int) -> Xaes256Gcm:
        root = self._ring.data_key(data_key)  # raises where the keyring is closed
        found = self._wrappers.get(data_key)
        if found is None:
            spend = partial(self._ring.spend, data_key)
            found = self._wrappers[data_key] = Xaes256Gcm(derive(root, "subject"), spend)
        return found

    def _bound(self, key_id: bytes, owner: str | None) -> bytes:
        return frame(_VERSION, self._ring.id.encode(), key_id, (owner or "").encode())


def erased_on(when: str, owner: str | None) -> SubjectErased:
    """Return the error of reading or writing under a key that was destroyed then."""
    error = SubjectErased(f"the person's key was destroyed on {when}: nothing under it can be read")
    error.when, error.owner = when, owner
    return error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
