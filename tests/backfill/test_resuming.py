"""A job goes on after its search index stands, and names may hold what drivers take for parameters."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from safeguards.errors import InputError, SafeguardsError
from safeguards.fields import Cipher, codec_for
from safeguards.sqlalchemy import Exact
from safeguards.sqlalchemy.backfill import Target, encrypt_in_place, job, mariadb, postgresql, sqlite

BACKENDS = (sqlite.SqliteBackend, postgresql.PostgresqlBackend, mariadb.MariadbBackend)
TARGETS = [Target("t", "v", search=Exact()), Target("t", "w", search=Exact())]


def fail(*_: object, **__: object) -> None:
    raise SafeguardsError("the power is gone")


@pytest.fixture
def engine(ring, database_url: str):
    made = create_engine(database_url)
    with made.begin() as connection:
        connection.execute(
            text("CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(20) UNIQUE, w VARCHAR(20))")
        )
        connection.execute(text("INSERT INTO t VALUES (1, 'a', 'b'), (2, 'c', 'd')"))
    yield made
    made.dispose()


def values(engine, column: str) -> list[str]:
    cipher = Cipher(f"t.{column}", codec_for(str), search=Exact())
    with engine.connect() as connection:
        stored = connection.scalars(text(f"SELECT {column} FROM t ORDER BY id")).all()
    return [cipher.decrypt(bytes(value)) for value in stored]


def test_a_job_that_stopped_while_erasing_is_finished(engine, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        for backend in BACKENDS:
            patch.setattr(backend, "erase", fail)
        with pytest.raises(SafeguardsError, match="the power is gone"):
            encrypt_in_place(engine, TARGETS)
    assert {each.state for each in encrypt_in_place(engine, TARGETS).columns} == {"done"}
    assert values(engine, "v") == ["a", "c"]
    assert values(engine, "w") == ["b", "d"]


def test_a_job_whose_second_column_stopped_is_finished(engine, monkeypatch) -> None:
    own, calls = job.add_search, []

    def second_fails(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            fail()
        own(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(job, "add_search", second_fails)
        with pytest.raises(SafeguardsError, match="the power is gone"):
            encrypt_in_place(engine, TARGETS)
    assert {each.state for each in encrypt_in_place(engine, TARGETS).columns} == {"done"}
    assert values(engine, "w") == ["b", "d"]


def test_a_plain_value_written_to_a_finished_column_is_taken_up(engine) -> None:
    encrypt_in_place(engine, TARGETS)
    with engine.begin() as connection:
        connection.execute(text("UPDATE t SET v = :v WHERE id = 2"), {"v": b"late"})
    assert [each.state for each in encrypt_in_place(engine, TARGETS).columns] == ["done", "already encrypted"]
    assert values(engine, "v") == ["a", "late"]


def test_a_field_that_another_column_holds_is_refused(engine) -> None:
    encrypt_in_place(engine, TARGETS[:1])
    with pytest.raises(InputError, match=r"t\.w: column v holds values of field t\.v already"):
        encrypt_in_place(engine, [Target("t", "w", field="t.v")])
    assert encrypt_in_place(engine, TARGETS).columns[1].state == "done"


@pytest.mark.parametrize(("table", "column", "key"), [("t%s", "co%l", "i%d"), ("t%(x)s", "c%%d", "id")])
@pytest.mark.parametrize("search", [None, Exact()])
def test_percent_signs_in_names_are_taken(
    ring, database_url: str, table: str, column: str, key: str, search: Exact | None
) -> None:
    engine = create_engine(database_url)
    mark = "`" if engine.dialect.name in {"mysql", "mariadb"} else '"'
    quoted = [f"{mark}{name}{mark}" for name in (table, column, key)]
    raw = {"no_parameters": True}
    with engine.begin() as connection:
        declared = f"CREATE TABLE {quoted[0]} ({quoted[2]} INTEGER PRIMARY KEY, {quoted[1]} VARCHAR(20))"
        connection.exec_driver_sql(declared, execution_options=raw)
        connection.exec_driver_sql(f"INSERT INTO {quoted[0]} VALUES (1, 'a')", execution_options=raw)
    encrypt_in_place(engine, [Target(table, column, field="t.v", search=search)])
    with engine.connect() as connection:
        sql = f"SELECT {quoted[1]} FROM {quoted[0]}"
        stored = connection.exec_driver_sql(sql, execution_options=raw).scalar_one()
    engine.dispose()
    assert Cipher("t.v", codec_for(str), search=search).decrypt(bytes(stored)) == "a"


def test_a_null_key_of_sqlite_without_a_row_number_is_named(ring, sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (rowid TEXT PRIMARY KEY, oid TEXT, _rowid_ TEXT, v TEXT)"))
        connection.execute(text("INSERT INTO t VALUES (NULL, NULL, NULL, 'a'), ('k', NULL, NULL, 'b')"))
    with pytest.raises(InputError, match="its primary key holds NULL"):
        encrypt_in_place(engine, [Target("t", "v")])
    with engine.begin() as connection:
        connection.execute(text("UPDATE t SET rowid = 'l' WHERE rowid IS NULL"))
    assert encrypt_in_place(engine, [Target("t", "v")]).columns[0].encrypted == 2
    engine.dispose()
