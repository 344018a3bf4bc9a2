"""Keyrings by name: types, steps and workers hold a name and find the keyring here."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress

from safeguards.errors import InputError, KeyringError, SafeguardsError
from safeguards.keys import generation
from safeguards.keys.carried import WrappedKeyring
from safeguards.keys.elsewhere import Address
from safeguards.keys.keyring import Keyring
from safeguards.keys.limits import limits_of

DEFAULT = "default"
_VARIABLE = "SAFEGUARDS_KEYRING"
_PROVIDER = re.compile(r"\s+([A-Za-z][\w.-]*:(?!//).*)$")
_rings: dict[str, Keyring] = {}
_sent: dict[str, tuple[WrappedKeyring, Keyring]] = {}  # by the keyring's id
_sent_names: set[str] = set()
_addresses: dict[str, Address] = {}
_wanted: set[str] = set()
_lock = threading.Lock()
_thread = threading.local()


def use(ring: Keyring | None, name: str = DEFAULT) -> None:
    """Make ``ring`` the keyring of that name in this process; None forgets the name.

    Raises:
        InputError: it is no keyring.
    """
    if ring is not None and not isinstance(ring, Keyring):
        raise InputError("safeguards.use takes a Keyring: Keyring.open(store, provider)")
    with _lock:
        _sent_names.discard(name)
        if ring is None:
            _rings.pop(name, None)
        else:
            _rings[name] = ring
    generation.advance()


def use_wrapped(sent: Mapping[str, WrappedKeyring]) -> None:
    """Make the keyrings that were sent to this process those of their names; names sent before are forgotten.

    For workers, before each task: a keyring's keys are unwrapped the first time, and kept within its limits.

    Raises:
        KeyringError: a provider does not unwrap the keys with this process's credentials.
        InputError: a provider's plugin is not installed here.
    """
    with _lock:
        rings = {name: _received(wrapped) for name, wrapped in sent.items()}
        gone = {name for name in _sent_names if name not in rings}
        same = not gone and all(_rings.get(name) is ring for name, ring in rings.items())
        for name in gone:
            _rings.pop(name, None)
        _rings.update(rings)
        _sent_names.clear()
        _sent_names.update(rings)
    if not same:
        generation.advance()


def _received(wrapped: WrappedKeyring) -> Keyring:
    before, ring = _sent.get(wrapped.holds.id, (None, None))
    if ring is None or before != wrapped or ring.closed:
        ring = _fresh(Keyring.open(wrapped))
        _sent[wrapped.holds.id] = wrapped, ring
    return ring


def resolve(name: str = DEFAULT) -> Keyring:
    """Return the keyring of that name: one given to :func:`use`, else one that the environment names.

    ``SAFEGUARDS_KEYRING`` (or ``SAFEGUARDS_KEYRING_<NAME>``) holds the key store's URL and, after a blank,
    the provider's URI. The same names followed by ``_MAX_AGE``, in seconds, and ``_MAX_USES`` set its limits;
    within them such a keyring keeps itself fresh.

    Raises:
        KeyringError: there is no such keyring, or it cannot be opened.
        InputError: a limit is no number.
    """
    ring = _rings.get(name)
    return ring if ring is not None else _open(name)


def registered(name: str) -> bool:
    """Say whether :func:`resolve` would look somewhere for that name; nothing is opened."""
    return name in _rings or name in _addresses or variable_of(name) in os.environ


def addresses() -> tuple[Address, ...]:
    """Return where another process finds the keyrings that this one uses by name."""
    with _lock:
        return tuple(Address.of(name, ring) for name, ring in _rings.items() if not ring.closed)


def learn(known: Iterable[Address]) -> None:
    """Have :func:`resolve` open the keyrings of these names there, each when it is first asked for."""
    with _lock:
        _addresses.update({address.name: address for address in known})


def want(name: str) -> None:
    """Have :func:`open_wanted` open the keyring of that name, if only the environment names it."""
    _wanted.add(name)


def open_wanted() -> None:
    """Open such keyrings now, and not while a value is bound or read; what fails is tried there again.

    Where this thread is opening one already, and connects to its key store for it, nothing is done.
    """
    while _wanted and not getattr(_thread, "opens", False):
        name = _wanted.pop()
        if name not in _rings and registered(name):
            with suppress(SafeguardsError):
                _open(name)


def variable_of(name: str) -> str:
    """Return the variable of the environment that may name the keyring of that name."""
    return _VARIABLE if name == DEFAULT else f"{_VARIABLE}_{name.upper()}"


def _open(name: str) -> Keyring:
    if name in _addresses:
        with _opening():
            if name not in _rings:
                _rings[name] = _addresses[name].open()
            return _rings[name]
    variable = variable_of(name)
    setting = os.environ.get(variable, "").strip()
    if not setting:
        raise KeyringError(
            f"no keyring {name!r}: call safeguards.use(...) or set "
            f'{variable}="sqlite:///keys.db local:master.key"'
        )
    # Either part may hold blanks: the provider begins at the last word with a scheme of its own.
    found = _PROVIDER.search(setting)
    store, provider = (setting[: found.start()], found[1]) if found else (setting, None)
    with _opening():
        if name not in _rings:
            limits = limits_of(variable, os.environ)
            _rings[name] = _fresh(
                Keyring.open(store, provider, max_age=limits.max_age, max_uses=limits.max_uses)
            )
        return _rings[name]


@contextmanager
def _opening() -> Iterator[None]:
    with _lock:
        _thread.opens = True
        try:
            yield
        finally:
            _thread.opens = False


def _fresh(ring: Keyring) -> Keyring:
    """Have a keyring keep itself fresh that nobody has in hand to refresh."""
    if ring.limits and not ring.reads_anew:
        ring.keep_fresh()
    return ring


def _unlock() -> None:
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_unlock)
