"""A keyring: the data keys of one owner, opened through a provider and held in memory."""

from __future__ import annotations

import hmac
import os
import threading
import uuid
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from safeguards.crypto.kdf import KEY_BYTES, derive
from safeguards.errors import KeyringError, KeyUnavailable
from safeguards.keys import generation
from safeguards.keys.held import HeldKeys
from safeguards.keys.local import LocalProvider
from safeguards.keys.provider import KeyProvider, provider_from
from safeguards.keys.shredding import ShredReceipt, overwrite_everywhere
from safeguards.keys.store import (
    PROVIDER_LIMIT,
    WRAPPED_LIMIT,
    KeyStore,
    WrappedKey,
    add_identity,
    add_key,
    draw_id,
    lock,
    replace_wrapped,
)
from safeguards.keys.subjects import SubjectKeys
from safeguards.values import Secret, SubjectId

DATA, TAG, PSEUDONYM = "data", "tag", "pseudonym"
_PURPOSES = (DATA, TAG, PSEUDONYM)
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """What may be told of a key: no material."""

    id: int
    purpose: str
    created_at: str
    active: bool


class Keyring:
    """Data keys by id, and the keys derived from them.

    Make one with :meth:`create`, open it later with :meth:`open`, and hand it to ``safeguards.use``. New
    values are written under the newest data key; older ones stay readable. Search tags and pseudonyms have
    root keys of their own, so that rotating data keys changes neither.
    """

    def __init__(self, store: KeyStore, provider: KeyProvider, keyring_id: str, created_at: str) -> None:
        """Not for callers: use ``create`` or ``open``."""
        self.id = keyring_id
        self.created_at = created_at
        self._wrapping = 0
        self._follows = False
        self.provider = provider
        self._store = store
        self._lock = threading.Lock()
        self._keys: dict[int, tuple[WrappedKey, Secret]] = {}
        self._closed = False
        self._data_key_id = 0
        self._subjects: HeldKeys | None = None
        _instances.add(self)

    @classmethod
    def create(cls, store: str, provider: str | KeyProvider) -> Keyring:
        """Make a keyring in an empty key store and open it.

        Args:
            store: SQLAlchemy URL of the key store; another database than the data's.
            provider: a provider, or its URI; ``local:PATH`` makes the key file where there is none.

        Raises:
            KeyringError: the store already holds a keyring, or store or provider cannot be used.
        """
        key_store = KeyStore(store)
        taken = KeyringError(f"{key_store!r} already holds a keyring: open it, or name another store")
        if key_store.identity() is not None:
            raise taken
        chosen = provider_from(provider, create=True) if isinstance(provider, str) else provider
        keyring_id = str(uuid.uuid4())
        try:
            with key_store.writing() as connection:
                add_identity(connection, keyring_id, chosen.uri)
                for purpose in _PURPOSES:
                    _add_new_key(connection, chosen, keyring_id, purpose)
        except (IntegrityError, KeyringError):
            if key_store.identity() is not None:  # another process was quicker
                raise taken from None
            raise
        return cls.open(store, chosen)

    @classmethod
    def open(cls, store: str, provider: str | KeyProvider | None = None) -> Keyring:
        """Open the keyring in a key store; without ``provider``, the one recorded in the store.

        Raises:
            KeyringError: there is no keyring, or the provider does not open its keys.
        """
        key_store = KeyStore(store)
        identity = key_store.identity()
        if identity is None:
            raise KeyringError(f"{key_store!r} holds no keyring: make one with `safeguards keys create`")
        named = identity.provider if provider is None else provider
        chosen = provider_from(named) if isinstance(named, str) else named
        ring = cls(key_store, chosen, identity.id, identity.created_at)
        ring._wrapping, ring._follows = identity.wrapping, provider is None
        ring.refresh()
        return ring

    @property
    def data_key_id(self) -> int:
        """The id of the data key that new values are written under."""
        return self._data_key_id or self._newest(DATA)

    @property
    def data_key_ids(self) -> tuple[int, ...]:
        """The ids of all data keys, oldest first; the last one writes."""
        rows = [row for row, _ in list(self._keys.values()) if row.purpose == DATA]
        return tuple(row.id for row in sorted(rows, key=lambda row: row.sequence))

    def rotate(self) -> int:
        """Add a data key for new values and return its id; older values stay readable.

        Other processes learn of it when they meet it with a local provider, and by ``refresh`` otherwise.
        """
        self._check_open()
        for _ in range(_ATTEMPTS):
            try:
                self.refresh()
                key_id = draw_id()
                wrapped = self.provider.wrap(os.urandom(KEY_BYTES), _context(self.id, key_id, DATA))
                with self._store.writing() as connection:
                    if lock(connection) != self._wrapping:  # wrapped anew by another process meanwhile
                        continue
                    add_key(connection, key_id, DATA, wrapped)
            except IntegrityError:  # another process was quicker: draw again
                continue
            self.refresh()
            return key_id
        raise KeyringError(f"{self._store!r} is busy: other processes add keys at this moment; run it again")

    def rewrap(self, provider: str | KeyProvider) -> None:
        """Wrap every key with another provider; ids, and the data, stay as they are.

        Each key is unwrapped again and compared before anything is stored, and all are stored at once or
        none is. A key that another process adds meanwhile is wrapped too. Other processes go on with the
        keys in memory, and learn of the provider when they refresh. Copies of the store made before, such as
        backups, still open with the old provider.

        Args:
            provider: a provider, or its URI; ``local:PATH`` makes the key file where there is none.

        Raises:
            KeyringError: a provider failed, or the store cannot be used; the store is as it was.
        """
        self._check_open()
        chosen = provider_from(provider, create=True) if isinstance(provider, str) else provider
        if len(chosen.uri) > PROVIDER_LIMIT:
            raise KeyringError(f"the provider's URI is longer than {PROVIDER_LIMIT} characters: shorten it")
        for _ in range(_ATTEMPTS):
            self.refresh()
            wrapping, _uri, rows = self._store.wrapped()
            wrapped = {row.id: self._wrapped_anew(row, chosen) for row in rows}
            with self._store.writing() as connection:
                same = lock(connection) == wrapping == self._wrapping
                if not same or not replace_wrapped(connection, wrapped, chosen.uri):
                    continue
            with self._lock:
                self.provider, self._wrapping = chosen, wrapping + 1
            return
        raise KeyringError(f"{self._store!r} is busy: other processes change keys; run it again")

    def refresh(self) -> None:
        """Read keys that were added since this keyring was opened."""
        with self._lock:
            self._check_open()
            wrapping, provider, rows = self._store.wrapped()
            if wrapping != self._wrapping:
                self._learn(wrapping, provider, rows)
            added = [row for row in rows if row.id not in self._keys]
            for row in added:
                self._keys[row.id] = row, Secret(self._unwrap(row))
            self._data_key_id = self._newest(DATA)
        if added:
            generation.advance()

    def data_key(self, key_id: int) -> Secret:
        """Return a data key by its id.

        Raises:
            KeyUnavailable: this keyring does not hold it.
        """
        found = self._keys.get(key_id) or self._look_again(key_id)
        self._check_open()
        if found is None or found[0].purpose != DATA:
            raise KeyUnavailable(f"this keyring does not hold data key {key_id}")
        return found[1]

    def field_key(self, key_id: int, field: str) -> Secret:
        """Derive the key that encrypts one field's values under one data key."""
        return derive(self.data_key(key_id), "field", field)

    def tag_key(self, *labels: str) -> Secret:
        """Derive the key of search tags for the labels (scope, item, canonical form's version)."""
        return derive(self._root(TAG)[1], "tag", *labels)

    def pseudonym_key(self, domain: str, item: str, epoch: int) -> tuple[int, Secret]:
        """Derive a domain's key for one item and epoch; returns the root key's id with it."""
        key_id, root = self._root(PSEUDONYM)
        return key_id, derive(root, "pseudonym", domain, item, str(epoch))

    @property
    def subjects(self) -> HeldKeys:
        """The keys of single persons."""
        self._check_open()
        if self._subjects is None:
            self._subjects = HeldKeys(SubjectKeys(self, self._store))
        return self._subjects

    def preload(self, subjects: Iterable[str | SubjectId], *, create: bool = False) -> int:
        """Read the keys of persons, such as ``"member:42"``, at once, and return how many have one.

        For asynchronous and bulk work: reading a value then asks the key store for nothing. With ``create``,
        who has no key gets one, so that writing asks for nothing either.

        Raises:
            SubjectErased: a key is to be made for a person whose key was destroyed.
        """
        return self.subjects.preload([_subject(each) for each in subjects], create=create)

    def rewrap_subjects(self) -> int:
        """Wrap the keys of persons with the newest data key, and return how many an older one wrapped."""
        return self.subjects.store.rewrap()

    def shred(self, subject: str | SubjectId, *, engines: Sequence[Any] | None = None) -> ShredReceipt:
        """Destroy a person's key, and overwrite their values and search tags in the mapped tables.

        ``ring.shred("member:42")``. The key goes first, and a tombstone stays: nobody reads or writes this
        person's values again. Tables are looked for in the databases that this process has connected to. What
        could not be overwritten is named in the receipt; call it again for that.

        Args:
            subject: the person, ``"kind:id"``.
            engines: the SQLAlchemy engines to look in; by default all that this process has used.

        Raises:
            InputError: the subject is not written so.
            KeyringError: the key could not be destroyed; nothing was changed.
        """
        person = _subject(subject)
        erasure = self.subjects.erase(person)
        reached, unreached = overwrite_everywhere(self.id, person, engines)
        when, keys = (None, 0) if erasure is None else (erasure.when, len(erasure.ids))
        return ShredReceipt(person, when, keys, reached, unreached)

    def status(self) -> tuple[KeyStatus, ...]:
        """Return what may be told of each key, oldest first."""
        self._check_open()
        newest = {purpose: self._newest(purpose) for purpose in _PURPOSES}
        rows = (row for row, _ in list(self._keys.values()))
        return tuple(
            KeyStatus(row.id, row.purpose, row.created_at, row.id == newest[row.purpose]) for row in rows
        )

    @property
    def rotated(self) -> bool:
        """Whether there is more than one data key."""
        return sum(row.purpose == DATA for row, _ in list(self._keys.values())) > 1

    def close(self) -> None:
        """Forget all keys; every later use raises KeyringError."""
        with self._lock:
            self._closed = True
            self._data_key_id = 0
            self._keys = {}
            self._subjects = None
        generation.advance()

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._closed

    def __enter__(self) -> Keyring:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Keyring(id={self.id!r}, store={self._store!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Keyring cannot be pickled or copied; pass its name and call safeguards.use there")

    def _root(self, purpose: str) -> tuple[int, Secret]:
        key_id = self._newest(purpose)
        return key_id, self._keys[key_id][1]

    def _newest(self, purpose: str) -> int:
        self._check_open()
        found = [row for row, _ in list(self._keys.values()) if row.purpose == purpose]
        if not found:
            raise KeyringError(f"{self._store!r} holds no {purpose} key: restore the store from its backup")
        return max(found, key=lambda row: row.sequence).id

    def _look_again(self, key_id: int) -> tuple[WrappedKey, Secret] | None:
        # Another process may have rotated; only a provider on this machine may be asked during a read.
        if isinstance(self.provider, LocalProvider) and not self._closed:
            self.refresh()
        return self._keys.get(key_id)

    def _wrapped_anew(self, row: WrappedKey, provider: KeyProvider) -> bytes:
        key, context = self._unwrap(row), _context(self.id, row.id, row.purpose)
        wrapped = provider.wrap(key, context)
        if len(wrapped) > WRAPPED_LIMIT:
            raise KeyringError(f"{provider.uri} wraps a key in more than {WRAPPED_LIMIT} bytes: take another")
        if not hmac.compare_digest(provider.unwrap(wrapped, context), key):
            raise KeyringError(f"{provider.uri} does not give back what it wrapped: nothing was changed")
        return wrapped

    def _learn(self, wrapping: int, uri: str, rows: list[WrappedKey]) -> None:
        """Take the provider that keys were wrapped with anew, which must open the very keys held here."""
        mine = None if self._follows and uri != self.provider.uri else self.provider
        provider = mine or provider_from(uri)
        try:
            opened = {row.id: self._unwrap(row, provider) for row in rows}
        except KeyringError:
            if self._follows:
                raise
            opened = {}
        for key_id, (_, secret) in self._keys.items():
            if not hmac.compare_digest(opened.get(key_id, b""), secret.reveal()):
                raise KeyringError(
                    f"the keys of {self._store!r} were wrapped anew with {uri}: open the keyring with that "
                    "provider, if you trust it"
                )
        self.provider, self._wrapping = provider, wrapping

    def _unwrap(self, row: WrappedKey, provider: KeyProvider | None = None) -> bytes:
        key = (provider or self.provider).unwrap(row.wrapped, _context(self.id, row.id, row.purpose))
        if len(key) != KEY_BYTES:
            raise KeyringError(
                f"key {row.id} has {len(key)} bytes, not {KEY_BYTES}: the provider is not the keyring's"
            )
        return key

    def _check_open(self) -> None:
        if self._closed:
            raise KeyringError("this keyring is closed: open it again and call safeguards.use")


def _subject(subject: str | SubjectId) -> SubjectId:
    return subject if isinstance(subject, SubjectId) else SubjectId.parse(subject)


def _context(keyring_id: str, key_id: int, purpose: str) -> Mapping[str, str]:
    return {"keyring": keyring_id, "key": str(key_id), "purpose": purpose}


def _add_new_key(connection: Connection, provider: KeyProvider, keyring_id: str, purpose: str) -> int:
    key_id = draw_id()
    wrapped = provider.wrap(os.urandom(KEY_BYTES), _context(keyring_id, key_id, purpose))
    add_key(connection, key_id, purpose, wrapped)
    return key_id


_instances: weakref.WeakSet[Keyring] = weakref.WeakSet()


def _unlock_all() -> None:
    # Another thread of the parent may have held a lock that nobody in the child will release.
    for ring in list(_instances):
        ring._lock = threading.Lock()
        if ring._subjects is not None:
            ring._subjects.unlock()


os.register_at_fork(after_in_child=_unlock_all)
