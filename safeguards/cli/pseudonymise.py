"""`safeguards pseudonymise`: a file or a table of a database to a pseudonymised one, with a manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from safeguards import Keyring, use
from safeguards.cli.keyring import keyring_options
from safeguards.cli.output import format_option, print_facts, print_json, print_table, progress
from safeguards.errors import InputError
from safeguards.keys import registered
from safeguards.pipeline import Difference, Manifest, Pipeline, reproduce, verify
from safeguards.pipeline.database.into_table import Constraints, IfExists
from safeguards.tables import Source, is_empty, open_database, open_file

_COLUMNS = ("column", "transform", "item", "rows", "nulls", "key id", "result")


@click.command(name="pseudonymise")
@click.argument("source", required=False)
@click.argument("target", required=False)
@click.option("--pipeline", "declared", metavar="FILE", help="What to do to each column (TOML).")
@click.option(
    "--verify",
    "output",
    metavar="OUTPUT",
    help="Compare a file, a directory or, of a database URL, --table with its manifest; with SOURCE and "
    "--pipeline, make a file's first rows again.",
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
@click.option(
    "--processes",
    type=int,
    default=1,
    show_default=True,
    metavar="N",
    help="Share the work among N processes. They take some seconds to start, so it pays where the work takes "
    "much longer: a million rows, texts to redact.",
)
@keyring_options
@format_option
def command(
    source: str | None,
    target: str | None,
    declared: str | None,
    output: str | None,
    table: str | None,
    target_table: str | None,
    if_exists: IfExists,
    constraints: Constraints,
    beside: tuple[str, ...],
    encoding: str | None,
    manifest: Path | None,
    processes: int,
    keys: str | None,
    provider: str | None,
    output_format: str,
) -> None:
    """Pseudonymise SOURCE, a file or a database URL, into TARGET, a file or a database URL, or a directory.

    The ending of a file TARGET says its kind: .parquet, .csv, .tsv, .jsonl (text also .gz, .zst). File and
    table appear when all of it is written; a file of that name is replaced. A table is checked first: what
    would break a primary key, UNIQUE, a foreign key, NOT NULL, CHECK, a type or a length is refused before a
    row is read. A directory's files
    become files of the same names, which appear together, and then _manifest.json and _SUCCESS; run again, it
    goes on where it was ended. The pipeline file names a transform for each column:

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
    of_one = {"--table": table, "--target-table": target_table, "--encoding": encoding}
    if output is not None:
        _refuse_more({"file": target, "--target-table": target_table, "--encoding": encoding})
        differences = verify(output, manifest, table=table)
        if source is not None or declared is not None:
            differences += _reproduced(source, declared, output, manifest, keys, provider)
        click.get_current_context().exit(_verified(table or output, differences, output_format))
    if source is None or target is None:
        raise InputError("name SOURCE and TARGET, or --verify OUTPUT")
    if declared is None:
        raise InputError("name --pipeline FILE, which says what to do to each column")
    pipeline = Pipeline.from_toml(declared)
    target_table = _target_table(target, target_table)
    _use_keys(pipeline, keys, provider)
    told: dict[str, str] = {}
    if "://" not in source and Path(source).is_dir():
        _refuse_for_directory({**of_one, "--manifest": manifest})
        with progress(f"pseudonymise {source}") as advance:
            done = pipeline.run_directory(
                source, target, processes=processes, advance=advance, told=told.__setitem__
            )
    else:
        with _opened(source, table, encoding) as rows, progress(f"pseudonymise {rows.name}") as advance:
            if is_empty(rows):
                raise InputError(f"{rows.name} has no rows; nothing was written")
            running: Any = {"manifest": manifest, "advance": advance, "processes": processes}
            if target_table is None:
                done = pipeline.run_file(rows, target, **running)
            else:
                making: Any = {"if_exists": if_exists, "constraints": constraints, "beside": _beside(beside)}
                done = pipeline.run_table(rows, target, target_table, **making, **running)
                target = f"{done.output['table']} in {done.output['database']}" if done.output else target
    if output_format == "json":
        print_json({"target": target, **done.to_dict()})
        return
    _print(done, target, manifest, told)


def _refuse_more(given: Mapping[str, object]) -> None:
    for option, value in given.items():
        if value is not None:
            told = "name no other file" if option == "file" else f"it takes no {option}"
            raise InputError(f"--verify reads one output: {told}")


def _reproduced(
    source: str | None,
    declared: str | None,
    output: str,
    manifest: Path | None,
    keys: str | None,
    provider: str | None,
) -> list[Difference]:
    if source is None or declared is None:
        raise InputError("to make rows again, --verify OUTPUT takes both SOURCE and --pipeline FILE")
    if "://" in output:
        raise InputError("the rows of a table have no order, so that its first cannot be made again")
    pipeline = Pipeline.from_toml(declared)
    _use_keys(pipeline, keys, provider)
    return reproduce(pipeline, source, output, manifest=manifest)


def _verified(output: str, differences: Sequence[Difference], output_format: str) -> int:
    """Print every difference, and return the exit code; a database's URL may hold a password."""
    if output_format == "json":
        print_json({"output": output, "differences": [asdict(one) for one in differences]})
    elif differences:
        rows = [(one.where, one.expected, one.found) for one in differences]
        print_table(f"{output} is not what its manifest says", ("where", "manifest", "found"), rows)
    else:
        click.echo(f"{output} is what its manifest says")
    return 1 if differences else 0


def _refuse_for_directory(given: Mapping[str, object]) -> None:
    """Raise InputError for an option that a directory has no use for."""
    for option, value in given.items():
        if value is not None:
            raise InputError(f"{option} goes with one file or table, not with a directory")


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


def _print(done: Manifest, target: str, manifest: Path | None, told: Mapping[str, str]) -> None:
    rows = [
        (one.column, one.transform, one.item, one.rows, one.nulls, one.key_id, one.output_type or "left out")
        for one in done.columns
    ]
    print_table(f"{done.source}: {done.rows_in} rows", _COLUMNS, rows)
    facts: dict[str, object] = {"written": target, "rows": done.rows_out}
    if done.domain is not None:
        facts["domain"] = f"{done.domain['name']}, {done.domain['statement']} from the data's keys"
    if left := (done.output or {}).get("foreign_keys_left"):
        facts["foreign keys left out"] = f"{left} (write that table first, and name it with --beside)"
    for what, parts in Counter(told.values()).items():
        facts[f"parts {what}"] = parts
    for gate in done.gates:
        facts[f"gate {gate['gate']}"] = ", ".join(
            f"{name} {found}" for name, found in gate["evidence"].items()
        )
    if manifest is not None:
        facts["manifest"] = manifest
    print_facts("pseudonymised", facts)
