"""`safeguards pseudonymise`: a file or a table of a database to a pseudonymised one, with a manifest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from safeguards import Keyring, use
from safeguards.cli.keyring import keyring_options
from safeguards.cli.output import format_option, print_facts, print_json, print_table, progress
from safeguards.errors import InputError
from safeguards.pipeline import Manifest, Pipeline
from safeguards.pipeline.into_table import Constraints, IfExists
from safeguards.tables import Source, is_empty, open_database, open_file

_COLUMNS = ("column", "transform", "item", "rows", "nulls", "key id", "result")


@click.command(name="pseudonymise")
@click.argument("source")
@click.argument("target")
@click.option(
    "--pipeline", "declared", required=True, metavar="FILE", help="What to do to each column (TOML)."
)
@click.option("--table", metavar="NAME", help="The table, where SOURCE is a database URL.")
@click.option("--target-table", metavar="NAME", help="The table, where TARGET is a database URL.")
@click.option(
    "--if-exists",
    type=click.Choice(["refuse", "append"]),
    default="refuse",
    show_default=True,
    help="What to do with a table of TARGET that has rows.",
)
@click.option(
    "--constraints",
    type=click.Choice(["carry", "leave"]),
    default="carry",
    show_default=True,
    help="Whether a table that is made has the keys and checks of SOURCE's.",
)
@click.option(
    "--beside",
    multiple=True,
    metavar="TABLE=FILE",
    help="The pipeline of another table that foreign keys lead to.",
)
@click.option("--encoding", metavar="NAME", help="A text file's encoding, where it is not found by itself.")
@click.option(
    "--manifest", type=click.Path(path_type=Path), metavar="FILE", help="Write the record of the run here."
)
@keyring_options
@format_option
def command(
    source: str,
    target: str,
    declared: str,
    table: str | None,
    target_table: str | None,
    if_exists: IfExists,
    constraints: Constraints,
    beside: tuple[str, ...],
    encoding: str | None,
    manifest: Path | None,
    keys: str | None,
    provider: str | None,
    output_format: str,
) -> None:
    """Pseudonymise SOURCE, a file or a database URL, into TARGET, a file or a database URL.

    The ending of a file TARGET says its kind: .parquet, .csv, .tsv, .jsonl (text also .gz, .zst). File and
    table appear when all of it is written. A table is checked first: what would break a primary key, UNIQUE,
    a foreign key, NOT NULL, CHECK, a type or a length is refused before a row is read. The pipeline file
    names a transform for each column:

    \b
        domain = "ads-2026"
        purpose = "analytics"
        [columns]
        rrn = "drop"
        email = {transform = "token", item = "email"}
        age = {transform = "generalise", band = 10}
        "메모" = "drop"
    """
    pipeline = Pipeline.from_toml(declared)
    target_table = _target_table(target, target_table)
    _use_keys(pipeline, keys, provider)
    with _opened(source, table, encoding) as rows, progress(f"pseudonymise {rows.name}") as advance:
        if is_empty(rows):
            raise InputError(f"{rows.name} has no rows; nothing was written")
        if target_table is None:
            done = pipeline.run_file(rows, target, manifest=manifest, advance=advance)
        else:
            done = pipeline.run_table(
                rows,
                target,
                target_table,
                if_exists=if_exists,
                constraints=constraints,
                beside=_beside(beside),
                manifest=manifest,
                advance=advance,
            )
            target = f"{done.output['table']} in {done.output['database']}" if done.output else target_table
    if output_format == "json":
        print_json({"target": target, **done.to_dict()})
        return
    _print(done, target, manifest)


def _target_table(target: str, table: str | None) -> str | None:
    """Return the table to write, None for a file."""
    if ("://" in target) == (table is not None):
        return table
    if table is None:
        raise InputError("name the table to write with --target-table")
    raise InputError("--target-table goes with a database URL; a file is one table")


def _beside(given: tuple[str, ...]) -> dict[str, Pipeline]:
    pairs = [entry.partition("=") for entry in given]
    if bad := [entry for entry, (name, _, file) in zip(given, pairs, strict=True) if not (name and file)]:
        raise InputError(f"--beside {bad[0]!r} is no TABLE=FILE")
    return {name: Pipeline.from_toml(file) for name, _, file in pairs}


def _use_keys(pipeline: Pipeline, keys: str | None, provider: str | None) -> None:
    """Make the keyring of the options the one that the domain asks for."""
    if keys is None:
        if provider is not None:
            raise InputError("--provider goes with --keys: name the key store too")
        return
    if pipeline.domain is not None:
        use(Keyring.open(keys, provider), pipeline.domain.keyring_name)


@contextmanager
def _opened(source: str, table: str | None, encoding: str | None) -> Iterator[Source]:
    if "://" not in source:
        if table is not None:
            raise InputError("--table goes with a database URL; a file is one table")
        yield open_file(source, encoding=encoding)
        return
    with open_database(source) as database:
        if table is None:
            raise InputError(
                f"name a table with --table; there are: {', '.join(database.tables()) or 'none'}"
            )
        yield database.source(table)


def _print(done: Manifest, target: str, manifest: Path | None) -> None:
    rows = [
        (one.column, one.transform, one.item, one.rows, one.nulls, one.key_id, one.output_type or "left out")
        for one in done.columns
    ]
    print_table(f"{done.source}: {done.rows_in} rows", _COLUMNS, rows)
    facts: dict[str, object] = {"written": target, "rows": done.rows_out}
    if done.domain is not None:
        facts["domain"] = f"{done.domain['name']}, {done.domain['statement']} from the data's keys"
    if manifest is not None:
        facts["manifest"] = manifest
    print_facts("pseudonymised", facts)
