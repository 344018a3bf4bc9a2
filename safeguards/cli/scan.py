"""`safeguards scan`: find personal data in a database, a file or a folder, without showing any of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from safeguards.cli.output import Advance, format_option, print_json, print_table, progress
from safeguards.detection import Detector
from safeguards.detection.detector import SAMPLE_ROWS
from safeguards.detection.scan import Finding, TableScan, scan
from safeguards.errors import InputError
from safeguards.tables import Database, Source, open_database, open_file
from safeguards.tables.files import KINDS, kind_of

_PACKED = ("", ".gz", ".zst")
_SQLITE = b"SQLite format 3\0"
ADVERSE = 1
INCOMPLETE = 2
_COLUMNS = ("column", "holds", "item", "confidence", "share", "law", "at rest")
_LISTED = 5
_NO_ROWS = "no rows; nothing to scan"


@dataclass
class Result:
    """What one run found, in a database or in files.

    ``unread`` maps the files of a folder that could not be read to why.
    """

    target: str
    database: bool
    tables: list[TableScan] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 done; 1 something that must be encrypted stands in plain text; 2 a file could not be read."""
        if any(table.adverse for table in self.tables):
            return ADVERSE
        return INCOMPLETE if self.unread else 0


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
        print_json(_document(result))
    else:
        _print(result)
    click.get_current_context().exit(result.exit_code)


def _run(target: str, tables: tuple[str, ...], sample: int, encoding: str | None, advance: Advance) -> Result:
    path = Path(target)
    if "://" not in target and not _is_sqlite(path):
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


def _is_sqlite(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None


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
        raise InputError(f"{names}: {_NO_ROWS}")


def _print(result: Result) -> None:
    for table in result.tables:
        title = f"{table.table}: {_size(table)}"
        rows = [_row(finding, result) for finding in table.findings if finding.found]
        if rows:
            print_table(title, (*_COLUMNS, "declare" if result.database else "in a pipeline"), rows)
        else:
            click.echo(title if table.empty else f"{title}: nothing found in {len(table.findings)} columns")
    for name, error in result.unread.items():
        click.echo(f"not read: {name}: {error}")


def _size(table: TableScan) -> str:
    if table.empty:
        return _NO_ROWS
    of = f" of {table.rows:,}" if table.rows is not None else ""
    return f"{table.sampled:,}{of} rows looked at"


def _row(finding: Finding, result: Result) -> tuple[str, ...]:
    verdict = finding.verdict
    law = finding.legal_class.value if finding.legal_class else ""
    states = [f"encrypted ({finding.encrypted:.0%})"] if finding.encrypted else []
    if finding.must_encrypt:
        states.append("MUST be encrypted")
    elif finding.items:
        states.append("plain")
    optional = "optional: " if result.database and finding.proposal and not finding.must_encrypt else ""
    return (
        verdict.column,
        verdict.entity or verdict.reason,
        ", ".join(item.id for item in finding.items),
        f"{verdict.confidence:.2f}" if verdict.hits else "",
        f"{verdict.share:.1%}" if verdict.hits else "",
        law,
        ", ".join(states),
        f"{optional}{finding.proposal or ''}",
    )


def _document(result: Result) -> dict[str, Any]:
    return {
        "target": result.target,
        "tables": [_table_document(table) for table in result.tables],
        "unread": [{"file": name, "error": error} for name, error in result.unread.items()],
        "adverse": result.exit_code == ADVERSE,
    }


def _table_document(table: TableScan) -> dict[str, Any]:
    return {
        "table": table.table,
        "rows": table.rows,
        "sampled": table.sampled,
        "empty": table.empty,
        "columns": [_column_document(finding) for finding in table.findings],
    }


def _column_document(finding: Finding) -> dict[str, Any]:
    verdict = finding.verdict
    return {
        "column": verdict.column,
        "sql_type": finding.sql_type or None,
        "entity": verdict.entity,
        "item": verdict.item,
        "items": [item.id for item in finding.items],
        "confidence": verdict.confidence,
        "share": verdict.share,
        "hits": verdict.hits,
        "rows": verdict.rows,
        "reason": verdict.reason,
        "entities": dict(verdict.entities),
        "traces": dict(verdict.traces),
        "legal_class": finding.legal_class.value if finding.legal_class else None,
        "must_encrypt": finding.must_encrypt,
        "encrypted": finding.encrypted,
        "proposal": finding.proposal,
    }
