"""The side table of an Ngram is a table like any other to Alembic."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, inspect

from safeguards.sqlalchemy import Encrypted, Exact, Ngram


def model(*, ngram: bool = True) -> MetaData:
    metadata = MetaData()
    search = [Exact(), Ngram(2)] if ngram else Exact()
    Table(
        "member",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("part", String(20), primary_key=True),
        Column("note", Encrypted("member.note", search=search)),
    )
    return metadata


def tables(project: Any) -> set[str]:
    return set(inspect(project.engine).get_table_names())


def test_a_side_table_goes_up_and_down_with_its_table_and_is_proposed_once(project: Any) -> None:
    text = project.revise(model())
    assert "member__note__ngram" in text
    assert "Encrypted" not in text
    project.upgrade()
    project.check(model())
    project.downgrade()
    assert not tables(project) & {"member", "member__note__ngram"}
    project.upgrade()
    project.check(model())


def test_an_ngram_that_comes_later_adds_its_table_and_nothing_else(project: Any) -> None:
    project.revise(model(ngram=False))
    project.upgrade()
    project.revise(model())
    project.upgrade()
    assert "member__note__ngram" in tables(project)
    project.check(model())
    project.revise(model(ngram=False))
    project.upgrade()
    assert "member__note__ngram" not in tables(project)
    project.check(model(ngram=False))
