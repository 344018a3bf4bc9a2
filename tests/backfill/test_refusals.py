"""What stands in the way is refused by name before anything is changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Date, Engine, create_engine, inspect, text
from sqlalchemy.engine import make_url

from safeguards import use
from safeguards.errors import InputError, KeyringError, SafeguardsError
from safeguards.sqlalchemy import Encrypted, Exact
from safeguards.sqlalchemy.backfill import Target, encrypt_in_place, plan

SEARCHED = Target("t", "v", search=Exact())


@pytest.fixture
def engine(ring, request: pytest.FixtureRequest) -> Iterator[Engine]:
    made = create_engine(request.getfixturevalue(f"{request.param}_url"))
    yield made
    made.dispose()


def on(name: str) -> Any:
    marks = [] if name == "sqlite" else [getattr(pytest.mark, name)]
    return pytest.mark.parametrize("engine", [pytest.param(name, marks=marks)], indirect=True)


def refused(engine: Engine, statements: list[str], target: Target = SEARCHED) -> str:
    """Run the statements, and return why the target is refused after that, on one line."""
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    with pytest.raises(InputError) as error:
        encrypt_in_place(engine, [target])
    with engine.connect() as connection:
        assert "safeguards_jobs" not in inspect(connection).get_table_names()
    assert "\n" not in str(error.value)
    return str(error.value)


ANYWHERE: list[tuple[list[str], str]] = [
    (["CREATE TABLE t (id INTEGER, v VARCHAR(20))"], "t.v: its table has no primary key"),
    (["CREATE TABLE t (v VARCHAR(20) PRIMARY KEY)"], "t.v: it belongs to "),
    (["CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(20) DEFAULT 'x')"], "t.v: it has a DEFAULT"),
    (["CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(20), w INTEGER, UNIQUE (v, w))"], "t.v: "),
    (
        ["CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(20), CONSTRAINT short CHECK (v > 'a'))"],
        "short mentions it",
    ),
    (
        [
            "CREATE TABLE p (k VARCHAR(20) PRIMARY KEY)",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(20), FOREIGN KEY (v) REFERENCES p (k))",
        ],
        "t.v: it is a foreign key",
    ),
    (
        [
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(20) UNIQUE)",
            "CREATE TABLE c (id INTEGER, w VARCHAR(20), FOREIGN KEY (w) REFERENCES t (v))",
        ],
        " refers to it",
    ),
    (
        ["CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, g TEXT GENERATED ALWAYS AS (lower(v)) STORED)"],
        "t.v: generated column g is computed from it",
    ),
]


@pytest.mark.parametrize("case", ANYWHERE, ids=[expected.strip() for _, expected in ANYWHERE])
def test_an_obstacle_is_named(ring, database_url: str, case: tuple[list[str], str]) -> None:
    engine = create_engine(database_url)
    try:
        assert case[1] in refused(engine, case[0])
    finally:
        engine.dispose()


def test_several_obstacles_are_named_at_once(ring, database_url: str) -> None:
    engine = create_engine(database_url)
    try:
        message = refused(engine, ["CREATE TABLE t (id INTEGER, v VARCHAR(20) DEFAULT 'x')"])
    finally:
        engine.dispose()
    assert "no primary key" in message
    assert "DEFAULT" in message


def test_values_and_keys_that_cannot_be_taken_are_told_before_a_row_is_touched(
    ring, database_url: str
) -> None:
    engine = create_engine(database_url)
    plain = "CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(20) UNIQUE)"
    rows = "INSERT INTO t VALUES (1, '900101-1234567'), (2, '9001011234567'), (3, '2000-02-30')"
    tagged = Target("t", "v", item="kr_rrn", search=Exact())
    try:
        message = refused(engine, [plain, rows], tagged)
        assert "1 of 3 values equal another one in the form that search compares" in message
        message = refused(engine, [], Target("t", "v"))
        assert "t.v is UNIQUE, which ciphertexts cannot keep without search: add --search exact" in message

        message = refused(engine, [], Target("t", "v", declared=Encrypted("t.v", Date, search=Exact())))
        assert "3 of 3 values cannot be read as date without loss" in message
        assert "9001" not in message
        use(None)
        with pytest.raises(KeyringError):
            encrypt_in_place(engine, [tagged])
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM t WHERE v = '900101-1234567'")) == 1
    finally:
        engine.dispose()


def test_unknown_names_are_answered_with_near_ones(ring, database_url: str) -> None:
    engine = create_engine(database_url)
    try:
        message = refused(
            engine,
            ["CREATE TABLE members (id INTEGER PRIMARY KEY, rrn VARCHAR(20))"],
            Target("member", "rrn"),
        )
        assert message == "there is no table 'member' in the database; there is members"
        message = refused(engine, [], Target("members", "rnn"))
        assert message == "there is no column 'rnn' in table members; there is rrn"
    finally:
        engine.dispose()


def test_a_binary_column_is_refused_because_it_tells_nothing_apart(ring, database_url: str) -> None:
    engine = create_engine(database_url)
    kind = "BYTEA" if engine.dialect.name == "postgresql" else "BLOB"
    try:
        message = refused(
            engine,
            [f"CREATE TABLE t (id INTEGER PRIMARY KEY, v {kind})", "INSERT INTO t VALUES (1, 'abc')"],
        )
        assert "binary column" in message
        assert "could not be told apart" in message
    finally:
        engine.dispose()


def test_a_column_that_is_encrypted_as_something_else_is_refused(ring, build, database_url: str) -> None:
    service = build(database_url, 5)
    ours = Target("회원 명부", "주민번호", field="member.rrn", item="kr_rrn", search=Exact())
    encrypt_in_place(service.engine, [ours])
    for other, why in [
        (
            Target("회원 명부", "주민번호", field="member.other", item="kr_rrn", search=Exact()),
            "not as field member.other",
        ),
        (Target("회원 명부", "주민번호", field="member.rrn", item="kr_rrn"), "with search"),
        (
            Target("회원 명부", "주민번호", field="member.rrn", search=Exact()),
            "another search, item or group",
        ),
    ]:
        with pytest.raises(InputError, match=why):
            encrypt_in_place(service.engine, [other])


def test_a_column_or_a_field_named_twice_is_refused(ring, build, sqlite_url: str) -> None:
    service = build(sqlite_url, 5)
    with pytest.raises(InputError, match="column 회원 명부.메모 is named more than once"):
        encrypt_in_place(
            service.engine, [Target("회원 명부", "메모", field="a"), Target("회원 명부", "메모", field="b")]
        )
    with pytest.raises(InputError, match="field a is named more than once"):
        encrypt_in_place(
            service.engine, [Target("회원 명부", "메모", field="a"), Target("회원 명부", "생일", field="a")]
        )


def test_a_file_that_is_no_database_is_told_in_one_line(ring, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database " * 100, "utf-8")
    engine = create_engine(f"sqlite:///{tmp_path / 'text.db'}")
    with pytest.raises(SafeguardsError, match="file is not a database"):
        encrypt_in_place(engine, [SEARCHED])
    engine.dispose()


def test_a_server_that_does_not_answer_is_told_in_one_line(ring) -> None:
    engine = create_engine("postgresql+psycopg://u:secret@127.0.0.1:1/x")
    with pytest.raises(SafeguardsError, match="cannot open ") as error:
        encrypt_in_place(engine, [SEARCHED])
    assert "secret" not in str(error.value)


def test_a_plan_changes_nothing(ring, build, database_url: str) -> None:
    service = build(database_url, 5)
    schema, rows = service.schema(), service.stored()
    (found,) = plan(service.engine, [Target("회원 명부", "주민번호", field="m.rrn", search=Exact())])
    assert (found.state, found.unique, found.survey.values) == ("new", True, 5)
    assert (service.schema(), service.stored()) == (schema, rows)


def test_names_that_make_no_field_id_ask_for_one(ring, build, sqlite_url: str) -> None:
    service = build(sqlite_url, 5)
    with pytest.raises(InputError, match="make no field id: give one with --field"):
        plan(service.engine, [Target("회원 명부", "주민번호", search=Exact())])


SQLITE = [
    (
        ["CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", "CREATE INDEX low ON t (lower(v))"],
        "index low on an expression",
    ),
    (
        ["CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", "CREATE INDEX part ON t (v) WHERE id > 3"],
        "index part on an expression or a part",
    ),
    (
        [
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
            "CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO t VALUES (1, new.V); END",
        ],
        "trigger tr mentions it",
    ),
    (
        [
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, at)",
            "CREATE TRIGGER tr AFTER UPDATE ON t BEGIN UPDATE t SET at = 1; END",
        ],
        "trigger tr would fire for every row",
    ),
    (
        [
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
            "CREATE VIRTUAL TABLE f USING fts5(v, content='t')",
        ],
        "virtual table f",
    ),
    (
        ["CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", "INSERT INTO t VALUES (1, x'00ff')"],
        "1 of 1 values cannot be read as str without loss",
    ),
    (["CREATE TABLE t (id INTEGER PRIMARY KEY, v JSON)"], "of type JSON"),
    (
        [
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
            "CREATE TABLE u (id, w)",
            "CREATE INDEX ix_t_v ON u (w)",
        ],
        "needs the name ix_t_v",
    ),
]


@on("sqlite")
@pytest.mark.parametrize("case", SQLITE, ids=[expected for _, expected in SQLITE])
def test_an_obstacle_on_sqlite_is_named(engine: Engine, case: tuple[list[str], str]) -> None:
    assert case[1] in refused(engine, case[0])


POSTGRESQL = [
    (["CREATE VIEW w AS SELECT v FROM t"], "view w"),
    (["CREATE MATERIALIZED VIEW m AS SELECT v FROM t"], "materialized view m"),
    (["CREATE INDEX low ON t (lower(v))"], "index low depends on it"),
    (
        ["CREATE INDEX part ON t (v) WHERE id > 3"],
        "index part cannot become a search index (it is on a part of the rows)",
    ),
    (["CREATE INDEX part ON t (id) WHERE v IS NULL"], "index part depends on it"),
    (["ALTER TABLE t ADD CONSTRAINT late UNIQUE (v) DEFERRABLE"], "(it is deferrable)"),
    (["CREATE STATISTICS s ON id, v FROM t"], "statistics object s depends on it"),
    (
        ["ALTER TABLE t ENABLE ROW LEVEL SECURITY", "CREATE POLICY mine ON t USING (v = current_user)"],
        "policy mine on table t",
    ),
    (
        [
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.v = 1; RETURN NEW; END'",
            "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        ],
        "trigger tr mentions it",
    ),
    (
        [
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
        ],
        "trigger tr would fire for every row",
    ),
    (["CREATE TABLE c () INHERITS (t)"], "its table is a partition, or inherits"),
    (["ALTER TABLE t ALTER v TYPE jsonb USING NULL"], "of type jsonb"),
    (["CREATE SEQUENCE s OWNED BY t.v"], "sequence s depends on it"),
]


@on("postgres")
def test_every_obstacle_on_postgresql_is_named(engine: Engine) -> None:
    for statements, expected in POSTGRESQL:
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        message = refused(engine, ["CREATE TABLE t (id integer PRIMARY KEY, v varchar(20))", *statements])
        assert expected in message


@on("postgres")
def test_a_role_that_does_not_own_the_table_is_refused(engine: Engine) -> None:
    role = f"reader_{make_url(str(engine.url)).database}"
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (id integer PRIMARY KEY, v text)"))
        connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        connection.execute(text(f"GRANT ALL ON t TO {role}"))
    other = create_engine(engine.url, connect_args={"options": f"-c role={role}"})
    try:
        assert "only the table's owner may change it" in refused(other, [])
    finally:
        other.dispose()
        with engine.begin() as connection:
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))


@on("postgres")
def test_a_partitioned_table_is_refused(engine: Engine) -> None:
    made = "CREATE TABLE t (id integer PRIMARY KEY, v text) PARTITION BY RANGE (id)"
    assert "its table is partitioned" in refused(engine, [made])


MARIADB = [
    (
        ["CREATE INDEX low ON t (v(5))", "CREATE UNIQUE INDEX pre ON t (v(3))"],
        "index pre cannot become a search index",
    ),
    (["CREATE FULLTEXT INDEX words ON t (v)"], "index words cannot become a search index"),
    (
        ["CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.v = LOWER(NEW.v)"],
        "trigger tr mentions it",
    ),
    (
        ["CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW SET NEW.id = OLD.id"],
        "trigger tr would fire for every row",
    ),
    (["ALTER TABLE t ENGINE=Aria"], "kept by Aria, which has no transactions"),
    (["ALTER TABLE t ADD SYSTEM VERSIONING"], "system versioned"),
    (["ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 2"], "its table is partitioned"),
    (["ALTER TABLE t ADD v__tag INT"], "column v__tag already exists"),
    (["ALTER TABLE t MODIFY id FLOAT"], "primary key column id is float"),
    (["ALTER TABLE t MODIFY v TIMESTAMP NULL"], "of type timestamp"),
    (["ALTER TABLE t MODIFY v BIT(3)"], "of type bit(3)"),
]


@on("mariadb")
def test_every_obstacle_on_mariadb_is_named(engine: Engine) -> None:
    for statements, expected in MARIADB:
        message = refused(
            engine,
            ["DROP TABLE IF EXISTS t", "CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(20))", *statements],
        )
        assert expected in message


@on("mariadb")
def test_missing_privileges_are_named(engine: Engine) -> None:
    name = engine.url.database
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(20))"))
        connection.execute(text(f"CREATE USER u_{name}@'127.0.0.1'"))
        connection.execute(text(f"GRANT SELECT, UPDATE ON {name}.* TO u_{name}@'127.0.0.1'"))
    other = create_engine(engine.url.set(username=f"u_{name}"))
    try:
        assert "lacks privileges on the database: ALTER, CREATE, DELETE, DROP, INDEX, INSERT" in refused(
            other, []
        )
    finally:
        other.dispose()
        with engine.begin() as connection:
            connection.execute(text(f"DROP USER u_{name}@'127.0.0.1'"))


def test_the_refused_column_is_never_written(ring, sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    try:
        message = refused(
            engine,
            ["CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT DEFAULT '')", "INSERT INTO t VALUES (1, 'x')"],
        )
        assert message.startswith("nothing was changed")
        with engine.connect() as connection:
            assert connection.execute(text("SELECT * FROM t")).all() == [(1, "x")]
    finally:
        engine.dispose()
