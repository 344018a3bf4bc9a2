"""``alembic upgrade --sql``: the script does what the migration would, guards included."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.util import CommandError
from sqlalchemy import Column, Integer, MetaData, String, Table, inspect, text
from sqlalchemy.exc import DBAPIError

from safeguards.sqlalchemy import Encrypted, Exact

MODEL = MetaData()
Table(
    "회원",
    MODEL,
    Column("id", Integer, primary_key=True),
    Column("주민 번호", Encrypted("member.rrn", search=Exact()), unique=True),
)
PLAIN = MetaData()
Table("회원", PLAIN, Column("id", Integer, primary_key=True), Column("주민 번호", String(20), unique=True))


def run(project: Any, script: str) -> None:
    """Run a script as a client would: up to the first error, PostgreSQL's in its transaction."""
    with project.engine.connect() as connection:
        for statement in script.split(";\n"):
            lines = [line for line in statement.splitlines() if not line.startswith("--")]
            sql = "\n".join(lines).strip()
            if sql and sql not in {"BEGIN", "COMMIT"}:
                connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
        connection.commit()


def add_row(project: Any, value: object) -> None:
    name = project.engine.dialect.identifier_preparer.quote("주민 번호")
    with project.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO 회원 (id, {name}) VALUES (1, :value)"), {"value": value})


def test_the_script_of_a_new_table_makes_what_the_migration_would(project: Any) -> None:
    project.revise(MODEL)
    with project.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))  # which the look at the database has made
    run(project, project.sql("head"))
    project.check(MODEL)
    down = project.sql("head:base", down=True)
    add_row(project, b"\xfeciphertext")
    with pytest.raises(DBAPIError, match="ciphertexts_would_be_destroyed"):
        run(project, down)
    project.engine.dispose()
    assert inspect(project.engine).has_table("회원")
    with project.engine.begin() as connection:
        connection.execute(text("DELETE FROM 회원"))
    run(project, down)
    assert not inspect(project.engine).has_table("회원")


def test_the_script_of_a_changed_column_changes_an_empty_one_and_fails_on_plaintext(project: Any) -> None:
    project.revise(PLAIN)
    project.upgrade()
    project.revise(MODEL)
    if project.engine.dialect.name == "sqlite":
        return  # the next test
    second = project.sql(f"{revision(project)}:head")
    add_row(project, "900101-1234567")
    with pytest.raises(DBAPIError, match="plaintext_is_left_run_safeguards_encrypt"):
        run(project, second)
    project.engine.dispose()
    project.check(PLAIN)
    with project.engine.begin() as connection:
        connection.execute(text("DELETE FROM 회원"))
    run(project, second)
    project.check(MODEL)


def revision(project: Any) -> str:
    with project.engine.connect() as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def test_sqlite_cannot_change_a_column_in_a_script_and_says_so(project_of: Any, sqlite_url: str) -> None:
    project = project_of(sqlite_url)
    project.revise(PLAIN)
    project.upgrade()
    project.revise(MODEL)
    with pytest.raises(CommandError, match="cannot proceed in --sql mode"):
        project.sql(f"{revision(project)}:head")
