"""A keyring: the data keys of one owner, opened through a provider and held in memory."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NoReturn

from sqlalchemy.exc import IntegrityError

from safeguards.crypto.kdf import derive
from safeguards.errors import InputError, KeyringError, KeyUnavailable
from safeguards.keys.carried import WrappedKeyring
from safeguards.keys.held import HeldKeys
from safeguards.keys.limits import Limits
from safeguards.keys.material import DATA, PSEUDONYM, PURPOSES, TAG, KeyStatus
from safeguards.keys.memory import Memory
from safeguards.keys.provider import KeyProvider, provider_from
from safeguards.keys.shredding import ShredReceipt, overwrite_everywhere
from safeguards.keys.store import (
    PROVIDER_LIMIT,
    Identity,
    KeyStore,
    Store,
    WrappedKey,
    add_identity,
    add_key,
    draw_id,
    lock,
    replace_wrapped,
)
from safeguards.keys.subjects import SubjectKeys
from safeguards.keys.wrapping import add_new_key, new_key, wrapped_anew
from safeguards.values import Secret, SubjectId

_ATTEMPTS = 5


class Keyring:
    """Data keys by id, and the keys derived from them.

    Make one with :meth:`create`, open it later with :meth:`open`, and hand it to ``safeguards.use``. New
    values are written under the newest data key; older ones stay readable. Search tags and pseudonyms have
    root keys of their own, so that rotating data keys changes neither.

    With ``max_age`` or ``max_uses`` keys leave memory when the limit is reached, and with them all that was
    derived from them, keys of persons too. A key file on this machine is then read anew by itself. Another
    provider is never asked while a value is bound or read: each use raises KeyringError until ``refresh``,
    which ``keep_fresh`` calls in time.
    """

    def __init__(self, store: Store, identity: Identity, memory: Memory) -> None:
        """Not for callers: use ``create`` or ``open``."""
        self.id = identity.id
        self.created_at = identity.created_at
        self._store = store
        self._memory = memory

    @classmethod
    def create(
        cls,
        store: str,
        provider: str | KeyProvider,
        *,
        max_age: timedelta | None = None,
        max_uses: int | None = None,
    ) -> Keyring:
        """Make a keyring in an empty key store and open it.

        Args:
            store: SQLAlchemy URL of the key store; another database than the data's.
            provider: a provider, or its URI; ``local:PATH`` makes the key file where there is none.
            max_age, max_uses: as in ``open``.

        Raises:
            KeyringError: the store already holds a keyring, or store or provider cannot be used.
        """
        key_store, limits = KeyStore(store), Limits(max_age, max_uses)
        taken = KeyringError(f"{key_store!r} already holds a keyring: open it, or name another store")
        if key_store.identity() is not None:
            raise taken
        chosen = provider_from(provider, create=True) if isinstance(provider, str) else provider
        keyring_id = str(uuid.uuid4())
        try:
            with key_store.writing() as connection:
                add_identity(connection, keyring_id, chosen.uri)
                for purpose in PURPOSES:
                    add_new_key(connection, chosen, keyring_id, purpose)
        except (IntegrityError, KeyringError):
            if key_store.identity() is not None:  # another process was quicker
                raise taken from None
            raise
        return cls.open(store, chosen, max_age=limits.max_age, max_uses=limits.max_uses)

    @classmethod
    def open(
        cls,
        store: str | WrappedKeyring,
        provider: str | KeyProvider | None = None,
        *,
        max_age: timedelta | None = None,
        max_uses: int | None = None,
    ) -> Keyring:
        """Open the keyring in a key store; without ``provider``, the one recorded in the store.

        Args:
            store: SQLAlchemy URL of the key store; or what ``wrapped`` took from it, whose limits are taken
                where none is given here.
            provider: a provider, or its URI.
            max_age: the longest time that unwrapped keys stay in memory; no limit by default.
            max_uses: the greatest number of values that this process writes with one data key before it is
                unwrapped anew. Each field counts 1,024 at a time, before it writes the first of them: allow
                many times 1,024 a field.

        Raises:
            InputError: a limit makes no sense.
            KeyringError: there is no keyring, or the provider does not open its keys.
        """
        key_store: Store = store if isinstance(store, WrappedKeyring) else KeyStore(store)
        limits = Limits(max_age, max_uses) or getattr(store, "limits", Limits())
        identity = key_store.identity()
        if identity is None:
            raise KeyringError(
                f"{key_store!r} holds no keyring: correct the URL, or make one with `safeguards keys create`"
            )
        named = identity.provider if provider is None else provider
        chosen = provider_from(named) if isinstance(named, str) else named
        memory = Memory(key_store, identity, chosen, provider is None, limits)
        memory.catch_up()
        return cls(key_store, identity, memory)

    @property
    def provider(self) -> KeyProvider:
        """Who wraps and unwraps the keys."""
        return self._memory.provider

    @property
    def store_url(self) -> str:
        """The SQLAlchemy URL of the key store, with its password; for processes of this one, not for show."""
        if not isinstance(self._store, KeyStore):
            raise KeyringError("this keyring was sent to a worker, which has no key store to open it from")
        return self._store.url.render_as_string(hide_password=False)

    @property
    def limits(self) -> Limits:
        """How long keys stay in memory, and how much is written with them."""
        return self._memory.limits

    @property
    def reads_anew(self) -> bool:
        """Whether forgotten keys come back by themselves, because the provider is on this machine."""
        return self._memory.reads_anew

    @property
    def data_key_id(self) -> int:
        """The id of the data key that new values are written under."""
        return self._memory.current().data_key_id

    @property
    def data_key_ids(self) -> tuple[int, ...]:
        """The ids of all data keys, oldest first; the last one writes."""
        return self._memory.current().data_key_ids

    def rotate(self) -> int:
        """Add a data key for new values and return its id; older values stay readable.

        Other processes learn of it when they meet it with a local provider, and by ``refresh`` otherwise.
        """
        for _ in range(_ATTEMPTS):
            try:
                self._memory.catch_up()
                key_id = draw_id()
                wrapped = new_key(self.provider, self.id, key_id, DATA)
                with self._store.writing(self.id) as connection:
                    if lock(connection) != self._memory.wrapping:  # wrapped anew by another process meanwhile
                        continue
                    add_key(connection, key_id, DATA, wrapped)
            except IntegrityError:  # another process was quicker: draw again
                continue
            self._memory.catch_up()
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
        self._memory.check_open()
        chosen = provider_from(provider, create=True) if isinstance(provider, str) else provider
        if len(chosen.uri) > PROVIDER_LIMIT:
            raise KeyringError(f"the provider's URI is longer than {PROVIDER_LIMIT} characters: shorten it")
        for _ in range(_ATTEMPTS):
            self._memory.catch_up()
            wrapping, _uri, rows = self._store.wrapped()
            wrapped = {row.id: wrapped_anew(row, self.provider, chosen, self.id) for row in rows}
            with self._store.writing(self.id) as connection:
                same = lock(connection) == wrapping == self._memory.wrapping
                if not same or not replace_wrapped(connection, wrapped, chosen.uri):
                    continue
            with self._memory.lock:
                self._memory.provider, self._memory.wrapping = chosen, wrapping + 1
            return
        raise KeyringError(f"{self._store!r} is busy: other processes change keys; run it again")

    def wrapped(self) -> WrappedKeyring:
        """Return the keys as the provider wrapped them, to be sent to workers: data without any secret.

        Raises:
            KeyringError: the keyring is closed, or its store cannot be read.
        """
        for _ in range(_ATTEMPTS):
            self._memory.catch_up()
            wrapping, _uri, rows = self._store.wrapped()
            if wrapping == self._memory.wrapping:
                holds = Identity(self.id, self.provider.uri, wrapping, self.created_at)
                return WrappedKeyring(holds, tuple(rows), self.limits)
        raise KeyringError(f"{self._store!r} is busy: its keys are wrapped anew at this moment; run it again")

    def refresh(self) -> None:
        """Read keys that were added since this keyring was opened.

        A keyring with a limit unwraps all its keys anew, and the limits start again: a key that was revoked
        at the provider stops working. Where that fails, keys in memory serve until their limit. Call it
        outside a database session.

        Raises:
            KeyringError: the store or the provider fails.
        """
        self._memory.catch_up(anew=bool(self.limits))

    def keep_fresh(self) -> None:
        """Have a thread call ``refresh`` when half of a limit is reached, as long as this keyring lives.

        A failure is logged, and tried again ten times over the greatest age.

        Raises:
            InputError: the keyring has no limit.
            KeyringError: it is closed.
        """
        if not self.limits:
            raise InputError("this keyring has no limit: open it with max_age= or max_uses=")
        self._memory.keep_fresh()

    def spend(self, key_id: int) -> int:
        """Count values that are about to be written with a data key, and return how many: at most 1,024.

        Raises:
            KeyringError: that would be more than ``max_uses``, and the provider is not on this machine.
        """
        return self._memory.spend(key_id)

    def data_key(self, key_id: int) -> Secret:
        """Return a data key by its id.

        Raises:
            KeyUnavailable: this keyring does not hold it.
        """
        found = self._memory.find(key_id)
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
        held = self._memory.current()
        found = held.subjects
        if found is None:
            found = held.subjects = HeldKeys(SubjectKeys(self, self._store))
        return found

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
        return self._memory.current().status()

    @property
    def rotated(self) -> bool:
        """Whether there is more than one data key."""
        return len(self.data_key_ids) > 1

    def close(self) -> None:
        """Forget all keys; every later use raises KeyringError."""
        self._memory.close()

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._memory.closed

    def __enter__(self) -> Keyring:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Keyring(id={self.id!r}, store={self._store!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Keyring cannot be pickled or copied; pass its name and call safeguards.use there")

    @property
    def _keys(self) -> dict[int, tuple[WrappedKey, Secret]]:
        return self._memory.current().keys

    def _root(self, purpose: str) -> tuple[int, Secret]:
        held = self._memory.current()
        key_id = held.newest(purpose)
        if key_id is None:
            raise self._memory.lacking(purpose)
        return key_id, held.keys[key_id][1]


def _subject(subject: str | SubjectId) -> SubjectId:
    if not isinstance(subject, (str, SubjectId)):
        raise InputError('a subject is written kind:id, such as "member:42"')
    return subject if isinstance(subject, SubjectId) else SubjectId.parse(subject)
