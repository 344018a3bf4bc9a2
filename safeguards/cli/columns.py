"""The options that name encrypted columns, and what they mean in a database."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar

import click
from sqlalchemy import Engine, inspect

from safeguards.errors import InputError
from safeguards.fields import Exact
from safeguards.sqlalchemy.backfill import Target, targets_of
from safeguards.tables.urls import open_engine

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--table", metavar="T", help="The table, or SCHEMA.TABLE."),
    click.option("--column", metavar="C", help="The column."),
    click.option("--field", metavar="ID", help="The field's rename-proof id [default: TABLE.COLUMN]."),
    click.option("--item", metavar="ID", help="The kind of personal data, such as kr_rrn."),
    click.option(
        "--search",
        metavar="exact[:GROUP]",
        help="Make values searchable by equality; columns of one GROUP can be joined.",
    ),
    click.option(
        "--models",
        metavar="MODULE:NAME",
        help="Every Encrypted column of these models, such as app.models:Base.",
    ),
)

throttle_option = click.option(
    "--throttle", type=float, metavar="ROWS", help="Write this many rows a second at most."
)


def column_options(command: Command) -> Command:
    """Add the options that name columns to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@contextmanager
def chosen(
    url: str,
    models: str | None,
    table: str | None = None,
    column: str | None = None,
    field: str | None = None,
    item: str | None = None,
    search: str | None = None,
) -> Iterator[tuple[Engine, Sequence[Target]]]:
    """Open the database and give the columns that the options name.

    Raises:
        InputError: they name none, or too many ways.
    """
    single = (table, column, field, item, search)
    if (models is None) == (table is None or column is None) or (models and any(single)):
        raise InputError("say which columns: either --table and --column, or --models, and not both")
    engine = open_engine(url)
    try:
        if models is None:
            yield engine, [_target(engine, str(table), str(column), field, item, _search(search))]
        else:
            yield engine, targets_of(imported(models))
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


def imported(models: str) -> object:
    """Import what ``MODULE:NAME`` names.

    Raises:
        InputError: it cannot be imported.
    """
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
