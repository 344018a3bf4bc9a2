"""`safeguards scan`: find personal data in a database, a file or a folder, without showing any of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from safeguards.cli.output import Advance, format_option, print_json, progress
from safeguards.cli.scan_report import NO_ROWS, Result, document, print_result
from safeguards.detection import Detector
from safeguards.detection.detector import SAMPLE_ROWS
from safeguards.detection.scan import scan
from safeguards.errors import InputError
from safeguards.tables import Database, Source, open_database, open_file
from safeguards.tables.files import KINDS, is_sqlite, kind_of

_PACKED = ("", ".gz", ".zst")
_LISTED = 5


@click.command("scan")
@click.argument("target")
@click.option("--table", "tables", multiple=True, help="A table to scan; may be repeated. Default: all.")
@click.option(
    "--sample", default=SAMPLE_ROWS, show_default=True, type=click.IntRange(min=1),
    help="Rows drawn at random from each table.",
)  # fmt: skip
@click.option("--encoding", metavar="NAME", help="Text files' encoding, where it is not found by itself.")
@format_option
def command(
    target: str, tables: tuple[str, ...], sample: int, encoding: str | None, output_format: str
) -> None:
    """Find personal data in TARGET: a database URL, a folder, or a file.

    Files are CSV, TSV, JSON lines (also .gz, .zst) and Parquet, and SQLite by its own name. No value is
    ever printed.

    Exit codes: 0 done; 1 data that must be encrypted stands in plain text; 2 a file
    of the folder could not be read; 3 the engine failed; 64 usage.
    """
    with progress("Scanning") as advance:
        result = _run(target, tables, sample, encoding, advance)
    _refuse_nothing(result)
    if output_format == "json":
        print_json(document(result))
    else:
        print_result(result)
    click.get_current_context().exit(result.exit_code)


def _run(target: str, tables: tuple[str, ...], sample: int, encoding: str | None, advance: Advance) -> Result:
    path = Path(target)
    if "://" not in target and not is_sqlite(path):
        _refuse_tables(tables, target)
        read = _folder if path.is_dir() else _file
        return read(path, target, sample, encoding, advance)
    if encoding is not None:
        raise InputError(f"--encoding goes with text files; {target.partition('://')[0]} is a database")
    return _tables(target, tables, sample, advance)


def _file(path: Path, target: str, sample: int, encoding: str | None, advance: Advance) -> Result:
    if not path.exists():
        raise InputError(f"no such file or folder: {target}")
    kind_of(path, also="; also SQLite files, whatever their name")
    source: Source = open_file(path, encoding=encoding)
    scanned = scan(source, Detector(), sample, name=_table_name(path), advance=advance)
    return Result(target, False, [scanned])


def _tables(target: str, tables: tuple[str, ...], sample: int, advance: Advance) -> Result:
    detector = Detector()
    with _database(target) as database:
        result = Result(database.name, True)
        names = tables or tuple(database.tables())
        for done, name in enumerate(names):
            within = _part(advance, done, len(names))
            result.tables.append(scan(database.source(name), detector, sample, advance=within))
    return result


def _folder(folder: Path, target: str, sample: int, encoding: str | None, advance: Advance) -> Result:
    detector, result = Detector(), Result(str(folder), False)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and _is_data(path))
    if not files:
        raise InputError(
            f"{folder} holds no file to scan; known are {', '.join(KINDS)}, text also .gz, .zst; "
            "name an SQLite file itself"
        )
    for done, path in enumerate(files):
        name, within = str(path.relative_to(folder)), _part(advance, done, len(files))
        try:
            source: Source = open_file(path, encoding=encoding)
            result.tables.append(scan(source, detector, sample, name=_table_name(path), advance=within))
        except InputError as error:
            result.unread[name] = str(error)
    return result


def _part(advance: Advance, before: int, tables: int) -> Callable[[int, int], None]:
    """Return what advances one table's hundredths behind those of the tables before it."""

    def within(done: int, columns: int) -> None:
        advance(100 * before + 100 * done // columns, 100 * tables)

    return within


@contextmanager
def _database(target: str) -> Iterator[Database]:
    url = target if "://" in target else f"sqlite:///{target}"
    with open_database(url) as database:
        yield database


def _is_data(path: Path) -> bool:
    return path.name.endswith(tuple(kind + packed for kind in KINDS for packed in _PACKED))


def _table_name(path: Path) -> str:
    return path.name.split(".", 1)[0] or path.name


def _refuse_tables(tables: tuple[str, ...], target: str) -> None:
    if tables:
        raise InputError(f"--table names tables of a database; {target} is none")


def _refuse_nothing(result: Result) -> None:
    """Raise InputError: a run that could not look at a single row is no clean bill of health."""
    if not result.tables and not result.unread:
        raise InputError(f"{result.target} has no tables; nothing was scanned")
    if result.tables and not result.unread and all(table.empty for table in result.tables):
        names = ", ".join(table.table for table in result.tables[:_LISTED])
        raise InputError(f"{names}: {NO_ROWS}")
