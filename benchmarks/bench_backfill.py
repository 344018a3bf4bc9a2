"""Encrypting a filled column in place beside a plain UPDATE of the same rows, and what memory it takes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from functools import cache, partial
from pathlib import Path

from bulk import load
from kinds import values
from setting import DATABASES, QUICK, database, keyring
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, bindparam, func, update
from turns import Figures, Group

ROWS = 50_000 if QUICK else 1_000_000
_JOB = Path(__file__).with_name("backfill_job.py")


@cache
def _measured(name: str) -> tuple[Figures, Figures]:
    """Seconds of the job and of plain updates, and the job's memory above its start."""
    column = Column("a", String(64))
    rows = Table("backfill", MetaData(), Column("id", Integer, primary_key=True), column)
    with database(name).begin() as connection:
        rows.create(connection)
        load(connection, rows, ((number, values(number)["a"]) for number in range(1, ROWS + 1)))
    seconds = {"one UPDATE": _timed(name, rows, _one_update), "UPDATE by id": _timed(name, rows, _by_id)}
    url = database(name).url.render_as_string(hide_password=False)
    command = [sys.executable, str(_JOB), url, rows.name, "a", *keyring()]
    job = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return seconds | {"safeguards encrypt": job["seconds"]}, {"safeguards encrypt": job["bytes"]}


def _timed(name: str, rows: Table, act: object) -> float:
    started = time.perf_counter()
    with database(name).begin() as connection:
        act(connection, rows)  # type: ignore[operator]
    return time.perf_counter() - started


def _one_update(connection: Connection, rows: Table) -> None:
    connection.execute(update(rows).values(a=func.upper(rows.c.a)))


def _by_id(connection: Connection, rows: Table) -> None:
    statement = update(rows).where(rows.c.id == bindparam("number")).values(a=bindparam("value"))
    for start in range(1, ROWS + 1, 10_000):
        numbers = range(start, min(start + 10_000, ROWS + 1))
        connection.execute(statement, [{"number": each, "value": values(each)["a"]} for each in numbers])


def _speed(name: str) -> Figures:
    return _measured(name)[0]


def _memory(name: str) -> Figures:
    return _measured(name)[1]


GROUPS = {
    f"{title}, {name}": group
    for name in DATABASES
    for title, group in {
        "backfill": Group(partial(_speed, name), "s", ROWS),
        "memory of a backfill above its start": Group(partial(_memory, name), "MB"),
    }.items()
}
