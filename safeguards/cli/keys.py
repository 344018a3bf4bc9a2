"""`safeguards keys`: make a keyring, look at it, rotate its data key, wrap it anew."""

from __future__ import annotations

import click

from safeguards import Keyring
from safeguards.cli.keyring import keyring_options, open_keyring
from safeguards.cli.output import format_option, print_facts, print_json, print_table
from safeguards.errors import InputError


@click.group(name="keys")
def command() -> None:
    """Make a keyring, look at it, rotate its data key."""


@command.command()
@keyring_options
@format_option
def create(keys: str | None, provider: str | None, output_format: str) -> None:
    """Make a keyring in an empty key store; a local provider makes its key file too."""
    if keys is None or provider is None:
        raise InputError('name both: --keys "sqlite:///keys.db" --provider "local:master.key"')
    ring = Keyring.create(keys, provider)
    facts = {"keyring": ring.id, "provider": ring.provider.uri, "data key": ring.data_key_id}
    print_json(facts) if output_format == "json" else print_facts("keyring made", facts)


@command.command()
@keyring_options
@format_option
def status(keys: str | None, provider: str | None, output_format: str) -> None:
    """List the keys by id: purpose, age and which one writes. Never their material."""
    ring = open_keyring(keys, provider)
    names = ("id", "purpose", "created at", "writes")
    rows = [(key.id, key.purpose, key.created_at, key.active) for key in ring.status()]
    if output_format == "json":
        listed = [dict(zip(names, row, strict=True)) for row in rows]
        print_json({"keyring": ring.id, "provider": ring.provider.uri, "keys": listed})
        return
    shown = [(*row[:3], "yes" if row[3] else "no") for row in rows]
    print_table(f"keyring {ring.id}, wrapped by {ring.provider.uri}", names, shown)


@command.command()
@keyring_options
@click.option("--to", "target", required=True, metavar="URI", help="The provider to wrap them with.")
@format_option
def rewrap(keys: str | None, provider: str | None, target: str, output_format: str) -> None:
    """Wrap all keys with another provider; data stays as it is."""
    ring = open_keyring(keys, provider)
    before = ring.provider.uri
    ring.rewrap(target)
    facts = {"keyring": ring.id, "provider before": before, "provider now": ring.provider.uri}
    print_json(facts) if output_format == "json" else print_facts("keys wrapped anew", facts)


@command.command()
@keyring_options
@format_option
def rotate(keys: str | None, provider: str | None, output_format: str) -> None:
    """Add a data key that new values are written under; older values stay readable."""
    ring = open_keyring(keys, provider)
    before = ring.data_key_id
    facts = {"keyring": ring.id, "data key before": before, "data key now": ring.rotate()}
    print_json(facts) if output_format == "json" else print_facts("data key rotated", facts)
