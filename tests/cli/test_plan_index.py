"""`safeguards plan-index` on databases and files, plain and encrypted, as a person and a program call it."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from safeguards import Keyring
from safeguards.cli.app import app
from safeguards.cli.plan_index import command
from safeguards.errors import DecryptionFailed, InputError
from safeguards.sqlalchemy import Encrypted, Exact
from safeguards.tables.sql_sampling import SMALL

ROWS = 600
DRAW = Random(11)
FIRST = [*"김" * 21, *"이" * 15, *"박" * 9, *"최" * 5, *"정" * 5, *"강조윤장임한오서신권황안송류홍전고문양손"]
PEOPLE = [DRAW.choice(FIRST) + f"길동{place % 90}" for place in range(ROWS)]
PHONES = [f"010-{place:04d}-{7 * place % 10_000:04d}" for place in range(2000, 2000 + ROWS)]
BORN = [date(1950, 1, 1) + timedelta(days=31 * place) for place in range(ROWS)]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["plan-index", *arguments], catch_exceptions=True)


def report(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output + repr(result.exception)
    assert_no_value(result.output)
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def assert_no_value(output: str) -> None:
    assert "길동" not in output
    assert not any(phone in output or phone.replace("-", "") in output for phone in PHONES)
    assert not any(day.isoformat() in output for day in BORN)


def refused(*arguments: str) -> str:
    with pytest.raises(InputError) as error:
        command.main([*arguments], standalone_mode=False)
    assert "\n" not in str(error.value)
    assert_no_value(str(error.value))
    return str(error.value)


def fill(url: str) -> None:
    engine = sa.create_engine(url)
    tables = sa.MetaData()
    customer = sa.Table(
        "customer", tables,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40)),
        sa.Column("성", sa.String(10)),
        sa.Column("sex", sa.String(1)),
        sa.Column("phone", sa.String(20)),
        sa.Column("birth", sa.Date),
        sa.Column("points", sa.Integer),
    )  # fmt: skip
    tables.create_all(engine)
    rows = [
        {
            "name": None if place % 10 == 0 else PEOPLE[place], "성": PEOPLE[place][0],
            "sex": "남여"[place % 2], "phone": PHONES[place], "birth": BORN[place], "points": place % 5,
        }
        for place in range(ROWS)
    ]  # fmt: skip
    with engine.begin() as connection:
        connection.execute(customer.insert(), rows)
    engine.dispose()


def test_columns_of_every_kind_on_every_engine(database_url: str) -> None:
    fill(database_url)
    at = (database_url, "--table", "customer", "--column")
    phone = report(*at, "phone", "--item", "kr_phone")
    assert phone["declaration"] == 'Encrypted("customer.phone", item="kr_phone", search=Exact())'
    assert (phone["rows"], phone["rows_sampled"], phone["values_planned_for"]) == (ROWS, ROWS, ROWS)
    assert phone["searches"][0]["unique"] == "yes"
    assert [each["search"] for each in phone["searches"]] == ["Exact()", "LastDigits()"]
    sex = report(*at, "sex")
    assert sex["declaration"] == 'Encrypted("customer.sex")'
    assert sex["searches"][0]["fewer_than"] == 20
    surname = report(*at, "성", "--search", "exact")
    (search,) = surname["searches"]
    assert search["proposal"]["declaration"] is None
    assert any("shorter tags do not hide it" in line for line in search["warnings"])
    birth = report(*at, "birth", "--search", "bucket:year", "--search", "exact")
    assert [each["search"] for each in birth["searches"]] == ["Bucket(by='year')", "Exact()"]
    assert birth["declaration"].startswith('Encrypted("customer.birth", Date, search=')
    assert report(*at, "points")["declaration"] == 'Encrypted("customer.points", BigInteger)'


def test_null_is_counted_and_not_planned_for(database_url: str) -> None:
    fill(database_url)
    found = report(database_url, "--table", "customer", "--column", "name", "--item", "person_name")
    assert (found["null_share"], found["null_share_interval"]) == (0.1, [0.1, 0.1])
    assert found["values_planned_for"] == ROWS * 9 // 10
    grown = report(
        database_url, "--table", "customer", "--column", "name", "--search", "exact",
        "--rows-expected", "1000000",
    )  # fmt: skip
    assert grown["values_planned_for"] == 900_000
    wrong = {width["bits"]: width["false_positives"] for width in grown["searches"][0]["widths"]}
    assert wrong[4] > wrong[10] > wrong[128]
    assert wrong[4] == pytest.approx(900_000 / 16, rel=0.02)


def test_a_large_table_is_sampled_and_the_report_says_how(database_url: str) -> None:
    engine, rows = sa.create_engine(database_url), 2 * SMALL + 2000
    big = sa.Table(
        "big", sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20)),
        sa.Column("blob", sa.LargeBinary),
    )  # fmt: skip
    big.create(engine)
    with engine.begin() as connection:
        connection.execute(big.insert(), [{"name": PEOPLE[at % ROWS], "blob": b"x"} for at in range(rows)])
    engine.dispose()
    found = report(database_url, "--table", "big", "--column", "name", "--sample", "2000")
    assert (found["rows"], found["rows_sampled"]) == (rows, 2000)
    assert "the same chance" in found["sampling"]
    assert found["share_margin"] == pytest.approx(0.0214, abs=0.001)
    low, high = found["searches"][-3]["top_share_interval"]  # the first syllable
    share = sum(name[0] == "김" for name in PEOPLE) / ROWS
    assert low - 0.02 <= share <= high + 0.02
    assert high - low < 0.06


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    path = tmp_path / "customer.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "phone", "birth"])
        writer.writerows(zip(PEOPLE, PHONES, BORN, strict=True))
    return path


def test_a_csv_file_is_measured_and_its_dates_have_buckets(csv_file: Path) -> None:
    phone = report(str(csv_file), "--column", "phone", "--item", "kr_phone", "--sample", "100")
    assert (phone["column"], phone["rows"], phone["rows_sampled"]) == ("customer.phone", ROWS, 100)
    assert phone["sampling"].startswith("drawn in one pass over the file")
    assert phone["searches"][0]["distinct_estimate"] == pytest.approx(ROWS, rel=0.1)
    birth = report(str(csv_file), "--column", "birth")
    assert [each["search"] for each in birth["searches"]] == [
        "Exact()", "Bucket(by='year')", "Bucket(by='month')",
    ]  # fmt: skip


def test_a_parquet_file_is_measured(tmp_path: Path) -> None:
    moments = pa.array(BORN, pa.date32()).cast(pa.timestamp("ns", "UTC"))
    path = tmp_path / "people.parquet"
    pq.write_table(pa.table({"name": PEOPLE, "birth": BORN, "at": moments}), path)
    for column in ("birth", "at"):
        found = report(str(path), "--column", column, "--search", "bucket:month")
        assert found["searches"][0]["distinct_in_sample"] == len({(day.year, day.month) for day in BORN})


def test_people_get_tables_without_a_value(csv_file: Path) -> None:
    result = run(str(csv_file), "--column", "name", "--item", "person_name")
    assert result.exit_code == 0, result.output
    assert_no_value(result.output)
    for said in (
        "false positives",
        "by frequency",
        "every row was read",
        "what the figures assume",
        "warning: ",
    ):
        assert said in result.output
    assert "declare\tEncrypted(" in result.output


def encrypted(url: str, search: object) -> None:
    table = sa.Table(
        "member", sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", Encrypted("member.name", sa.String(40), item="person_name", search=search)),
    )  # fmt: skip
    engine = sa.create_engine(url)
    table.create(engine)
    with Session(engine) as session:
        session.execute(table.insert(), [{"name": name} for name in PEOPLE])
        session.commit()
    engine.dispose()


def test_an_encrypted_column_is_measured_by_its_tags_without_a_key(ring: Keyring, database_url: str) -> None:
    encrypted(database_url, Exact())
    found = report(database_url, "--table", "member", "--column", "name")
    assert found["measured"] == "tags"
    (search,) = found["searches"]
    assert search["distinct_in_sample"] == len(set(PEOPLE))
    assert search["top_share"] == round(max(map(PEOPLE.count, PEOPLE)) / ROWS, 4)


def test_with_its_field_and_keys_an_encrypted_column_is_measured_by_decrypting(
    ring: Keyring, database_url: str, tmp_path: Path
) -> None:
    encrypted(database_url, Exact(bits=12))
    at = (database_url, "--table", "member", "--column", "name")
    assert "give its --field" in refused(*at)
    keys = ("--keys", f"sqlite:///{tmp_path / 'keys.db'}", "--provider", f"local:{tmp_path / 'master.key'}")
    found = report(*at, "--field", "member.name", *keys, "--search", "prefix:1")
    assert found["measured"] == "decrypted"
    assert found["searches"][0]["distinct_in_sample"] == len({name[0] for name in PEOPLE})
    wrong = run(*at, "--field", "member.nome", *keys)
    assert isinstance(wrong.exception, DecryptionFailed)
    assert "member.nome" in str(wrong.exception)


def test_what_cannot_be_counted_by_tags_is_said_in_one_line(ring: Keyring, sqlite_url: str) -> None:
    encrypted(sqlite_url, None)
    at = (sqlite_url, "--table", "member", "--column", "name")
    assert "encrypted without search tags" in refused(*at)
    assert "leave --search out" in refused(*at, "--search", "prefix:1")


def test_half_encrypted_columns_are_refused(ring: Keyring, sqlite_url: str) -> None:
    encrypted(sqlite_url, Exact())
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO member (name) VALUES ('김길동')"))
    engine.dispose()
    said = refused(sqlite_url, "--table", "member", "--column", "name")
    assert "holds ciphertexts and plain values" in said


def test_what_is_asked_wrongly_is_one_line_that_says_what_to_do(sqlite_url: str, csv_file: Path) -> None:
    fill(sqlite_url)
    at = (sqlite_url, "--table", "customer", "--column")
    assert "has no column 'nome'" in refused(*at, "nome")
    assert "no table 'kunde'" in refused(sqlite_url, "--table", "kunde", "--column", "name")
    assert "say which table" in refused(sqlite_url, "--column", "name")
    assert "--search 'near' is unknown" in refused(*at, "name", "--search", "near")
    assert "unknown item" in refused(*at, "name", "--item", "nome")
    assert "is for dates" in refused(*at, "name", "--search", "bucket:year")
    assert "less than the 600 rows" in refused(*at, "name", "--rows-expected", "599")
    assert "leave it out" in refused(*at, "name", "--field", "customer.name")
    assert "name its --field too" in refused(*at, "name", "--keys", "sqlite:///keys.db")
    assert "has no column 'nome'" in refused(str(csv_file), "--column", "nome")
    assert "--table names a table of a database" in refused(str(csv_file), "--table", "t", "--column", "name")
    assert "no such file" in refused("absent.csv", "--column", "name")
    assert "--encoding goes with text files" in refused(*at, "name", "--encoding", "cp949")


def test_a_column_of_a_few_values_is_no_column_to_measure(sqlite_url: str) -> None:
    fill(sqlite_url)
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE customer SET name = NULL WHERE id > 20"))
    engine.dispose()
    said = refused(sqlite_url, "--table", "customer", "--column", "name")
    assert "has 18 values in 600 rows" in said
    with sa.create_engine(sqlite_url).begin() as connection:
        connection.execute(sa.text("DELETE FROM customer"))
    assert "has no rows" in refused(sqlite_url, "--table", "customer", "--column", "name")
