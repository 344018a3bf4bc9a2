"""`safeguards encrypt`: encrypt the existing rows of columns in place."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click
from sqlalchemy import Engine, inspect

from safeguards.cli.keyring import keyring_options, open_keyring
from safeguards.cli.output import format_option, print_facts, print_json, print_table, progress
from safeguards.errors import AlreadyProtected, InputError
from safeguards.fields import Exact
from safeguards.sqlalchemy.backfill import ColumnOutcome, Outcome, Target, encrypt_in_place, plan, targets_of
from safeguards.tables.urls import open_engine


@click.command()
@click.argument("url")
@click.option("--table", metavar="T", help="The table, or SCHEMA.TABLE.")
@click.option("--column", metavar="C", help="The column.")
@click.option("--field", metavar="ID", help="The field's rename-proof id [default: TABLE.COLUMN].")
@click.option("--item", metavar="ID", help="The kind of personal data, such as kr_rrn.")
@click.option(
    "--search",
    metavar="exact[:GROUP]",
    help="Make values searchable by equality; columns of one GROUP can be joined.",
)
@click.option(
    "--models", metavar="MODULE:NAME", help="Every Encrypted column of these models, such as app.models:Base."
)
@click.option("--dry-run", is_flag=True, help="Check everything and change nothing.")
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
    keys: str | None,
    provider: str | None,
    output_format: str,
) -> None:
    """Encrypt the existing rows of columns in place, and leave no plaintext in the database.

    Everything is checked before the first row is touched. Run the same command again after an interruption:
    it goes on where it stopped. The output ends with the places where plaintext may remain.
    """
    single = (table, column, field, item, search)
    if (models is None) == (table is None or column is None) or (models and any(single)):
        raise InputError("say which columns: either --table and --column, or --models, and not both")
    engine = open_engine(url)
    try:
        if models is None:
            targets = [_target(engine, str(table), str(column), field, item, _search(search))]
        else:
            targets = targets_of(_imported(models))
        if keys or provider:  # models may name keyrings of their own, which the environment holds
            open_keyring(keys, provider)
        if dry_run:
            _print_plan(engine, targets, output_format)
        else:
            _report(encrypt_in_place(engine, targets, progress=progress), output_format)
    finally:
        engine.dispose()


def _target(
    engine: Engine, table: str, column: str, field: str | None, item: str | None, search: Exact | None
) -> Target:
    schema, dot, name = table.partition(".")
    if not dot or engine.dialect.name == "sqlite" or inspect(engine).has_table(table):
        return Target(table, column, field=field, item=item, search=search)
    return Target(name, column, schema=schema, field=field, item=item, search=search)


def _search(option: str | None) -> Exact | None:
    if option is None:
        return None
    kind, _, group = option.partition(":")
    if kind != "exact":
        raise InputError(f"--search {option!r} is unknown; write exact or exact:GROUP")
    return Exact(group or None)


def _imported(models: str) -> object:
    module, _, name = models.partition(":")
    if not module or not name:
        raise InputError("--models is MODULE:NAME, such as app.models:Base")
    # As `python -m` does: models of an application are found from its folder.
    sys.path.insert(0, os.getcwd())
    try:
        return getattr(import_module(module), name)
    except AttributeError:
        raise InputError(f"--models: module {module} has no {name}") from None
    except Exception as error:  # a module's own code may raise anything
        raise InputError(f"--models: cannot import {module}: {type(error).__name__}: {error}") from None


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
