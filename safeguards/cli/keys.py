"""`safeguards keys`: make a keyring, look at it, rotate its data key, wrap it anew, shred a person."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack

import click

from safeguards import Keyring
from safeguards.cli.columns import chosen, imported
from safeguards.cli.keyring import keyring_options, open_keyring
from safeguards.cli.output import format_option, print_facts, print_json, print_table
from safeguards.errors import InputError
from safeguards.keys import KeyStatus, ShredReceipt, Unreached
from safeguards.keys.material import DATA
from safeguards.sqlalchemy.backfill import reencrypt
from safeguards.tables.urls import open_engine

ADVERSE = 1


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
@click.option("--database", metavar="URL", help="Count stored values by key in this database too.")
@click.option("--models", metavar="MODULE:NAME", help="With --database: the models of its encrypted columns.")
@format_option
def status(
    keys: str | None, provider: str | None, database: str | None, models: str | None, output_format: str
) -> None:
    """List the keys by id: purpose, age and which one writes. Never their material.

    With --database and --models, say how many stored values name each key; nothing is decrypted.
    """
    ring = open_keyring(keys, provider)
    counts = _counts(ring, database, models)
    names = ("id", "purpose", "created at", "writes", *(["values"] if counts is not None else []))
    rows = [
        (key.id, key.purpose, key.created_at, key.active, *_count_of(counts, key)) for key in ring.status()
    ]
    if output_format == "json":
        listed = [dict(zip(names, row, strict=True)) for row in rows]
        print_json({"keyring": ring.id, "provider": ring.provider.uri, "keys": listed})
        return
    shown = [(*row[:3], "yes" if row[3] else "no", *row[4:]) for row in rows]
    print_table(f"keyring {ring.id}, wrapped by {ring.provider.uri}", names, shown)


def _counts(ring: Keyring, database: str | None, models: str | None) -> Counter[int] | None:
    if database is None and models is None:
        return None
    if database is None or models is None:
        raise InputError("--database and --models go together")
    found: Counter[int] = Counter()
    with chosen(database, models) as (engine, targets):
        for each in reencrypt(engine, targets, dry_run=True):
            found.update(each.counts.by_key)
    return found


def _count_of(counts: Counter[int] | None, key: KeyStatus) -> tuple[int | None, ...]:
    if counts is None:
        return ()
    return (counts[key.id] if key.purpose == DATA else None,)


@command.command()
@click.argument("subject", metavar="KIND:ID")
@click.option(
    "--database", "databases", metavar="URL", multiple=True, help="A database to overwrite values in."
)
@click.option("--models", metavar="MODULE:NAME", help="The models whose columns name such persons.")
@click.option("--yes", is_flag=True, help="Do it: the person's values cannot be read ever again.")
@keyring_options
@format_option
def shred(
    subject: str,
    databases: tuple[str, ...],
    models: str | None,
    yes: bool,
    keys: str | None,
    provider: str | None,
    output_format: str,
) -> None:
    """Destroy the key of a person, such as member:42, and overwrite their values and search tags.

    Ends with 1 where a table could not be reached: put it right and run the command again.
    """
    if not databases or models is None:
        raise InputError("say where the values are: --database URL and --models MODULE:NAME")
    if not yes:
        raise InputError("the person's values cannot be read ever again after this: add --yes")
    ring = open_keyring(keys, provider)
    imported(models)
    with ExitStack() as stack:
        engines = [open_engine(url) for url in databases]
        for engine in engines:
            stack.callback(engine.dispose)
        receipt = ring.shred(subject, engines=engines)
    if output_format == "json":
        print_json(receipt.document())
    else:
        _print_receipt(receipt)
    if not receipt.complete:
        click.get_current_context().exit(ADVERSE)


def _place(each: Unreached) -> tuple[str, ...]:
    table, database = each.table and f": {each.table}", each.database and f"in {each.database}"
    return tuple(part for part in (f"not reached{table}", database) if part)


def _print_receipt(receipt: ShredReceipt) -> None:
    facts: dict[str, object] = {
        "keys destroyed": receipt.keys_destroyed,
        "destroyed at": receipt.erased_at or "there never was a key",
    }
    facts |= {f"overwritten in {each.table}.{each.column}": each.rows for each in receipt.reached}
    facts |= {" ".join(_place(each)): each.reason for each in receipt.unreached}
    facts |= {f"beyond reach {at}": text for at, text in enumerate(receipt.beyond, 1)}
    done = "shredded: one person" if receipt.erased_at else "nothing to shred: no key of a person"
    print_facts(f"{done} of kind {receipt.subject.kind}", facts)


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
