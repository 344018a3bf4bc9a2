"""PasswordHash on every path into and out of the three databases; no path shows the password."""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    func,
    insert,
    null,
    select,
    text,
    update,
)
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column

from safeguards import InputError, OperatorRefused
from safeguards.crypto.passwords import HashedPassword, add_profile
from safeguards.crypto.phc import Argon2idParameters, Pbkdf2Parameters
from safeguards.errors import AlreadyProtected
from safeguards.sqlalchemy import PasswordHash
from safeguards.sqlalchemy.password import check

CHEAP, OLD = "tests-argon2id-2026", "tests-pbkdf2-2026"
add_profile(CHEAP, Argon2idParameters(memory_kib=32, passes=1, lanes=1))
add_profile(OLD, Pbkdf2Parameters(iterations=2))
PASSWORD = "비밀-hunter2"


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "password_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    age: Mapped[int] = mapped_column(Integer, default=1)
    password: Mapped[Any] = mapped_column(PasswordHash(profile=CHEAP), nullable=True)


class Admin(User):
    pass


TABLE: Any = User.__table__


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def stored(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT password FROM password_user ORDER BY id")))


def test_an_assigned_password_is_hashed_at_once_and_stored_as_a_hash(
    engine: Engine, session: Session
) -> None:
    user = User(id=1, password=PASSWORD)
    assert PASSWORD not in repr(vars(user))
    assert user.password.verify(PASSWORD)
    session.add(user)
    session.flush()
    assert user.password.verify(PASSWORD)
    session.commit()
    assert user.password.verify(PASSWORD)
    assert not user.password.verify("wrong")
    assert stored(engine)[0].startswith("$argon2id$v=19$m=32,t=1,p=1$")


def test_null_stays_null_and_is_found(session: Session) -> None:
    session.add_all(
        [User(id=1), User(id=2, password=None), User(id=3, password=null()), User(id=4, password="p")]
    )
    session.commit()
    missing = select(User.id).where(User.password.is_(None)).order_by(User.id)
    assert list(session.scalars(missing)) == [1, 2, 3]
    assert list(session.scalars(select(User.id).where(User.password != None))) == [4]  # noqa: E711
    assert session.get_one(User, 1).password is None


def test_core_and_bulk_paths_hash_every_row_under_its_own_salt(engine: Engine, session: Session) -> None:
    session.execute(insert(TABLE), [{"id": n, "age": 1, "password": PASSWORD} for n in (1, 2)])
    session.execute(insert(User), [{"id": 3, "password": PASSWORD}, {"id": 4, "password": PASSWORD}])
    session.execute(insert(TABLE).values(id=5, age=1, password=PASSWORD))
    session.bulk_insert_mappings(User.__mapper__, [{"id": 6, "password": PASSWORD}])
    session.bulk_save_objects([User(id=7, password=PASSWORD), Admin(id=8, password=PASSWORD)])
    session.commit()
    assert len(set(stored(engine))) == 8
    assert all(user.password.verify(PASSWORD) for user in session.scalars(select(User)))


def test_updates_hash_and_leave_no_password_in_loaded_objects(session: Session) -> None:
    user = User(id=1, password="before")
    session.add(user)
    session.commit()
    assert user.id == 1
    session.execute(update(User).where(User.id == 1).values(password=PASSWORD))
    assert PASSWORD not in repr(vars(user))
    assert user.password.verify(PASSWORD)
    session.execute(update(TABLE).where(TABLE.c.id == 1).values(password="third"))
    session.commit()
    assert user.password.verify("third")


def test_a_hash_travels_unchanged_by_merge_copy_and_pickle(engine: Engine, session: Session) -> None:
    phc = HashedPassword.of(PASSWORD, CHEAP).phc
    session.merge(User(id=1, password=HashedPassword(phc)))
    session.commit()
    assert stored(engine) == [phc]
    again = pickle.loads(pickle.dumps(session.get_one(User, 1)))
    assert again.password.verify(PASSWORD)
    assert copy.deepcopy(again.password) == again.password


def test_a_login_rehashes_where_the_profile_has_changed(engine: Engine, session: Session) -> None:
    session.add(User(id=1, password=HashedPassword.of(PASSWORD, OLD)))
    session.commit()
    user = session.get_one(User, 1)
    assert user.password.needs_rehash
    assert not check(user, User.password, "wrong")
    assert not session.dirty
    assert check(user, "password", PASSWORD)
    session.commit()
    assert stored(engine)[0].startswith("$argon2id$")
    assert not user.password.needs_rehash
    assert check(user, User.password, PASSWORD)
    assert not session.dirty


@pytest.mark.parametrize("owner", [None, User(id=1)])
def test_a_missing_account_or_password_costs_a_hash_and_is_false(
    owner: User | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    wasted: list[str] = []
    monkeypatch.setattr("safeguards.sqlalchemy.password.waste", lambda _, name: wasted.append(name))
    assert not check(owner, User.password, PASSWORD)
    assert wasted == [CHEAP]


REFUSED: dict[str, Any] = {
    "equals": lambda column: column == "p",
    "differs": lambda column: column != "p",
    "in": lambda column: column.in_(["p"]),
    "like": lambda column: column.like("p%"),
    "contains": lambda column: column.contains("p"),
    "less": lambda column: column < "p",
    "is a value": lambda column: column.is_(True),
    "concatenates": lambda column: column + "p",
    "reversed": lambda column: "p" + column,
    "descends": lambda column: column.desc(),
    "between": lambda column: column.between("a", "b"),
    "equals a function": lambda column: column == func.lower("p"),
    "equals a column": lambda column: str(select(1).where(column == TABLE.c.password)),
    "equals an alias": lambda column: str(select(1).where(column == aliased(User).password)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_comparison_in_sql_is_refused_with_a_hint(name: str) -> None:
    with pytest.raises(OperatorRefused, match="verify"):
        REFUSED[name](User.password)


def test_sqlalchemy_still_finds_the_column_among_others() -> None:
    assert TABLE.c.password in list(TABLE.c)


@pytest.mark.parametrize("value", ["", "x" * 1025, 5, b"p"])
def test_what_is_no_password_is_refused_on_each_path(value: Any, engine: Engine) -> None:
    with pytest.raises(InputError, match=r"column password_user\.password"):
        User(password=value)
    with engine.begin() as connection, pytest.raises(InputError, match=r"column password_user\.password"):
        connection.execute(insert(TABLE).values(id=1, age=1, password=value))


def test_the_text_of_a_hash_is_not_hashed_again(engine: Engine) -> None:
    phc = HashedPassword.of(PASSWORD, CHEAP).phc
    with pytest.raises(AlreadyProtected, match="HashedPassword"):
        User(password=phc)
    with engine.begin() as connection, pytest.raises(AlreadyProtected):
        connection.execute(insert(TABLE).values(id=1, age=1, password=phc))


@pytest.mark.parametrize(
    "value", ["hunter2", "$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHQ$dGFndGFndGFndGFndGFndA"]
)
def test_a_stored_value_that_is_no_bounded_hash_is_refused(value: str, session: Session) -> None:
    session.execute(text("INSERT INTO password_user (id, age, password) VALUES (1, 1, :p)"), {"p": value})
    with pytest.raises(InputError, match=r"column password_user\.password") as caught:
        session.get(User, 1)
    assert value not in str(caught.value)


@pytest.mark.parametrize("row", [{"age": None}, {"age": object()}, {}])
def test_a_failing_statement_prints_no_password(row: dict[str, Any], engine: Engine) -> None:
    rows = [{"id": 1, "password": PASSWORD} | row] * 2
    with pytest.raises(StatementError) as caught, engine.begin() as connection:
        connection.execute(insert(TABLE.to_metadata(MetaData())), [rows[0] | {"age": 1}, *rows])
    assert PASSWORD not in f"{caught.value}{caught.value!r}{vars(caught.value)}"


def test_a_verbose_log_prints_no_password(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    engine = create_engine(sqlite_url, echo="debug")
    Base.metadata.create_all(engine)
    with caplog.at_level(logging.DEBUG), Session(engine) as session:
        session.add(User(id=1, password=PASSWORD))
        session.commit()
        session.execute(insert(User), [{"id": 2, "password": PASSWORD}])
        assert session.get_one(User, 1).password.verify(PASSWORD)
    assert PASSWORD not in caplog.text
    engine.dispose()


def test_literal_binds_are_refused() -> None:
    with pytest.raises(OperatorRefused, match="literal_binds"):
        insert(TABLE).values(password=PASSWORD).compile(compile_kwargs={"literal_binds": True})


@pytest.mark.parametrize(
    "options",
    [{"primary_key": True}, {"unique": True}, {"index": True}, {"default": "p"}, {"server_default": "p"}],
)
def test_options_without_meaning_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"column t\.p"):
        Table("t", MetaData(), Column("p", PasswordHash(CHEAP), **options))


def test_a_variant_is_refused() -> None:
    with pytest.raises(InputError, match="own type"):
        Table("t", MetaData(), Column("p", String().with_variant(PasswordHash(CHEAP), "sqlite")))


def test_the_type_is_pickled_printed_and_cached_by_its_profile() -> None:
    kind = PasswordHash(profile=CHEAP)
    assert repr(kind) == f"PasswordHash(profile={CHEAP!r})"
    assert pickle.loads(pickle.dumps(kind)).hash("p").verify("p")
    assert kind._static_cache_key == PasswordHash(CHEAP)._static_cache_key
    assert kind._static_cache_key != PasswordHash(OLD)._static_cache_key
    assert repr(PasswordHash()) == "PasswordHash(profile='argon2id-2026')"


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(InputError, match="known are"):
        PasswordHash("argon3")


def test_an_async_session_hashes_and_verifies(tmp_path: Path) -> None:
    async def story() -> None:
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'data.db'}")
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with AsyncSession(engine, expire_on_commit=False) as session:
            hashed = await asyncio.to_thread(PasswordHash(CHEAP).hash, PASSWORD)
            session.add_all([User(id=1, password=PASSWORD), User(id=2, password=hashed)])
            await session.commit()
        async with AsyncSession(engine) as session:
            for user in await session.scalars(select(User)):
                assert check(user, User.password, PASSWORD)
            await session.execute(update(User).values(password="new"))
            assert (await session.get_one(User, 1, populate_existing=True)).password.verify("new")
        await engine.dispose()

    asyncio.run(story())


def test_a_compiled_statement_shows_no_password() -> None:
    for statement in (insert(User), update(User)):
        compiled = statement.values(password=PASSWORD).compile()
        assert PASSWORD not in repr(compiled.params)
        assert "***" in repr(compiled.params)
