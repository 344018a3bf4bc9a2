"""Reading every plain value once, before anything is changed."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal_column

from safeguards.sqlalchemy.backfill.rows import Advance, ColumnRows
from safeguards.sqlalchemy.backfill.stored import Stored
from safeguards.sqlalchemy.backfill.twins import Twins
from safeguards.sqlalchemy.backfill.walk import Walk
from safeguards.sqlalchemy.plain_text import PLAIN_END


@dataclass(frozen=True, slots=True)
class Survey:
    """What the values of a plain column are like: counts, never values.

    ``longest`` is in bytes; ``unreadable`` values are not of the field's type; ``twins`` are values that a
    unique search index would refuse because their canonical form occurs already.
    """

    rows: int
    values: int
    longest: int
    unreadable: int = 0
    twins: int = 0


def survey(rows: ColumnRows, advance: Advance, *, unique: bool) -> Survey:
    """Read the column; count twins where its search index is to be ``unique``."""
    count, values = rows.count()
    longest = rows.backend.longest(rows.facts)
    plain: Any = literal_column(rows.backend.plain(rows.facts.column))
    walk = Walk(rows.backend, rows.keys, plain, rows.column.is_not(None), longest)
    done = unreadable = twins = 0
    with Twins() if unique else nullcontext() as tags:
        for page in walk.pages():
            stored = [bytes(row.value) for row in page]
            sealed = [data for data in stored if data[:1] >= PLAIN_END and rows.is_ours(Stored(data))]
            read = [rows.value(data) for data in stored if data[:1] < PLAIN_END]
            readable = [value for value in read if value is not None]
            unreadable += len(stored) - len(sealed) - len(readable)
            if tags is not None:
                twins += tags.add(rows.cipher.tag(value) for value in readable)
                twins += tags.add(data[: rows.cipher.prefix_length] for data in sealed)
            done += len(page)
            advance(done, values)
    return Survey(count, values, longest, unreadable, twins)
