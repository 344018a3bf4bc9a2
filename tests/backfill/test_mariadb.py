"""MariaDB: what a server's or a session's own settings must not change."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from safeguards.errors import InputError
from safeguards.fields import Cipher, codec_for
from safeguards.sqlalchemy import Exact
from safeguards.sqlalchemy.backfill import Target, encrypt_in_place
from safeguards.sqlalchemy.backfill.failures import explain

pytestmark = pytest.mark.mariadb


@pytest.mark.parametrize("mode", ["ANSI_QUOTES", "NO_BACKSLASH_ESCAPES,ANSI", ""])
def test_any_sql_mode_of_the_session_is_taken(ring, mariadb_url: str, mode: str) -> None:
    engine = create_engine(mariadb_url, connect_args={"init_command": f"SET sql_mode = '{mode}'"})
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(20) UNIQUE COMMENT 'c', d DATE)")
        )
        connection.execute(text("INSERT INTO t VALUES (1, 'a', '2000-01-01'), (2, :v, NULL)"), {"v": "b\\'"})
    encrypt_in_place(engine, [Target("t", "v", search=Exact())])
    cipher = Cipher("t.v", codec_for(str))
    with engine.connect() as connection:
        stored = connection.scalars(text("SELECT v FROM t ORDER BY id")).all()
    engine.dispose()
    assert [cipher.decrypt(value) for value in stored] == ["a", "b\\'"]


def test_other_columns_with_zero_dates_do_not_stop_a_job(ring, mariadb_url: str) -> None:
    engine = create_engine(mariadb_url)
    with engine.begin() as connection:
        connection.execute(text("SET sql_mode = ''"))
        connection.execute(
            text("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, d DATE DEFAULT '0000-00-00')")
        )
        connection.execute(text("INSERT INTO t (id, v) VALUES (1, 'a')"))
    assert encrypt_in_place(engine, [Target("t", "v")]).columns[0].encrypted == 1
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT CAST(d AS CHAR) FROM t")) == "0000-00-00"
    engine.dispose()


@pytest.mark.parametrize("charset", ["latin1", "euckr", "ucs2", "utf8mb3", "ascii"])
def test_every_encoding_of_a_column_is_taken(ring, mariadb_url: str, charset: str) -> None:
    value = {"latin1": "é", "ascii": "a"}.get(charset, "홍")
    engine = create_engine(mariadb_url)
    with engine.begin() as connection:
        column = f"v VARCHAR(20) CHARACTER SET {charset} NOT NULL COMMENT 'c'"
        connection.execute(text(f"CREATE TABLE t (id INTEGER PRIMARY KEY, {column}, UNIQUE (v))"))
        connection.execute(text("INSERT INTO t VALUES (1, :v)"), {"v": value})
    encrypt_in_place(engine, [Target("t", "v", search=Exact())])
    with engine.connect() as connection:
        stored = connection.scalar(text("SELECT v FROM t"))
        made = connection.execute(text("SHOW CREATE TABLE t")).one()[1]
    engine.dispose()
    assert Cipher("t.v", codec_for(str)).decrypt(stored) == value
    assert "`v` longblob NOT NULL COMMENT 'c'" in made


def test_other_columns_stay_as_they_are_and_a_hidden_one_stays_hidden(ring, mariadb_url: str) -> None:
    engine = create_engine(mariadb_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(20) CHARACTER SET latin1 INVISIBLE, "
                "a TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP, "
                "`b%` DATETIME(3) ON UPDATE CURRENT_TIMESTAMP(3))"
            )
        )
        connection.execute(text("INSERT INTO t (id, v, a, `b%`) VALUES (1, 'x', '2001-02-03', '2001-02-03')"))
    encrypt_in_place(engine, [Target("t", "v")])
    with engine.connect() as connection:
        stamps = connection.execute(text("SELECT CAST(a AS CHAR), CAST(`b%` AS CHAR) FROM t")).one()
        made = connection.execute(text("SHOW CREATE TABLE t")).one()[1]
    engine.dispose()
    assert tuple(stamps) == ("2001-02-03 00:00:00", "2001-02-03 00:00:00.000")
    assert "`v` longblob INVISIBLE" in made


@pytest.mark.parametrize(
    ("kind", "obstacle"),
    [("FLOAT", "change it to DOUBLE first"), ("DATETIME ON UPDATE CURRENT_TIMESTAMP", "ON UPDATE")],
)
def test_a_type_that_shows_or_sets_other_values_is_refused(
    ring, mariadb_url: str, kind: str, obstacle: str
) -> None:
    engine = create_engine(mariadb_url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE t (id INTEGER PRIMARY KEY, v {kind})"))
    with pytest.raises(InputError, match=obstacle):
        encrypt_in_place(engine, [Target("t", "v")])
    engine.dispose()


def test_an_error_of_the_server_is_one_line_with_its_number(ring, mariadb_url: str) -> None:
    engine = create_engine(mariadb_url)
    with engine.connect() as connection, pytest.raises(DBAPIError) as error:
        connection.execute(text("SELECT secret FROM nowhere"))
    engine.dispose()
    line = explain(error.value)
    assert line.endswith("(error 1146)")
    assert "secret" not in line
