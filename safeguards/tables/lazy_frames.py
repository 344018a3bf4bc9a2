"""Queries that were not run yet: lazy frames of polars and relations of DuckDB, read batch by batch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from contextvars import copy_context
from functools import partial
from threading import Thread
from typing import Any

import pyarrow as pa

from safeguards.errors import InputError
from safeguards.plugins import require
from safeguards.tables.arrow_frames import unreadable
from safeguards.tables.source import BATCH_ROWS, pick, refuse_duplicates, reservoir, resize

_NO_LOOKUP = (
    "this connection of DuckDB finds no Python objects (python_enable_replacements is off): pass "
    "relation.to_arrow_table(), or use run_file"
)


def is_lazy_polars(obj: object) -> bool:
    """Say whether ``obj`` is a lazy frame of polars, without importing polars."""
    return type(obj).__name__ == "LazyFrame" and type(obj).__module__.partition(".")[0] == "polars"


def is_duckdb(obj: object) -> bool:
    """Say whether ``obj`` is a relation of DuckDB, without importing it."""
    home = type(obj).__module__.partition(".")[0]
    return type(obj).__name__ == "DuckDBPyRelation" and home in {"duckdb", "_duckdb"}


class _Query(ABC):
    """A query as a source: run anew, in batches, each time that it is read."""

    def __init__(self, schema: pa.Schema, name: str) -> None:
        refuse_duplicates(schema.names, f"the {name}")
        self.schema = schema
        self.name = name

    def rows(self) -> int | None:
        """Return None: only running the query would tell."""
        return None

    def batches(
        self, columns: Sequence[str] | None = None, size: int = BATCH_ROWS
    ) -> Iterator[pa.RecordBatch]:
        """Run the query and yield its rows.

        Raises:
            InputError: the query fails.
        """
        wanted = pick(self.schema, columns, self.name)
        with unreadable(f"the {self.name}"):
            yield from resize((batch.select(wanted) for batch in self._run(size)), size)

    def sample(self, rows: int, seed: int = 0) -> pa.Table:
        """Draw rows at random, which runs the query once."""
        return reservoir(self.schema, self.batches(), rows, seed)

    @abstractmethod
    def _run(self, size: int) -> Iterator[pa.RecordBatch]:
        """Yield all rows in batches of about ``size`` rows."""


class LazyPolars(_Query):
    """A ``polars.LazyFrame``, run by polars' streaming engine.

    Raises:
        InputError: the query cannot be, or polars is older than 1.34 and cannot yield batches.
    """

    def __init__(self, frame: Any) -> None:
        if not hasattr(frame, "collect_batches"):
            raise InputError("this polars yields no batches of a lazy frame: upgrade it, or call collect()")
        polars = require("polars", "pipeline")
        with unreadable("the lazy frame"):
            schema = polars.DataFrame(schema=frame.collect_schema()).to_arrow().schema
        super().__init__(schema, "lazy frame")
        self._frame = frame

    def _run(self, size: int) -> Iterator[pa.RecordBatch]:
        for part in self._frame.collect_batches(chunk_size=size, lazy=True):
            yield from part.to_arrow().cast(self.schema).to_batches()


class DuckRelation(_Query):
    """A ``duckdb.DuckDBPyRelation``, run on its own connection."""

    def __init__(self, relation: Any) -> None:
        with unreadable("the relation"):
            schema = relation.limit(0).to_arrow_table().schema
        super().__init__(schema, "relation")
        self._relation = relation

    def _run(self, size: int) -> Iterator[pa.RecordBatch]:
        # Anew, for a relation of DuckDB 1 goes on where fetching stopped; and closed also when it is left
        # early, for an open result blocks the connection.
        relation = self._relation.select("*")
        newer = hasattr(relation, "to_arrow_reader")
        with (relation.to_arrow_reader if newer else relation.fetch_arrow_reader)(size) as reader:
            for batch in reader:
                yield batch.cast(self.schema)


def lazy_polars(schema: pa.Schema, begin: Callable[[], Iterable[pa.RecordBatch]]) -> Any:
    """Return a ``polars.LazyFrame`` of ``schema`` that takes batches from ``begin()`` each time it is run."""
    polars = require("polars", "pipeline")
    plugins = require("polars.io.plugins", "pipeline")

    def scan(columns: list[str] | None, where: Any, rows: int | None, _: int | None) -> Iterator[Any]:
        with closing(_made_apart(begin)) as batches:
            for batch in batches:
                frame = polars.from_arrow(pa.Table.from_batches([batch], schema))
                if rows is not None:
                    frame, rows = frame.head(rows), rows - min(rows, frame.height)
                frame = frame if where is None else frame.filter(where)
                yield frame if columns is None else frame.select(columns)
                if rows == 0:
                    return

    return plugins.register_io_source(scan, schema=polars.from_arrow(schema.empty_table()).schema)


def _made_apart(begin: Callable[[], Iterable[pa.RecordBatch]]) -> Generator[pa.RecordBatch, None, None]:
    """Yield the batches of ``begin()``, each made in a thread of its own when it is wanted.

    Where they come of another query, that one would read all its files ahead if a thread of polars itself
    ran it (as of polars 2.1): 1 GB instead of half of it for nine million rows of three columns. No thread
    waits for the next batch, since polars forgets some sources of a query that is left early.
    """
    context = copy_context()
    with closing(_each(begin)) as batches:
        following: Callable[[], pa.RecordBatch | None] = partial(next, batches, None)
        while (batch := _apart(partial(context.run, following))) is not None:
            yield batch


def _apart(work: Callable[[], pa.RecordBatch | None]) -> pa.RecordBatch | None:
    made: Future[pa.RecordBatch | None] = Future()

    def run() -> None:
        try:
            made.set_result(work())
        except BaseException as error:
            made.set_exception(error)

    # An executor would take no work once the main thread has ended, though others may still be at theirs.
    thread = Thread(target=run, name="safeguards-lazy")
    thread.start()
    thread.join()
    return made.result()


def _each(begin: Callable[[], Iterable[pa.RecordBatch]]) -> Generator[pa.RecordBatch, None, None]:
    yield from begin()


def as_relation(table: pa.Table, like: Any) -> Any:
    """Return ``table`` as a relation on the connection of the relation ``like``.

    Raises:
        InputError: that connection was told not to look Python objects up.
    """
    duckdb = require("duckdb", "pipeline")
    pseudonymised = table  # noqa: F841 - the query finds it by this name, as DuckDB's replacement scans do
    try:
        # A relation does not tell its connection, but runs queries on it.
        return like.query("_safeguards_original", "SELECT * FROM pseudonymised")
    except duckdb.CatalogException:
        raise InputError(_NO_LOOKUP) from None
