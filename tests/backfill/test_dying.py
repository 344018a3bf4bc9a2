"""A process that dies before any one of its statements leaves a job that the next run finishes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event

from safeguards.fields import Cipher, Exact, codec_for
from safeguards.sqlalchemy.backfill import Target, encrypt_in_place

TARGETS = [
    Target("회원 명부", "주민번호", field="member.rrn", item="kr_rrn", search=Exact()),
    Target("회원 명부", "생일", field="member.birth"),
]


def _die_before(url: str, statement: int) -> bool:
    """Run the job in a child that dies before its nth statement; say whether it did."""
    child = os.fork()
    if child == 0:
        _run_and_die(url, statement)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, 9}
    return code == 9


def _run_and_die(url: str, statement: int) -> None:
    try:
        engine, numbers = create_engine(url), count()

        @event.listens_for(engine, "before_cursor_execute")
        def die(*_: object) -> None:
            if next(numbers) == statement:
                os._exit(9)

        encrypt_in_place(engine, TARGETS)
        os._exit(0)
    finally:
        os._exit(1)


def _moments(step: int) -> Iterator[int]:
    return count(date.today().toordinal() % step, step)


def _left_over(url: str, values: list[str]) -> list[str]:
    """Return values that stand in a SQLite database's files, and other files beside it."""
    if not url.startswith("sqlite"):
        return []
    path = Path(url.removeprefix("sqlite:///"))
    data = path.read_bytes()
    others = [each.name for each in path.parent.iterdir() if each.name.startswith(f"{path.name}-")]
    return [value for value in values if value.encode() in data] + others


def _check(build, emptied, url: str, step: int) -> None:
    service = build(url, 40)
    encrypt_in_place(service.engine, TARGETS)
    expected, rows = service.schema(), service.stored()
    rrn = Cipher("member.rrn", codec_for(str), item="kr_rrn", search=Exact())
    died = 0
    for moment in _moments(step):
        service.engine.dispose()
        service = build(emptied(url), 40)
        service.engine.dispose()
        if not _die_before(url, moment):
            break
        died += 1
        encrypt_in_place(service.engine, TARGETS)
        assert service.schema() == expected
        assert not _left_over(url, service.rrns)
        for mine, theirs in zip(service.stored(), rows, strict=True):
            assert (mine[:2], mine[3], mine[5]) == (theirs[:2], theirs[3], theirs[5])
            assert rrn.decrypt(mine[2]) == rrn.decrypt(theirs[2])
            assert (mine[4] is None) == (theirs[4] is None)
    assert died > 3


@pytest.mark.parametrize("module_url", ["sqlite"], indirect=True)
def test_death_at_some_statements_is_survived(ring, build, emptied, database_url: str) -> None:
    _check(build, emptied, database_url, 29)


@pytest.mark.slow
def test_death_at_each_statement_is_survived_in_the_course_of_four_days(
    ring, build, emptied, database_url: str
) -> None:
    _check(build, emptied, database_url, 4)
