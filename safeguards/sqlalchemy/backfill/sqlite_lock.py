"""A lock file beside a SQLite database: the kernel releases it when its holder dies."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from safeguards.errors import InputError

SUFFIX = "-safeguards-lock"


@contextmanager
def lock_beside(database: str) -> Iterator[None]:
    """Hold the lock of one database file.

    SQLite has no lock that outlasts a transaction, and a second descriptor on the database itself would break
    SQLite's own locks when closed. So the lock is an open transaction on an empty SQLite file beside it.

    Raises:
        InputError: another process holds it, or the file cannot be made.
    """
    path = database + SUFFIX
    with _hold(path):
        try:
            yield
        finally:
            # While the lock is still ours: whoever comes next makes a new file.
            with suppress(OSError):
                os.unlink(path)


@contextmanager
def _hold(path: str) -> Iterator[None]:
    held = False
    while not held:
        before = _touch(path)
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
            _take(connection, path)
            # A holder may have removed the file between our opening and our locking it: then try again.
            held = before is not None and before == _identity(path)
            if held:
                yield


def _touch(path: str) -> tuple[int, int] | None:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise InputError(f"cannot make the lock file {path}: {error.strerror}") from None
    return _identity(path)


def _take(connection: sqlite3.Connection, path: str) -> None:
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        raise InputError(
            f"another `safeguards encrypt` is at work on this database (it holds {path}): "
            "wait until it has ended"
        ) from None


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
