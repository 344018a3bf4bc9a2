"""Make the first rows again, and compare them with those of an output: whoever holds source and keys can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pipeline.directories.folder import MANIFEST, parts_of
from safeguards.pipeline.manifest import METADATA_KEY, Manifest, digest
from safeguards.pipeline.pipeline import Pipeline
from safeguards.pipeline.readback.difference import Difference, column
from safeguards.pipeline.run import Run
from safeguards.tables import Source, open_file, open_frame, told_by

ROWS = 1_000


def reproduce(
    pipeline: Pipeline,
    source: str | Path | Source,
    output: str | Path,
    rows: int = ROWS,
    *,
    manifest: str | Path | None = None,
) -> list[Difference]:
    """Transform the first ``rows`` rows of a source again and compare them with the first of an output.

    Of directories, each part's first rows are compared, ``rows`` in all and at least one of a part. Columns
    that come out otherwise each time, as ciphertexts and noise do, and lists and structs that are written as
    JSON are left out. What a manifest says of the source is compared too: of a directory the parts and their
    SHA-256, of one file the number of rows, where a source tells it without being read. A directory and a
    Parquet file carry their ``manifest``.

    Returns:
        One difference for each column that is not what the pipeline makes now, and for each source that is
        not the one of which the output was made.

    Raises:
        InputError: source and output are not of one pipeline, hold no part in common, or cannot be read.
    """
    plainly = Pipeline(pipeline.steps, purpose=pipeline.purpose)
    if isinstance(source, str | Path) and Path(source).is_dir():
        return _of_parts(plainly, Path(source), Path(output), rows)
    given = source if not isinstance(source, str | Path) else open_file(source)
    found = _compared(plainly, given, Path(output), rows)
    if manifest is not None:
        return [*found, *_of_count(given, Manifest.read(manifest))]
    carried = told_by(open_file(output)).get(METADATA_KEY)
    return [*found, *_of_count(given, Manifest.from_json(carried))] if carried else found


def _of_count(source: Source, record: Manifest) -> Iterator[Difference]:
    there = source.rows()
    if there not in (None, record.rows_in):
        yield Difference("source", f"it had {record.rows_in} rows", f"one of {there}")


def _of_parts(pipeline: Pipeline, source: Path, output: Path, rows: int) -> list[Difference]:
    if not output.is_dir():
        raise InputError(f"{output}: is no directory, as {source} is; name the one that was made of it")
    parts = {part.name: part for part in parts_of(source)}
    there = [name for name in parts if (output / name).exists()]  # verify() tells those that are not
    if not there:
        raise InputError(f"{output}: holds no part of {source}; name the directory that was made of it")
    share = max(1, rows // len(parts))
    schema = open_file(next(iter(parts.values()))).schema
    return [
        *(_of_sources(parts, Manifest.read(output / MANIFEST)) if (output / MANIFEST).exists() else ()),
        *(
            replace(found, where=f"part {name}, {found.where}")
            for name in there
            for found in _compared(pipeline, open_file(parts[name]), output / name, share, schema)
        ),
    ]


def _of_sources(parts: Mapping[str, Path], record: Manifest) -> Iterator[Difference]:
    stated = {part["part"]: part["input"] for part in record.parts}
    for name in sorted(parts.keys() | stated.keys()):
        if name not in stated:
            yield Difference(f"part {name}", "no such part", "a source of it")
        elif name not in parts:
            yield Difference(f"part {name}", "it was made", "no source of it")
        elif (found := digest(parts[name])) != stated[name]:
            yield Difference(f"part {name}", f"its source has SHA-256 {stated[name]}", f"{found}")


def _compared(
    pipeline: Pipeline, source: Source, output: Path, rows: int, schema: pa.Schema | None = None
) -> list[Difference]:
    """Compare one file; ``schema`` is the first part's, as which all parts are read."""
    head = _first(source, rows)
    if schema is not None and schema == head.schema:
        head = head.cast(schema)
    made, again = _made(pipeline, head), _made(pipeline, head)
    more = head.num_rows < rows  # the source is at its end, and so must the output be
    there = _first(open_file(output), made.num_rows + more)
    if set(there.schema.names) != set(made.schema.names):
        raise InputError(f"{output.name} has other columns than this pipeline makes")
    compared = (
        name
        for name in made.schema.names
        if pa.types.is_nested(made[name].type) <= pa.types.is_nested(there[name].type)
        and _told(made[name]) == _told(again[name])
    )
    found = ((name, _differing(made[name], there[name])) for name in compared)
    return [
        Difference(column(name), "what the pipeline makes", f"another value in {count} of {len(there)} rows")
        for name, count in found
        if count
    ]


def _made(pipeline: Pipeline, head: pa.Table) -> pa.Table:
    """Return what the pipeline makes of some rows; what only the whole can be refused for is no matter."""
    run = Run(pipeline, open_frame(head), whole=False)
    return pa.Table.from_batches(list(run.batches()), run.schema)


def _first(source: Source, rows: int) -> pa.Table:
    """Return the first rows, reading no further."""
    taken: list[pa.RecordBatch] = []
    for batch in source.batches(size=max(1, rows)):
        taken.append(batch)
        if sum(one.num_rows for one in taken) >= rows:
            break
    return pa.Table.from_batches(taken, source.schema).slice(0, rows)


def _differing(made: Any, there: Any) -> int:
    """Count the rows that differ; text of a file is read in the type that was made."""
    if pa.types.is_null(made.type):  # which nothing can be cast to
        return len(there) - int(there.null_count)
    try:
        there = there.cast(made.type)
    except (pa.ArrowException, ValueError):
        return max(len(made), len(there))
    pairs = zip(_told(made), _told(there), strict=False)
    return sum(one != other for one, other in pairs) + abs(len(made) - len(there))


def _told(values: Any) -> list[str]:
    """Return what tells values apart; NaN counts as NULL, as JSON writes it."""
    return [repr(value if value == value else None) for value in values.to_pylist()]
