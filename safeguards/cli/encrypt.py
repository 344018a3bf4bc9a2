"""`safeguards encrypt`: encrypt the existing rows of columns in place."""

from __future__ import annotations

from collections.abc import Sequence

import click
from sqlalchemy import Engine

from safeguards.cli.columns import chosen, column_options, throttle_option
from safeguards.cli.keyring import keyring_options, open_keyring
from safeguards.cli.output import format_option, print_facts, print_json, print_table, progress
from safeguards.errors import AlreadyProtected, InputError
from safeguards.sqlalchemy.backfill import (
    ColumnOutcome,
    Decrypted,
    Outcome,
    Target,
    decrypt_in_place,
    encrypt_in_place,
    plan,
)


@click.command()
@click.argument("url")
@column_options
@click.option("--dry-run", is_flag=True, help="Check everything and change nothing.")
@click.option("--undo", is_flag=True, help="The way back: make encrypted columns plain again; needs --yes.")
@click.option("--yes", is_flag=True, help="Confirm that --undo shall write plaintext into the database.")
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
    undo: bool,
    yes: bool,
    throttle: float | None,
    keys: str | None,
    provider: str | None,
    output_format: str,
) -> None:
    """Encrypt the existing rows of columns in place, and leave no plaintext in the database.

    Everything is checked before the first row is touched. Run the same command again after an interruption:
    it goes on where it stopped. The output ends with the places where plaintext may remain.
    """
    if undo and (dry_run or not yes):
        raise InputError("--undo writes plaintext into the database: confirm with --yes, without --dry-run")
    with chosen(url, models, table, column, field, item, search) as (engine, targets):
        if keys or provider:  # models may name keyrings of their own, which the environment holds
            open_keyring(keys, provider)
        if undo:
            undone = decrypt_in_place(engine, targets, rows_per_second=throttle, progress=progress)
            _print_undone(undone, output_format)
        elif dry_run:
            _print_plan(engine, targets, output_format)
        else:
            outcome = encrypt_in_place(engine, targets, rows_per_second=throttle, progress=progress)
            _report(outcome, output_format)


def _print_plan(engine: Engine, targets: Sequence[Target], output_format: str) -> None:
    names = ("column", "field", "state", "type", "values", "unique", "notes")
    rows = [
        (
            each.facts.label,
            str(each.kind.field),
            each.state,
            each.facts.sql_type,
            each.survey.values if each.survey else None,
            each.unique,
            "; ".join(each.facts.notes),
        )
        for each in plan(engine, targets, progress=progress)
    ]
    if output_format == "json":
        print_json({"plan": [dict(zip(names, row, strict=True)) for row in rows]})
    else:
        print_table("nothing stands in the way; nothing was changed", names, rows)


def _print_undone(columns: Sequence[Decrypted], output_format: str) -> None:
    if output_format == "json":
        print_json({"decrypted": [each.document() for each in columns]})
        return
    for each in columns:
        facts: dict[str, object] = {
            "values": f"{each.values:,}",
            "decrypted by this run": f"{each.decrypted:,}",
            "type now": each.sql_type,
            "note": "its search index is gone; plain indexes and lengths are yours to add by a migration",
            "seconds": each.seconds,
        }
        print_facts(f"{each.column} (field {each.field}) is plaintext", facts)


def _report(outcome: Outcome, output_format: str) -> None:
    done = [each for each in outcome.columns if each.state == "done"]
    if output_format == "json":
        print_json(outcome.document())
    elif done:
        _print(outcome)
    if not done:
        names = ", ".join(f"{each.column} (field {each.field})" for each in outcome.columns)
        verb = "is" if len(outcome.columns) == 1 else "are"
        raise AlreadyProtected(f"{names} {verb} already encrypted; nothing was changed")


def _print(outcome: Outcome) -> None:
    for each in outcome.columns:
        title = (
            f"{each.column} is {'encrypted' if each.state == 'done' else each.state} as field {each.field}"
        )
        print_facts(title, _facts(each))
    print_table("plaintext erased", ("what was done",), [(line,) for line in outcome.erased])
    remaining = [(line,) for line in outcome.remaining]
    print_table("plaintext may remain elsewhere", ("where, and what to do",), remaining)


def _facts(column: ColumnOutcome) -> dict[str, object]:
    facts: dict[str, object] = {"declare it as": column.model}
    if column.state == "done":
        facts |= {
            "rows": f"{column.rows:,}",
            "values": f"{column.values:,}",
            "encrypted by this run": f"{column.encrypted:,}",
            "seconds": column.seconds,
            "type before": column.type_before,
            "indexes replaced": ", ".join(column.replaced_indexes) or "none",
        }
    return facts | {f"note {at}": note for at, note in enumerate(column.notes, 1)}
