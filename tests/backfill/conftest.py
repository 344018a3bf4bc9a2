"""A plain membership table to encrypt, and the command that does it, on whichever engine a test names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Date,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    insert,
    inspect,
    text,
)

from tests import forked
from tests.emptying import empty, new_database


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Key store URL and provider URI, as the environment variable holds them."""
    return f"sqlite:///{tmp_path / 'keys.db'} local:{tmp_path / 'master.key'}"


@pytest.fixture(
    scope="module",
    params=[
        "sqlite",
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ],
)
def module_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One empty database for all tests of a module, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('data') / 'data.db'}"
        return
    server: str = request.getfixturevalue(f"{request.param}_server")
    with new_database(server, "" if request.param == "postgres" else "CHARACTER SET utf8mb4") as url:
        yield url


@pytest.fixture
def database_url(module_url: str) -> str:
    """The module's database, emptied: making a new one for every test takes longer than the tests."""
    empty(module_url)
    return module_url


@pytest.fixture
def emptied() -> Callable[[str], str]:
    """Empty a database and return its URL."""

    def run(url: str) -> str:
        empty(url)
        return url

    return run


Command = Callable[..., forked.Popen]


@pytest.fixture
def start(tmp_path: Path, store: str) -> Command:
    """Start `safeguards encrypt`, or another command, in a process of its own."""

    def begin(*arguments: str, command: str = "encrypt") -> forked.Popen:
        environment = {**os.environ, "SAFEGUARDS_KEYRING": store}
        script = "from safeguards.cli import main; main()"
        return forked.Popen(script, command, *arguments, cwd=tmp_path, env=environment)

    return begin


@dataclass
class Service:
    """A database with a plain table ``회원 명부`` of members and its neighbours."""

    url: str
    engine: Engine
    rrns: list[str]

    options = ("--table", "회원 명부", "--column", "주민번호", "--field", "member.rrn")
    options += ("--item", "kr_rrn", "--search", "exact")

    def schema(self) -> list[Any]:
        """Everything that the database declares, but statistics."""
        name = self.engine.dialect.name
        with self.engine.connect() as connection:
            if name == "sqlite":
                query = (
                    "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 2"
                )
                return [tuple(row) for row in connection.execute(text(query))]
            tables = sorted(inspect(connection).get_table_names())
            if name == "postgresql":
                query = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname"
                columns = (
                    "SELECT table_name, ordinal_position, column_name, data_type, is_nullable "
                    "FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
                )
                return [
                    tables,
                    *(tuple(row) for sql in (query, columns) for row in connection.execute(text(sql))),
                ]
            return [
                tables,
                *(tuple(connection.execute(text(f"SHOW CREATE TABLE `{each}`")).one()) for each in tables),
            ]

    def stored(self) -> list[tuple[Any, ...]]:
        """The members' rows as the database has them."""
        quote = self.engine.dialect.identifier_preparer.quote
        names = ", ".join(quote(name) for name in ("지점", "번호", "주민번호", "이름", "생일", "메모"))
        with self.engine.connect() as connection:
            found = connection.execute(text(f"SELECT {names} FROM {quote('회원 명부')} ORDER BY 1, 2"))
            return [
                tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row) for row in found
            ]


def rrn(number: int) -> str:
    """A resident registration number of valid form; issued since October 2020, so without a check digit."""
    return f"{50 + number % 50:02}{1 + number % 12:02}{1 + number % 28:02}-{1 + number % 2}{number:06}"


Build = Callable[..., Service]


@pytest.fixture(scope="module")
def build() -> Iterator[Build]:
    """Make a :class:`Service` of some size in an empty database."""
    engines: list[Engine] = []

    def make(url: str, rows: int = 50) -> Service:
        engine = create_engine(url)
        engines.append(engine)
        metadata = MetaData()
        branches = Table("지점", metadata, Column("id", Integer, primary_key=True, autoincrement=False))
        members = Table(
            "회원 명부",
            metadata,
            Column("지점", ForeignKey("지점.id"), primary_key=True),
            Column("번호", String(20), primary_key=True),
            Column("주민번호", String(14), nullable=False, unique=True, comment="주민'번호"),
            Column("이름", String(40), nullable=False, unique=True),
            Column("생일", Date, index=True),
            Column("메모", Text),
        )
        metadata.create_all(engine)
        rrns = [rrn(number) for number in range(rows)]
        with engine.begin() as connection:
            connection.execute(insert(branches), [{"id": each} for each in (1, 2, 3)])
            if rows:
                connection.execute(insert(members), [_member(at, value) for at, value in enumerate(rrns)])
        return Service(url, engine, rrns)

    yield make
    for engine in engines:
        engine.dispose()


def _member(number: int, value: str) -> dict[str, Any]:
    birth = date(1950 + number % 50, 1 + number % 12, 1 + number % 28) if number % 5 else None
    memo = (None, "", f"문의 {number} " + "가" * 50)[number % 3]
    return {
        "지점": 1 + number % 3,
        "번호": f"가-{number:06}",
        "주민번호": value,
        "이름": f"회원{number}",
        "생일": birth,
        "메모": memo,
    }
