"""A plaintext column becomes an encrypted one: by the migration if it is empty, by the job if it is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, inspect, text
from sqlalchemy.exc import DBAPIError

from safeguards import Keyring, use
from safeguards.errors import InputError
from safeguards.sqlalchemy import DualRead, Encrypted, Exact
from safeguards.sqlalchemy.alembic import EncryptColumnOp, UnencryptColumnOp
from safeguards.sqlalchemy.alembic.encryption import _Change, _retype, binary
from safeguards.sqlalchemy.backfill import decrypt_in_place, encrypt_in_place, targets_of


def plain(*, nullable: bool = True, **options: Any) -> MetaData:
    metadata = MetaData()
    rrn = Column("rrn", String(20), nullable=nullable, **options)
    Table("member", metadata, Column("id", Integer, primary_key=True), rrn, Column("age", Integer))
    return metadata


def encrypted(*, nullable: bool = True, unique: bool | None = None, comment: str | None = None) -> MetaData:
    metadata = MetaData()
    kind = Encrypted("member.rrn", item="kr_rrn", search=Exact())
    rrn: Column[Any] = Column("rrn", kind, nullable=nullable, unique=unique, comment=comment)
    Table("member", metadata, Column("id", Integer, primary_key=True), rrn, Column("age", Integer))
    return metadata


def add_rows(engine: Engine, rows: int = 3) -> None:
    with engine.begin() as connection:
        for at in range(rows):
            sql = text("INSERT INTO member (id, rrn, age) VALUES (:id, :rrn, 30)")
            connection.execute(sql, {"id": at + 1, "rrn": f"900101-123456{at}"})


def sql_type(engine: Engine) -> str:
    columns = inspect(engine).get_columns("member")
    return next(str(each["type"]) for each in columns if each["name"] == "rrn")


VARIANTS = [
    {},
    {"unique": True},
    {"index": True},
    {"nullable": False},
    {"server_default": "none"},
    {"comment": "주민등록번호"},
]


@pytest.mark.parametrize("before", VARIANTS, ids=str)
def test_an_empty_column_becomes_binary_with_a_search_index_and_plain_again(
    project: Any, before: dict[str, Any]
) -> None:
    nullable = before.get("nullable", True)
    after = {"nullable": nullable, "unique": before.get("unique"), "comment": before.get("comment")}
    project.revise(plain(**before))
    project.upgrade()
    text = project.revise(encrypted(**after))
    assert "op.encrypt_column('member', 'rrn', field='member.rrn'" in text
    project.upgrade()
    assert "BLOB" in sql_type(project.engine) or sql_type(project.engine) == "BYTEA"
    project.check(encrypted(**after))
    project.downgrade()
    assert sql_type(project.engine) == "VARCHAR(20)"
    project.check(plain(**before))
    project.upgrade()
    project.check(encrypted(**after))


@pytest.mark.parametrize("before", VARIANTS[:4], ids=str)
def test_a_column_with_plaintext_is_refused_and_named_with_the_command_and_left_as_it_was(
    project: Any, before: dict[str, Any]
) -> None:
    project.revise(plain(**before))
    project.upgrade()
    add_rows(project.engine)
    project.revise(encrypted(nullable=before.get("nullable", True), unique=before.get("unique")))
    with pytest.raises(InputError, match=r"member.rrn holds 3 plaintext values.*safeguards encrypt") as told:
        project.upgrade()
    assert "900101" not in str(told.value)
    project.check(plain(**before))
    with project.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM member WHERE rrn LIKE '900101%'")) == 3


@pytest.mark.parametrize("before", VARIANTS[:4], ids=str)
def test_after_the_job_the_same_migration_passes_and_keeps_the_ciphertexts(
    project: Any, ring: Keyring, before: dict[str, Any]
) -> None:
    declared = encrypted(nullable=before.get("nullable", True), unique=before.get("unique"))
    project.revise(plain(**before))
    project.upgrade()
    add_rows(project.engine)
    project.revise(declared)
    encrypt_in_place(project.engine, targets_of(declared))
    use(None)
    project.upgrade()
    project.check(declared)
    use(ring)
    with project.engine.connect() as connection:
        member = declared.tables["member"]
        found = connection.execute(member.select().where(member.c.rrn == "9001011234561")).one()
        assert found.rrn == "900101-1234561"


def test_a_column_goes_through_its_life(project: Any, ring: Keyring) -> None:
    def model(state: Any, **options: Any) -> MetaData:
        metadata = MetaData()
        kind = Encrypted("member.rrn", String(20), search=Exact(), state=state)
        columns = (Column("id", Integer, primary_key=True), Column("rrn", kind, unique=True, **options))
        Table("member", metadata, *columns, Column("age", Integer))
        return metadata

    start = model("plaintext")
    project.revise(start)
    project.upgrade()
    assert sql_type(project.engine) == "VARCHAR(20)"
    project.check(start)
    add_rows(project.engine)
    dual = model(DualRead(until=date(2999, 1, 1)))
    project.revise(dual)
    with pytest.raises(InputError, match="safeguards encrypt"):
        project.upgrade()
    encrypt_in_place(project.engine, targets_of(dual))
    project.upgrade()
    project.check(dual)
    project.check(model("encrypted"))


@pytest.mark.parametrize("before", VARIANTS[:4], ids=str)
def test_after_the_job_that_decrypts_the_way_back_keeps_the_values(
    project: Any, ring: Keyring, before: dict[str, Any]
) -> None:
    declared = encrypted(nullable=before.get("nullable", True), unique=before.get("unique"))
    project.revise(plain(**before))
    project.upgrade()
    project.revise(declared)
    project.upgrade()
    with project.engine.begin() as connection:
        connection.execute(declared.tables["member"].insert(), {"id": 1, "rrn": "900101-1234567"})
    decrypt_in_place(project.engine, targets_of(declared))
    use(None)
    project.downgrade()
    project.check(plain(**before))
    with project.engine.connect() as connection:
        assert connection.scalar(text("SELECT rrn FROM member")) == "900101-1234567"


def test_a_column_in_state_plaintext_keeps_its_default(project: Any) -> None:
    metadata = MetaData()
    kind = Encrypted("member.rrn", String(20), state="plaintext")
    columns = (Column("id", Integer, primary_key=True), Column("rrn", kind, server_default="-"))
    Table("member", metadata, *columns)
    project.revise(metadata)
    project.upgrade()
    with project.engine.begin() as connection:
        connection.execute(text("INSERT INTO member (id) VALUES (1)"))
        assert connection.scalar(text("SELECT rrn FROM member")) == "-"


def test_what_else_changes_on_the_column_changes_too(project: Any) -> None:
    project.revise(plain())
    project.upgrade()
    after = encrypted(nullable=False, unique=True, comment="주민등록번호")
    project.options["render_as_batch"] = True  # for SQLite
    project.revise(after)
    project.upgrade()
    project.check(after)
    project.downgrade()
    project.check(plain())
    project.upgrade()
    project.check(after)


def test_the_way_back_refuses_to_destroy_ciphertexts_unless_told_to(project: Any, ring: Keyring) -> None:
    project.revise(plain())
    project.upgrade()
    project.revise(encrypted())
    project.upgrade()
    with project.engine.begin() as connection:
        connection.execute(encrypted().tables["member"].insert(), {"id": 1, "rrn": "900101-1234567"})
    for arguments in ((), ("discard_ciphertexts=member.other",), ("other=all",)):
        with pytest.raises(InputError, match=r"member.rrn holds 1 ciphertexts of field member.rrn"):
            project.downgrade(*arguments)
        project.check(encrypted())
    project.downgrade("discard_ciphertexts=member.rrn")
    project.check(plain())
    with project.engine.connect() as connection:
        assert connection.execute(text("SELECT id, rrn FROM member")).all() == [(1, None)]


@pytest.mark.parametrize("told", ["member.rrn", "member", "all", "other.x, member.rrn"])
def test_a_table_with_ciphertexts_is_dropped_on_the_way_back_only_when_told(
    project: Any, ring: Keyring, told: str
) -> None:
    project.revise(encrypted())
    project.upgrade()
    with project.engine.begin() as connection:
        connection.execute(encrypted().tables["member"].insert(), {"id": 1, "rrn": "900101-1234567"})
    with pytest.raises(InputError, match="which this migration would destroy; nothing was changed"):
        project.downgrade()
    project.check(encrypted())
    project.downgrade(f"discard_ciphertexts={told}")
    assert not inspect(project.engine).has_table("member")


def test_a_value_that_comes_after_the_look_is_not_destroyed(project: Any) -> None:
    plain().create_all(project.engine)
    add_rows(project.engine)
    there, back = (
        EncryptColumnOp("member", "rrn", field="f.f"),
        UnencryptColumnOp("member", "rrn", field="f.f"),
    )
    with project.engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        _retype(operations, there, _Change(binary(), True, False, {}, [], drop=True))
        stored = connection.scalars(text("SELECT rrn FROM member ORDER BY id")).all()
        assert bytes(stored[0]) == b"900101-1234560"
        connection.execute(text("UPDATE member SET rrn = :c WHERE id = 1"), {"c": b"\xfe\x00\x01\x02"})
    if project.engine.dialect.name == "sqlite":
        return  # one writer has the whole file
    with project.engine.connect() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with pytest.raises(DBAPIError, match="(?i)invalid byte sequence|incorrect string value"):
            _retype(operations, back, _Change(String(20), True, False, {}, [], drop=False))


def test_a_migration_names_no_key_and_no_model(project: Any, ring: Keyring) -> None:
    text = project.revise(encrypted())
    assert "safeguards.sqlalchemy.alembic" in text
    assert "Encrypted" not in text
    assert "keyring" not in text.lower()


def test_a_column_that_is_not_there_is_named(project: Any) -> None:
    plain().create_all(project.engine)
    with project.engine.connect() as connection:
        operations: Any = Operations(MigrationContext.configure(connection))
        with pytest.raises(InputError, match=r"no column member\.ssn"):
            operations.encrypt_column("member", "ssn", field="member.ssn")
