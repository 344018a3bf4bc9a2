"""`safeguards reencrypt` as a person calls it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.called import in_a_process
from tests.cli.conftest import Run

RRN = ("sqlite:///a.db", "--table", "member", "--column", "rrn", "--item", "kr_rrn", "--search", "exact")


@pytest.fixture
def folder(with_keyring: Path, run: Run) -> Path:
    """A folder with a keyring that was rotated after five values were encrypted."""
    with closing(sqlite3.connect(with_keyring / "a.db")) as data, data:
        data.execute("CREATE TABLE member (id INTEGER PRIMARY KEY, rrn VARCHAR(14))")
        rows = [(at, f"90010{at}-1234567") for at in range(1, 6)]
        data.executemany("INSERT INTO member VALUES (?, ?)", rows)
    for command in (("encrypt", *RRN), ("keys", "rotate")):
        assert run(with_keyring, *command).returncode == 0
    return with_keyring


def test_a_dry_run_and_the_work_say_what_stands_under_which_key(run: Run, folder: Path) -> None:
    listed = json.loads(run(folder, "keys", "status", "--format", "json").stdout)["keys"]
    oldest, newest = (key["id"] for key in listed if key["purpose"] == "data")
    looked = run(folder, "reencrypt", *RRN, "--dry-run")
    assert (looked.returncode, looked.stderr) == (0, "")
    assert f"member.rrn (field member.rrn) would be under data key {newest}" in looked.stdout
    assert f"values under key {oldest}\t5" in looked.stdout
    done = run(folder, "reencrypt", *RRN, "--throttle", "1000")
    assert (done.returncode, done.stderr) == (0, "")
    assert "written anew\t5" in done.stdout
    assert f"values under key {newest}\t5" in done.stdout


def test_a_broken_value_ends_with_one_and_is_only_counted(run: Run, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "a.db")) as data, data:
        data.execute("UPDATE member SET rrn = substr(rrn, 1, 60) WHERE id = 3")
    done = run(folder, "reencrypt", *RRN, "--format", "json")
    (column,) = json.loads(done.stdout)["columns"]
    assert (done.returncode, done.stderr) == (1, "")
    assert (column["written"], column["refused"]) == (4, 1)


def test_models_name_the_columns_too(folder: Path) -> None:
    (folder / "shop.py").write_text(
        "from sqlalchemy import Column, Integer, MetaData, Table\n"
        "from safeguards.sqlalchemy import Encrypted, Exact\n"
        "metadata = MetaData()\n"
        "kind = Encrypted('member.rrn', item='kr_rrn', search=Exact())\n"
        "Table('member', metadata, Column('id', Integer, primary_key=True), Column('rrn', kind))\n"
    )
    done = in_a_process(folder, "reencrypt", "sqlite:///a.db", "--models", "shop:metadata")
    assert (done.returncode, done.stderr) == (0, "")
    assert "written anew\t5" in done.stdout


def test_without_a_column_it_is_refused(run: Run, folder: Path) -> None:
    refused = run(folder, "reencrypt", "sqlite:///a.db")
    assert refused.returncode == 64
    assert (
        refused.stderr
        == "safeguards: say which columns: either --table and --column, or --models, and not both\n"
    )
