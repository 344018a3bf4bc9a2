"""Tables of pairs: a pseudonym, and what it is in another domain or epoch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from safeguards.errors import InputError, offer
from safeguards.pseudonyms.reversal import linking
from safeguards.pseudonyms.reversal.distinct import Distinct
from safeguards.pseudonyms.reversal.given import Advance, Given
from safeguards.pseudonyms.reversal.linking import PAIRS, Pairs
from safeguards.pseudonyms.reversal.task import Task
from safeguards.pseudonyms.reversal.undoing import check_column
from safeguards.pseudonyms.reversal.use import Use
from safeguards.tables import write_file


def check_pairs(given: Given, plain: bool) -> None:
    """Raise InputError where the column at hand has no pairs."""
    ((name, transform),) = given.columns.items()
    linking.check_tried(transform, name)
    names = given.source.schema.names
    if name not in names:
        raise InputError(f"no column {name!r}; the columns are: {offer(name, names)}")
    if plain:
        _check_plain(given)
    elif not transform.traits.reversible:
        raise InputError(
            f"column {name!r}: {transform.name} is one-way: only the data that it was made of leads to "
            "another epoch; name that source, and say plain=True"
        )
    else:
        check_column(given.source.schema, name, transform)


def mapped(task: Task, given: Given) -> pa.Table:
    """Return all pairs of original values, sorted by ``old``."""
    with task.begin(given, plain=True) as use, Distinct(PAIRS) as kept:
        _gather(task, given, use, kept, plain=True)
        found = pa.concat_tables(kept.tables()).sort_by("old")
        use.note("done", rows=given.source.rows(), pairs=found.num_rows)
    return found


def mapped_file(
    task: Task, given: Given, target: str | os.PathLike[str], *, plain: bool, advance: Advance | None = None
) -> int:
    """Write all pairs to a file, which gets its name when the outcome stands recorded; return how many."""
    folder = Path(target).absolute().parent
    if not folder.is_dir():
        raise InputError(f"{target}: cannot be written (no such folder)")
    pairs = 0
    with task.begin(given, plain=plain) as use, Distinct(PAIRS, folder) as kept:
        rows = _gather(task, given, use, kept, plain=plain, advance=advance)

        def batches() -> Iterator[pa.RecordBatch]:
            nonlocal pairs
            for table in kept.tables():
                pairs += table.num_rows
                yield from table.to_batches()
            use.note("done", rows=rows, pairs=pairs)

        write_file(target, PAIRS, batches(), private=True)
    return pairs


def _gather(
    task: Task, given: Given, use: Use, kept: Distinct, *, plain: bool, advance: Advance | None = None
) -> int:
    ((name, transform),) = given.columns.items()
    pairs = Pairs(transform, task.held(use), task.reached(use), use, plain=plain, name=name)
    rows = 0
    for batch, before in given.batches(advance):
        kept.add(pairs.of(batch[name], before))
        rows = before + batch.num_rows
    return rows


def _check_plain(given: Given) -> None:
    ((name, transform),) = given.columns.items()
    try:
        transform.output(given.source.schema.field(name).type)
    except InputError as error:
        raise InputError(f"column {name!r} {error}") from None
