"""Databases, folders and texts: everything in them is looked at, nested values too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from safeguards.errors import InputError
from tests.cli.scanning.invented import PHONES, RRNS, VALUES, csv

PROFILES = [
    {"contact": {"phone": phone, "mails": [f"u{at}@naver.com"]}, "level": at % 3}
    for at, phone in enumerate(PHONES)
]


def found(document: dict[str, Any], table: str) -> dict[str, str | None]:
    (only,) = [each for each in document["tables"] if each["table"] == table]
    return {column["column"]: column["entity"] for column in only["columns"] if column["entities"]}


def fill(url: str, kinds: dict[str, Any], *, wrap: Any = None) -> None:
    engine = sa.create_engine(url)
    columns = [sa.Column(name, kind) for name, kind in kinds.items()]
    table = sa.Table("member", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), *columns)
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(
            table.insert(), [dict.fromkeys(kinds, wrap(each) if wrap else each) for each in PROFILES]
        )
    engine.dispose()


PATHS = ("contact.phone", "PHONE_NUMBER"), ("contact.mails[]", "EMAIL_ADDRESS")


def test_json_text_of_sqlite_is_reported_by_path(sqlite_url: str, report: Any) -> None:
    fill(sqlite_url, {"profile": sa.Text}, wrap=json.dumps)
    assert found(report(sqlite_url), "member") == {f"profile.{path}": entity for path, entity in PATHS}


@pytest.mark.postgres
def test_json_and_jsonb_of_postgresql_are_reported_by_path(postgres_url: str, report: Any) -> None:
    fill(postgres_url, {"plain": postgresql.JSON, "binary": postgresql.JSONB})
    assert found(report(postgres_url), "member") == {
        f"{column}.{path}": entity for column in ("plain", "binary") for path, entity in PATHS
    }


@pytest.mark.mariadb
def test_json_of_mariadb_is_reported_by_path(mariadb_url: str, report: Any) -> None:
    fill(mariadb_url, {"profile": mysql.JSON})
    assert found(report(mariadb_url), "member") == {f"profile.{path}": entity for path, entity in PATHS}


def test_objects_of_json_lines_and_structs_of_parquet_are_reported_by_path(here: Path, report: Any) -> None:
    (here / "a.jsonl").write_text("\n".join(json.dumps({"profile": each}) for each in PROFILES), "utf-8")
    pq.write_table(pa.table({"profile": PROFILES}), here / "b.parquet")
    document = report(".")
    for table in ("a", "b"):
        assert found(document, table) == {f"profile.{path}": entity for path, entity in PATHS}


def test_a_nested_finding_proposes_to_encrypt_the_whole_column(sqlite_url: str, report: Any) -> None:
    fill(sqlite_url, {"profile": sa.Text}, wrap=json.dumps)
    (table,) = report(sqlite_url)["tables"]
    assert {column["proposal"] for column in table["columns"] if column["within"] == "profile"} == {
        'Encrypted("member.profile", JSON)',
        None,
    }


@pytest.mark.postgres
def test_all_schemas_and_materialised_views_of_postgresql_are_scanned(postgres_url: str, report: Any) -> None:
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(sa.text('CREATE SCHEMA "인사"'))
        for name in ("public.member", '"인사"."직원"'):
            connection.execute(sa.text(f"CREATE TABLE {name} (phone text)"))
            connection.execute(sa.text(f"INSERT INTO {name} VALUES (:p)"), [{"p": phone} for phone in PHONES])
        connection.execute(sa.text("CREATE MATERIALIZED VIEW copied AS SELECT phone FROM member"))
    engine.dispose()
    document = report(postgres_url)
    for table in ("member", "인사.직원", "copied"):
        assert found(document, table) == {"phone": "PHONE_NUMBER"}


@pytest.mark.postgres
def test_a_table_that_may_not_be_read_is_told_and_hides_no_other(postgres_url: str, run: Any) -> None:
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    role = postgres_url.rpartition("_")[2]
    with engine.connect() as connection:
        for line in (
            f"CREATE ROLE reader_{role} LOGIN",
            "CREATE TABLE closed (phone text)",
            "CREATE TABLE open (phone text)",
            f"GRANT SELECT ON open TO reader_{role}",
        ):
            connection.execute(sa.text(line))
        connection.execute(sa.text("INSERT INTO open VALUES (:p)"), [{"p": phone} for phone in PHONES])
    url = sa.make_url(postgres_url).set(username=f"reader_{role}").render_as_string(hide_password=False)
    try:
        result = run(url)
        assert result.exit_code == 2, result.exception
        assert "PHONE_NUMBER" in result.output
        assert "not read: closed: " in result.output
        assert isinstance(run(url, "--table", "closed").exception, InputError)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f"DROP OWNED BY reader_{role}"))
            connection.execute(sa.text(f"DROP ROLE reader_{role}"))
        engine.dispose()


def test_sqlite_files_in_a_folder_are_scanned_whatever_their_name(here: Path, run: Any, report: Any) -> None:
    fill(f"sqlite:///{here / 'app.data'}", {"profile": sa.Text}, wrap=json.dumps)
    csv(here / "a.csv", rrn=RRNS)
    document = report(".")
    assert [(table["table"], table["file"]) for table in document["tables"]] == [
        ("a", "a.csv"),
        ("member", "app.data:member"),
    ]
    text = run(".").output
    assert 'optional: Encrypted("member.profile", JSON)' in text
    assert 'rrn = "drop"' in text


def test_texts_of_a_folder_are_scanned_when_asked_for(here: Path, run: Any, report: Any) -> None:
    csv(here / "a.csv", colour=["red"] * 200)
    (here / "src").mkdir()
    (here / "src" / "설정.py").write_text(f'# 담당\nPHONE = "{PHONES[0]}"\n', "utf-8")
    (here / "old.log").write_bytes(f"회원 {RRNS[0]}\r\n이름".encode("cp949"))
    (here / "wide.txt").write_text(f"메모 {PHONES[1]}", "utf-16")
    (here / "picture.bin").write_bytes(b"\0" + PHONES[2].encode())
    (here / ".git").mkdir()
    (here / ".git" / "index.txt").write_text(PHONES[3], "utf-8")
    assert report(".")["texts"] == []
    texts = {text["file"]: text for text in report(".", "--text")["texts"]}
    assert set(texts) == {"src/설정.py", "old.log", "wide.txt"}
    assert [
        (place["entity"], place["line"], place["column"]) for place in texts["src/설정.py"]["places"]
    ] == [("PHONE_NUMBER", 2, 10)]
    assert texts["old.log"]["entities"] == {"KR_RRN": 1}
    assert texts["old.log"]["must_encrypt"]
    assert texts["wide.txt"]["places"][0]["column"] == 4
    result = run(".", "--text")
    assert result.exit_code == 1
    assert "old.log: KR_RRN 1 in 2 lines" in result.output


def test_names_that_move_the_cursor_are_written_out(here: Path, run: Any) -> None:
    (here / "a\x1b[2J.log").write_text(f"{RRNS[0]}\n", "utf-8")
    output = run(".", "--text").output
    assert "\x1b" not in output
    assert "a\\x1b[2J.log: KR_RRN" in output


@pytest.mark.parametrize("name", ["notes.md", "app.log", "settings.py", "README", "a.txt"])
def test_a_text_that_is_named_is_scanned_line_by_line(here: Path, run: Any, name: str) -> None:
    (here / name).write_text(f"첫 줄\n번호 {RRNS[0]} 입니다\n", "utf-8")
    result = run(name)
    assert result.exit_code == 1
    assert f"{name}: KR_RRN 1 in 2 lines" in result.output
    assert "KR_RRN\t2\t4\t" in result.output


def test_the_encoding_of_a_text_is_checked(here: Path, run: Any) -> None:
    (here / "a.txt").write_bytes("전화 ".encode("johab") + PHONES[0].encode())
    assert run("a.txt", "--encoding", "johab", "--fail-on", "any").exit_code == 1
    assert run("a.txt", "--fail-on", "any").exit_code == 1, "digits are read in any encoding"
    assert isinstance(run("a.txt", "--encoding", "klingon").exception, InputError)


@pytest.mark.parametrize("options", [(), ("--entity", "KR_RRN"), ("--threshold", "0.99"), ("--diff",)])
def test_a_first_line_of_values_is_scanned_and_never_shown(here: Path, run: Any, options: Any) -> None:
    rows = "".join(f"{phone},{rrn}\n" for phone, rrn in zip(PHONES, RRNS, strict=True))
    (here / "a.csv").write_text(rows, "utf-8")
    assert (
        run("a.csv", *options, "--report", "a.html", "--baseline", "b.json", "--update-baseline").exit_code
        == 0
    )
    written = [*here.glob("*.html"), *here.glob("*.json")]
    assert len(written) == 2
    assert not [value for value in VALUES for path in written if value in path.read_text("utf-8")]


def test_columns_without_names_are_numbered_and_propose_nothing(here: Path, report: Any) -> None:
    (here / "a.csv").write_text("".join(f"{phone},{rrn}\n" for phone, rrn in zip(PHONES, RRNS, strict=True)))
    (table,) = report("a.csv")["tables"]
    found = [(column["column"], column["entity"], column["proposal"]) for column in table["columns"]]
    assert found == [("column 1", "PHONE_NUMBER", None), ("column 2", "KR_RRN", None)]
    assert table["sampled"] == len(PHONES)


def test_files_of_other_kinds_are_counted_by_ending(here: Path, run: Any, report: Any) -> None:
    csv(here / "a.csv", colour=["red"] * 20)
    (here / "x.xlsx").write_bytes(b"PK\3\4\0")
    (here / "y.LOG").write_text("none", "utf-8")
    (here / "of.no-ending").write_text("none", "utf-8")
    (here / ".git").mkdir()
    (here / ".git" / "config").write_text("none", "utf-8")
    assert report(".")["passed_over"] == {".xlsx": 1, ".log": 1, "other": 1}
    assert "not looked at: 3 files of other kinds (" in run(".").output
    assert report(".", "--text")["passed_over"] == {".xlsx": 1}
    run(".", "--report", "a.html", "--lang", "en")
    assert "files of other kinds, not looked at" in (here / "a.html").read_text("utf-8")


def test_a_file_that_is_not_read_is_named_once(here: Path, run: Any) -> None:
    csv(here / "a.csv", colour=["red"] * 20)
    (here / "sub").mkdir()
    (here / "sub" / "b.parquet").write_bytes(b"PAR1junk")
    (here / "sub" / "c.csv").write_text("a,b\n1,2\n1,2,3\n", "utf-8")
    output = run(".").output
    assert "not read: sub/b.parquet: not a Parquet file, or damaged" in output
    assert "not read: sub/c.csv: line 3: 3 cells" in output


def test_one_line_is_no_lines(here: Path, run: Any) -> None:
    (here / "a.log").write_text(PHONES[0], "utf-8")
    assert "in 1 line\n" in run("a.log").output
