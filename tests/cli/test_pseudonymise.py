"""`safeguards pseudonymise`: files and databases, and every kind of bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from safeguards import Keyring, use
from safeguards.cli.pseudonymise import command
from safeguards.errors import InputError, KeyringError
from safeguards.pipeline import Manifest, verify
from tests import forked

PIPELINE = """
domain = "ads-2026"
purpose = "통계"

[columns]
"이메일" = {transform = "token", item = "email"}
"전화" = {transform = "mask", item = "kr_phone"}
"나이" = {transform = "generalise", band = 10}
"메모" = "drop"
"""
PEOPLE = "이메일,전화,나이,메모\nkim@example.com,010-1234-5678,35,단골\n,,,\n"


@pytest.fixture
def folder(tmp_path: Path, ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.toml").write_text(PIPELINE, "utf-8")
    (tmp_path / "in.csv").write_text(PEOPLE, "utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def refused(*arguments: str) -> str:
    """Return the one line that a person would see."""
    with pytest.raises(InputError) as caught:
        run(*arguments)
    assert caught.value.exit_code == 64
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_becomes_a_file_with_its_manifest(folder: Path) -> None:
    done = run("in.csv", "out.parquet", "--pipeline", "p.toml", "--manifest", "m.json")
    assert done.exit_code == 0
    assert "ads-2026, not kept apart from the data's keys" in done.output
    assert "kim@example.com" not in done.output
    first, second = pq.read_table("out.parquet").to_pylist()
    assert first["이메일"].startswith("tk1_email_")
    assert (first["전화"], first["나이"]) == ("010-1234-****", "30-39")
    assert second == {"이메일": None, "전화": None, "나이": None}
    assert replace(Manifest.read("m.json"), output=None) == Manifest.read("out.parquet")


def test_json_output_is_the_manifest(folder: Path) -> None:
    document = json.loads(run("in.csv", "out.csv", "--pipeline", "p.toml", "--format", "json").output)
    assert document["target"] == "out.csv"
    assert [column["transform"] for column in document["columns"]] == ["token", "mask", "generalise", "drop"]


@pytest.mark.parametrize("encoding", ["cp949", "utf-8-sig", "utf-16"])
def test_files_of_korean_offices_are_read(folder: Path, encoding: str) -> None:
    (folder / "office.csv").write_text(PEOPLE, encoding)
    run("office.csv", "a.csv", "--pipeline", "p.toml")
    run("in.csv", "b.csv", "--pipeline", "p.toml")
    assert (folder / "a.csv").read_bytes() == (folder / "b.csv").read_bytes()


def test_a_table_of_a_database_becomes_a_file(folder: Path, database_url: str) -> None:
    engine = sa.create_engine(database_url)
    names = ["이메일", "전화", "나이", "메모"]
    table = sa.Table("고객 명부", sa.MetaData(), *(sa.Column(name, sa.String(40)) for name in names))
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(
            table.insert(), dict(zip(names, ["Kim@example.com", "01012345678", "35", "x"], strict=True))
        )
    engine.dispose()
    run(database_url, "a.csv", "--table", "고객 명부", "--pipeline", "p.toml")
    run("in.csv", "b.csv", "--pipeline", "p.toml")
    assert (folder / "a.csv").read_text().splitlines() == (folder / "b.csv").read_text().splitlines()[:2]
    assert (
        refused(database_url, "c.csv", "--pipeline", "p.toml")
        == "name a table with --table; there are: 고객 명부"
    )
    assert "no table '없음'" in refused(database_url, "c.csv", "--table", "없음", "--pipeline", "p.toml")


def test_keys_given_by_options_are_the_domains(folder: Path) -> None:
    use(None)
    options = ("--keys", "sqlite:///keys.db", "--provider", "local:master.key")
    with pytest.raises(KeyringError, match="no keyring 'default'"):
        run("in.csv", "a.csv", "--pipeline", "p.toml")
    assert run("in.csv", "a.csv", "--pipeline", "p.toml", *options).exit_code == 0
    assert "--provider goes with --keys" in refused("in.csv", "b.csv", "--pipeline", "p.toml", *options[2:])


def test_a_domain_that_names_its_keyring_is_kept_apart(folder: Path) -> None:
    Keyring.create("sqlite:///apart.db", "local:apart.key").close()
    (folder / "apart.toml").write_text(
        PIPELINE.replace('"ads-2026"', '{name = "ads-2026", keyring = "apart"}'), "utf-8"
    )
    try:
        done = run("in.csv", "a.csv", "--pipeline", "apart.toml", "--keys", "sqlite:///apart.db")
    finally:
        use(None, name="apart")
    assert "ads-2026, kept apart from the data's keys" in done.output


def test_columns_without_keys_need_no_keyring(folder: Path) -> None:
    use(None)
    (folder / "plain.toml").write_text('unlisted = "drop"\n[columns]\n"나이" = "keep"\n', "utf-8")
    assert run("in.csv", "a.csv", "--pipeline", "plain.toml").exit_code == 0
    assert (folder / "a.csv").read_text() == '"나이"\n"35"\n\n'


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("missing.csv", None, "no such file: missing.csv"),
        ("people.xlsx", b"x", "ending says no kind"),
        ("empty.csv", b"", "the first line is empty"),
        ("header.csv", "이메일,전화,나이,메모\n".encode(), "header.csv has no rows; nothing was written"),
        (
            "ragged.csv",
            "이메일,전화,나이,메모\na,b\n".encode(),
            "ragged.csv, line 2: 2 cells where the header has 4",
        ),
        ("latin.csv", "nombre\nJosé\n".encode("latin-1"), "neither UTF-8 nor CP949"),
        ("other.csv", b"a,b\n1,2\n", "no column '이메일'; the columns are: a, b"),
        ("more.csv", "이메일,전화,나이,메모,주소\n,,,,x\n".encode(), "column '주소' is not listed"),
        (
            "age.csv",
            "이메일,전화,나이,메모\n,,many,\n".encode(),
            "column '나이', row 1: holds a value that is no number",
        ),
        ("lines.jsonl", b'{"a": 1}\n{\n', "line 2: not a JSON object"),
        ("t.parquet", b"PAR1", "not a Parquet file, or damaged"),
    ],
)
def test_bad_input_is_one_line_and_leaves_no_target(
    folder: Path, name: str, data: bytes | None, message: str
) -> None:
    if data is not None:
        (folder / name).write_bytes(data)
    assert message in refused(name, "out.csv", "--pipeline", "p.toml", "--manifest", "m.json")
    assert not (folder / "out.csv").exists()
    assert not (folder / "m.json").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["in.csv", "out.csv", "--pipeline", "none.toml"], "none.toml: cannot be read"),
        (["in.csv", "out.xls", "--pipeline", "p.toml"], "ending says no kind"),
        (["in.csv", "none/out.csv", "--pipeline", "p.toml"], "cannot be written"),
        (["in.csv", "in.csv", "--pipeline", "p.toml"], "source and target are one file"),
        (["in.csv", "out.csv", "--pipeline", "p.toml", "--table", "x"], "--table goes with a database URL"),
        (["in.csv", "out.csv", "--pipeline", "p.toml", "--encoding", "x"], "unknown encoding"),
        (["sqlite:///none.db", "out.csv", "--pipeline", "p.toml"], "no such file: none.db"),
        (["oracle://u:geheim@h/d", "out.csv", "--pipeline", "p.toml"], "no database that can be read"),
    ],
)
def test_wrong_arguments_are_one_line(folder: Path, arguments: list[str], message: str) -> None:
    line = refused(*arguments)
    assert message in line
    assert "geheim" not in line


def test_a_second_run_says_that_the_file_is_protected_and_changes_nothing(folder: Path) -> None:
    run("in.csv", "once.parquet", "--pipeline", "p.toml")
    before = (folder / "once.parquet").read_bytes()
    assert "was transformed before" in refused("once.parquet", "twice.parquet", "--pipeline", "p.toml")
    assert (folder / "once.parquet").read_bytes() == before
    assert not (folder / "twice.parquet").exists()


@pytest.mark.slow
def test_the_installed_command_ends_with_the_documented_codes(folder: Path) -> None:
    def code(*arguments: str, **environment: str) -> tuple[int, str]:
        line = [sys.executable, "-c", "from safeguards.cli import main; main()", "pseudonymise", *arguments]
        done = subprocess.run(line, capture_output=True, text=True, check=False, env=os.environ | environment)
        return done.returncode, done.stderr

    keys = {"SAFEGUARDS_KEYRING": "sqlite:///keys.db local:master.key"}
    assert code("in.csv", "out.csv", "--pipeline", "p.toml", **keys) == (0, "")
    assert code("none.csv", "out.csv", "--pipeline", "p.toml", **keys) == (
        64,
        "safeguards: no such file: none.csv\n",
    )
    missing, line = code(
        "in.csv", "out.csv", "--pipeline", "p.toml", SAFEGUARDS_KEYRING="sqlite:///none.db local:none"
    )
    assert missing == 3
    assert line.startswith("safeguards: ")
    assert line.count("\n") == 1


STEPS = """
domain = "ads-2026"

