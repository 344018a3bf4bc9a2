"""`safeguards scan`: find personal data in databases, files, models and what git has staged; show none."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import click

from safeguards.cli.output import format_option, print_json, progress
from safeguards.cli.scanning.baseline import load, save
from safeguards.cli.scanning.document import document
from safeguards.cli.scanning.gate import Gate, gate
from safeguards.cli.scanning.result import Result
from safeguards.cli.scanning.settings import LARGEST, Settings, detector, detector_options
from safeguards.cli.scanning.show import show
from safeguards.detection import Detector
from safeguards.detection.detector import SAMPLE_ROWS
from safeguards.errors import InputError

_FAIL_ON = (
    "What fails the run: must-encrypt (default), never, any, a legal class (unique-identifier, ...: "
    "it and severer ones), or an entity; may be repeated."
)


@click.command("scan")
@click.argument("targets", nargs=-1, metavar="[TARGET]")
@click.option("--table", "tables", multiple=True, help="A table to scan; may be repeated. Default: all.")
@click.option(
    "--sample", default=SAMPLE_ROWS, show_default=True, type=click.IntRange(min=1),
    help="Rows drawn at random from each table.",
)  # fmt: skip
@click.option("--encoding", metavar="NAME", help="Text files' encoding, where it is not found by itself.")
@click.option("--text", is_flag=True, help="In a folder, look at texts of any kind too, line by line.")
@click.option(
    "--models", metavar="MODULE:NAME", help="Scan the columns that models declare: app.models:Base."
)
@click.option("--database", metavar="URL", help="With --models: look at their tables' content too.")
@click.option("--staged", is_flag=True, help="Scan what git has staged, or the TARGETs as they are staged.")
@click.option(
    "--max-size", default=LARGEST >> 20, show_default=True, type=click.IntRange(min=1), metavar="MB",
    help="With --staged: larger files are not read, and reported so.",
)  # fmt: skip
@detector_options
@click.option("--fail-on", multiple=True, metavar="LEVEL|ENTITY", help=_FAIL_ON)
@click.option(
    "--baseline", type=click.Path(path_type=Path), metavar="FILE", help="Fail on new findings only."
)
@click.option("--update-baseline", is_flag=True, help="Write what is found to the --baseline and end well.")
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE.html", help="Write an HTML report.")
@click.option(
    "--lang", type=click.Choice(["ko", "en"]), default="ko", show_default=True, help="Its language."
)
@click.option("--diff", is_flag=True, help="Print the proposals as a unified diff instead of the findings.")
@format_option
def command(targets: tuple[str, ...], output_format: str, **options: Any) -> None:
    """Find personal data in TARGET: a database URL, a folder, or a file; or in models, or in what is staged.

    Files are CSV, TSV, JSON lines (also .gz, .zst), Parquet and SQLite; other texts are looked at line by
    line where they are named, or with --text. JSON and structs are reported by path. No value is printed.

    Exit codes: 0 done; 1 something that --fail-on names stands in plain text, by default what must be
    encrypted; 2 something could not be read; 3 the engine failed; 64 usage.
    """
    _check(targets, options)
    warnings.filterwarnings("ignore", "Did not recognize type")  # such columns are read as text
    if options["diff"] and output_format == "json":
        raise InputError("--diff prints a patch in place of the findings; it does not go with --format json")
    seeker = detector(
        *(options[name] for name in ("profile", "thresholds", "entities", "items_files", "plugins"))
    )
    judge = _gate(seeker, options)
    with progress("Scanning") as advance:
        result = _scanned(targets, seeker, options, advance)
    if not options["staged"]:
        result.refuse_nothing()
    _report(targets, result, judge, options, output_format)
    if options["update_baseline"]:
        click.echo(f"baseline: {save(options['baseline'], result.seen):,} findings written", err=True)
        click.get_current_context().exit(2 if result.unread else 0)
    click.get_current_context().exit(judge.exit_code(result))


def _scanned(targets: tuple[str, ...], seeker: Detector, options: dict[str, Any], advance: Any) -> Result:
    settings = Settings(
        seeker,
        options["sample"],
        options["encoding"],
        options["text"],
        options["max_size"] << 20,
        options["tables"],
    )
    if options["staged"]:
        from safeguards.cli.scanning.staged import scan_staged

        return scan_staged(targets, settings, advance)
    if options["models"]:
        from safeguards.cli.scanning.models import scan_models

        return scan_models(options["models"], options["database"], settings, advance)
    from safeguards.cli.scanning.targets import scan_target

    return scan_target(targets[0], settings, advance)


def _report(
    targets: tuple[str, ...], result: Result, judge: Gate, options: dict[str, Any], output_format: str
) -> None:
    if options["report"] is not None:
        from safeguards.cli.scanning.html import write_report

        write_report(options["report"], result, judge, options["lang"])
    if options["diff"]:
        from safeguards.cli.scanning.diff import diff

        click.echo(diff(result, options["models"], targets[0] if targets else ""), nl=False)
    elif output_format == "json":
        print_json(document(result, judge))
    else:
        show(result, judge)


def _gate(seeker: Detector, options: dict[str, Any]) -> Gate:
    path, update = options["baseline"], options["update_baseline"]
    known = load(path) if path is not None and not update else None
    return gate(options["fail_on"], seeker.column_items, known)


def _check(targets: tuple[str, ...], options: dict[str, Any]) -> None:
    """Raise InputError where options do not go together."""
    models, staged = options["models"] is not None, options["staged"]
    if models and (targets or staged):
        raise InputError("--models is scanned alone; its database is named by --database URL")
    if options["database"] is not None and not models:
        raise InputError("--database goes with --models; to scan a database, name its URL as TARGET")
    if not staged and not models and len(targets) != 1:
        raise InputError("name one TARGET: a database URL, a folder or a file; or --models, or --staged")
    if options["update_baseline"] and options["baseline"] is None:
        raise InputError("--update-baseline needs --baseline FILE: where to write")
    if staged and options["diff"]:
        raise InputError("--diff proposes declarations for tables; it does not go with --staged")
    for name in ("report", "baseline"):
        path = options[name]
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            raise InputError(f"--{name} {path}: no such folder, or a folder itself")
