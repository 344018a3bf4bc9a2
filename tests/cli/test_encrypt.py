"""`safeguards encrypt` as a person calls it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.cli.called import in_a_process
from tests.cli.conftest import Run

RRN = ("--table", "member", "--column", "rrn", "--item", "kr_rrn", "--search", "exact")
MODELS = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from safeguards.sqlalchemy import Encrypted, Exact

class Base(DeclarativeBase):
    pass

class Member(Base):
    __tablename__ = "member"
    id: Mapped[int] = mapped_column(primary_key=True)
    rrn: Mapped[str] = mapped_column(Encrypted("member.rrn", item="kr_rrn", search=Exact()), unique=True)
"""


@pytest.fixture
def folder(with_keyring: Path) -> Path:
    with closing(sqlite3.connect(with_keyring / "data.db")) as connection:
        connection.execute(
            "CREATE TABLE member (id INTEGER PRIMARY KEY, rrn TEXT NOT NULL UNIQUE, name TEXT)"
        )
        connection.execute("CREATE TABLE keyless (rrn TEXT)")
        rows = [(at, f"900101-{1000000 + at}", "홍길동") for at in range(20)]
        connection.executemany("INSERT INTO member VALUES (?, ?, ?)", rows)
        connection.commit()
    return with_keyring


def test_a_column_is_encrypted_and_the_report_says_how_it_is_declared(folder: Path) -> None:
    done = in_a_process(folder, "encrypt", "sqlite:///data.db", *RRN)
    assert (done.returncode, done.stderr) == (0, "")
    assert "member.rrn is encrypted as field member.rrn" in done.stdout
    assert "Encrypted('member.rrn', Text, item='kr_rrn', search=Exact()), unique=True" in done.stdout
    assert "plaintext may remain elsewhere" in done.stdout
    assert b"900101-" not in (folder / "data.db").read_bytes()


def test_the_report_is_one_json_document(run: Run, folder: Path) -> None:
    done = run(folder, "encrypt", "sqlite:///data.db", *RRN, "--field", "m.rrn", "--format", "json")
    document = json.loads(done.stdout)
    (column,) = document["columns"]
    assert (column["field"], column["state"], column["values"], column["unique"]) == (
        "m.rrn",
        "done",
        20,
        True,
    )
    assert document["erased"]
    assert document["remaining"]
    assert "900101-" not in done.stdout + done.stderr


def test_an_encrypted_column_is_left_as_it_is(run: Run, folder: Path) -> None:
    run(folder, "encrypt", "sqlite:///data.db", *RRN)
    before = (folder / "data.db").read_bytes()
    again = run(folder, "encrypt", "sqlite:///data.db", *RRN)
    assert (
        again.stderr
        == "safeguards: member.rrn (field member.rrn) is already encrypted; nothing was changed\n"
    )
    assert again.returncode == 64
    assert (folder / "data.db").read_bytes() == before


def test_a_search_group_is_passed_on(run: Run, folder: Path) -> None:
    done = run(folder, "encrypt", "sqlite:///data.db", *RRN[:-1], "exact:rrn", "--format", "json")
    assert "search=Exact(group='rrn')" in json.loads(done.stdout)["columns"][0]["model"]


def test_models_declare_the_columns(run: Run, folder: Path) -> None:
    (folder / "app_models.py").write_text(MODELS, "utf-8")
    done = run(folder, "encrypt", "sqlite:///data.db", "--models", "app_models:Base")
    assert (done.returncode, done.stderr) == (0, "")
    again = run(folder, "encrypt", "sqlite:///data.db", "--models", "app_models:Base")
    assert "already encrypted" in again.stderr


def test_a_column_that_was_encrypted_before_does_not_stop_the_others(run: Run, folder: Path) -> None:
    run(folder, "encrypt", "sqlite:///data.db", *RRN)
    more = MODELS + '    name: Mapped[str] = mapped_column(Encrypted("member.name"))\n'
    (folder / "more_models.py").write_text(more, "utf-8")
    done = run(folder, "encrypt", "sqlite:///data.db", "--models", "more_models:Member")
    assert (done.returncode, done.stderr) == (0, "")
    assert "member.rrn is already encrypted as field member.rrn" in done.stdout
    assert "member.name is encrypted as field member.name" in done.stdout


def test_the_report_in_json_names_an_encrypted_column_too(run: Run, folder: Path) -> None:
    run(folder, "encrypt", "sqlite:///data.db", *RRN)
    again = run(folder, "encrypt", "sqlite:///data.db", *RRN, "--format", "json")
    assert json.loads(again.stdout)["columns"][0]["state"] == "already encrypted"
    assert again.returncode == 64


def test_a_dry_run_changes_nothing(run: Run, folder: Path) -> None:
    before = (folder / "data.db").read_bytes()
    done = run(folder, "encrypt", "sqlite:///data.db", *RRN, "--dry-run", "--format", "json")
    (planned,) = json.loads(done.stdout)["plan"]
    assert (planned["column"], planned["state"], planned["values"]) == ("member.rrn", "new", 20)
    assert (folder / "data.db").read_bytes() == before


