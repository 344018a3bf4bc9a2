"""No statement, error or log prints a value that belongs in an encrypted column."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Column,
    Date,
    Engine,
    Integer,
    MetaData,
    Table,
    create_engine,
    delete,
    insert,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from safeguards import InputError, OperatorRefused
from safeguards.sqlalchemy import Encrypted, Exact

pytestmark = pytest.mark.usefixtures("ring")
VALUE = "900101-1234567"


class Base(DeclarativeBase):
    pass


class Person(Base):
    __tablename__ = "hygiene_person"

    id: Mapped[int] = mapped_column(primary_key=True)
    rrn: Mapped[str] = mapped_column(Encrypted("hygiene.rrn", item="kr_rrn", search=Exact()))
    age: Mapped[int] = mapped_column(Integer)
    joined: Mapped[date | None] = mapped_column(Date)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def everything(error: BaseException) -> str:
    shown = [str(error), repr(error), repr(vars(error))]
    return "".join(shown)


FAILURES: dict[str, Any] = {
    "a sibling's database error": {"rrn": VALUE, "age": None},
    "a missing parameter": {"rrn": VALUE},
    "a sibling's bind error": {"rrn": VALUE, "age": 1, "joined": "not a date"},
    "an unsupported sibling": {"rrn": VALUE, "age": object()},
}


@pytest.mark.parametrize("name", FAILURES)
def test_an_error_of_a_sibling_column_does_not_print_ours(name: str, engine: Engine) -> None:
    rows = [FAILURES[name], FAILURES[name]]
    with engine.begin() as connection, pytest.raises(StatementError) as caught:
        connection.execute(insert(Person.__table__), rows)
    assert VALUE not in everything(caught.value)


def test_an_error_of_our_own_bind_prints_nothing(engine: Engine) -> None:
    with pytest.raises(InputError) as caught, engine.begin() as connection:
        connection.execute(insert(Person.__table__), [{"rrn": VALUE.encode(), "age": 1}])
    assert VALUE not in everything(caught.value)


def test_literal_binds_are_refused_without_the_value(engine: Engine) -> None:
    for statement in (select(Person).where(Person.rrn == VALUE), insert(Person).values(rrn=VALUE, age=1)):
        with pytest.raises(OperatorRefused) as caught:
            statement.compile(engine, compile_kwargs={"literal_binds": True})
        assert VALUE not in everything(caught.value)


def test_the_engines_own_log_shows_ciphertext_only(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    engine.echo = "debug"
    with caplog.at_level(logging.DEBUG, logger="sqlalchemy.engine"), Session(engine) as session:
        session.add(Person(rrn=VALUE, age=1))
        session.commit()
        assert session.scalars(select(Person).where(Person.rrn == VALUE)).one().rrn == VALUE
    engine.echo = False
    assert "hygiene_person" in caplog.text
    assert VALUE not in caplog.text


def test_errors_of_other_tables_keep_their_parameters(engine: Engine) -> None:
    with pytest.raises(StatementError) as caught, engine.begin() as connection:
        connection.execute(text("SELECT nothing_of_the_kind + :x"), {"x": 7})
    assert caught.value.params


@pytest.mark.parametrize("name", ['quo"ted', "per%cent", "back`tick", "회원"])
def test_tables_of_any_name_keep_their_parameters_to_themselves(database_url: str, name: str) -> None:
    engine = create_engine(database_url)
    rows = Table(
        name,
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("a", Encrypted(f"hygiene.{len(name)}{ord(name[0])}")),
        Column("d", JSON),
    )
    rows.create(engine)
    # psycopg's own TypeError passes SQLAlchemy unwrapped.
    with engine.begin() as connection, pytest.raises((StatementError, TypeError)) as caught:
        connection.execute(insert(rows), [{"a": VALUE, "d": object()}])
    engine.dispose()
    assert VALUE not in everything(caught.value)


COMPILED = {
    "equality": lambda: select(Person).where(Person.rrn == VALUE),
    "a list": lambda: select(Person).where(Person.rrn.in_([VALUE, "910101-1234567"])),
    "a subquery": lambda: select(Person.id).where(
        Person.id.in_(select(Person.id).where(Person.rrn == VALUE))
    ),
    "an insert": lambda: insert(Person).values(rrn=VALUE, age=47),
    "an insert of rows": lambda: insert(Person).values([{"rrn": VALUE, "age": 47}]),
    "an update": lambda: update(Person).values(rrn=VALUE).where(Person.age == 47),
    "a delete": lambda: delete(Person).where(Person.rrn == VALUE, Person.age == 47),
    "a union": lambda: union_all(
        select(Person.id).where(Person.rrn == VALUE), select(Person.id).where(Person.rrn == VALUE)
    ),
}


@pytest.mark.parametrize("expanded", [False, True], ids=["as it is", "lists expanded"])
@pytest.mark.parametrize("made", COMPILED)
def test_a_compiled_statement_shows_no_value_and_executes_with_it(
    engine: Engine, made: str, expanded: bool
) -> None:
    statement = COMPILED[made]()
    compiled = statement.compile(engine, compile_kwargs={"render_postcompile": expanded})
    assert VALUE not in f"{compiled.params!r} {compiled}"
    assert "***" in repr(compiled.params)
    with engine.begin() as connection:
        connection.execute(insert(Person), [{"id": 9, "rrn": VALUE, "age": 47}])
        for cached in ({}, None):
            result = connection.execute(COMPILED[made](), execution_options={"compiled_cache": cached})
            rows = result.all() if statement.is_select else [result.rowcount]
            assert rows
            assert rows != [0]
            if made == "a delete":
                return


def test_masked_parameters_cannot_be_executed_as_if_they_were_values() -> None:
    compiled = insert(Person).values(rrn=VALUE).compile()
    with pytest.raises(InputError, match="hygiene.rrn takes str"):
        compiled._bind_processors["rrn"](compiled.params["rrn"])
