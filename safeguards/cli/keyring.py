"""The two options that every command with keys has, and the keyring they open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from safeguards import Keyring, use
from safeguards.errors import InputError
from safeguards.keys import resolve

Command = TypeVar("Command", bound=Callable[..., Any])


def keyring_options(command: Command) -> Command:
    """Add ``--keys`` and ``--provider`` to a command."""
    provider = click.option("--provider", metavar="URI", help="The key provider, such as local:master.key.")
    store = click.option(
        "--keys",
        metavar="URL",
        help="The key store, such as sqlite:///keys.db [default: $SAFEGUARDS_KEYRING].",
    )
    return store(provider(command))


def open_keyring(keys: str | None, provider: str | None) -> Keyring:
    """Open the keyring that the options, or else the environment, name, and make it the default.

    Raises:
        InputError: a provider without a key store.
        KeyringError: there is no such keyring, or it does not open.
    """
    if keys is None:
        if provider is not None:
            raise InputError("--provider goes with --keys: name the key store too")
        return resolve()
    ring = Keyring.open(keys, provider)
    use(ring)
    return ring
