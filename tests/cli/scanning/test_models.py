"""Models: what they leave unprotected by name and by content, and diffs that apply."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from safeguards.cli.scanning.models import tables_of
from safeguards.cli.scanning.new_model import TableModel, module
from safeguards.cli.scanning.patch import Source
from safeguards.detection import ColumnVerdict
from safeguards.detection.proposal import encrypted_column
from safeguards.errors import InputError
from safeguards.items.kr.phone import ITEM
from tests.cli.scanning.invented import PHONES, RRNS

MODELS = '''\
"""모델."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Date, ForeignKey, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from safeguards.sqlalchemy import Encrypted, Exact, PasswordHash, Pseudonymised


class Base(DeclarativeBase):
    pass


class Member(Base):
    __tablename__ = "member"

    id: Mapped[int] = mapped_column(primary_key=True)
    이름: Mapped[str] = mapped_column(String(20))  # 성명은 그대로 😀
    rrn: Mapped[str] = mapped_column(
        sa.String(14),
        unique=True,
    )
    mobile: Mapped[str | None]
    tel = mapped_column("phone", type_=String(20), nullable=False)
    birth_date: Mapped[date] = mapped_column(Date)
    email: Mapped[str] = mapped_column(Encrypted("member.email", item="email", search=Exact()))
    ip: Mapped[str] = mapped_column(Pseudonymised("member", item="ip_address"))
    pin_code: Mapped[str] = mapped_column(PasswordHash())
    password: Mapped[str]
    password_hash: Mapped[str]
    email_verified: Mapped[bool] = mapped_column(Boolean)
    phone_count: Mapped[int]
    created_at: Mapped[datetime]
    phone_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    note: Mapped[str] = mapped_column(sa.Text, nullable=True)


