"""Read an output back and compare it with its manifest: what it says must be what is there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from safeguards.errors import InputError
from safeguards.pipeline.directories.folder import MANIFEST, SUCCESS, entries
from safeguards.pipeline.manifest import Manifest, digest, fingerprint
from safeguards.pipeline.readback.difference import Difference, column
from safeguards.pipeline.readback.found import TABLE, Found
from safeguards.pipeline.readback.types import alike_in_parquet, loosely_alike
from safeguards.tables import Source, open_database, open_file
from safeguards.tables.files import kind_of

__all__ = ["Difference", "verify"]

_EXACT = ".parquet"
_URL = "://"

Path_ = str | os.PathLike[str]
Alike = Callable[[str, str], bool]
"""Says whether a stated type may be the one that is there."""


def verify(output: Path_, manifest: Path_ | None = None, *, table: str | None = None) -> list[Difference]:
    """Compare a file, a directory that ``run_directory`` wrote, or a table, with its manifest.

    Compared are the bytes' SHA-256 where it is stated, columns and their types, rows, NULLs, of each column,
    and each part of a nested one, whether its values are what its transform makes, and what the gates find
    now. Text files have no types, and databases keep them loosely.

    Args:
        output: the file, the directory, or the URL of a database.
        manifest: the manifest's file; a Parquet file carries its own, and a directory holds it.
        table: the table, where ``output`` is a URL.

    Returns:
        Every difference; an empty list where all is as stated.

    Raises:
        InputError: there is no output, no manifest, or one of them cannot be read.
    """
    if _URL in str(output):
        return [*_of_table(str(output), table, manifest)]
    location = Path(output)
    if table is not None:
        raise InputError(f"{location.name}: a file is one table; table= goes with the URL of a database")
    if not location.exists():
        raise InputError(f"no such file: {location}")
    if location.is_dir():
        return [*_of_directory(location, Manifest.read(manifest or location / MANIFEST))]
    if manifest is None and kind_of(location) != _EXACT:
        raise InputError(f"{location.name}: only Parquet files carry a manifest; name the one beside it")
    record = Manifest.read(manifest or location)
    stated = record.output or {}
    if "table" in stated:
        raise InputError(
            f"the manifest is of table {stated['table']} in {stated.get('database')}, not of a file: name "
            "the database's URL and the table"
        )
    return [*_of_bytes(location.name, location, stated.get("sha256")), *_of_rows(location, record)]


def _of_rows(path: Path, record: Manifest) -> Iterator[Difference]:
    source = open_file(path)
    kind = kind_of(path)
    yield from _of_schema(source, record, _alike(kind))
    found = Found(record, source.schema, kind)
    found.add(source)
    yield from found.differences()


def _of_table(url: str, table: str | None, manifest: Path_ | None) -> Iterator[Difference]:
    if table is None or manifest is None:
        raise InputError(
            "a table of a database is compared with a manifest beside it: name both, manifest= (--manifest) "
            "and table= (--table)"
        )
    record = Manifest.read(manifest)
    with open_database(url) as database:
        source = database.source(table)
        yield from _of_schema(source, record, loosely_alike)
        found = Found(record, source.schema, TABLE)
        found.add(source)
        yield from found.differences()


def _of_directory(folder: Path, record: Manifest) -> Iterator[Difference]:
    if not (folder / SUCCESS).exists():
        yield Difference(f"directory {folder.name}", f"it is complete ({SUCCESS})", "no such marker")
    stated = {part["part"]: part for part in record.parts}
    there = {path.name for path in entries(folder)}
    for name in sorted(there - stated.keys()):
        yield Difference(f"part {name}", "no such part", "one")
    found = None
    for name, part in stated.items():
        path = folder / name
        if name not in there:
            yield Difference(f"part {name}", f"{part['rows_out']} rows", "no such file")
            continue
        yield from _of_bytes(f"part {name}", path, part["output"])
        source, kind = open_file(path), kind_of(path)
        yield from _of_schema(source, record, _alike(kind))
        found = found or Found(record, source.schema, kind)
        rows = found.add(source)
        if rows != part["rows_out"]:
            yield Difference(f"part {name}", f"{part['rows_out']} rows", f"{rows}")
    if found is not None:
        yield from found.differences()


def _of_bytes(where: str, path: Path, stated: str | None) -> Iterator[Difference]:
    found = digest(path) if stated is not None else None
    if found != stated:
        yield Difference(where, f"SHA-256 {stated}", f"{found}")


def _of_schema(source: Source, record: Manifest, alike: Alike) -> Iterator[Difference]:
    stated = dict(record.output_schema["columns"])
    there = dict(fingerprint(source.schema)["columns"])
    gone = {one.column: one.transform for one in record.columns if one.output_type is None}
    for name in there.keys() - stated.keys():
        yield Difference(column(name), f"it was left out ({gone.get(name, 'not listed')})", "it")
    for name in stated.keys() - there.keys():
        yield Difference(column(name), stated[name], "no such column")
    for name in stated.keys() & there.keys():
        if not alike(stated[name], there[name]):
            yield Difference(column(name), f"type {stated[name]}", there[name])
    if stated.keys() == there.keys() and [*stated] != [*there]:
        yield Difference("columns", f"the order {', '.join(stated)}", ", ".join(there))


def _alike(kind: str) -> Alike:
    """Return how types are compared in a kind of file: not at all where it has none."""
    return alike_in_parquet if kind == _EXACT else lambda stated, found: True
