"""Loading many rows quickly, each value bound by its column's type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table

_BATCH = 10_000


def load(connection: Connection, rows: Table, records: Iterable[tuple[Any, ...]]) -> None:
    """Insert records, in the order of the table's columns: by COPY on PostgreSQL, else by executemany."""
    cursor = connection.connection.cursor()
    bound = _bound(connection, rows, records)
    if connection.dialect.name == "postgresql":
        with cursor.copy(f"COPY {rows.name} FROM STDIN") as copy:  # type: ignore[attr-defined]
            for record in bound:
                copy.write_row(record)
        return
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    names, marks = ", ".join(rows.c.keys()), ", ".join([mark] * len(rows.c))
    while batch := list(islice(bound, _BATCH)):
        cursor.executemany(f"INSERT INTO {rows.name} ({names}) VALUES ({marks})", batch)


def _bound(
    connection: Connection, rows: Table, records: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[Any, ...]]:
    processors = [
        column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in rows.c
    ]
    for record in records:
        yield tuple(
            value if process is None else process(value)
            for process, value in zip(processors, record, strict=True)
        )
