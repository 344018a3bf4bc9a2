"""The key store: wrapped keys in an SQL database of their own, apart from the data they protect."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Select,
    String,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from safeguards.errors import InputError, KeyringError, MissingExtra

FORMAT = "1"
_OWNER_ONLY = 0o600
_DRIVER_EXTRAS = {"postgresql": "postgresql", "mysql": "mariadb", "mariadb": "mariadb"}
metadata = MetaData()

_keyring = Table(
    "safeguards_keyring",
    metadata,
    # Always 1: of two processes that make a keyring at once, the second fails.
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("id", String(36), nullable=False),
    Column("format", String(8), nullable=False),
    Column("provider", String(1024), nullable=False),
    Column("created_at", String(32), nullable=False),
)
_keys = Table(
    "safeguards_keys",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("purpose", String(32), nullable=False),
    Column("wrapped", LargeBinary(4096), nullable=False),
    Column("created_at", String(32), nullable=False),
)


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """One row of the store: a key that only the provider can open."""

    id: int
    purpose: str
    wrapped: bytes
    created_at: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Which keyring a store holds, and the provider that its keys were wrapped with."""

    id: str
    provider: str
    created_at: str


class KeyStore:
    """Reads and adds wrapped keys, and deletes none: an id means one key as long as the store lives."""

    def __init__(self, url: str) -> None:
        """Take a SQLAlchemy URL, such as ``sqlite:///keys.db``; nothing is opened yet."""
        self.url = _parse(url)
        self.engine = _engine(self.url)

    def __repr__(self) -> str:
        return f"KeyStore({self.url.set(query={}).render_as_string(hide_password=True)!r})"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction, with the tables made; an error of the database becomes a KeyringError."""
        with self._reporting():
            _protect_file(self.url)
            with self.engine.begin() as connection:
                metadata.create_all(connection)
                yield connection

    def identity(self) -> Identity | None:
        """Return the keyring in the store, or None where there is none yet."""
        if not _file_exists(self.url):
            return None
        with self._reporting(), self.engine.connect() as connection:
            if not inspect(connection).has_table(_keyring.name):
                return None
            row = connection.execute(select(_keyring)).one_or_none()
        if row is None:
            return None
        if row.format != FORMAT:
            raise KeyringError(f"{self!r} has format {row.format}; this version reads format {FORMAT}")
        return Identity(row.id, row.provider, row.created_at)

    def read(self) -> list[WrappedKey]:
        """Return all keys, oldest first."""
        if not _file_exists(self.url):
            raise KeyringError(f"{self!r} is gone: put it back")
        with self._reporting(), self.engine.connect() as connection:
            rows = connection.execute(select(_keys).order_by(_keys.c.id))
            return [WrappedKey(row.id, row.purpose, bytes(row.wrapped), row.created_at) for row in rows]

    def rows(self, statement: Select[Any]) -> list[Row[Any]]:
        """Return the rows of a query on the store's tables; none where the table was not made yet."""
        names = [source.name for source in statement.get_final_froms() if isinstance(source, Table)]
        with self._reporting(), self.engine.connect() as connection:
            if not all(map(inspect(connection).has_table, names)):
                return []
            return list(connection.execute(statement))

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except (SQLAlchemyError, OSError, TypeError) as error:
            reason = type(getattr(error, "orig", error)).__name__
            raise KeyringError(f"{self!r} cannot be used ({reason}): check its address and rights") from None


def add_identity(connection: Connection, keyring_id: str, provider: str) -> None:
    """Record the keyring of a new store."""
    row = {"slot": 1, "id": keyring_id, "format": FORMAT, "provider": provider, "created_at": _now()}
    connection.execute(insert(_keyring).values(row))


def next_id(connection: Connection) -> int:
    """Return the id that the next key will have."""
    last = connection.scalar(select(_keys.c.id).order_by(_keys.c.id.desc()).limit(1))
    return (last or 0) + 1


def add_key(connection: Connection, key_id: int, purpose: str, wrapped: bytes) -> None:
    """Add one wrapped key; IntegrityError where another process took the id."""
    row = {"id": key_id, "purpose": purpose, "wrapped": wrapped, "created_at": _now()}
    connection.execute(insert(_keys).values(row))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise InputError('the key store is a database URL, for instance "sqlite:///keys.db"') from None


def _engine(url: URL) -> Engine:
    # No pool: the store is read seldom, and no connection outlives a fork.
    try:
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    except ModuleNotFoundError as error:
        extra = _DRIVER_EXTRAS.get(url.get_backend_name())
        hint = f': pip install "pii-safeguards[{extra}]"' if extra else ""
        raise MissingExtra(f"the key store {url.drivername} needs {error.name}{hint}") from None
    except ArgumentError:
        raise InputError(f"{url.drivername} is no database that SQLAlchemy knows") from None
    if url.get_backend_name() == "sqlite":
        _check_file(url)
        event.listen(engine, "connect", _harden)
    return engine


def _check_file(url: URL) -> None:
    if url.database in {None, "", ":memory:"}:
        raise InputError('the key store must be a file, for instance "sqlite:///keys.db"')
    folder = os.path.dirname(url.database or "") or "."
    if not os.path.isdir(folder):
        raise InputError(f"the key store's folder {folder} does not exist: make it first")


def _harden(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _file_exists(url: URL) -> bool:
    return url.get_backend_name() != "sqlite" or os.path.exists(url.database or "")


def _protect_file(url: URL) -> None:
    if not _file_exists(url):
        os.close(os.open(url.database or "", os.O_WRONLY | os.O_CREAT, _OWNER_ONLY))
