"""Subject keys held in memory for a while: by age, by use and by number."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from safeguards.crypto.kdf import derive
from safeguards.crypto.xaes import Xaes256Gcm
from safeguards.errors import KeyUnavailable, SubjectErased
from safeguards.keys.subjects import Erasure, SubjectKey, SubjectKeys, erased_on
from safeguards.values import SubjectId

# 2026-11. The age is how long a process may go on reading a person whom another process has shredded.
MAX_SECONDS = 300.0
MAX_USES = 1 << 20
MAX_KEYS = 10_000


@dataclass(slots=True, repr=False)
class HeldKey:
    """One person's key in memory: a cipher for each field, and whose it is known to be."""

    key: SubjectKey
    until: float
    uses: int = 0
    whose: tuple[str, str] | None = None
    ciphers: dict[str, Xaes256Gcm] = field(default_factory=dict)

    @property
    def id(self) -> bytes:
        """The 16 bytes that envelopes carry."""
        return self.key.id

    def cipher(self, name: str) -> Xaes256Gcm:
        """Return the cipher of one field's values of this person."""
        self.uses += 1
        found = self.ciphers.get(name)
        if found is None:
            found = self.ciphers[name] = Xaes256Gcm(derive(self.key.key, "field", name))
        return found

    def __repr__(self) -> str:
        return "HeldKey(***)"


class HeldKeys:
    """A keyring's subject keys: read from the key store when they are first needed.

    A key leaves memory after ``MAX_SECONDS`` or ``MAX_USES``, when more than ``MAX_KEYS`` are held, and when
    this process destroys it. Safe to share between threads.
    """

    def __init__(self, store: SubjectKeys) -> None:
        self.store = store
        self._by_id: dict[bytes, HeldKey] = {}
        self._by_subject: dict[SubjectId, bytes] = {}
        self._erased: dict[bytes, tuple[str, str | None]] = {}
        self._lock = threading.Lock()

    def to_write(self, subjects: Iterable[SubjectId]) -> dict[SubjectId, HeldKey]:
        """Return the keys that these persons' values are written under; who has none gets one.

        Raises:
            SubjectErased: the key of one of them was destroyed.
        """
        wanted = dict.fromkeys(subjects)
        held = {subject: key for subject in wanted if (key := self._written(subject)) is not None}
        missing = [subject for subject in wanted if subject not in held]
        if missing:
            held |= {subject: self._keep(key, subject) for subject, key in self.store.of(missing).items()}
        return held

    def to_read(self, key_id: bytes, kind: str, person: str) -> HeldKey:
        """Return the key that a value of this person names.

        Raises:
            SubjectErased: the key was destroyed.
            KeyUnavailable: the store holds no such key, or it is another person's.
        """
        held = self._fresh(key_id)
        if held is None:
            held = self._look_up_of(key_id, kind, person)
        if held.whose != (kind, person):
            if not person or held.key.owner != self.store.owner(SubjectId(kind, person)):
                raise KeyUnavailable("the key is another person's")
            held.whose = kind, person
        return held

    def preload(self, subjects: Iterable[SubjectId], *, create: bool = False) -> int:
        """Read the keys of these persons, and return how many have one; ``create`` makes those that lack.

        Raises:
            SubjectErased: a key is to be made for a person whose key was destroyed.
        """
        wanted = list(subjects)
        held = self.store.of(wanted) if create else self.store.held_by(wanted)
        for subject, key in held.items():
            self._keep(key, subject)
        return len(held)

    def provisional(self, count: int) -> list[HeldKey]:
        """Make keys for persons whose ids the database is about to give."""
        return [HeldKey(key, _until()) for key in self.store.provisional(count)]

    def name(self, named: Iterable[tuple[HeldKey, SubjectId]]) -> None:
        """Give provisional keys their owners.

        Raises:
            KeyringError: a key is gone, or the person's key was destroyed (SubjectErased).
        """
        pairs = list(named)
        keys = self.store.name([(held.key, subject) for held, subject in pairs])
        for key, (_, subject) in zip(keys, pairs, strict=True):
            self._keep(key, None if subject in self._by_subject else subject)

    def erase(self, subject: SubjectId) -> Erasure | None:
        """Destroy a person's keys, here and in the store."""
        done = self.store.erase(subject)
        with self._lock:
            self._by_subject.pop(subject, None)
            if done is None:
                return None
            for key_id in done.ids:
                self._by_id.pop(key_id, None)
                # Also for a thread that has read the key just before, and is about to keep it.
                self._erased[key_id] = done.when, self.store.owner(subject)
        return done

    def forget(self) -> None:
        """Drop every key, and what wraps them."""
        with self._lock:
            self._by_id.clear()
            self._by_subject.clear()
        self.store.forget()

    def unlock(self) -> None:
        """Take a new lock after a fork, when nobody in the child would release the old one."""
        self._lock = threading.Lock()

    def _written(self, subject: SubjectId) -> HeldKey | None:
        key_id = self._by_subject.get(subject)
        return None if key_id is None else self._fresh(key_id)

    def _fresh(self, key_id: bytes) -> HeldKey | None:
        held = self._by_id.get(key_id)
        if held is not None and (held.uses >= MAX_USES or time.monotonic() >= held.until):
            with self._lock:
                self._by_id.pop(key_id, None)
            return None
        return held

    def _look_up_of(self, key_id: bytes, kind: str, person: str) -> HeldKey:
        """Read a key; somebody else's that was destroyed says nothing of this person."""
        try:
            return self._look_up(key_id)
        except SubjectErased as error:
            if person and error.owner == self.store.owner(SubjectId(kind, person)):
                raise
        raise KeyUnavailable("the key is another person's")

    def _look_up(self, key_id: bytes) -> HeldKey:
        if key_id in self._erased:
            raise erased_on(*self._erased[key_id])
        try:
            found = self.store.by_id([key_id]).get(key_id)
        except SubjectErased as error:
            self._erased[key_id] = error.when, error.owner  # it never comes back
            raise
        if found is None:
            raise KeyUnavailable("the key store holds no such key of a person")
        return self._keep(found, None)

    def _keep(self, key: SubjectKey, subject: SubjectId | None) -> HeldKey:
        held = HeldKey(key, _until())
        with self._lock:
            if key.id in self._erased:
                raise erased_on(*self._erased[key.id])
            if len(self._by_id) >= MAX_KEYS:
                self._make_room()
            self._by_id[key.id] = held
            if subject is not None:
                self._by_subject[subject] = key.id
                held.whose = subject.kind, subject.id
        return held

    def _make_room(self) -> None:
        """Drop the tenth of the keys that was read first."""
        for key_id in list(self._by_id)[: max(1, MAX_KEYS // 10)]:
            whose = self._by_id.pop(key_id).whose
            if whose is not None:
                self._by_subject.pop(SubjectId(*whose), None)


def _until() -> float:
    return time.monotonic() + MAX_SECONDS
