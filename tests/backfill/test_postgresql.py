"""PostgreSQL: what would change or lose more than the column's values is refused by name."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from safeguards.errors import InputError
from safeguards.sqlalchemy.backfill import Target, encrypt_in_place

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize(
    ("statements", "obstacle"),
    [
        (
            [
                "CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(20))",
                "CREATE RULE still AS ON UPDATE TO t DO INSTEAD NOTHING",
            ],
            "t.v: rule still would act in place of every UPDATE",
        ),
        (
            [
                "CREATE DOMAIN kind AS VARCHAR(20) DEFAULT 'x'",
                "CREATE TABLE t (id INTEGER PRIMARY KEY, v kind)",
            ],
            "t.v: it has a DEFAULT",
        ),
        (
            ["CREATE DOMAIN sure AS TEXT NOT NULL", "CREATE TABLE t (id INTEGER PRIMARY KEY, v sure)"],
            "t.v: its domain sure is NOT NULL",
        ),
    ],
)
def test_rules_and_domains_of_postgresql_are_named(
    ring, postgres_url: str, statements: list[str], obstacle: str
) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    with pytest.raises(InputError, match=obstacle):
        encrypt_in_place(engine, [Target("t", "v")])
    engine.dispose()
