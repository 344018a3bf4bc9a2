from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from safeguards.sqlalchemy import Encrypted, Exact
from safeguards.sqlalchemy.ddl import add_search, tag_index


def declared() -> Column[object]:
    column: Column[object] = Column("주민 번호", Encrypted("회원.번호", search=Exact()), unique=True)
    Table("회원", MetaData(), Column("id", Integer, primary_key=True), column)
    return column


def test_search_is_added_to_a_table_that_exists_and_adding_it_again_changes_nothing(
    ring: object, database_url: str
) -> None:
    engine, column = create_engine(database_url), declared()
    binary = Column(column.name, LargeBinary(100))
    Table("회원", MetaData(), Column("id", Integer, primary_key=True), binary).create(engine)
    with engine.begin() as connection:
        add_search(connection, column)
        add_search(connection, column)
    with engine.begin() as connection:
        connection.execute(column.table.insert(), {"id": 1, column.name: "900101-1234567"})
    with engine.begin() as connection, pytest.raises(DBAPIError, match="(?i)unique|duplicate"):
        connection.execute(column.table.insert(), {"id": 2, column.name: "900101-1234567"})
    engine.dispose()


def test_an_index_of_the_same_name_on_another_table_is_not_taken_for_ours(
    ring: object, sqlite_url: str
) -> None:
    engine, column = create_engine(sqlite_url), declared()
    column.table.create(engine)
    name = tag_index(column).name
    with engine.begin() as connection:
        connection.execute(text(f'DROP INDEX "{name}"'))
        connection.execute(text("CREATE TABLE other (a INTEGER)"))
        connection.execute(text(f'CREATE INDEX "{name}" ON other (a)'))
    with engine.begin() as connection, pytest.raises(DBAPIError, match="already exists"):
        add_search(connection, column)
    assert inspect(engine).has_table("other")
    engine.dispose()
