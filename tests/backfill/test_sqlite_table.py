from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.errors import InputError
from safeguards.sqlalchemy.backfill.sqlite_table import Declaration

TYPES = st.sampled_from(
    ["", "TEXT", "VARCHAR (20)", "DECIMAL(10, 2)", "UNSIGNED BIG INT", '"char"', "[my type]"]
)
CLAUSES = st.lists(
    st.sampled_from(
        [
            "NOT NULL",
            "CONSTRAINT nn NOT NULL ON CONFLICT ABORT",
            "UNIQUE",
            "CONSTRAINT [u q] UNIQUE ON CONFLICT IGNORE",
            "DEFAULT NULL",
            "DEFAULT 'UNIQUE, ('",
            "DEFAULT (1 + (2))",
            "CHECK (1 > 0)",
            "COLLATE NOCASE",
            "REFERENCES p(id) ON DELETE SET NULL ON UPDATE SET DEFAULT NOT DEFERRABLE INITIALLY IMMEDIATE",
            "/* , UNIQUE */",
            "-- UNIQUE (\n",
        ]
    ),
    max_size=4,
)
NAMES = st.sampled_from(["rrn", '"주민 번호"', "[unique]", "`a,b`", '"type"', "b😀", "키", "'quoted'"])
CONSTRAINTS = st.sampled_from(
    [
        "",
        ", UNIQUE ({})",
        ", CONSTRAINT u1 UNIQUE ({} COLLATE NOCASE DESC) ON CONFLICT IGNORE",
        ", UNIQUE (other), UNIQUE ({}), UNIQUE (other, id)",
        ", UNIQUE (other) CONSTRAINT u2 UNIQUE({}) CHECK (id > 0)",
        ", CHECK (length(other) > 0), UNIQUE ({})",
    ]
)


def _columns(connection: sqlite3.Connection, table: str) -> list[tuple]:
    return connection.execute(f'PRAGMA table_xinfo("{table}")').fetchall()


def _unique(connection: sqlite3.Connection, table: str) -> list[list[str]]:
    found = connection.execute(f'PRAGMA index_list("{table}")').fetchall()
    columns = [connection.execute(f'PRAGMA index_info("{row[1]}")').fetchall() for row in found]
    return sorted([row[2] for row in each] for each in columns)


@given(NAMES, TYPES, CLAUSES, CONSTRAINTS, st.booleans())
def test_the_edit_changes_the_type_and_the_columns_own_unique_and_nothing_else(
    name: str, sql_type: str, clauses: list[str], constraint: str, first: bool
) -> None:
    column = f"{name} {sql_type} {' '.join(clauses)}"
    parts = [column, "other TEXT"] if first else ["other TEXT /* ( */", column]
    sql = f'CREATE TABLE "t t" (id INTEGER PRIMARY KEY, {", ".join(parts)}\n{constraint.format(name)}\n)'
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(sql)
        (stored,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 't t'").fetchone()
        before = _columns(connection, "t t")
        own = before[1 if first else 2][1]
        connection.execute(Declaration(stored).retyped(own, '"새 표"', "BLOB"))
        after = _columns(connection, "새 표")
        changed = [(*row[:2], "BLOB" if row[1] == own else row[2], *row[3:]) for row in before]
        assert after == changed
        assert _unique(connection, "새 표") == [each for each in _unique(connection, "t t") if each != [own]]


def test_what_depends_on_a_column_is_named() -> None:
    declaration = Declaration(
        "CREATE TABLE t (id INTEGER, rrn TEXT CHECK (length(rrn) = 14), a TEXT AS (substr(rrn, 1, 6)), "
        "b TEXT GENERATED ALWAYS AS (lower(a)) STORED, c TEXT CHECK (c <> 'rrn'), "
        'CONSTRAINT long CHECK (length("RRN") > 0))'
    )
    assert list(declaration.dependents("rrn")) == [
        "a CHECK of column rrn mentions it",
        "generated column a is computed from it",
        "CHECK constraint long mentions it",
    ]


def test_table_options_are_seen() -> None:
    declaration = Declaration("CREATE TABLE t (strict TEXT, id INT PRIMARY KEY) WITHOUT ROWID, STRICT")
    assert declaration.without_rowid
    assert declaration.strict
    assert not Declaration("CREATE TABLE t (strict TEXT)").strict


def test_a_virtual_table_is_no_ordinary_one() -> None:
    with pytest.raises(InputError, match="not an ordinary CREATE TABLE"):
        Declaration("CREATE VIRTUAL TABLE t USING fts5(rrn)")
