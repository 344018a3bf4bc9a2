"""`safeguards scan` on databases and files, as a person and as a program would call it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from safeguards import Keyring, use
from safeguards.cli.app import app
from safeguards.cli.scan import command
from safeguards.errors import InputError
from safeguards.pipeline import Pipeline
from safeguards.tables import open_file

DRAW = random.Random(23)
PHONES = [f"010-{DRAW.randrange(2000, 9999)}-{DRAW.randrange(10_000):04d}" for _ in range(300)]
RRNS = [
    f"{year:02d}0{DRAW.randint(1, 9)}1{DRAW.randint(0, 9)}-1{DRAW.randrange(10**6):06d}"
    for year in range(50, 100)
]
NOTES = ["배송 문의드립니다"] * 250 + [f"연락은 {phone}로 주세요" for phone in PHONES[:50]]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["scan", *arguments], catch_exceptions=True)


def report(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--format", "json")
    assert result.exit_code in (0, 1, 2), result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def columns(document: dict[str, Any], table: str) -> dict[str, Any]:
    (found,) = [entry for entry in document["tables"] if entry["table"] == table]
    return {column["column"]: column for column in found["columns"]}


def refused(*arguments: str) -> str:
    with pytest.raises(InputError) as error:
        command.main([*arguments], standalone_mode=False)
    assert "\n" not in str(error.value)
    return str(error.value)


def fill(url: str) -> None:
    engine = sa.create_engine(url)
    tables = sa.MetaData()
    members = sa.Table(
        "회원", tables,
        sa.Column("번호", sa.Integer, primary_key=True),
        sa.Column("주민번호", sa.String(20)),
        sa.Column("휴대폰", sa.String(20)),
        sa.Column("메모", sa.Text),
        sa.Column("등급", sa.String(10)),
    )  # fmt: skip
    sa.Table("빈_표", tables, sa.Column("id", sa.Integer, primary_key=True), sa.Column("rrn", sa.String(20)))
    tables.create_all(engine)
    rows = [
        {"주민번호": RRNS[place % 50], "휴대폰": PHONES[place], "메모": NOTES[place], "등급": "일반"}
        for place in range(300)
    ]
    with engine.begin() as connection:
        connection.execute(members.insert(), rows)
    engine.dispose()


IN_A_MODEL = {
    "주민번호": 'Encrypted("회원.주민번호", item="kr_rrn", search=Exact())',
    "휴대폰": 'Encrypted("회원.휴대폰", item="kr_phone", search=Exact())',
    "메모": 'Encrypted("회원.메모", Text)',
    "등급": None,
}
IN_A_PIPELINE = {
    "주민번호": '"주민번호" = "drop"',
    "휴대폰": '"휴대폰" = { transform = "token", item = "kr_phone" }',
    "메모": '"메모" = "drop"',
    "등급": None,
}


def assert_members(document: dict[str, Any], proposals: dict[str, str | None] = IN_A_MODEL) -> None:
    found = columns(document, "회원")
    assert {name: found[name]["proposal"] for name in proposals} == proposals
    assert found["주민번호"]["entity"] == "KR_RRN"
    assert found["주민번호"]["must_encrypt"]
    assert found["주민번호"]["legal_class"] == "unique identifier"
    assert found["휴대폰"]["entity"] == "PHONE_NUMBER"
    assert found["휴대폰"]["confidence"] > 0.9
    assert not found["휴대폰"]["must_encrypt"]
    assert found["휴대폰"]["items"] == found["메모"]["items"] == ["kr_phone"]
    assert found["메모"]["entity"] is None
    assert found["메모"]["share"] == pytest.approx(1 / 6, abs=0.001)
    assert found["메모"]["confidence"] > 0.5
    assert found["메모"]["reason"] == "free text: PHONE_NUMBER in 50 of 300 rows"
    assert found["메모"]["entities"] == {"PHONE_NUMBER": pytest.approx(1 / 6, abs=0.001)}
    assert found["등급"]["entity"] is None
    assert found["등급"]["entities"] == {}


def test_a_database_with_korean_names_on_every_engine(database_url: str) -> None:
    fill(database_url)
    document = report(database_url)
    assert document["adverse"]
    assert_members(document)
    (members,) = [table for table in document["tables"] if table["table"] == "회원"]
    assert (members["rows"], members["sampled"], members["empty"]) == (300, 300, False)
    (empty,) = [table for table in document["tables"] if table["table"] == "빈_표"]
    assert (empty["rows"], empty["sampled"], empty["empty"]) == (0, 0, True)


def test_one_table_and_a_smaller_sample(sqlite_url: str) -> None:
    fill(sqlite_url)
    document = report(sqlite_url, "--table", "회원", "--sample", "40")
    assert [table["table"] for table in document["tables"]] == ["회원"]
    assert document["tables"][0]["sampled"] == 40
    assert columns(document, "회원")["휴대폰"]["rows"] == 40


def test_a_sqlite_file_by_its_path(sqlite_url: str) -> None:
    fill(sqlite_url)
    assert_members(report(sqlite_url.removeprefix("sqlite:///")))


def test_the_report_for_people_names_items_and_says_what_is_optional(sqlite_url: str, tmp_path: Path) -> None:
    fill(sqlite_url)
    lines = {line.split("\t")[0]: line.split("\t")[1:] for line in run(sqlite_url).output.splitlines()}
    assert lines["column"][-1] == "declare"
    assert lines["휴대폰"][:2] == ["PHONE_NUMBER", "kr_phone"]
    assert lines["휴대폰"][-1] == f"optional: {IN_A_MODEL['휴대폰']}"
    assert lines["주민번호"][-1] == IN_A_MODEL["주민번호"]
    assert lines["메모"][:2] == ["free text: PHONE_NUMBER in 50 of 300 rows", "kr_phone"]
    assert lines["메모"][3] == "16.7%"
    (tmp_path / "b.csv").write_text("phone\n" + "\n".join(PHONES), "utf-8")
    of_a_file = run(str(tmp_path / "b.csv")).output
    assert "in a pipeline" in of_a_file
    assert 'phone = { transform = "token", item = "kr_phone" }' in of_a_file


def test_what_is_proposed_for_a_file_is_a_pipeline_that_runs(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    born = [f"19{year}-03-02" for year in range(50, 100)] * 6
    lines = ["주민번호,phone,메모,생년월일"]
    lines += [f"{RRNS[at % 50]},{PHONES[at]},{NOTES[at]},{born[at]}" for at in range(300)]
    path.write_text("\n".join(lines), "utf-8")
    proposed = [column["proposal"] for column in columns(report(str(path)), "members").values()]
    declared = tmp_path / "pipeline.toml"
    declared.write_text("\n".join(['domain = "d"', "[columns]", *proposed]), "utf-8")
    store = f"sqlite:///{tmp_path / 'keys.db'}"
    with Keyring.create(store, provider=f"local:{tmp_path / 'master.key'}") as ring:
        use(ring)
        try:
            result = Pipeline.from_toml(declared).run(open_file(path).sample(300))
        finally:
            use(None)
    assert result.schema.names == ["phone", "생년월일"]


def test_an_encoding_is_named_for_text_files_only(tmp_path: Path, sqlite_url: str) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes("n\xf8m,phone\n".encode("latin-1") + b"\xff\x81,1\n")
    assert "name its encoding" in refused(str(path))
    assert [
        column["column"] for column in columns(report(str(path), "--encoding", "latin-1"), "old").values()
    ] == [
        "nøm",
        "phone",
    ]
    assert set(columns(report(str(tmp_path), "--encoding", "latin-1"), "old")) == {"nøm", "phone"}
    fill(sqlite_url)
    assert "--encoding goes with text files" in refused(sqlite_url, "--encoding", "cp949")
    assert "unknown encoding 'x'" in refused(str(path), "--encoding", "x")


def test_what_is_not_there_is_said_before_what_it_might_be(tmp_path: Path) -> None:
    for name in ("absent.db", "absent", "absent/"):
        target = f"{tmp_path}/{name}"
        assert refused(target) == f"no such file or folder: {target}"
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0\0")
    assert "also texts and SQLite files" in refused(str(tmp_path / "picture.png"))


def test_a_header_without_rows_says_the_same_alone_and_in_a_folder(tmp_path: Path) -> None:
    for name, data in (("a", "rrn,phone"), ("b", "rrn,phone\n")):
        path = tmp_path / f"{name}.csv"
        path.write_text(data, "utf-8")
        assert refused(str(path)) == f"{name}: no rows; nothing to scan"
    assert refused(str(tmp_path)) == "a, b: no rows; nothing to scan"
    (tmp_path / "c.csv").write_text("colour\nred\n", "utf-8")
    assert "a: no rows; nothing to scan\n" in run(str(tmp_path)).output


def test_neither_report_shows_a_value(sqlite_url: str) -> None:
    fill(sqlite_url)
    for output in (run(sqlite_url).output, run(sqlite_url, "--format", "json").output):
        assert "휴대폰" in output
        assert not [value for value in (*PHONES, *RRNS) if value in output]


def test_plain_registration_numbers_are_an_adverse_finding_and_phones_are_none(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("rrn\n" + "\n".join(RRNS), "utf-8")
    (tmp_path / "b.csv").write_text("phone\n" + "\n".join(PHONES), "utf-8")
    adverse, fine = run(str(tmp_path / "a.csv")), run(str(tmp_path / "b.csv"))
    assert (adverse.exit_code, fine.exit_code) == (1, 0)
    assert "MUST be encrypted" in adverse.output
    assert "plain" in fine.output


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_csv_in_the_encodings_of_korean_exports(tmp_path: Path, encoding: str) -> None:
    lines = ["주민번호,휴대폰,메모,등급"]
    lines += [f"{RRNS[place % 50]},{PHONES[place]},{NOTES[place]},일반" for place in range(300)]
    path = tmp_path / "회원.csv"
    path.write_bytes("\r\n".join(lines).encode(encoding))
    assert_members(report(str(path)), IN_A_PIPELINE)


def test_json_lines_and_parquet(tmp_path: Path) -> None:
    rows = [
        {"주민번호": RRNS[place % 50], "휴대폰": PHONES[place], "메모": NOTES[place], "등급": "일반"}
        for place in range(300)
    ]
    lines = tmp_path / "회원.jsonl"
    lines.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    assert_members(report(str(lines)), IN_A_PIPELINE)
    lines.unlink()
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "회원.parquet")
    assert_members(report(str(tmp_path)), IN_A_PIPELINE)


@pytest.mark.postgres
def test_adult_and_documents_in_postgresql(postgres_url: str, shared: Path) -> None:
    header, *lines = (shared / "data/risk/adult.csv").read_text("utf-8").splitlines()
    names = header.split(";")
    texts = (shared / "data/detection/ko_documents.jsonl").read_text("utf-8").splitlines()
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        adult = sa.Table("adult", sa.MetaData(), *(sa.Column(name, sa.Text) for name in names))
        documents = sa.Table(
            "documents", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("text", sa.Text)
        )
        adult.create(connection)
        documents.create(connection)
        connection.execute(adult.insert(), [dict(zip(names, line.split(";"), strict=True)) for line in lines])
        connection.execute(
            documents.insert(),
            [{"id": at, "text": json.loads(line)["text"]} for at, line in enumerate(texts)],
        )
    engine.dispose()
    document = report(postgres_url)
    for column in columns(document, "adult").values():
        assert column["entity"] in (None, "SEX", "AGE", "EDUCATION")
        assert (set(column["entities"]) <= {column["entity"]}, column["traces"]) == (True, {})
        assert not column["must_encrypt"]
    text = columns(document, "documents")["text"]
    assert text["entity"] is None
    assert text["entities"]["PERSON"] > 0.8
    assert text["entities"]["PHONE_NUMBER"] > 0.7
    assert text["entities"]["KR_RRN"] > 0.3
    assert {"ADDRESS", "EMAIL_ADDRESS", "BIRTH_DATE", "KR_BRN"} <= set(text["entities"])
    assert text["must_encrypt"]
    assert text["proposal"] == 'Encrypted("documents.text", Text)'
    assert columns(document, "documents")["id"]["entity"] is None


def test_encrypted_parts_are_reported_as_such(sqlite_url: str, envelopes: list[bytes]) -> None:
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        table = sa.Table(
            "member", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("rrn", sa.LargeBinary)
        )
        table.create(connection)
        connection.execute(table.insert(), [{"id": at, "rrn": data} for at, data in enumerate(envelopes)])
    engine.dispose()
    document = report(sqlite_url)
    found = columns(document, "member")["rrn"]
    assert (found["encrypted"], found["proposal"], document["adverse"]) == (1.0, None, False)
    assert "encrypted (100%)" in run(sqlite_url).output


def test_a_half_encrypted_column_says_both(sqlite_url: str, envelopes: list[bytes]) -> None:
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        table = sa.Table("member", sa.MetaData(), sa.Column("rrn", sa.LargeBinary))
        table.create(connection)
        mixed = [*envelopes[:25], *(number.encode() for number in RRNS[25:])]
        connection.execute(table.insert(), [{"rrn": data} for data in mixed])
    engine.dispose()
    found = columns(report(sqlite_url), "member")["rrn"]
    assert (found["encrypted"], found["entity"], found["must_encrypt"]) == (0.5, "KR_RRN", True)
    result = run(sqlite_url)
    assert result.exit_code == 1
    assert "encrypted (50%), MUST be encrypted" in result.output


@pytest.fixture
def envelopes(tmp_path: Path) -> list[bytes]:
    from safeguards.fields import Cipher, codec_for

    keys = f"sqlite:///{tmp_path / 'keys.db'}"
    with Keyring.create(keys, provider=f"local:{tmp_path / 'master.key'}") as ring:
        use(ring, name="scan-test")
        cipher = Cipher("member.rrn", codec_for(str), keyring="scan-test")
        return [cipher.encrypt(number) for number in RRNS]


def test_bad_input_is_one_line_and_exit_64(tmp_path: Path, sqlite_url: str) -> None:
    fill(sqlite_url)
    empty = tmp_path / "empty.csv"
    empty.write_text("rrn,phone\n", "utf-8")
    ragged = tmp_path / "ragged.csv"
    ragged.write_text("a,b\n1,2\n1,2,3\n", "utf-8")
    assert "absent.csv" in refused(str(tmp_path / "absent.csv"))
    assert "nothing to scan" in refused(str(empty))
    assert "ragged.csv" in refused(str(ragged))
    assert "no table '없음'" in refused(sqlite_url, "--table", "없음")
    assert "nothing to scan" in refused(sqlite_url, "--table", "빈_표")
    assert "--table" in refused(str(empty), "--table", "x")
    assert "no such file" in refused(f"sqlite:///{tmp_path / 'absent.db'}")
    (tmp_path / "folder").mkdir()
    assert "no file to scan" in refused(str(tmp_path / "folder"))
    assert InputError.exit_code == 64


def test_a_folder_reads_what_it_can_and_says_what_it_could_not(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "phones.csv").write_text("phone\n" + "\n".join(PHONES), "utf-8")
    (tmp_path / "ragged.csv").write_text("a,b\n1,2\n1,2,3\n", "utf-8")
    (tmp_path / "notes.txt").write_text("not a table", "utf-8")
    result = run(str(tmp_path))
    assert result.exit_code == 2
    assert "PHONE_NUMBER" in result.output
    assert "not read: ragged.csv" in result.output
    document = report(str(tmp_path))
    assert [table["table"] for table in document["tables"]] == ["phones"]
    assert [entry["file"] for entry in document["unread"]] == ["ragged.csv"]


def test_a_clean_table_says_so(tmp_path: Path) -> None:
    (tmp_path / "colours.csv").write_text("colour,size\n" + "red,1\nblue,2\n" * 20, "utf-8")
    result = run(str(tmp_path / "colours.csv"))
    assert result.exit_code == 0
    assert "nothing found in 2 columns" in result.output
