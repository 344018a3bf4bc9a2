"""Targets from models."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Column, Date, Integer, MetaData, String, Table, create_engine, inspect, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from safeguards.crypto.envelope import PADDED, parse
from safeguards.errors import InputError
from safeguards.sqlalchemy import Encrypted, Exact
from safeguards.sqlalchemy.backfill import Target, encrypt_in_place, targets_of


def models(**conventions: str) -> Any:
    class Base(DeclarativeBase):
        metadata = MetaData(naming_convention=conventions or None)

    class Person(Base):
        __tablename__ = "person"
        id: Mapped[int] = mapped_column(primary_key=True)
        rrn: Mapped[str] = mapped_column(Encrypted("p.rrn", item="kr_rrn", search=Exact()), unique=True)
        birth: Mapped[Any] = mapped_column(Encrypted("p.birth", Date))
        name: Mapped[str] = mapped_column(String(50))

    return Base


def make_plain(engine: Any) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE person (id INTEGER PRIMARY KEY, rrn VARCHAR(20), birth DATE, name TEXT)")
        )
        connection.execute(text("INSERT INTO person VALUES (1, '900101-1234567', '1990-01-01', 'a')"))


def test_every_encrypted_column_of_the_models_is_encrypted(ring, database_url: str) -> None:
    engine = create_engine(database_url)
    make_plain(engine)
    base = models()
    outcome = encrypt_in_place(engine, targets_of(base))
    assert [(each.column, each.field, each.unique) for each in outcome.columns] == [
        ("person.rrn", "p.rrn", True),
        ("person.birth", "p.birth", False),
    ]
    person = base.metadata.tables["person"]
    with engine.connect() as connection:
        row = connection.execute(select(person).where(person.c.rrn == "9001011234567")).one()
    assert (row.rrn, str(row.birth)) == ("900101-1234567", "1990-01-01")
    base.metadata.create_all(engine)
    engine.dispose()


@pytest.mark.parametrize("convention", [{}, {"ix": "idx__%(table_name)s__%(column_0_name)s"}])
def test_the_index_has_the_name_that_the_models_give_it(
    ring, database_url: str, convention: dict[str, str]
) -> None:
    engine, made = create_engine(database_url), models(**convention)
    make_plain(engine)
    encrypt_in_place(engine, targets_of(made))
    expected = {str(index.name) for index in made.metadata.tables["person"].indexes}
    query = {
        "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'index'",
        "postgresql": "SELECT indexname FROM pg_indexes WHERE tablename = 'person'",
        "mariadb": "SELECT index_name FROM information_schema.statistics WHERE table_schema = database()",
    }[engine.dialect.name if engine.dialect.name != "mysql" else "mariadb"]
    with engine.connect() as connection:
        assert expected <= set(connection.scalars(text(query)))
    engine.dispose()


def test_tables_that_the_models_made_are_encrypted_already(ring, database_url: str) -> None:
    engine, base = create_engine(database_url), models()
    base.metadata.create_all(engine)
    outcome = encrypt_in_place(engine, targets_of(base))
    assert {each.state for each in outcome.columns} == {"already encrypted"}
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["person"]
    engine.dispose()


def test_a_base_its_metadata_a_class_and_a_table_are_all_models() -> None:
    base = models()
    person = base.registry.mappers
    (mapper,) = person
    for each in (base, base.metadata, mapper.class_, base.metadata.tables["person"]):
        assert [target.column for target in targets_of(each)] == ["rrn", "birth"]


def test_models_without_an_encrypted_column_are_refused() -> None:
    plain = MetaData()
    Table("t", plain, Column("id", Integer, primary_key=True), Column("v", String))
    with pytest.raises(InputError, match="no Encrypted column"):
        targets_of(plain)
    with pytest.raises(InputError, match="MODULE:NAME"):
        targets_of(object())


def test_a_model_that_adds_unique_refuses_twins(ring, sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    make_plain(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO person VALUES (2, '9001011234567', NULL, 'b')"))
    with pytest.raises(InputError, match="1 of 2 values equal another one"):
        encrypt_in_place(engine, targets_of(models()))
    engine.dispose()


def test_a_mapped_table_that_the_database_lacks_is_named(ring, sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with pytest.raises(InputError, match="there is no table 'person' in the database"):
        encrypt_in_place(engine, targets_of(models()))
    engine.dispose()


def test_existing_rows_are_padded_as_the_models_say_and_the_outcome_repeats_it(
    ring, database_url: str
) -> None:
    engine, metadata = create_engine(database_url), MetaData()
    make_plain(engine)
    kind = Encrypted("p.name", pad=(16, 64), compress=500)
    Table("person", metadata, Column("id", Integer, primary_key=True), Column("name", kind))
    (done,) = encrypt_in_place(engine, targets_of(metadata)).columns
    assert done.model == "mapped_column('name', Encrypted('p.name', pad=(16, 64), compress=500))"
    undeclared = Target("person", "rrn", field="p.rrn", item="kr_rrn", pad=32)
    assert "item='kr_rrn', pad=32)" in encrypt_in_place(engine, [undeclared]).columns[0].model
    with engine.connect() as connection:
        name, rrn = connection.execute(text("SELECT name, rrn FROM person")).one()
    assert [parse(bytes(value)).flags for value in (name, rrn)] == [PADDED, PADDED]
    assert [len(parse(bytes(value)).sealed) - 16 for value in (name, rrn)] == [16, 32]
    assert kind.cipher.decrypt(bytes(name)) == "a"
    engine.dispose()
