"""Autogenerate, render, upgrade, autogenerate again: nothing; and down and up once more."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import JSON, Column, Date, Enum, Integer, MetaData, String, Table, create_engine

from safeguards.sqlalchemy import Encrypted, Exact, PasswordHash, Pseudonymised
from safeguards.sqlalchemy.alembic.catalogue import search_indexes


def plain(table: str = "member", schema: str | None = None) -> MetaData:
    metadata = MetaData(schema=schema)
    Table(table, metadata, Column("id", Integer, primary_key=True))
    return metadata


def model(table: str = "member", rrn: str = "rrn", schema: str | None = None, **options: Any) -> MetaData:
    metadata = MetaData(schema=schema, **options)
    Table(
        table,
        metadata,
        Column("id", Integer, primary_key=True),
        Column(rrn, Encrypted("member.rrn", item="kr_rrn", search=Exact()), unique=True, nullable=False),
        Column("phone", Encrypted("member.phone", search=Exact()), comment="mobile"),
        Column("birth", Encrypted("member.birth", Date)),
        Column("grade", Encrypted("member.grade", Enum("silver", "gold", name="grade"))),
        Column("extra", Encrypted("member.extra", JSON)),
        Column("password", PasswordHash()),
        Column("note", String(20), index=True),
    )
    return metadata


def indexes(url: str, table: str = "member", schema: str | None = None) -> set[Any]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {(i.name, i.slice, i.unique) for i in search_indexes(connection, table, schema)}
    engine.dispose()
    return found


def test_a_new_table_goes_up_and_down_and_is_proposed_once(project: Any) -> None:
    text = project.revise(model())
    assert "Encrypted" not in text
    assert "member.rrn" in text
    project.upgrade()
    assert {(name, unique) for name, _, unique in indexes(project.url)} == {
        ("ix_member_rrn", True),
        ("ix_member_phone", False),
    }
    project.check(model())
    project.downgrade()
    assert not indexes(project.url)
    project.upgrade()
    project.check(model())


def test_columns_added_to_a_table_go_up_and_down_and_are_proposed_once(project: Any) -> None:
    project.revise(plain())
    project.upgrade()
    project.revise(model())
    project.upgrade()
    assert len(indexes(project.url)) == 2
    project.check(model())
    project.downgrade()
    project.check(plain())
    project.upgrade()
    project.check(model())


def test_removed_columns_take_their_indexes_along_and_come_back_with_them(project: Any) -> None:
    project.revise(model())
    project.upgrade()
    before = indexes(project.url)
    project.revise(plain())
    project.upgrade()
    project.check(plain())
    project.downgrade()
    assert indexes(project.url) == before
    project.check(model())
    project.upgrade()
    project.check(plain())


def test_a_removed_table_comes_back_with_its_search_indexes(project: Any) -> None:
    project.revise(model())
    project.upgrade()
    before = indexes(project.url)
    project.revise(MetaData())
    project.upgrade()
    project.check(MetaData())
    project.downgrade()
    assert indexes(project.url) == before
    project.check(model())


def test_create_all_and_a_migration_make_the_same_indexes(
    project_of: Any, database_url: str, tmp_path: Any
) -> None:
    project = project_of(database_url)
    model().create_all(project.engine)
    project.check(model())  # as a stamped database is
    made = indexes(database_url)
    model().drop_all(project.engine)
    project.revise(model())
    project.upgrade()
    assert indexes(database_url) == made


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("회원 명부", "주민 번호"),
        ("Member List", "R R N"),
        ('o"dd', 'co"l'),
        ("o`dd", "co`l"),
        ("per%cent", "co:lon%s"),
        ("select", "order"),
    ],
)
def test_odd_names_go_up_and_down(project: Any, table: str, column: str) -> None:
    odd = model(table, column)
    project.revise(odd)
    project.upgrade()
    if "`" in table and project.engine.dialect.name in {"mysql", "mariadb"}:
        project.downgrade()  # SQLAlchemy does not reflect such columns, so nothing can be compared
        project.upgrade()
        assert len(indexes(project.url, table)) == 2
        return
    project.check(odd)
    project.revise(plain(table))
    project.upgrade()
    project.check(plain(table))
    project.downgrade(to="base")
    project.upgrade()
    project.check(plain(table))


def test_long_korean_names_are_found_again(project: Any) -> None:
    table, column = "아주_긴_이름을_가진_회원_명부_테이블", "매우_길고_긴_주민등록번호_열"
    project.revise(model(table, column))
    project.upgrade()
    project.check(model(table, column))
    project.downgrade()
    project.upgrade()
    project.check(model(table, column))


def test_a_naming_convention_names_the_indexes(project: Any) -> None:
    def named() -> MetaData:
        return model(naming_convention={"ix": "idx__%(table_name)s__%(column_0_N_name)s"})

    project.revise(named())
    project.upgrade()
    assert ("idx__member__rrn", True) in {(name, unique) for name, _, unique in indexes(project.url)}
    project.check(named())


def test_an_index_that_becomes_unique_is_built_anew(project: Any) -> None:
    def searched(unique: bool) -> MetaData:
        metadata = MetaData()
        column = Column("rrn", Encrypted("m.rrn", search=Exact()), unique=unique or None)
        Table("m", metadata, Column("id", Integer, primary_key=True), column)
        return metadata

    project.revise(searched(False))
    project.upgrade()
    project.revise(searched(True))
    project.upgrade()
    assert [unique for _, _, unique in indexes(project.url, "m")] == [True]
    project.check(searched(True))
    project.downgrade()
    project.check(searched(False))


@pytest.mark.postgres
def test_tables_in_a_schema_of_postgresql(project_of: Any, postgres_url: str) -> None:
    project = project_of(postgres_url, include_schemas=True)
    with project.engine.begin() as connection:
        connection.exec_driver_sql('CREATE SCHEMA "인사 부"')
    project.revise(model(schema="인사 부"))
    project.upgrade()
    assert len(indexes(postgres_url, schema="인사 부")) == 2
    project.check(model(schema="인사 부"))
    project.downgrade()
    project.upgrade()
    project.revise(plain(schema="인사 부"))
    project.upgrade()
    project.check(plain(schema="인사 부"))


def test_include_object_keeps_a_search_index_out(project_of: Any, database_url: str) -> None:
    def without(item: Any, name: str, kind: str, reflected: bool, other: Any) -> bool:
        return not (kind == "index" and name == "ix_member_phone")

    project = project_of(database_url, include_object=without)
    project.revise(model())
    project.upgrade()
    assert {name for name, _, _ in indexes(database_url)} == {"ix_member_rrn"}
    project.check(model())


def test_comparing_defaults_and_a_list_of_metadata_propose_nothing_more(
    project_of: Any, database_url: str
) -> None:
    project = project_of(database_url, compare_server_default=True, compare_type=True)
    other = MetaData()
    Table("visit", other, Column("id", Integer, primary_key=True))
    project.revise([model(), other])
    project.upgrade()
    project.check([model(), other])


def test_a_pseudonymised_column_is_a_string_of_its_width_in_a_migration(project: Any) -> None:
    metadata = MetaData()
    kind = Pseudonymised("crm-2026", item="kr_phone")
    Table("member", metadata, Column("id", Integer, primary_key=True), Column("key", kind, unique=True))
    text = project.revise(metadata)
    assert "sa.String(length=39)" in text
    assert "crm-2026" not in text
    project.upgrade()
    project.check(metadata)
