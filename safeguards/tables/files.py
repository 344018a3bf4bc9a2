"""Files by their endings."""

from __future__ import annotations

import os
from pathlib import Path

from safeguards.errors import InputError
from safeguards.tables import decoding
from safeguards.tables.delimited import AreData, DelimitedFile
from safeguards.tables.json_lines import JsonLinesFile
from safeguards.tables.parquet import ParquetFile
from safeguards.tables.source import Source

KINDS = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")
SQLITE = b"SQLite format 3\0"


def open_file(
    path: str | os.PathLike[str], *, encoding: str | None = None, are_data: AreData | None = None
) -> Source:
    """Open a CSV, TSV, JSON lines or Parquet file; text may be compressed (``.csv.gz``, ``.jsonl.zst``).

    Text is UTF-8 (with or without a byte order mark), UTF-16 with one, or CP949, whichever it proves to be,
    unless ``encoding`` names another. ``are_data`` tells values from names in the first line of a CSV or TSV
    file, which by default names the columns.

    Raises:
        InputError: no such file, no such kind, or the file is empty or damaged.
    """
    location = Path(path)
    decoding.check_readable(location)
    kind = kind_of(location)
    if kind == ".parquet":
        return ParquetFile(location)
    chosen = decoding.check_encoding(encoding) if encoding else None
    if kind in {".jsonl", ".ndjson"}:
        return JsonLinesFile(location, chosen)
    return DelimitedFile(location, chosen, "\t" if kind == ".tsv" else None, are_data)


def kind_of(path: Path, also: str = "") -> str:
    """Return the ending that says what a file holds, without that of its compression.

    ``also`` names what else the caller takes.

    Raises:
        InputError: the ending is none of those known.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in decoding.COMPRESSIONS and suffixes[-2:-1] != [".parquet"]:
        suffixes.pop()
    if not suffixes or suffixes[-1] not in KINDS:
        raise InputError(
            f"{path.name or path}: the ending says no kind of file; "
            f"known: {', '.join(KINDS)}, text also .gz, .zst{also}"
        )
    return suffixes[-1]


def is_sqlite(path: Path) -> bool:
    """Say whether ``path`` is an SQLite database, whatever its name.

    Raises:
        InputError: the file cannot be read.
    """
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(SQLITE)) == SQLITE
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
