"""Database URLs that do not work: one line each, and no password in any."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pymysql
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from safeguards.errors import InputError, MissingExtra
from safeguards.tables import open_database, urls

PASSWORD = "geheim-4711"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "not a database URL"),
        (f"postgresql://me:{PASSWORD}@127.0.0.1:notaport/x", "not a database URL"),
        (f"postgresql://me:{PASSWORD}@127.0.0.1:1/x", "cannot open"),
        (f"postgresql+asyncpg://me:{PASSWORD}@127.0.0.1:1/x", "cannot open"),
        (f"mariadb://me:{PASSWORD}@127.0.0.1:1/x", "cannot open"),
        (f"mysql://me:{PASSWORD}@127.0.0.1:1/", "names no database"),
        (f"oracle://me:{PASSWORD}@h/x", "no database that can be read"),
        (f"postgresql+nodriver://me:{PASSWORD}@h/x", "unknown driver"),
        (f"postgresql://me:{PASSWORD}@127.0.0.1:1/x?nooption=1", "nooption"),
        ("sqlite:///nowhere.db", "no such file: nowhere.db"),
        ("sqlite://", "in memory"),
    ],
)
def test_a_url_that_does_not_work_is_one_line(url: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        open_database(url)
    assert PASSWORD not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"this is no database at all, only text" * 100)
    with (
        pytest.raises(InputError, match="file is not a database"),
        open_database(f"sqlite:///{path}") as database,
    ):
        database.tables()


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (pymysql.err.OperationalError(2003, f"cannot connect as me:{PASSWORD}"), "cannot connect as me:***"),
        (pymysql.err.DataError(1292, "Incorrect date value: 'secret'"), "DataError"),
        (psycopg.errors.InvalidDatetimeFormat("invalid input syntax: 'secret'"), "InvalidDatetimeFormat"),
        (
            psycopg.errors.InsufficientPrivilege("permission denied for table t"),
            "permission denied for table t",
        ),
        (
            sqlite3.OperationalError("Could not decode to UTF-8 column 'a' with text 'secret'"),
            "column 'a' holds text that is not UTF-8",
        ),
        (
            psycopg.DataError("date too large (after year 10K): 'secret'"),
            "DataError: a value has no form in Python, such as an infinite date or one before the year 1",
        ),
    ],
)
def test_a_drivers_words_are_passed_on_only_where_they_quote_no_value(error: Exception, shown: str) -> None:
    url = make_url(f"mysql://me:{PASSWORD}@h/x")
    with pytest.raises(InputError) as caught, urls.refused_as_input("cannot read t", url):
        raise DBAPIError("SELECT", {}, error)
    assert str(caught.value) == f"cannot read t: {'2003 ' if '2003' in str(error) else ''}{shown}"


@pytest.mark.parametrize(("url", "extra"), [("postgresql://h/x", "postgresql"), ("mysql://h/x", "mariadb")])
def test_a_missing_driver_is_an_install_command(
    url: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(urls, "import_module", absent)
    with pytest.raises(MissingExtra, match=rf'pip install "pii-safeguards\[{extra}\]"'):
        open_database(url)


def test_a_driver_named_but_not_installed_is_an_install_command() -> None:
    with pytest.raises(MissingExtra, match="pip install MySQLdb"):
        open_database("mysql+mysqldb://h/x")


def test_the_name_of_a_database_has_no_password(sqlite_url: str) -> None:
    Path(sqlite_url.removeprefix("sqlite:///")).touch()
    with open_database(sqlite_url) as database:
        assert database.name == sqlite_url.replace("sqlite:", "sqlite+pysqlite:")
