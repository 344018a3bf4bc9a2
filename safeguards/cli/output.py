"""What every subcommand prints with: tables for people, JSON for programs, plain text for pipes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Tables for people, or one JSON document for programs.",
)


class Advance(Protocol):
    """Reports progress: units done so far, and their total where it is known."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """Report ``done`` of ``total``."""
        ...


def print_json(document: Any) -> None:
    """Print one JSON document on standard output."""
    text = json.dumps(document, ensure_ascii=False, indent=2, default=str)
    # A file's name may hold bytes that are no UTF-8; JSON can say them as \udc80 to \udcff.
    click.echo(text.encode(errors="backslashreplace").decode())


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table: ruled on a terminal, tab-separated lines elsewhere."""
    console = Console()
    if not console.is_terminal:
        click.echo(title)
        for row in (columns, *rows):
            click.echo("\t".join(_cell(value) for value in row))
        return
    table = Table(title=escape(title), title_justify="left")
    for column in columns:
        table.add_column(escape(column), overflow="fold")
    for row in rows:
        table.add_row(*(escape(_cell(value)) for value in row))
    console.print(table)


def print_facts(title: str, facts: Mapping[str, object]) -> None:
    """Print named facts, one a line."""
    print_table(title, ("what", "value"), list(facts.items()))


@contextmanager
def progress(label: str) -> Iterator[Advance]:
    """Show a progress bar on standard error while work lasts; nothing when that is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=None)

        def advance(done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total)

        yield advance


def _cell(value: object) -> str:
    return "" if value is None else str(value)
