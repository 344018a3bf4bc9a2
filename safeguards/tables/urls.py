"""Database URLs: the driver that is installed, and errors that hold no password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError, StatementError
from sqlalchemy.pool import NullPool

from safeguards.errors import InputError, MissingExtra, SafeguardsError

# The drivers to read with, by database; an async one of an application's URL gives way to them.
_DRIVERS = {
    "sqlite": ("pysqlite", "sqlite3", ""),
    "postgresql": ("psycopg", "psycopg", "postgresql"),
    "mysql": ("pymysql", "pymysql", "mariadb"),
    "mariadb": ("pymysql", "pymysql", "mariadb"),
}
_ASYNC = {"asyncpg", "aiosqlite", "aiomysql", "asyncmy", "psycopg_async"}
_SCHEMES = "sqlite:///FILE, postgresql://USER@HOST/DATABASE or mariadb://USER@HOST/DATABASE"
_CONNECT_SECONDS = 10
# Classes of SQLSTATE: connection, authorisation, catalogue, names and rights, resources, shutdown.
_SAFE_STATES = {"08", "28", "3D", "42", "53", "55", "57"}
# MariaDB: access denied, unknown database, table or column, and its client's errors about the connection.
_SAFE_CODES = {1044, 1045, 1049, 1054, 1130, 1142, 1143, 1146, 1227, 1317, 1698, *range(2000, 2060)}
_MESSAGE_LIMIT = 200


def open_engine(url: str, *, create: bool = False) -> Engine:
    """Return an engine for ``url``, having connected once; ``create`` lets SQLite make a file later.

    Raises:
        InputError: no such database, file or server, or the URL is none.
        MissingExtra: the driver is not installed.
    """
    parsed = _with_driver(_parse(url))
    if parsed.get_backend_name() == "sqlite":
        _check_sqlite(parsed, create=create)
    elif not parsed.database:
        raise InputError(f"the URL names no database: {_SCHEMES}")
    engine = _engine(parsed)
    if create and parsed.get_backend_name() == "sqlite":
        return engine  # to connect would make the file
    with refused_as_input(f"cannot open {shown(parsed)}", parsed, connecting=True), engine.connect():
        return engine


def shown(url: URL) -> str:
    """Return a URL as text without its password and options."""
    return url.set(query={}).render_as_string(hide_password=True)


@contextmanager
def refused_as_input(what: str, url: URL, *, connecting: bool = False) -> Iterator[None]:
    """Turn whatever a database says into one line that holds no password, statement or stored value.

    While ``connecting`` there are no values yet, and the driver's own words say most.
    """
    try:
        yield
    except SafeguardsError:
        raise
    except SQLAlchemyError as error:
        reason = _reason(error, url, connecting)
        empty(error)
        raise InputError(f"{what}: {reason}") from None


def empty(error: SQLAlchemyError) -> None:
    """Take statement, parameters and the driver's words out of an error: it stays the context of the next."""
    error.args = ()
    error.__cause__ = error.__context__ = None
    if isinstance(error, StatementError):
        error.statement = error.params = error.orig = None


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise InputError(f"not a database URL; it should look like {_SCHEMES}") from None


def _with_driver(url: URL) -> URL:
    backend, _, driver = url.drivername.partition("+")
    backend = "postgresql" if backend == "postgres" else backend
    if backend not in _DRIVERS:
        raise InputError(f"{backend!r} is no database that can be read; use {_SCHEMES}")
    own, module, extra = _DRIVERS[backend]
    if driver and driver != own and driver not in _ASYNC:
        return url.set(drivername=f"{backend}+{driver}")
    try:
        import_module(module)
    except ModuleNotFoundError:
        raise MissingExtra(f'this needs {module}: pip install "pii-safeguards[{extra}]"') from None
    return url.set(drivername=f"{backend}+{own}")


def _check_sqlite(url: URL, *, create: bool) -> None:
    """SQLite would make an empty database of a misspelt name."""
    name = url.database or ""
    if name in {"", ":memory:"}:
        raise InputError(
            "a database in memory holds nothing to read, and keeps nothing; name a file: sqlite:///FILE"
        )
    if name.startswith("file:") or Path(name).is_file():
        return
    if not create:
        raise InputError(f"no such file: {name}")
    if Path(name).exists() or not Path(name).absolute().parent.is_dir():
        raise InputError(f"{name}: cannot be written (no such folder, or no file)")


def _engine(url: URL) -> Engine:
    timeout = {} if url.get_backend_name() == "sqlite" else {"connect_timeout": _CONNECT_SECONDS}
    try:
        return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=timeout)
    except NoSuchModuleError:
        raise InputError(f"unknown driver {url.drivername!r}; use {_SCHEMES}") from None
    except ModuleNotFoundError as error:
        raise MissingExtra(f"this URL needs {error.name}: pip install {error.name}") from None
    except (ArgumentError, TypeError):
        raise InputError(f"an option of the URL is not understood by {url.get_driver_name()}") from None


_NOT_UTF8 = re.compile(r"Could not decode to UTF-8 column '(.*?)' with text")


def _reason(error: SQLAlchemyError, url: URL, connecting: bool) -> str:
    cause = getattr(error, "orig", None) or error
    lines = " ".join(str(argument) for argument in cause.args).strip().splitlines()
    if lines and (column := _NOT_UTF8.match(lines[0])):
        return f"column {column[1]!r} holds text that is not UTF-8"
    if type(cause).__module__.startswith("psycopg") and type(cause).__name__ == "DataError":
        return "DataError: a value has no form in Python, such as an infinite date or one before the year 1"
    if not lines or not (connecting or _holds_no_value(cause)):
        return type(cause).__name__
    line = lines[0][:_MESSAGE_LIMIT]
    return line.replace(str(url.password), "***") if url.password else line


def _holds_no_value(error: BaseException) -> bool:
    """Say whether a driver's message is about connections, rights and names, and quotes no stored value."""
    driver = type(error).__module__.partition(".")[0]
    if driver == "pymysql":
        return bool(error.args) and error.args[0] in _SAFE_CODES
    if driver.startswith("psycopg"):
        state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
        # Without a state only a failed connection is safe: psycopg quotes what it cannot parse itself.
        return state[:2] in _SAFE_STATES if state else "OperationalError" in str(type(error).__mro__)
    # SQLite's own messages name tables and columns; Python's sqlite3 quotes text that it cannot decode.
    return hasattr(error, "sqlite_errorname") or isinstance(error, SQLAlchemyError)
