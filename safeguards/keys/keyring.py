"""A keyring: the data keys of one owner, opened through a provider and held in memory."""

from __future__ import annotations

import os
import threading
import uuid
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from safeguards.crypto.kdf import KEY_BYTES, derive
from safeguards.errors import KeyringError, KeyUnavailable
from safeguards.keys import generation
from safeguards.keys.local import LocalProvider
from safeguards.keys.provider import KeyProvider, provider_from
from safeguards.keys.store import KeyStore, WrappedKey, add_identity, add_key, next_id
from safeguards.values import Secret

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
        self.provider = provider
        self._store = store
        self._lock = threading.Lock()
        self._keys: dict[int, tuple[WrappedKey, Secret]] = {}
        self._closed = False
        self._data_key_id = 0
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
        ring.refresh()
        return ring

    @property
    def data_key_id(self) -> int:
        """The id of the data key that new values are written under."""
        return self._data_key_id or self._newest(DATA)

    def rotate(self) -> int:
        """Add a data key for new values and return its id; older values stay readable.

        Other processes learn of it when they meet it with a local provider, and by ``refresh`` otherwise.
        """
        self._check_open()
        for _ in range(_ATTEMPTS):
            try:
                with self._store.writing() as connection:
                    key_id = _add_new_key(connection, self.provider, self.id, DATA)
            except IntegrityError:  # another process took the id: take the next
                continue
            self.refresh()
            return key_id
        raise KeyringError(
            f"{self._store!r} is busy: no key id was free in {_ATTEMPTS} attempts; run it again"
        )

    def refresh(self) -> None:
        """Read keys that were added since this keyring was opened."""
        with self._lock:
            self._check_open()
            added = [row for row in self._store.read() if row.id not in self._keys]
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

    def status(self) -> tuple[KeyStatus, ...]:
        """Return what may be told of each key, oldest first."""
        self._check_open()
        newest = {purpose: self._newest(purpose) for purpose in _PURPOSES}
        rows = (row for row, _ in list(self._keys.values()))
        return tuple(
            KeyStatus(row.id, row.purpose, row.created_at, row.id == newest[row.purpose]) for row in rows
        )

    def close(self) -> None:
        """Forget all keys; every later use raises KeyringError."""
        with self._lock:
            self._closed = True
            self._data_key_id = 0
            self._keys = {}
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
        found = [key_id for key_id, (row, _) in list(self._keys.items()) if row.purpose == purpose]
        if not found:
            raise KeyringError(f"{self._store!r} holds no {purpose} key: restore the store from its backup")
        return max(found)

    def _look_again(self, key_id: int) -> tuple[WrappedKey, Secret] | None:
        # Another process may have rotated; only a provider on this machine may be asked during a read.
        if isinstance(self.provider, LocalProvider) and not self._closed:
            self.refresh()
        return self._keys.get(key_id)

    def _unwrap(self, row: WrappedKey) -> bytes:
        key = self.provider.unwrap(row.wrapped, _context(self.id, row.id, row.purpose))
        if len(key) != KEY_BYTES:
            raise KeyringError(
                f"key {row.id} has {len(key)} bytes, not {KEY_BYTES}: the provider is not the keyring's"
            )
        return key

    def _check_open(self) -> None:
        if self._closed:
            raise KeyringError("this keyring is closed: open it again and call safeguards.use")


def _context(keyring_id: str, key_id: int, purpose: str) -> Mapping[str, str]:
    return {"keyring": keyring_id, "key": str(key_id), "purpose": purpose}


def _add_new_key(connection: Connection, provider: KeyProvider, keyring_id: str, purpose: str) -> int:
    key_id = next_id(connection)
    wrapped = provider.wrap(os.urandom(KEY_BYTES), _context(keyring_id, key_id, purpose))
    add_key(connection, key_id, purpose, wrapped)
    return key_id


_instances: weakref.WeakSet[Keyring] = weakref.WeakSet()


def _unlock_all() -> None:
    # Another thread of the parent may have held a lock that nobody in the child will release.
    for ring in list(_instances):
        ring._lock = threading.Lock()


os.register_at_fork(after_in_child=_unlock_all)
