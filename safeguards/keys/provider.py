"""The port to whoever wraps data keys: a key file here, a KMS or a hardware token in a plugin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from safeguards import plugins
from safeguards.errors import InputError


@runtime_checkable
class KeyProvider(Protocol):
    """Wraps and unwraps data keys under a key of its own, the key-encryption key.

    ``uri`` names the provider without any secret, and is recorded in the key store. ``context`` is bound to
    the wrapped key: unwrapping with another context fails. Both methods raise KeyringError with one line
    that says what to do. A provider is called when a keyring opens, rotates or is refreshed, and never for a
    value.
    """

    uri: str

    def wrap(self, key: bytes, context: Mapping[str, str]) -> bytes:
        """Return ``key`` wrapped and bound to ``context``."""
        ...

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """Return the key that was wrapped with the same ``context``."""
        ...


def provider_from(uri: str, *, create: bool = False) -> KeyProvider:
    """Return the provider that a URI such as ``local:master.key`` names.

    Schemes other than ``local`` are looked up among installed plugins (group ``safeguards.keys``).
    ``create`` lets a local provider make its key file.

    Raises:
        InputError: the URI has no scheme, or no plugin of that name is installed.
        KeyringError: the provider cannot be used.
    """
    scheme, separator, _ = uri.partition(":")
    if not separator or not scheme:
        raise InputError('a key provider is written scheme:address, for instance "local:master.key"')
    if scheme == "local":
        from safeguards.keys.local import LocalProvider

        return LocalProvider.from_uri(uri, create=create)
    provider: KeyProvider = plugins.load("keys", scheme, own=["local"])(uri)
    return provider
