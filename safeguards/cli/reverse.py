"""`safeguards reverse`: a pseudonymised file back to values, recorded before anything is shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from safeguards import Keyring
from safeguards.audit import JsonLinesSink
from safeguards.cli.keyring import keyring_options
from safeguards.cli.output import format_option, print_facts, print_json, print_table, progress
from safeguards.errors import InputError
from safeguards.keys import resolve
from safeguards.pipeline import preview_file, reverse_file
from safeguards.pipeline.reversing import origin_of
from safeguards.pseudonyms import Rate, Reversal

_RATES = ("column", "rows", "nulls", "would come back", "share", "distinct", "distinct would come back")


@click.command(name="reverse")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path), required=False)
@click.option(
    "--columns",
    metavar="A,B",
    multiple=True,
    help="The columns to take back; can be repeated [default: all that lead back].",
)
@click.option("--actor", required=True, help="Who goes back, one account a person.")
@click.option("--purpose", required=True, help="What for.")
@click.option("--reason", required=True, help="Why now, such as a case's number; name no person.")
@click.option(
    "--log", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Record each use here."
)
@click.option("--preview", is_flag=True, help="Count what would come back, and show nothing.")
@click.option(
    "--manifest",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The manifest, where SOURCE carries none.",
)
@keyring_options
@format_option
def command(
    source: Path,
    target: Path | None,
    columns: Sequence[str],
    actor: str,
    purpose: str,
    reason: str,
    log: Path,
    preview: bool,
    manifest: Path | None,
    keys: str | None,
    provider: str | None,
    output_format: str,
) -> None:
    """Write the values behind the pseudonyms of SOURCE into the file TARGET.

    How they were made is read from the manifest that a Parquet file carries, or from --manifest. Needs the
    reversing keyring, and a file to record each use in, before anything is shown: without a record nothing
    is. A file of TARGET's name is replaced. Pseudonyms of research lead nowhere (PIPA 28-5).

    \b
        safeguards reverse orders.parquet plain.parquet --columns phone \\
            --keys sqlite:///reversing.db --provider local:reversing.key \\
            --actor dpo-1 --purpose complaint --reason "case 2026-17" --log reversals.jsonl
    """
    if preview == (target is not None):
        raise InputError("name either a TARGET file or --preview")
    for role, path in (("source", source), ("target", target), ("manifest", manifest)):
        if path is not None and log.resolve() == path.resolve():
            raise InputError(f"{log}: the log and the {role} are one file; name another log")
    chosen = [name for given in columns for name in given.split(",")] or None
    made = origin_of(source, chosen, manifest)
    ring = _ring(keys, provider, made.domain.keyring_name)
    going = Reversal(keyring=ring, actor=actor, purpose=purpose, reason=reason, sink=JsonLinesSink(log))
    if target is None:
        _print_rates(source, preview_file(source, chosen, reversal=going, manifest=manifest), output_format)
        return
    with progress(f"reverse {source.name}") as advance:
        rows = reverse_file(source, target, chosen, reversal=going, manifest=manifest, advance=advance)
    facts = {"written": target, "rows": rows, "columns": ", ".join(made.columns), "recorded in": log}
    if output_format == "json":
        print_json(facts | {"columns": list(made.columns)})
    else:
        print_facts("reversed", facts)


def _ring(keys: str | None, provider: str | None, name: str) -> Keyring:
    """Open the keyring of the options, or else the one in use under the manifest's name."""
    if keys is not None:
        return Keyring.open(keys, provider)
    if provider is not None:
        raise InputError("--provider goes with --keys: name the key store too")
    return resolve(name)


def _print_rates(source: Path, rates: dict[str, Rate], output_format: str) -> None:
    if output_format == "json":
        print_json({name: rate.to_dict() for name, rate in rates.items()})
        return
    rows = [
        (name, one.rows, one.nulls, one.matched, f"{one.share:.4f}", one.distinct, one.distinct_matched)
        for name, one in rates.items()
    ]
    print_table(f"{source.name}: what would come back", _RATES, rows)
