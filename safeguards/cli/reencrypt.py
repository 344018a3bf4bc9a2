"""`safeguards reencrypt`: write values under old data keys anew under the newest."""

from __future__ import annotations

from collections.abc import Sequence

import click

from safeguards.cli.columns import chosen, column_options, throttle_option
from safeguards.cli.keyring import keyring_options, open_keyring
from safeguards.cli.output import format_option, print_facts, print_json, progress
from safeguards.sqlalchemy.backfill import Reencrypted, reencrypt

ADVERSE = 1


@click.command()
@click.argument("url")
@column_options
@click.option("--dry-run", is_flag=True, help="Count values by their key and change nothing.")
@throttle_option
@keyring_options
@format_option
def command(
    url: str,
    table: str | None,
    column: str | None,
    field: str | None,
    item: str | None,
    search: str | None,
    models: str | None,
    dry_run: bool,
    throttle: float | None,
    keys: str | None,
    provider: str | None,
    output_format: str,
) -> None:
    """Write values that name an old data key anew under the newest one, after `safeguards keys rotate`.

    An application may write meanwhile. Run the same command again after an interruption: it goes on where it
    stopped. Values that do not decrypt are counted and left as they are; then the command ends with 1.
    """
    with chosen(url, models, table, column, field, item, search) as (engine, targets):
        if keys or provider:  # models may name keyrings of their own, which the environment holds
            open_keyring(keys, provider)
        done = reencrypt(engine, targets, rows_per_second=throttle, dry_run=dry_run, progress=progress)
    if output_format == "json":
        print_json({"columns": [each.document() for each in done], "dry_run": dry_run})
    else:
        _print(done, dry_run)
    if any(each.refused or each.counts.other for each in done):
        click.get_current_context().exit(ADVERSE)


def _print(columns: Sequence[Reencrypted], dry_run: bool) -> None:
    for each in columns:
        facts: dict[str, object] = {"named an older key": f"{each.stale:,}"}
        if not dry_run:
            facts |= {
                "written anew": f"{each.written:,}",
                "refused, and left as they are": f"{each.refused:,}",
                "seconds": each.seconds,
            }
        facts |= {f"values under key {key_id}": f"{count:,}" for key_id, count in each.counts.by_key.items()}
        if each.counts.plain:
            facts["values in plaintext"] = f"{each.counts.plain:,}"
        if each.counts.other:
            facts["values that are no ciphertext of it"] = f"{each.counts.other:,}"
        verb = "would be" if dry_run else "is"
        print_facts(f"{each.column} (field {each.field}) {verb} under data key {each.key_id}", facts)
