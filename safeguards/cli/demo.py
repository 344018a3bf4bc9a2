"""`safeguards demo`: the whole promise kept on an invented membership service."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from safeguards.cli.output import format_option, print_json, progress
from safeguards.demo.act import Act
from safeguards.demo.folder import Folder
from safeguards.demo.story import ROWS, tell

_LARGEST = 1_000_000
_FIRST = "assessment.ko.html or assessment.en.html"


@click.command("demo")
@click.argument("folder", metavar="[DIR]", default="safeguards-demo", type=click.Path(path_type=Path))
@click.option(
    "--rows", default=ROWS, show_default=True, type=click.IntRange(1, _LARGEST), help="Members to invent."
)
@format_option
def command(folder: Path, rows: int, output_format: str) -> None:
    """Invent a Korean membership service in DIR and keep every promise on it.

    Its personal data is found, encrypted in place and still searchable; keys are rotated; an export is
    pseudonymised; its further use is assessed in a dossier. DIR must be new, empty or an earlier demo's.
    """
    acts = []
    for place, act in enumerate(tell(Folder(folder), rows, progress), 1):
        acts.append(act)
        if output_format == "text":
            click.echo(_line(place, act))
    if output_format == "json":
        print_json([asdict(act) for act in acts])
    else:
        click.echo(f"All of it is in {folder}. Begin with {_FIRST}.")


def _line(place: int, act: Act) -> str:
    return f"{place:2}. {act.title:10} {act.said}" + (f" [{act.file.name}]" if act.file else "")
