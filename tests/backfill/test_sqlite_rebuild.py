"""SQLite: what a rebuilt table keeps."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Engine, Float, create_engine, event, text

from safeguards.fields import Cipher, codec_for
from safeguards.sqlalchemy import Encrypted, Exact
from safeguards.sqlalchemy.backfill import Target, encrypt_in_place
from safeguards.sqlalchemy.backfill.sqlite import SqliteBackend

TEXT = codec_for(str)


@pytest.fixture
def engine(ring, sqlite_url: str) -> Iterator[Engine]:
    made = create_engine(sqlite_url)
    yield made
    made.dispose()


def run(engine: Engine, script: str) -> list[Any]:
    """Run statements, and return the rows of the last one."""
    with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as connection:
        *before, last = script.split(";;")
        for statement in before:
            connection.execute(statement)
        return connection.execute(last).fetchall()


def encrypt(engine: Engine, table: str = "t", **options: Any) -> None:
    encrypt_in_place(engine, [Target(table, "v", field="t.v", **options)])


def test_triggers_views_other_indexes_and_foreign_keys_stay(engine: Engine) -> None:
    run(
        engine,
        """CREATE TABLE p (id INTEGER PRIMARY KEY);;
        CREATE TABLE log (what TEXT);;
        CREATE TABLE t
        (id INTEGER PRIMARY KEY, v TEXT UNIQUE, w TEXT UNIQUE, p REFERENCES p (id) ON DELETE CASCADE);;
        CREATE TABLE child (t REFERENCES t (id));;
        CREATE INDEX by_w ON t (w DESC) WHERE w IS NOT NULL;;
        CREATE VIEW all_of_t AS SELECT * FROM t;;
        CREATE TRIGGER gone AFTER DELETE ON t BEGIN INSERT INTO log VALUES (old.w); END;;
        CREATE TRIGGER elsewhere AFTER INSERT ON log BEGIN DELETE FROM t WHERE id = 99; END;;
        INSERT INTO p VALUES (7);;
        INSERT INTO t VALUES (1, 'a', 'b', 7), (2, NULL, NULL, NULL);;
        INSERT INTO child VALUES (1);;
        SELECT 1""",
    )
    query = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT IN ('t', 'ix_t_v')"
    query += " AND name NOT LIKE 'sqlite_%'"
    before = run(engine, query)
    encrypt(engine, search=Exact())
    assert sorted(run(engine, query)) == sorted(before)
    assert run(engine, 'SELECT "from", "table", on_delete FROM pragma_foreign_key_list(\'t\')') == [
        ("p", "p", "CASCADE")
    ]
    assert run(engine, 'SELECT "from", "table" FROM pragma_foreign_key_list(\'child\')') == [("t", "t")]
    assert run(engine, "SELECT id, w, p FROM t") == [(1, "b", 7), (2, None, None)]
    assert run(
        engine, "PRAGMA foreign_keys = ON;; DELETE FROM child;; DELETE FROM p;; SELECT what FROM log"
    ) == [("b",)]
    assert run(engine, "PRAGMA integrity_check") == [("ok",)]


def test_rows_that_refer_to_the_table_are_not_deleted_with_the_old_one(engine: Engine) -> None:
    run(
        engine,
        """CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT);;
        CREATE TABLE child (t REFERENCES t (id) ON DELETE CASCADE);;
        INSERT INTO t VALUES (1, 'a');; INSERT INTO child VALUES (1);; SELECT 1""",
    )

    @event.listens_for(engine, "connect")
    def enforce(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA foreign_keys = ON")

    encrypt(engine)
    assert run(engine, "SELECT t FROM child") == [(1,)]
    assert run(engine, "SELECT sql FROM sqlite_schema WHERE name = 'child'") == [
        ("CREATE TABLE child (t REFERENCES t (id) ON DELETE CASCADE)",)
    ]


def test_the_autoincrement_counter_stays(engine: Engine) -> None:
    run(
        engine,
        """CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT);;
        INSERT INTO t VALUES (41, 'a'), (42, 'b');; DELETE FROM t WHERE id = 42;; SELECT 1""",
    )
    encrypt(engine)
    assert run(engine, "INSERT INTO t (v) VALUES (NULL) RETURNING id") == [(43,)]


def test_the_counter_of_an_emptied_table_stays(engine: Engine) -> None:
    run(
        engine,
        """CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT);;
        INSERT INTO t VALUES (42, 'b');; DELETE FROM t;; SELECT 1""",
    )
    encrypt(engine)
    assert run(engine, "SELECT * FROM sqlite_sequence") == [("t", 42)]


@pytest.mark.parametrize(
    "columns",
    [
        "k TEXT PRIMARY KEY, v TEXT",
        "k BLOB, k2 REAL, v TEXT, PRIMARY KEY (k, k2)",
        "k TEXT PRIMARY KEY, rowid TEXT, v TEXT",
        "k TEXT PRIMARY KEY, rowid TEXT, oid TEXT, _rowid_ TEXT, v TEXT",
        "k TEXT, k2 INT, v TEXT, PRIMARY KEY (k, k2)) WITHOUT ROWID, STRICT",
        "k INTEGER PRIMARY KEY DESC, v TEXT",
        "k TEXT PRIMARY KEY, v VARCHAR(20) COLLATE NOCASE, g AS (lower(k)) STORED, h AS (upper(k))",
    ],
)
def test_rows_are_found_again_by_any_key(engine: Engine, columns: str) -> None:
    run(engine, f"CREATE TABLE t ({columns}{'' if 'STRICT' in columns else ')'};; SELECT 1")
    second = ", k2" if "k2" in columns else ""
    with closing(sqlite3.connect(str(engine.url.database))) as connection:
        rows = [
            (at, *([at / 2 if "REAL" in columns else at] if second else []), f"v{at}") for at in range(2500)
        ]
        connection.executemany(f"INSERT INTO t (k{second}, v) VALUES (?{', ?' if second else ''}, ?)", rows)
        connection.commit()
    encrypt(engine)
    cipher = Cipher("t.v", TEXT)
    assert {int(key): cipher.decrypt(value) for key, value in run(engine, "SELECT k, v FROM t")} == {
        at: f"v{at}" for at in range(2500)
    }


def test_rowids_without_a_column_of_their_own_stay_until_the_vacuum(engine: Engine, monkeypatch) -> None:
    run(
        engine,
        "CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT);; "
        "INSERT INTO t (rowid, k, v) VALUES (900, 'a', 'b');; SELECT 1",
    )
    monkeypatch.setattr(SqliteBackend, "erase", lambda self, tables: [])
    encrypt(engine)
    assert run(engine, "SELECT rowid FROM t") == [(900,)]


def test_a_strict_table_stays_strict_and_intact(engine: Engine) -> None:
    run(
        engine,
        """CREATE TABLE t (id INTEGER PRIMARY KEY, v REAL NOT NULL, w ANY) STRICT;;
        INSERT INTO t VALUES (1, 0.1, 'x'), (2, 1e-300, 2), (3, 3.0, NULL);; SELECT 1""",
    )
    encrypt(engine, declared=Encrypted("t.v", Float))
    cipher = Cipher("t.v", codec_for(float))
    assert [cipher.decrypt(value) for (value,) in run(engine, "SELECT v FROM t")] == [0.1, 1e-300, 3.0]
    assert run(engine, "SELECT name FROM pragma_table_list WHERE strict") == [("t",)]
    assert run(engine, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
def test_every_encoding_of_the_database_gives_the_same_values(engine: Engine, encoding: str) -> None:
    values = "'홍길동 😀', '', 'ﾾ', 'a' || char(0) || 'b'"
    run(
        engine,
        f"""PRAGMA encoding = '{encoding}';; CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE);;
        INSERT INTO t (v) SELECT value FROM json_each(json_array({values}));; SELECT 1""",
    )
    expected = sorted(value for (value,) in run(engine, "SELECT v FROM t"))
    encrypt(engine, search=Exact())
    cipher = Cipher("t.v", TEXT, search=Exact())
    assert sorted(cipher.decrypt(value) for (value,) in run(engine, "SELECT v FROM t")) == expected


def test_numbers_in_an_untyped_column_keep_their_digits(engine: Engine) -> None:
    run(
        engine,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v);; "
        "INSERT INTO t (v) VALUES (0.1), (12), ('x'), (NULL);; SELECT 1",
    )
    encrypt(engine)
    cipher = Cipher("t.v", TEXT)
    assert [value and cipher.decrypt(value) for (value,) in run(engine, "SELECT v FROM t")] == [
        "0.1",
        "12",
        "x",
        None,
    ]


def test_a_database_in_memory_is_encrypted_too(ring) -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)"))
        connection.execute(text("INSERT INTO t VALUES (1, 'a')"))
    encrypt(engine)
    with engine.connect() as connection:
        stored = connection.scalar(text("SELECT v FROM t"))
    engine.dispose()
    assert Cipher("t.v", TEXT).decrypt(stored) == "a"
