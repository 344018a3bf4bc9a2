"""``op.create_search_index`` by hand, and the index in use."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, create_engine, select, text
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import DBAPIError

from safeguards import Keyring
from safeguards.sqlalchemy import Encrypted, Exact
from safeguards.sqlalchemy.alembic.catalogue import Found, _slice, search_indexes
from safeguards.sqlalchemy.ddl import SearchSlice

PARTS = [SearchSlice("rrn", "rrn__tag", 1, 18), SearchSlice("rrn", "rrn__prefix", 19, 5)]


@pytest.fixture
def operations(database_url: str) -> Any:
    engine = create_engine(database_url)
    columns = (Column("id", Integer, primary_key=True), Column("rrn", LargeBinary(1 << 24)))
    Table("member", MetaData(), *columns).create(engine)
    with engine.begin() as connection:
        yield Operations(MigrationContext.configure(connection))
    engine.dispose()


def options(part: SearchSlice) -> dict[str, Any]:
    return {"offset": part.offset, "width": part.width, "generated": part.generated}


def found(operations: Any) -> set[tuple[str | None, int, int, bool]]:
    indexes = search_indexes(operations.get_bind(), "member")
    return {(i.name, i.slice.offset, i.slice.width, i.unique) for i in indexes}


def test_each_slice_of_a_column_has_an_index_of_its_own(operations: Any) -> None:
    operations.create_search_index("ix_tag", "member", "rrn", unique=True, **options(PARTS[0]))
    operations.create_search_index("ix_prefix", "member", "rrn", **options(PARTS[1]))
    assert found(operations) == {("ix_tag", 1, 18, True), ("ix_prefix", 19, 5, False)}
    operations.drop_search_index("ix_tag", "member", "rrn", **options(PARTS[0]))
    assert found(operations) == {("ix_prefix", 19, 5, False)}


def test_an_index_that_is_there_is_taken_for_done_only_where_it_is_the_same(operations: Any) -> None:
    operations.create_search_index("ix_tag", "member", "rrn", **options(PARTS[0]))
    operations.create_search_index("ix_tag", "member", "rrn", if_not_exists=True, **options(PARTS[0]))
    with pytest.raises(DBAPIError, match="(?i)exist|duplicate"):
        operations.create_search_index(
            "ix_tag", "member", "rrn", if_not_exists=True, unique=True, **options(PARTS[0])
        )


def test_other_indexes_are_not_taken_for_search_indexes(operations: Any) -> None:
    connection = operations.get_bind()
    operations.create_index("ix_id", "member", ["id"])
    if connection.dialect.name != "mysql" and connection.dialect.name != "mariadb":
        connection.execute(text("CREATE INDEX ix_length ON member (length(rrn))"))
        connection.execute(text("CREATE INDEX ix_two ON member (substr(rrn, 1, 18), id)"))
        connection.execute(text("CREATE INDEX ix_some ON member (substr(rrn, 1, 18)) WHERE id > 3"))
    assert found(operations) == set()


def test_the_index_of_a_migration_serves_the_query(project: Any, ring: Keyring) -> None:
    metadata = MetaData()
    kind = Encrypted("member.rrn", search=Exact())
    member = Table("member", metadata, Column("id", Integer, primary_key=True), Column("rrn", kind))
    project.revise(metadata)
    project.upgrade()
    with project.engine.begin() as connection:
        connection.execute(member.insert(), [{"id": at, "rrn": f"{at}"} for at in range(1, 200)])
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET enable_seqscan = off"))
        query = select(member.c.id).where(member.c.rrn == "42")
        compiled = query.compile(dialect=connection.dialect)
        word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        tag = kind.cipher.tag("42")
        parameter = dict.fromkeys(compiled.params, tag)
        arguments: Any = tuple(parameter.values()) if "?" in compiled.string else parameter
        plan = connection.exec_driver_sql(f"{word} {compiled.string}", arguments).all()
        assert "ix_member_rrn" in str(plan)


@given(st.text(min_size=1).filter(lambda name: "\0" not in name), st.integers(1, 99), st.integers(1, 99))
def test_a_slice_is_read_back_from_its_expression_under_every_name(
    name: str, offset: int, width: int
) -> None:
    preparer = DefaultDialect().identifier_preparer
    expression = f"substr({preparer.quote_identifier(name)}, {offset}, {width})"
    part = _slice(expression, "generated")
    assert part == SearchSlice(name, "generated", offset, width)


@given(st.text())
def test_no_text_of_an_index_breaks_the_reader(expression: str) -> None:
    part = _slice(expression, None)
    assert part is None or Found("name", part, False).slice.width >= 0
