"""Make the first rows again, and compare them with those of an output: whoever holds source and keys can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pipeline.pipeline import Pipeline
from safeguards.pipeline.readback.difference import Difference
from safeguards.tables import Source, open_file

ROWS = 1_000


def reproduce(
    pipeline: Pipeline, source: str | Path | Source, output: str | Path, rows: int = ROWS
) -> list[Difference]:
    """Transform the first ``rows`` rows of a source again and compare them with the first of an output.

    Columns that come out otherwise each time, as ciphertexts and noise do, are left out of the comparison.

    Returns:
        One difference for each column that is not what the pipeline makes now.

    Raises:
        InputError: source and output are not of one pipeline, or cannot be read.
    """
    given = source if not isinstance(source, str | Path) else open_file(source)
    head = _first(given, rows)
    plainly = Pipeline(pipeline.steps, purpose=pipeline.purpose)
    made, again = plainly.run(head), plainly.run(head)
    there = _first(open_file(output), made.num_rows)
    if set(there.schema.names) != set(made.schema.names):
        raise InputError(f"{Path(output).name} has other columns than this pipeline makes")
    compared = (name for name in made.schema.names if _told(made[name]) == _told(again[name]))
    found = ((name, _differing(made[name], there[name])) for name in compared)
    return [
        Difference(
            f"column {name!r}", "what the pipeline makes", f"another value in {count} of {len(there)} rows"
        )
        for name, count in found
        if count
    ]


def _first(source: Source, rows: int) -> pa.Table:
    """Return the first rows, reading no further."""
    taken: list[pa.RecordBatch] = []
    for batch in source.batches(size=rows):
        taken.append(batch)
        if sum(one.num_rows for one in taken) >= rows:
            break
    return pa.Table.from_batches(taken, source.schema).slice(0, rows)


def _differing(made: Any, there: Any) -> int:
    """Count the rows that differ; text of a file is read in the type that was made."""
    try:
        there = there.cast(made.type)
    except (pa.ArrowException, ValueError):
        return max(len(made), len(there))
    pairs = zip(_told(made), _told(there), strict=False)
    return sum(one != other for one, other in pairs) + abs(len(made) - len(there))


def _told(values: Any) -> list[str]:
    """Return what tells values apart; NaN counts as NULL, as JSON writes it."""
    return [repr(value if value == value else None) for value in values.to_pylist()]