BAD = [
    (["sqlite:///absent.db", *RRN], 64, "no such file: absent.db"),
    (["nonsense", *RRN], 64, "not a database URL"),
    (["sqlite:///data.db"], 64, "either --table and --column, or --models"),
    (["sqlite:///data.db", "--models", "app_models:Base", *RRN], 64, "and not both"),
    (["sqlite:///data.db", "--models", "absent:Base"], 64, "cannot import absent: ModuleNotFoundError"),
    (["sqlite:///data.db", "--models", "json:Base"], 64, "module json has no Base"),
    (["sqlite:///data.db", "--models", "json"], 64, "--models is MODULE:NAME"),
    (
        ["sqlite:///data.db", "--table", "membr", "--column", "rrn"],
        64,
        "no table 'membr' in the database; there is member",
    ),
    (
        ["sqlite:///data.db", "--table", "member", "--column", "rn"],
        64,
        "no column 'rn' in table member; there is rrn",
    ),
    (["sqlite:///data.db", "--table", "keyless", "--column", "rrn"], 64, "no primary key"),
    (
        ["sqlite:///data.db", "--table", "member", "--column", "rrn"],
        64,
        "UNIQUE, which ciphertexts cannot keep without search",
    ),
    (["sqlite:///data.db", *RRN[:-1], "like"], 64, "--search 'like' is unknown; write exact or exact:GROUP"),
    (["sqlite:///data.db", "--table", "member", "--column", "name", "--item", "kr_rn"], 64, "kr_rn"),
    (["sqlite:///data.db", "--table", "member", "--column", "name", "--field", "a b"], 64, "a field id is"),
]


@pytest.mark.parametrize(("arguments", "code", "says"), BAD, ids=[says for _, _, says in BAD])
def test_bad_input_ends_with_one_line(
    run: Run, folder: Path, arguments: list[str], code: int, says: str
) -> None:
    before = (folder / "data.db").read_bytes()
    done = run(folder, "encrypt", *arguments)
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert (done.returncode, done.stdout) == (code, "")
    assert (folder / "data.db").read_bytes() == before


def test_wrong_missing_and_unprotected_keys_change_nothing(run: Run, folder: Path) -> None:
    before = (folder / "data.db").read_bytes()
    run(folder, "keys", "create", "--keys", "sqlite:///other.db", "--provider", "local:other.key")
    cases = [
        ("sqlite:///keys.db local:other.key", "does not open this keyring's keys"),
        ("sqlite:///keys.db local:absent.key", "there is no key file"),
        ("sqlite:///absent.db", "holds no keyring"),
        ("", "no keyring 'default'"),
    ]
    for keys, says in cases:
        done = run(folder, "encrypt", "sqlite:///data.db", *RRN, keys=keys)
        assert says in done.stderr
        assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    (folder / "master.key").chmod(0o644)
    done = run(folder, "encrypt", "sqlite:///data.db", *RRN)
    assert "others can read the key file" in done.stderr
    assert (folder / "data.db").read_bytes() == before


@pytest.mark.postgres
def test_a_table_outside_the_default_schema_is_named_with_it(
    run: Run, folder: Path, postgres_url: str
) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text('CREATE SCHEMA "고객"'))
        connection.execute(text('CREATE TABLE "고객"."명부" (id uuid PRIMARY KEY, rrn text UNIQUE)'))
        connection.execute(text('INSERT INTO "고객"."명부" VALUES (gen_random_uuid(), \'900101-1234567\')'))
    arguments = ("--table", "고객.명부", "--column", "rrn", "--item", "kr_rrn", "--search", "exact")
    done = run(folder, "encrypt", postgres_url, *arguments, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    (column,) = json.loads(done.stdout)["columns"]
    assert (column["column"], column["field"], column["state"]) == ("고객.명부.rrn", "명부.rrn", "done")
    with engine.connect() as connection:
        stored = connection.scalar(text('SELECT rrn FROM "고객"."명부"'))
        indexes = connection.scalars(text("SELECT indexdef FROM pg_indexes WHERE schemaname = '고객'")).all()
    engine.dispose()
    assert bytes(stored)[0] == 0xFE
    assert any("UNIQUE" in line and "substr" in line for line in indexes)


def test_a_field_of_another_column_is_refused(run: Run, folder: Path) -> None:
    assert run(folder, "encrypt", "sqlite:///data.db", *RRN).returncode == 0
    name = ("--table", "member", "--column", "name", "--field", "member.rrn")
    done = run(folder, "encrypt", "sqlite:///data.db", *name)
    assert done.returncode == 64
    assert "column rrn holds values of field member.rrn already" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_way_back_needs_a_yes(run: Run, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "back.db")) as data, data:
        data.execute("CREATE TABLE member (id INTEGER PRIMARY KEY, rrn VARCHAR(14))")
        data.execute("INSERT INTO member VALUES (1, '900101-1234567')")
    assert (
        run(tmp_path, "keys", "create", "--keys", "sqlite:///b.db", "--provider", "local:b.key").returncode
        == 0
    )
    keys = "sqlite:///b.db local:b.key"
    assert run(tmp_path, "encrypt", "sqlite:///back.db", *RRN, "--throttle", "500", keys=keys).returncode == 0
    refused = run(tmp_path, "encrypt", "sqlite:///back.db", *RRN, "--undo", keys=keys)
    assert (refused.returncode, "confirm with --yes" in refused.stderr) == (64, True)
    done = run(tmp_path, "encrypt", "sqlite:///back.db", *RRN, "--undo", "--yes", keys=keys)
    assert (done.returncode, done.stderr) == (0, "")
    assert "decrypted by this run\t1" in done.stdout
    with closing(sqlite3.connect(tmp_path / "back.db")) as data:
        assert data.execute("SELECT rrn FROM member").fetchall() == [("900101-1234567",)]
