"""Batch mode makes SQLite's tables anew: the search indexes stay."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, create_engine, text

from safeguards.sqlalchemy import Encrypted, Exact
from safeguards.sqlalchemy.alembic.catalogue import search_indexes


def model(*, nullable: bool = True, note: int = 20) -> MetaData:
    metadata = MetaData()
    Table(
        "member",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("rrn", Encrypted("member.rrn", search=Exact()), unique=True, nullable=nullable),
        Column("phone", Encrypted("member.phone", search=Exact())),
        Column("note", String(note), unique=True),
    )
    return metadata


def names(connection: Connection, table: str = "member") -> dict[str, tuple[str, bool]]:
    return {str(i.name): (i.slice.column, i.unique) for i in search_indexes(connection, table)}


BOTH = {"ix_member_rrn": ("rrn", True), "ix_member_phone": ("phone", False)}


def test_a_rendered_batch_keeps_the_search_indexes_and_unique(project_of: Any, database_url: str) -> None:
    project = project_of(database_url, render_as_batch=True)
    project.revise(model())
    project.upgrade()
    project.revise(model(nullable=False, note=40))
    project.upgrade()
    with project.engine.connect() as connection:
        assert names(connection) == BOTH
    project.check(model(nullable=False, note=40))
    project.downgrade()
    project.check(model())


@pytest.fixture
def operations(sqlite_url: str) -> Any:
    engine = create_engine(sqlite_url)
    model().create_all(engine)
    with engine.begin() as connection:
        yield Operations(MigrationContext.configure(connection))
    engine.dispose()


@pytest.mark.parametrize("recreate", ["auto", "always"])
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")  # as SQLAlchemy says with "always"
def test_a_search_index_follows_its_renamed_column(operations: Any, recreate: Any) -> None:
    with operations.batch_alter_table("member", recreate=recreate) as batch:
        batch.alter_column("rrn", new_column_name="주민 번호")
    assert names(operations.get_bind()) == BOTH | {"ix_member_rrn": ("주민 번호", True)}


def test_a_search_index_goes_with_its_column(operations: Any) -> None:
    with operations.batch_alter_table("member") as batch:
        batch.drop_column("phone")
    assert names(operations.get_bind()) == {"ix_member_rrn": ("rrn", True)}


def test_a_failed_batch_does_not_build_indexes_later_for_another_table(operations: Any) -> None:
    connection = operations.get_bind()
    connection.execute(text("INSERT INTO member (id, note) VALUES (1, NULL)"))
    with (
        pytest.raises(Exception, match="NOT NULL constraint failed"),
        operations.batch_alter_table("member") as batch,
    ):
        batch.alter_column("note", nullable=False)
    assert names(connection) == BOTH
    operations.rename_table("member", "person")
    assert names(connection, "person") == BOTH