audit = Table(
    "audit", Base.metadata, Column("id", sa.Integer, primary_key=True), Column("card_no", String(20))
)
'''
COUNT = iter(range(10_000))


@pytest.fixture
def models(here: Path) -> str:
    """A module of its own for each test, for Python keeps what it imported."""
    name = f"models_{next(COUNT)}"
    (here / f"{name}.py").write_text(MODELS, "utf-8")
    return f"{name}:Base"


def columns(document: dict[str, Any], table: str) -> dict[str, Any]:
    (found,) = [each for each in document["tables"] if each["table"] == table]
    return {column["column"]: column for column in found["columns"]}


def test_columns_named_like_personal_data_are_found_unless_protected(models: str, report: Any) -> None:
    document = report("--models", models)
    member = columns(document, "member")
    assert {name: column["entity"] for name, column in member.items() if column["entity"]} == {
        "이름": "PERSON",
        "rrn": "KR_RRN",
        "mobile": "PHONE_NUMBER",
        "phone": "PHONE_NUMBER",
        "birth_date": "BIRTH_DATE",
        "password": "PASSWORD",
    }
    assert {name: column["protection"] for name, column in member.items() if column["protection"]} == {
        "email": "Encrypted",
        "ip": "Pseudonymised",
        "pin_code": "PasswordHash",
    }
    assert columns(document, "audit")["card_no"]["entity"] == "CREDIT_CARD"
    assert document["failing"] == [
        {"table": "audit", "column": "card_no", "entity": "CREDIT_CARD"},
        {"table": "member", "column": "rrn", "entity": "KR_RRN"},
        {"table": "member", "column": "password", "entity": "PASSWORD"},
    ]


def test_the_report_for_people_lists_what_is_protected(models: str, run: Any) -> None:
    result = run("--models", models)
    assert result.exit_code == 1
    lines = {line.split("\t")[0]: line for line in result.output.splitlines()}
    assert "declared Encrypted" in lines["email"]
    assert lines["password"].endswith("\tPasswordHash()")
    assert "MUST be encrypted" in lines["rrn"]
    assert "member: declared; no row looked at" in result.output
    assert "created_at" not in lines


def fill(models: str, url: str) -> None:
    base = getattr(sys.modules[models.partition(":")[0]], "Base")  # noqa: B009
    engine = sa.create_engine(url)
    base.metadata.create_all(engine)
    names = (
        "이름",
        "rrn",
        "mobile",
        "phone",
        "birth_date",
        "email",
        "ip",
        "pin_code",
        "password",
        "password_hash",
    )
    with engine.begin() as connection:
        text = ", ".join(names)
        marks = ", ".join(f":c{at}" for at in range(len(names)))
        connection.execute(
            sa.text(
                f"INSERT INTO member ({text}, email_verified, phone_count, created_at, phone_id, note) "
                f"VALUES ({marks}, 0, 1, '2026-01-01 00:00:00', 1, :note)"
            ),
            [
                {
                    **dict(zip((f"c{at}" for at in range(len(names))), [
                        "김민수", rrn, "Galaxy S24", phone, "1990-01-02", b"\xfe\x10", "p1", "x",
                        f"hunter{phone[-4:]}", f"$2b$12${at:053d}",
                    ], strict=True)),
                    "note": f"연락 {phone}",
                }
                for at, (rrn, phone) in enumerate(zip(RRNS, PHONES, strict=True))
            ],
        )  # fmt: skip
    engine.dispose()


def test_with_the_database_content_decides(models: str, report: Any, sqlite_url: str) -> None:
    report("--models", models)
    fill(models, sqlite_url)
    member = columns(report("--models", models, "--database", sqlite_url), "member")
    assert member["mobile"]["entity"] is None, "the name says a number, the content a product"
    assert "values are not" in member["mobile"]["reason"]
    assert member["rrn"]["share"] == 1.0
    assert member["note"]["entities"] == {"PHONE_NUMBER": 1.0}
    assert member["password"]["entity"] == "PASSWORD"
    assert member["password_hash"]["entity"] is None
    assert member["email"]["protection"] == "Encrypted"


def test_plain_text_behind_a_declaration_that_encrypts_is_adverse(
    here: Path, report: Any, sqlite_url: str
) -> None:
    name = f"models_{next(COUNT)}"
    (here / f"{name}.py").write_text(
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n"
        "from safeguards.sqlalchemy import Encrypted\n"
        "class Base(DeclarativeBase): pass\n"
        "class M(Base):\n"
        "    __tablename__ = 'm'\n"
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        "    rrn: Mapped[str] = mapped_column(Encrypted('m.rrn'))\n",
        "utf-8",
    )
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE m (id INTEGER PRIMARY KEY, rrn TEXT)"))
        connection.execute(sa.text("INSERT INTO m (rrn) VALUES (:r)"), [{"r": rrn} for rrn in RRNS])
    engine.dispose()
    document = report("--models", f"{name}:Base", "--database", sqlite_url)
    found = columns(document, "m")["rrn"]
    assert (found["entity"], found["protection"], document["adverse"]) == ("KR_RRN", "Encrypted", True)


def test_a_table_that_the_database_lacks_is_judged_by_name(models: str, run: Any, sqlite_url: str) -> None:
    sa.create_engine(sqlite_url).connect().execute(sa.text("CREATE TABLE other (id INTEGER)")).close()
    result = run("--models", models, "--database", sqlite_url, "--fail-on", "never")
    assert result.exit_code == 2
    assert "not read: member: not in the database" in result.output


def test_what_is_no_model_is_refused(here: Path, run: Any) -> None:
    (here / "nothing_here.py").write_text("x = 1\nimport sqlalchemy\nm = sqlalchemy.MetaData()\n", "utf-8")
    for name, message in [
        ("nothing_here", "MODULE:NAME"),
        ("nothing_here:y", "has no y"),
        ("nothing_here:x", "--models names a declarative base"),
        ("nothing_here:m", "--models names a declarative base"),
        ("absent_module:x", "cannot import absent_module"),
    ]:
        result = run("--models", name)
        assert isinstance(result.exception, InputError)
        assert message in str(result.exception)


def applied(folder: Path, patch: str) -> None:
    (folder / "scan.patch").write_text(patch, "utf-8")
    done = subprocess.run(
        ["git", "apply", "scan.patch"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_diff_against_models_applies_and_leaves_nothing_unprotected(
    here: Path, models: str, run: Any, report: Any
) -> None:
    applied(here, run("--models", models, "--diff").output)
    source = (here / f"{models.partition(':')[0]}.py").read_text("utf-8")
    for line in (
        'mapped_column(Encrypted("member.이름", item="person_name", search=Exact()))  # 성명은 그대로 😀',
        '        Encrypted("member.rrn", item="kr_rrn", search=Exact()),\n        unique=True,',
        'Mapped[str | None] = mapped_column(Encrypted("member.mobile", item="kr_phone", search=Exact()))',
        '("phone", type_=Encrypted("member.phone", item="kr_phone", search=Exact()), nullable=False)',
        'mapped_column(Encrypted("member.birth_date", Date, item="birth_date", search=Exact()))',
        "password: Mapped[str] = mapped_column(PasswordHash())",
        'Column("card_no", Encrypted("audit.card_no", item="credit_card", search=Exact()))',
    ):
        assert line in source, line
    again = f"models_{next(COUNT)}"
    (here / f"{again}.py").write_text(source, "utf-8")
    document = report("--models", f"{again}:Base")
    assert document["failing"] == []
    assert not [column for column in columns(document, "member").values() if column["proposal"]]


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text])
def test_a_diff_fits_a_source_with_other_line_ends_or_a_byte_order_mark(
    here: Path, run: Any, change: Callable[[str], str]
) -> None:
    name = f"models_{next(COUNT)}"
    source = (
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\n"
        "class Base(DeclarativeBase):\n"
        '    """\x0c"""\n\n\nclass M(Base):\n    __tablename__ = "m"\n'
        "    rrn: Mapped[str] = mapped_column(primary_key=True)\n"
    )
    (here / f"{name}.py").write_bytes(change(source).encode())
    patch = run("--models", f"{name}:Base", "--diff").stdout_bytes
    (here / "scan.patch").write_bytes(patch)
    subprocess.run(["git", "apply", "scan.patch"], cwd=here, check=True)
    expected = source.replace(
        "mapped_column\n", "mapped_column\nfrom safeguards.sqlalchemy import Encrypted, Exact\n"
    )
    declared = 'Encrypted("m.rrn", item="kr_rrn", search=Exact())'
    expected = expected.replace("primary_key", f"{declared}, primary_key")
    assert (here / f"{name}.py").read_bytes() == change(expected).encode()


def test_a_source_in_another_encoding_is_refused(here: Path, run: Any) -> None:
    name = f"models_{next(COUNT)}"
    source = (
        "# -*- coding: cp949 -*-\n# 회원\nfrom sqlalchemy.orm import *\nclass Base(DeclarativeBase): pass\n"
        "class M(Base):\n    __tablename__ = 'm'\n    rrn: Mapped[str] = mapped_column(primary_key=True)\n"
    )
    (here / f"{name}.py").write_bytes(source.encode("cp949"))
    result = run("--models", f"{name}:Base", "--diff")
    assert isinstance(result.exception, InputError)
    assert "sources in UTF-8" in str(result.exception)


def test_a_diff_of_a_database_with_odd_names_is_a_module(here: Path, run: Any, sqlite_url: str) -> None:
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql('CREATE TABLE "a ""q""\nb\\" (id INTEGER PRIMARY KEY, "r""r\tn" TEXT)')
        for rrn in RRNS:
            connection.exec_driver_sql('INSERT INTO "a ""q""\nb\\" ("r""r\tn") VALUES (?)', (rrn,))
    engine.dispose()
    applied(here, run(sqlite_url, "--diff").output)
    name = f"models_{next(COUNT)}"
    (here / "models.py").rename(here / f"{name}.py")
    mapped = run("--models", f"{name}:Base", "--database", sqlite_url, "--fail-on", "never")
    assert mapped.exit_code == 0, mapped.exception
    assert "declared Encrypted" in mapped.output


def test_a_diff_adds_the_imports_that_are_missing() -> None:
    source = Source(
        '"""Doc."""\nimport os\nfrom sqlalchemy.orm import DeclarativeBase, Mapped\n\n\nclass M(B):\n'
        '    __tablename__ = "m"\n    note: Mapped[str]\n'
    )
    assert source.declare("m", "note", 'Encrypted("m.note", Text)')
    assert source.patched() == (
        '"""Doc."""\nimport os\nfrom sqlalchemy.orm import DeclarativeBase, Mapped\n'
        "from sqlalchemy.orm import mapped_column\nfrom sqlalchemy import Text\n"
        "from safeguards.sqlalchemy import Encrypted\n\n\nclass M(B):\n"
        '    __tablename__ = "m"\n    note: Mapped[str] = mapped_column(Encrypted("m.note", Text))\n'
    )


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("x = Column()", "x = Column(P)"),
        ('x = Column("c")', 'x = Column("c", P)'),
        ('x = Column("c", nullable=False)', 'x = Column("c", P, nullable=False)'),
        ("c: Mapped[str] = mapped_column(nullable=True)", "c: Mapped[str] = mapped_column(P, nullable=True)"),
        ('c = db.Column(db.String(3), ForeignKey("a.b"))', 'c = db.Column(P, ForeignKey("a.b"))'),
        ("c = Column(sa.Enum(Grade))", "c = Column(Encrypted('f', sa.Enum(Grade)))"),
        ("가 = Column('c', String(3))", "가 = Column('c', P)"),
    ],
)
def test_declarations_of_every_kind_are_patched(declared: str, expected: str) -> None:
    source = Source(f"class M:\n    __tablename__ = 'm'\n    {declared}\n")
    attribute = declared.split(" ")[0].rstrip(":")
    column = "c" if '"c"' in declared or "'c'" in declared else attribute
    assert source.declare("m", column, "Encrypted('f')")
    patched = source.patched()
    ast.parse(patched)
    assert expected.replace("P", "Encrypted('f')") in patched or expected in patched


def test_a_column_that_the_source_does_not_show_is_left_to_a_person() -> None:
    source = Source("class M(B):\n    __tablename__ = 'm'\n    x: int = 3\n")
    assert not source.declare("m", "x", "P")
    assert not source.declare("other", "x", "P")
    assert source.patched() == "class M(B):\n    __tablename__ = 'm'\n    x: int = 3\n"


@pytest.mark.parametrize("kind", ["sqlite", "postgres", "mariadb"])
def test_a_diff_of_a_database_is_a_module_that_maps_it(
    here: Path, run: Any, kind: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    engine = sa.create_engine(url)
    names = ("주민번호", "mobile phone", "metadata", "profile", "class", "password", "grade")
    table = sa.Table(
        "회원", sa.MetaData(), sa.Column("id", sa.BigInteger, primary_key=True),
        *(sa.Column(name, sa.String(80), nullable=name == "grade") for name in names),
        sa.Column("born", sa.Date), sa.Column("paid", sa.Numeric(10, 2)), sa.Column("made", sa.DateTime),
    )  # fmt: skip
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(
            table.insert(),
            [
                {
                    "id": at, "주민번호": rrn, "mobile phone": phone, "metadata": f"a{at}@b.kr", "class": "A",
                    "profile": json.dumps({"tel": phone}), "password": f"hunter{at}", "grade": None,
                }
                for at, (rrn, phone) in enumerate(zip(RRNS, PHONES, strict=True), 1)
            ],
        )  # fmt: skip
    engine.dispose()
    patch = run(url, "--diff").output
    assert patch.startswith("--- /dev/null\n+++ b/models.py\n")
    applied(here, patch)
    name = f"models_{next(COUNT)}"
    (here / "models.py").rename(here / f"{name}.py")
    mapped = run("--models", f"{name}:Base", "--database", url, "--fail-on", "never")
    assert mapped.exit_code == 0, mapped.exception
    assert "declared Encrypted" in mapped.output
    assert "declared PasswordHash" in mapped.output


def test_a_diff_of_a_file_is_a_pipeline(here: Path, run: Any) -> None:
    (here / "a.csv").write_text(
        "rrn,phone\n" + "\n".join(map(",".join, zip(RRNS, PHONES, strict=True))), "utf-8"
    )
    applied(here, run("a.csv", "--diff").output)
    assert '"drop"' in (here / "pipeline.toml").read_text("utf-8")
    (here / "b.csv").write_text("colour\n" + "red\nblue\n" * 50, "utf-8")
    assert run("b.csv", "--diff").output == ""


def test_a_table_without_a_primary_key_says_so_in_the_module() -> None:
    columns = [{"name": "a", "type": sa.Text(), "nullable": True}]
    text = module([TableModel("s", "t", columns, (), {"a": "PasswordHash()"})], "x")
    assert '__mapper_args__ = {"primary_key": [a]}' in text
    assert '__table_args__ = {"schema": "s"}' in text
    ast.parse(text)


def test_tables_come_from_bases_metadata_classes_and_tables() -> None:
    metadata = sa.MetaData()
    table = sa.Table("t", metadata, sa.Column("id", sa.Integer))
    assert tables_of(table) == tables_of(metadata) == [table]


@pytest.mark.parametrize(
    ("sql_type", "kind"),
    [
        ("DATE", "Date, "), ("DATETIME", "DateTime, "), ("TIMESTAMP WITH TIME ZONE", "DateTime, "),
        ("BIGINT", "BigInteger, "), ("INTEGER", "Integer, "), ("NUMERIC(13, 0)", "Numeric, "),
        ("INTERVAL", ""), ("VARCHAR(20)", ""), ("TEXT", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_proposal_keeps_the_type_of_the_column(sql_type: str, kind: str) -> None:
    verdict = ColumnVerdict("c", "PHONE_NUMBER", 0.9, 1.0, "", 9, 9, "kr_phone")
    expected = f'Encrypted("t.c", {kind}item="kr_phone", search=Exact())'
    assert encrypted_column("t", verdict, [ITEM], sql_type) == expected


def test_a_type_that_only_an_annotation_gave_is_declared_and_imported() -> None:
    source = Source("class M:\n    __tablename__ = 'm'\n    born: Mapped[datetime]\n")
    assert source.declare("m", "born", "Encrypted('f', DateTime)")
    assert "born: Mapped[datetime] = mapped_column(Encrypted('f', DateTime))" in source.patched()
    assert "from sqlalchemy import DateTime\n" in source.patched()
