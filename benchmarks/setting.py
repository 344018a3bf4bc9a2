"""What the benchmarks stand on: their size, a keyring, and databases that are gone when the run ends."""

from __future__ import annotations

import atexit
import os
import tempfile
import uuid
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url, text

import safeguards

QUICK = os.environ.get("SAFEGUARDS_BENCH") == "quick"
SERVERS = {
    "PostgreSQL": os.environ.get(
        "SAFEGUARDS_TEST_POSTGRES", "postgresql+psycopg://root@127.0.0.1:5432/postgres"
    ),
    "MariaDB": os.environ.get("SAFEGUARDS_TEST_MARIADB", "mariadb+pymysql://root@127.0.0.1:3306/test"),
}
DATABASES = ("SQLite", *SERVERS)

_run = ExitStack()
atexit.register(_run.close)


@cache
def folder() -> Path:
    """A folder of this run."""
    return Path(_run.enter_context(tempfile.TemporaryDirectory(prefix="safeguards-bench-")))


@cache
def keyring() -> tuple[str, str]:
    """Make the default keyring of this process and return its store and provider."""
    store, provider = f"sqlite:///{folder() / 'keys.db'}", f"local:{folder() / 'master.key'}"
    safeguards.use(safeguards.Keyring.create(store, provider))
    return store, provider


@cache
def database(name: str) -> Engine:
    """An engine on a fresh database of this run; the benchmarks of one run share it."""
    if name == "SQLite":
        url = make_url(f"sqlite:///{folder() / 'rows.db'}")
    else:
        server, own = (
            create_engine(SERVERS[name], isolation_level="AUTOCOMMIT"),
            f"bench_{uuid.uuid4().hex[:12]}",
        )
        url = server.url.set(database=own)
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {own}"))
        _run.callback(_drop, server, own)
    engine = create_engine(url)
    _run.callback(engine.dispose)
    return engine


def _drop(server: Engine, name: str) -> None:
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()
