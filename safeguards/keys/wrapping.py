"""What passes between a keyring and its provider: each key is bound to its keyring, id and purpose."""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping

from sqlalchemy import Connection

from safeguards.crypto.kdf import KEY_BYTES
from safeguards.errors import KeyringError
from safeguards.keys.provider import KeyProvider
from safeguards.keys.store import WRAPPED_LIMIT, WrappedKey, add_key, draw_id


def context(keyring_id: str, key_id: int, purpose: str) -> Mapping[str, str]:
    """Return what a wrapped key is bound to."""
    return {"keyring": keyring_id, "key": str(key_id), "purpose": purpose}


def new_key(provider: KeyProvider, keyring_id: str, key_id: int, purpose: str) -> bytes:
    """Make a key and return it wrapped."""
    return provider.wrap(os.urandom(KEY_BYTES), context(keyring_id, key_id, purpose))


def add_new_key(connection: Connection, provider: KeyProvider, keyring_id: str, purpose: str) -> None:
    """Make a key and store it."""
    key_id = draw_id()
    add_key(connection, key_id, purpose, new_key(provider, keyring_id, key_id, purpose))


def unwrapped(row: WrappedKey, provider: KeyProvider, keyring_id: str) -> bytes:
    """Return a stored key.

    Raises:
        KeyringError: the provider does not open it.
    """
    key = provider.unwrap(row.wrapped, context(keyring_id, row.id, row.purpose))
    if len(key) != KEY_BYTES:
        raise KeyringError(
            f"key {row.id} has {len(key)} bytes, not {KEY_BYTES}: the provider is not the keyring's"
        )
    return key


def wrapped_anew(row: WrappedKey, old: KeyProvider, new: KeyProvider, keyring_id: str) -> bytes:
    """Return a stored key as another provider wraps it, after that provider gave it back.

    Raises:
        KeyringError: a provider failed.
    """
    key, bound = unwrapped(row, old, keyring_id), context(keyring_id, row.id, row.purpose)
    wrapped = new.wrap(key, bound)
    if len(wrapped) > WRAPPED_LIMIT:
        raise KeyringError(f"{new.uri} wraps a key in more than {WRAPPED_LIMIT} bytes: take another")
    if not hmac.compare_digest(new.unwrap(wrapped, bound), key):
        raise KeyringError(f"{new.uri} does not give back what it wrapped: nothing was changed")
    return wrapped