[[steps]]
step = "pseudonymise"
[steps.columns]
"이메일" = {transform = "token", item = "email"}
"전화" = "drop"
"나이" = "keep"
"메모" = {transform = "redact_text", entities = ["PERSON"]}

[[steps]]
step = "detect"
on_find = "refuse"

[[steps]]
step = "encrypt"
columns = {"메모" = "member.memo"}
"""
MEMOS = "이메일,전화,나이,메모\nkim@example.com,010-1234-5678,35,담당자 홍길동\n,,,\n"


def test_steps_of_a_file_redact_check_and_encrypt(folder: Path) -> None:
    use(None)
    (folder / "s.toml").write_text(STEPS, "utf-8")
    (folder / "memos.csv").write_text(MEMOS, "utf-8")
    options = ("--keys", "sqlite:///keys.db", "--provider", "local:master.key")
    assert run("memos.csv", "out.parquet", "--pipeline", "s.toml", *options).exit_code == 0
    (folder / "d.toml").write_text(
        '[[steps]]\nstep = "decrypt"\ncolumns = {"메모" = "member.memo"}\n', "utf-8"
    )
    use(None)
    assert run("out.parquet", "back.csv", "--pipeline", "d.toml", *options).exit_code == 0
    assert "담당자 [PERSON]" in (folder / "back.csv").read_text()
    document = json.loads(run("memos.csv", "o.parquet", "--pipeline", "s.toml", "--format", "json").output)
    assert [column["counts"] for column in document["columns"]][:4] == [{}, {}, {}, {"PERSON": 1}]


def test_a_finding_that_refuses_ends_with_1_and_leaves_no_file(folder: Path) -> None:
    (folder / "s.toml").write_text(STEPS, "utf-8")
    (folder / "memos.csv").write_text(MEMOS.replace("담당자 홍길동", "010-9999-8888로"), "utf-8")
    line = ("from safeguards.cli import main; main()", "pseudonymise", "memos.csv", "out.parquet")
    environment = os.environ | {"SAFEGUARDS_KEYRING": "sqlite:///keys.db local:master.key"}
    done = forked.run(*line, "--pipeline", "s.toml", env=environment)
    assert done.returncode == 1
    assert done.stderr == (
        "safeguards: personal data was found in column '메모' (PHONE_NUMBER 1); nothing was written\n"
    )
    assert not (folder / "out.parquet").exists()


def test_a_table_becomes_a_table_with_its_constraints(folder: Path, database_url: str) -> None:
    fill(database_url)
    url = f"sqlite:///{folder / 'copy.db'}"
    options = ("--pipeline", "orders.toml", "--table", "orders", "--target-table", "주문")
    run(database_url, url, "--pipeline", "member.toml", "--table", "member", "--target-table", "member")
    done = run(database_url, url, *options, "--beside", "member=member.toml", "--manifest", "m.json")
    assert "주문 in sqlite" in done.output
    assert (Manifest.read("m.json").output or {})["table"] == "주문"
    engine = sa.create_engine(url)
    assert [key["referred_table"] for key in sa.inspect(engine).get_foreign_keys("주문")] == ["member"]
    joined = sa.text("SELECT count(*) FROM 주문 JOIN member ON member_id = member.id")
    with engine.connect() as connection:
        assert connection.execute(joined).scalar() == 2
    engine.dispose()
    assert "has rows" in refused(database_url, url, *options)
    bare = f"sqlite:///{folder / 'bare.db'}"
    done = run(database_url, bare, *options, "--constraints", "leave", "--manifest", "m.json")
    assert "foreign_keys_left" not in (Manifest.read("m.json").output or {})


def test_a_foreign_key_into_a_table_that_is_not_there_yet_is_told(folder: Path, sqlite_url: str) -> None:
    fill(sqlite_url)
    url = f"sqlite:///{folder / 'copy.db'}"
    options = ("--table", "orders", "--target-table", "orders", "--beside", "member=member.toml")
    done = run(sqlite_url, url, "--pipeline", "orders.toml", *options, "--manifest", "m.json")
    assert "foreign keys left out" in done.output
    assert "member_id to member" in done.output
    assert (Manifest.read("m.json").output or {})["foreign_keys_left"] == "member_id to member"
    assert verify(url, Path("m.json"), table="orders") == []


def test_what_would_break_a_key_is_refused_in_one_line(folder: Path, sqlite_url: str) -> None:
    fill(sqlite_url)
    (folder / "bad.toml").write_text('[columns]\nid = "mask"\n', "utf-8")
    url = f"sqlite:///{folder / 'copy.db'}"
    told = refused(sqlite_url, url, "--pipeline", "bad.toml", "--table", "member", "--target-table", "member")
    assert told.startswith("member.id: is PRIMARY KEY, but mask may make different values one")
    assert not (folder / "copy.db").exists()


def fill(url: str) -> None:
    """Make members and their orders, and the pipelines of both."""
    metadata = sa.MetaData()
    member = sa.Table("member", metadata, sa.Column("id", sa.String(20), primary_key=True))
    reference = sa.Column("member_id", sa.String(20), sa.ForeignKey("member.id"))
    orders = sa.Table("orders", metadata, sa.Column("no", sa.Integer, primary_key=True), reference)
    engine = sa.create_engine(url)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(member.insert(), [{"id": "홍길동-1"}, {"id": "김서연-2"}])
        rows = [(1, "홍길동-1"), (2, "김서연-2"), (3, None)]
        connection.execute(orders.insert(), [{"no": no, "member_id": of} for no, of in rows])
    engine.dispose()
    Path("member.toml").write_text('domain = "d"\n[columns]\nid = "token"\n', "utf-8")
    Path("orders.toml").write_text('domain = "d"\n[columns]\nno = "keep"\nmember_id = "token"\n', "utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("in.csv", "sqlite:///x.db"), "name the table to write with --target-table"),
        (("in.csv", "out.csv", "--target-table", "t"), "--target-table goes with a database URL"),
        (("in.csv", "sqlite:///x.db", "--target-table", "t", "--beside", "t"), "is no TABLE=FILE"),
    ],
)
def test_options_of_a_table_that_do_not_fit(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    assert message in refused(*arguments, "--pipeline", "p.toml")
    assert not (folder / "x.db").exists()
