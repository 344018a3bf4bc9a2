"""`safeguards pseudonymise`: a file or a table of a database to a pseudonymised file, with a manifest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from safeguards import Keyring, use
from safeguards.cli.keyring import keyring_options
from safeguards.cli.output import format_option, print_facts, print_json, print_table, progress
from safeguards.errors import InputError
from safeguards.keys import registered
from safeguards.pipeline import Manifest, Pipeline
from safeguards.tables import Source, is_empty, open_database, open_file

_COLUMNS = ("column", "transform", "item", "rows", "nulls", "key id", "result")


@click.command(name="pseudonymise")
@click.argument("source")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--pipeline", "declared", required=True, metavar="FILE", help="What to do to each column (TOML)."
)
@click.option("--table", metavar="NAME", help="The table, where SOURCE is a database URL.")
@click.option("--encoding", metavar="NAME", help="A text file's encoding, where it is not found by itself.")
@click.option(
    "--manifest", type=click.Path(path_type=Path), metavar="FILE", help="Write the record of the run here."
)
@keyring_options
@format_option
def command(
    source: str,
    target: Path,
    declared: str,
    table: str | None,
    encoding: str | None,
    manifest: Path | None,
    keys: str | None,
    provider: str | None,
    output_format: str,
) -> None:
    """Pseudonymise SOURCE, a file or a database URL, into the file TARGET.

    The ending of TARGET says its kind: .parquet, .csv, .tsv, .jsonl (text also .gz, .zst). It appears when
    all of it is written. The pipeline file names a transform for each column:

    \b
        domain = "ads-2026"
        purpose = "analytics"
        [columns]
        rrn = "drop"
        email = {transform = "token", item = "email"}
        age = {transform = "generalise", band = 10}
        "메모" = {transform = "redact_text"}

    Several steps (detect, pseudonymise, encrypt, decrypt) are written as [[steps]]; see docs/steps.md. Ends
    with 1 where a step or a gate refuses the result.
    """
    pipeline = Pipeline.from_toml(declared)
    _use_keys(pipeline, keys, provider)
    with _opened(source, table, encoding) as rows, progress(f"pseudonymise {rows.name}") as advance:
        if is_empty(rows):
            raise InputError(f"{rows.name} has no rows; nothing was written")
        done = pipeline.run_file(rows, target, manifest=manifest, advance=advance)
    if output_format == "json":
        print_json({"target": str(target), **done.to_dict()})
        return
    _print(done, target, manifest)


def _use_keys(pipeline: Pipeline, keys: str | None, provider: str | None) -> None:
    """Make the keyring of the options the one that the domain and the fields ask for."""
    if keys is None:
        if provider is not None:
            raise InputError("--provider goes with --keys: name the key store too")
        return
    domains = pipeline.domain.keyring_name if pipeline.domain is not None else None
    # Fields may have a keyring of their own, which the environment names.
    asked = [name for name in pipeline.keyrings if domains in {None, name} or not registered(name)]
    if asked:
        ring = Keyring.open(keys, provider)
        for name in asked:
            use(ring, name)


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


def _print(done: Manifest, target: Path, manifest: Path | None) -> None:
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
