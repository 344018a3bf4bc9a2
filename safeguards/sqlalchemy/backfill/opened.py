"""Opening a database for a job: one connection, in the hands of its engine's backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from safeguards.errors import InputError, SafeguardsError
from safeguards.sqlalchemy.backfill.backend import Backend
from safeguards.sqlalchemy.backfill.failures import explain, reporting
from safeguards.sqlalchemy.backfill.mariadb import MariadbBackend
from safeguards.sqlalchemy.backfill.postgresql import PostgresqlBackend
from safeguards.sqlalchemy.backfill.rows import Advance
from safeguards.sqlalchemy.backfill.session import Session
from safeguards.sqlalchemy.backfill.sqlite import SqliteBackend

_BACKENDS: dict[str, tuple[str, Callable[[Session], Backend]]] = {
    "sqlite": ("BEGIN IMMEDIATE", SqliteBackend),
    "postgresql": ("BEGIN", PostgresqlBackend),
    "mysql": ("START TRANSACTION", MariadbBackend),
    "mariadb": ("START TRANSACTION", MariadbBackend),
}


def silent(label: str) -> AbstractContextManager[Advance]:
    """Show no progress."""
    return nullcontext(lambda done, total=None: None)


@contextmanager
def opened(engine: Engine) -> Iterator[Backend]:
    """Lend a connection that does not go back to the pool with our settings, in the hands of its backend.

    Raises:
        InputError: no backend knows the engine.
        SafeguardsError: the database failed.
    """
    name = engine.dialect.name
    if name not in _BACKENDS:
        raise InputError(f"in-place encryption works on SQLite, PostgreSQL and MariaDB, not on {name}")
    begin, backend = _BACKENDS[name]
    connection = _connect(engine)
    session = Session(connection, begin)
    try:
        with reporting(session):
            yield backend(session)
    finally:
        if not _in_memory(engine):
            connection.invalidate()
        connection.close()


def _connect(engine: Engine) -> Connection:
    try:
        return engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except SQLAlchemyError as error:
        raise SafeguardsError(f"cannot open {engine.url!r}: {explain(error)}") from None


def _in_memory(engine: Engine) -> bool:
    """Say whether the database lives in its connection, which must stay."""
    return engine.dialect.name == "sqlite" and engine.url.database in {None, "", ":memory:"}
