from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.called import KEYS, STORE, in_a_process
from tests.cli.conftest import Run


def test_keys_are_made_listed_and_rotated(run: Run, with_keyring: Path) -> None:
    rotated = json.loads(run(with_keyring, "keys", "rotate", *STORE, "--format", "json", keys=None).stdout)
    assert rotated["data key before"] != rotated["data key now"]
    listed = json.loads(run(with_keyring, "keys", "status", *STORE, "--format", "json", keys=None).stdout)
    assert [key["purpose"] for key in listed["keys"] if key["writes"]] == ["tag", "pseudonym", "data"]
    assert [listed["keys"][place]["id"] for place in (0, 3)] == [
        rotated["data key before"],
        rotated["data key now"],
    ]


def test_keys_are_wrapped_with_another_provider(run: Run, with_keyring: Path) -> None:
    assert run(with_keyring, "keys", "rewrap", *STORE, "--to", "local:new.key", keys=None).returncode == 0
    assert run(with_keyring, "keys", "status", *STORE, keys=None).returncode == 3
    assert run(with_keyring, "keys", "status", "--keys", "sqlite:///keys.db", keys=None).returncode == 0


def test_the_environment_names_the_keyring(run: Run, with_keyring: Path) -> None:
    done = run(with_keyring, "keys", "status", keys=KEYS)
    assert done.returncode == 0
    assert "data" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["keys", "create"], 64, "name both"),
        (["keys", "create", *STORE], 3, "already holds"),
        (["keys", "status", "--keys", "sqlite:///other.db"], 3, "holds no keyring"),
        (["keys", "status"], 3, "SAFEGUARDS_KEYRING"),
        (["keys", "status", "--provider", "local:x"], 64, "--keys"),
        (["keys", "status", "--keys", "sqlite:///keys.db", "--provider", "local:x"], 3, "no key file"),
        (["keys", "status", "--keys", "nonsense"], 64, "database URL"),
        (["keys", "nothing"], 64, "No such command"),
        (["nothing"], 64, "no command 'nothing'; there are: demo, scan"),
        (["keys", "status", "--format", "xml"], 64, "xml"),
    ],
)
def test_bad_input_is_one_line_and_an_exit_code(
    run: Run, with_keyring: Path, arguments: list[str], code: int, message: str
) -> None:
    done = run(with_keyring, *arguments, keys=None)
    assert done.returncode == code
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


MODELS = """
from sqlalchemy import Column, Integer, MetaData, Table, Text
from safeguards.sqlalchemy import Encrypted
metadata = MetaData()
note = Encrypted("member.note", Text, subject="member:id")
Table("member", metadata, Column("id", Integer, primary_key=True), Column("note", note))
"""


@pytest.fixture
def members(run: Run, with_keyring: Path) -> Path:
    """A folder with a database of three members, whose notes are theirs."""
    (with_keyring / "shop.py").write_text(MODELS)
    with closing(sqlite3.connect(with_keyring / "shop.db")) as data, data:
        data.execute("CREATE TABLE member (id INTEGER PRIMARY KEY, note TEXT)")
        data.executemany("INSERT INTO member VALUES (?, ?)", [(1, "비밀 하나"), (2, "비밀 둘"), (3, None)])
    done = run(with_keyring, "encrypt", "sqlite:///shop.db", "--models", "shop:metadata", *STORE)
    assert (done.returncode, done.stderr) == (0, "")
    return with_keyring


WHERE = ("--database", "sqlite:///shop.db", "--models", "shop:metadata")


def test_status_counts_stored_values_by_key(run: Run, members: Path) -> None:
    assert in_a_process(members, "keys", "rotate", *STORE).returncode == 0
    shown = json.loads(run(members, "keys", "status", *STORE, *WHERE, "--format", "json").stdout)
    assert [key["values"] for key in shown["keys"] if key["purpose"] == "data"] == [2, 0]
    assert "values" in run(members, "keys", "status", *STORE, *WHERE).stdout
    refused = run(members, "keys", "status", *STORE, *WHERE[:2])
    assert (refused.returncode, refused.stderr) == (64, "safeguards: --database and --models go together\n")


def test_a_person_is_shredded_and_the_receipt_shown(run: Run, members: Path) -> None:
    refused = run(members, "keys", "shred", "member:1", *STORE, *WHERE)
    assert (refused.returncode, "add --yes" in refused.stderr) == (64, True)
    done = run(members, "keys", "shred", "member:1", *STORE, *WHERE, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert "keys destroyed\t1" in done.stdout
    assert "overwritten in member.note\t1" in done.stdout
    assert "backups of the key store" in done.stdout
    again = json.loads(
        run(members, "keys", "shred", "member:1", *STORE, *WHERE, "--yes", "--format", "json").stdout
    )
    assert (again["complete"], again["keys_destroyed"], again["subject"]) == (True, 1, "member:1")


def test_a_database_that_cannot_be_reached_ends_with_one(run: Run, members: Path) -> None:
    with closing(sqlite3.connect(members / "other.db")) as other:
        other.execute("CREATE TABLE unrelated (id INTEGER)")
    where = ("--database", "sqlite:///other.db", "--models", "shop:metadata")
    done = run(members, "keys", "shred", "member:1", *STORE, *where, "--yes")
    assert (done.returncode, done.stderr) == (1, "")
    assert "not reached: member" in done.stdout
    assert "none of these databases has such a table" in done.stdout
