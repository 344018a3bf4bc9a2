"""The key store: wrapped keys in an SQL database of their own, apart from the data they protect."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

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
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from safeguards.crypto.envelope import KEY_ID_LIMIT
from safeguards.errors import InputError, KeyringError, MissingExtra

FORMAT = "2"  # 1, never released, gave ids in order
PROVIDER_LIMIT = 1024
WRAPPED_LIMIT = 4096
_OWNER_ONLY = 0o600
_PATIENCE_SECONDS = 30  # for another process that writes to an SQLite store (2026-11)
_DRIVER_EXTRAS = {"postgresql": "postgresql", "mysql": "mariadb", "mariadb": "mariadb"}
metadata = MetaData()

_keyring = Table(
    "safeguards_keyring",
    metadata,
    # Always 1: of two processes that make a keyring at once, the second fails.
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("id", String(36), nullable=False),
    Column("format", String(8), nullable=False),
    Column("provider", String(PROVIDER_LIMIT), nullable=False),
    Column("wrapping", Integer, nullable=False),  # how often all keys were wrapped anew
    Column("created_at", String(32), nullable=False),
)
_keys = Table(
    "safeguards_keys",
    metadata,
    # At random, so that a store restored from an older backup gives no lost id to another key.
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("sequence", Integer, nullable=False, unique=True),  # grows: the newest key has the greatest
    Column("purpose", String(32), nullable=False),
    Column("wrapped", LargeBinary(WRAPPED_LIMIT), nullable=False),
    Column("created_at", String(32), nullable=False),
)


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """One row of the store: a key that only the provider can open."""

    id: int
    sequence: int
    purpose: str
    wrapped: bytes
    created_at: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Which keyring a store holds, and the provider that its keys were wrapped with."""

    id: str
    provider: str
    wrapping: int
    created_at: str


class Store(Protocol):
    """Where a keyring finds its wrapped keys: a :class:`KeyStore`, or what was taken from one."""

    def identity(self) -> Identity | None:
        """Return the keyring that is held, or None."""

    def wrapped(self) -> tuple[int, str, list[WrappedKey]]:
        """Return how often the keys were wrapped anew, the provider, and the keys, of one moment."""

    def rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        """Return the rows of a query on the store's tables."""

    def writing(self, ring_id: str | None = None) -> AbstractContextManager[Connection]:
        """Open a transaction."""


