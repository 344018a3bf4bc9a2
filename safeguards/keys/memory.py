"""A keyring's unwrapped keys in memory: read from store and provider, kept within limits, and forgotten."""

from __future__ import annotations

import hmac
import logging
import os
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence

from safeguards.errors import KeyringError
from safeguards.keys import generation
from safeguards.keys.limits import FRESH, RETRY, STEP, TOO_OLD, USED_UP, Limits, Moment
from safeguards.keys.local import LocalProvider
from safeguards.keys.material import DATA, Material, recognise
from safeguards.keys.provider import KeyProvider, provider_from
from safeguards.keys.store import Identity, Store, WrappedKey
from safeguards.keys.ticker import LONGEST_PAUSE, Ticker
from safeguards.keys.wrapping import unwrapped
from safeguards.values import Secret

_log = logging.getLogger(__name__)


class Memory:
    """The keys of one keyring. Only a provider on this machine is asked where a value needs a key.

    Safe to share between threads: of those that find no keys one reads them, and the others wait for it.
    """

    def __init__(
        self, store: Store, identity: Identity, provider: KeyProvider, follows: bool, limits: Limits
    ) -> None:
        """Read no key yet. Who ``follows`` takes another provider when the store names it."""
        self.provider = provider
        self.limits = limits
        self.lock = threading.Lock()  # whoever reads and unwraps keys has it
        self._store, self._ring_id = store, identity.id
        self.wrapping, self._follows = identity.wrapping, follows
        self._placing = threading.Lock()  # held for an instant, and never while anybody is asked
        self._held: Material | None = None
        self._marks: dict[int, bytes] = {}
        self._reason, self._said = TOO_OLD, ""
        self._closed = False
        self._tickers: dict[Callable[[Memory], float | None], Ticker[Memory]] = {}
        _instances.add(self)

    def current(self) -> Material:
        """Return the keys; where they were forgotten, those that the provider on this machine unwraps anew.

        Raises:
            KeyringError: the keyring is closed, a limit is reached, or store or provider fail.
        """
        self.check_open()
        held = self._held
        if held is not None and self.limits.seconds_left(held.since) <= 0:
            self._forget(held, TOO_OLD)
            held = None
        return held or self._again()

    def find(self, key_id: int) -> tuple[WrappedKey, Secret] | None:
        """Return a key by its id, also one that another process added where nobody far away is asked."""
        found = self.current().keys.get(key_id)
        if found is None and self.reads_anew:
            with self.lock:
                self.check_open()
                found = self._read(asking=False).keys.get(key_id)
        return found

    def catch_up(self, *, anew: bool = False) -> None:
        """Read keys that were added, or all; the provider may be asked."""
        with self.lock:
            self.check_open()
            try:
                self._read(anew)
            except KeyringError as error:
                self._said = str(error)
                raise

    def spend(self, key_id: int) -> int:
        """Count a step of values that are about to be written with a data key, and return how many."""
        if self.limits.max_uses is None:
            return STEP
        held = self.current()
        uses = held.spend(key_id)
        if not self.limits.allow(uses):
            self._forget(held, USED_UP)
            self.current()
            return 1  # the value at hand: for the next one, ciphers look up the key that was unwrapped anew
        if not held.worn and not self.limits.allow(uses, FRESH):
            held.worn = True
            self._wake()
        return STEP

    def keep_fresh(self) -> None:
        """Have a thread unwrap all keys anew when half of a limit is reached."""
        self.check_open()
        self._tick(Memory._refresh_in_time)

    def close(self) -> None:
        """Forget the keys for good."""
        with self.lock:
            self._closed = True
            self._place(None)
        generation.advance()
        self._wake()

    @property
    def reads_anew(self) -> bool:
        """Whether the provider is on this machine, so that it may be asked when a value needs a key."""
        return isinstance(self.provider, LocalProvider)

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._closed

    def check_open(self) -> None:
        """Raise KeyringError after ``close``."""
        if self._closed:
            raise KeyringError("this keyring is closed: open it again and call safeguards.use")

    def lacking(self, purpose: str) -> KeyringError:
        """Return the error of a store without any key of a purpose."""
        return KeyringError(f"{self._store!r} holds no {purpose} key: restore the store from its backup")

    def after_fork(self) -> None:
        """Go on in a child, where no thread of the parent releases a lock or looks at a clock."""
        self.lock, self._placing = threading.Lock(), threading.Lock()
        if self._held is not None and self._held.subjects is not None:
            self._held.subjects.unlock()
        looks, self._tickers = set(self._tickers), {}
        if self.limits.max_age is not None:  # also where the parent was about to start its thread
            looks.add(Memory._forget_in_time)
        try:
            for look in looks:
                self._tick(look)
        except RuntimeError:  # no thread can be started: nobody would forget the keys in time
            self._place(None)
            generation.advance()

    def _again(self) -> Material:
        if not self.reads_anew:
            said = f" (the last attempt failed: {self._said})" if self._said else ""
            raise KeyringError(
                f"the data keys {self._reason} than this keyring allows, and were forgotten: call "
                f"ring.refresh() outside the database session, or ring.keep_fresh() at the start{said}"
            )
        with self.lock:
            self.check_open()
            return self._held or self._read(asking=False)  # another thread may have been quicker

    def _read(self, anew: bool = False, *, asking: bool = True) -> Material:
        """Read and unwrap keys, all of them or none; the caller has the lock."""
        since, held = Moment.now(), None if anew else self._held
        if anew and isinstance(self.provider, LocalProvider):
            self.provider.forget()  # its file may be gone, or closed to us
        wrapping, uri, rows = self._store.wrapped()
        if wrapping != self.wrapping:
            self._learn(wrapping, uri, rows, asking)
        new = [row for row in rows if held is None or row.id not in held.keys]
        if held is not None and not new:
            return held
        secrets = self._unwrapped(new, self.provider)
        self._recognise(secrets)
        keys = {row.id: (row, secrets[row.id]) for row in new}
        now = Material(keys, since) if held is None else held.with_more(keys)
        if not now.data_key_id:
            raise self.lacking(DATA)
        self._said = ""
        self._place(now)
        generation.advance()
        if self.limits.max_age is not None:
            self._tick(Memory._forget_in_time)
        return now

    def _unwrapped(self, rows: Sequence[WrappedKey], provider: KeyProvider) -> dict[int, Secret]:
        return {row.id: Secret(unwrapped(row, provider, self._ring_id)) for row in rows}

    def _recognise(self, secrets: Mapping[int, Secret]) -> None:
        """Refuse keys that are not the very ones that had these ids before."""
        for key_id, secret in secrets.items():
            mark = recognise(secret)
            if not hmac.compare_digest(self._marks.setdefault(key_id, mark), mark):
                raise KeyringError(f"{self._store!r} holds another key {key_id}: restore it from its backup")

    def _learn(self, wrapping: int, uri: str, rows: Sequence[WrappedKey], asking: bool) -> None:
        """Take the provider that keys were wrapped with anew, which must open the very keys held here."""
        if self._follows and not asking and not uri.startswith("local:"):
            raise KeyringError(f"the keys were wrapped anew with {uri}: call ring.refresh()")
        mine = None if self._follows and uri != self.provider.uri else self.provider
        provider = mine or provider_from(uri)
        opened: dict[int, Secret] = {}
        try:
            opened = self._unwrapped(rows, provider)
        except KeyringError:
            if self._follows:
                raise
        marks = {key_id: recognise(secret) for key_id, secret in opened.items()}
        for key_id, mark in self._marks.items():
            if not hmac.compare_digest(marks.get(key_id, b""), mark):
                raise KeyringError(
                    f"the keys of {self._store!r} were wrapped anew with {uri}: open the keyring with that "
                    "provider, if you trust it"
                )
        self.provider, self.wrapping = provider, wrapping

    def _place(self, now: Material | None) -> None:
        with self._placing:
            before, self._held = self._held, now
        if before is not None and (now is None or now.subjects is not before.subjects):
            before.forget()

    def _forget(self, held: Material, reason: str) -> None:
        """Forget keys whose limit is reached, unless others took their place."""
        with self._placing:
            if self._held is not held:
                return
            self._held, self._reason = None, reason
        held.forget()
        if isinstance(self.provider, LocalProvider):
            self.provider.forget()
        generation.advance()
        self._wake()  # kept fresh, they come back at once

    def _forget_in_time(self) -> float | None:
        held = self._held
        if held is None:
            return None if self._closed else LONGEST_PAUSE
        left = self.limits.seconds_left(held.since)
        if left <= 0:
            self._forget(held, TOO_OLD)
        return left if left > 0 else LONGEST_PAUSE

    def _refresh_in_time(self) -> float | None:
        if self._closed:
            return None
        held = self._held
        left = 0.0 if held is None or held.worn else self.limits.seconds_left(held.since, FRESH)
        if left > 0:
            return left
        try:
            self.catch_up(anew=True)
        except Exception as error:  # whatever a provider raises: the thread goes on and tries again
            said = str(error) if isinstance(error, KeyringError) else type(error).__name__
            _log.warning("keyring %s was not refreshed: %s", self._ring_id, said)
            return self.limits.seconds_left(Moment.now(), RETRY)
        return 0.0

    def _tick(self, look: Callable[[Memory], float | None]) -> None:
        with self._placing:
            ticker = self._tickers.get(look)
            if ticker is None:
                ticker = self._tickers[look] = Ticker(self, look)
        ticker.wake()

    def _wake(self) -> None:
        for ticker in list(self._tickers.values()):
            ticker.wake()


_instances: weakref.WeakSet[Memory] = weakref.WeakSet()


def _after_fork() -> None:
    for memory in list(_instances):
        memory.after_fork()


os.register_at_fork(after_in_child=_after_fork)