class KeyStore:
    """Reads and adds wrapped keys, and deletes none: an id means one key as long as the store lives."""

    def __init__(self, url: str) -> None:
        """Take a SQLAlchemy URL, such as ``sqlite:///keys.db``; nothing is opened yet."""
        self.url = _parse(url)
        self.engine = _engine(self.url)
        self._seen: set[str] = set()  # tables that exist

    def __repr__(self) -> str:
        return f"KeyStore({self.url.set(query={}).render_as_string(hide_password=True)!r})"

    @contextmanager
    def writing(self, ring_id: str | None = None) -> Iterator[Connection]:
        """Open a transaction, with the tables made; an error of the database becomes a KeyringError.

        ``ring_id`` names the keyring that the store holds, so that no key is added to an empty store in the
        place of one that is gone; None makes a new store.
        """
        with self._reporting():
            if ring_id is None:
                _protect_file(self.url)
            elif not _file_exists(self.url):
                raise KeyringError(f"{self!r} is gone: put it back")
            with self.engine.begin() as connection:
                if ring_id is not None:
                    self._check_holds(connection, ring_id)
                metadata.create_all(connection)
                yield connection

    def identity(self) -> Identity | None:
        """Return the keyring in the store, or None where there is none yet."""
        if not _file_exists(self.url):
            return None
        with self._reporting(), self.engine.connect() as connection:
            if not inspect(connection).has_table(_keyring.name):
                return None
            found = connection.scalar(select(_keyring.c.format))
            if found not in {None, FORMAT}:
                raise KeyringError(f"{self!r} has format {found}; this version reads format {FORMAT}")
            row = connection.execute(select(_keyring)).one_or_none()
        return None if row is None else Identity(row.id, row.provider, row.wrapping, row.created_at)

    def wrapped(self) -> tuple[int, str, list[WrappedKey]]:
        """Return how often the keys were wrapped anew, the provider recorded, and the keys, of one moment."""
        if not _file_exists(self.url):
            raise KeyringError(f"{self!r} is gone: put it back")
        statement = select(_keys, _keyring.c.wrapping, _keyring.c.provider).order_by(_keys.c.sequence)
        with self._reporting(), self.engine.connect() as connection:
            rows = connection.execute(statement.join_from(_keys, _keyring, _keyring.c.slot == 1)).all()
        if not rows:
            raise KeyringError(f"{self!r} holds no key: restore the store from its backup")
        return rows[0].wrapping, rows[0].provider, [_wrapped_key(row) for row in rows]

    def rows(self, statement: Select[Any]) -> list[Row[Any]]:
        """Return the rows of a query on the store's tables; none where the table was not made yet."""
        names = {source.name for source in statement.get_final_froms() if isinstance(source, Table)}
        if not _file_exists(self.url):
            raise KeyringError(f"{self!r} is gone: put it back")
        with self._reporting(), self.engine.connect() as connection:
            if not self._seen >= names:
                if not all(map(inspect(connection).has_table, names)):
                    return []
                self._seen |= names
            return list(connection.execute(statement))

    def _check_holds(self, connection: Connection, ring_id: str) -> None:
        made = inspect(connection).has_table(_keyring.name)
        if not made or connection.scalar(select(_keyring.c.id)) != ring_id:
            raise KeyringError(f"{self!r} does not hold this keyring any more: put its store back")

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
    row = {"slot": 1, "id": keyring_id, "format": FORMAT, "provider": provider, "wrapping": 0}
    row["created_at"] = _now()
    connection.execute(insert(_keyring).values(row))


def lock(connection: Connection) -> int:
    """Let no other process add or wrap keys until the transaction ends; returns how often they were wrapped.

    An UPDATE that changes nothing locks on every database; SELECT ... FOR UPDATE would not on SQLite.
    """
    connection.execute(update(_keyring).where(_keyring.c.slot == 1).values(slot=1))
    found: int = connection.execute(select(_keyring.c.wrapping).with_for_update()).scalar_one()
    return found


def replace_wrapped(connection: Connection, wrapped: Mapping[int, bytes], provider: str) -> bool:
    """Store all keys wrapped anew; False, and nothing is changed, where the store holds others."""
    held = set(connection.scalars(select(_keys.c.id).with_for_update()))
    if held != wrapped.keys():
        return False
    for key_id, each in wrapped.items():
        connection.execute(update(_keys).where(_keys.c.id == key_id).values(wrapped=each))
    connection.execute(update(_keyring).values(provider=provider, wrapping=_keyring.c.wrapping + 1))
    return True


def draw_id() -> int:
    """Return a random key id, which a store very probably does not hold."""
    return secrets.randbelow(KEY_ID_LIMIT - 1) + 1


def add_key(connection: Connection, key_id: int, purpose: str, wrapped: bytes) -> None:
    """Add one wrapped key as the newest; IntegrityError where the id or the place in the order is taken."""
    last = connection.scalar(select(func.max(_keys.c.sequence)))
    row = {"id": key_id, "sequence": (last or 0) + 1, "purpose": purpose, "wrapped": wrapped}
    connection.execute(insert(_keys).values(row | {"created_at": _now()}))


def _wrapped_key(row: Row[Any]) -> WrappedKey:
    return WrappedKey(row.id, row.sequence, row.purpose, bytes(row.wrapped), row.created_at)


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
        patience = {"timeout": _PATIENCE_SECONDS} if url.get_backend_name() == "sqlite" else {}
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=patience)
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
