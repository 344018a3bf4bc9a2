"""The way back: encrypted columns become plain again, without a value lost."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Uuid,
    create_engine,
    insert,
    inspect,
    select,
    text,
)

from safeguards.errors import DecryptionFailed, InputError, SafeguardsError
from safeguards.fields import Cipher, codec_for
from safeguards.sqlalchemy import DualRead, Encrypted, Exact
from safeguards.sqlalchemy.backfill import Target, decrypt_in_place, encrypt_in_place, targets_of
from safeguards.sqlalchemy.backfill.mariadb import MariadbBackend
from safeguards.sqlalchemy.backfill.postgresql import PostgresqlBackend
from safeguards.sqlalchemy.backfill.rows import ColumnRows
from safeguards.sqlalchemy.backfill.sqlite import SqliteBackend

RRN = Target("회원 명부", "주민번호", field="member.rrn", item="kr_rrn", search=Exact())
BIRTH = Target("회원 명부", "생일", field="member.birth")
MEMO = Target("회원 명부", "메모", field="member.memo")


class Stopped(Exception):
    """What a test breaks a job off with."""


@pytest.fixture
def encrypted(ring, build, database_url: str) -> Any:
    service = build(database_url, 60)
    service.plain = service.stored()
    encrypt_in_place(service.engine, [RRN, BIRTH, MEMO])
    return service


def as_text(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(None if cell is None else str(cell) for cell in row) for row in rows]


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")
def test_every_value_comes_back_and_so_does_the_neighbourhood(encrypted) -> None:
    done = decrypt_in_place(encrypted.engine, [RRN, BIRTH, MEMO])
    assert [(each.values, each.decrypted) for each in done] == [(60, 60), (48, 48), (40, 40)]
    assert as_text(encrypted.stored()) == as_text(encrypted.plain)
    assert "__tag" not in str(encrypted.schema())
    assert "ix_회원 명부_주민번호" not in str(encrypted.schema())
    with encrypted.engine.connect() as connection:
        columns = {each["name"]: each for each in inspect(connection).get_columns("회원 명부")}
        assert "safeguards_jobs" not in inspect(connection).get_table_names()
    assert not isinstance(columns["주민번호"]["type"], LargeBinary)
    assert isinstance(columns["생일"]["type"], Date)
    assert [columns[name]["nullable"] for name in ("주민번호", "생일", "메모")] == [False, True, True]


def test_there_and_back_and_there_again(encrypted) -> None:
    decrypt_in_place(encrypted.engine, [RRN])
    (again,) = encrypt_in_place(encrypted.engine, [RRN]).columns
    assert (again.state, again.encrypted) == ("done", 60)


@pytest.mark.filterwarnings("ignore::safeguards.sqlalchemy.PlaintextRead")
def test_an_interrupted_undo_goes_on_and_dual_read_reads_meanwhile(encrypted, monkeypatch) -> None:
    pages = iter(range(3))
    whole = ColumnRows._rewrite_page

    def stop_after_three(self: Any, walk: Any, change: Any) -> Any:
        if next(pages, None) is None:
            raise Stopped
        return whole(self, walk, change)

    for backend in (SqliteBackend, PostgresqlBackend, MariadbBackend):
        monkeypatch.setattr(backend, "rows_a_page", 7)
    with monkeypatch.context() as patch:
        patch.setattr(ColumnRows, "_rewrite_page", stop_after_three)
        with pytest.raises(Stopped):
            decrypt_in_place(encrypted.engine, [MEMO])
    kind = Encrypted("member.memo", state=DualRead(until=date(9999, 1, 1)))
    table = Table("회원 명부", MetaData(), Column("번호", String(20)), Column("메모", kind))
    with encrypted.engine.connect() as connection:
        memos = dict(connection.execute(select(table.c["번호"], table.c["메모"])).all())
    assert memos == {row[1]: row[5] for row in encrypted.plain}
    (done,) = decrypt_in_place(encrypted.engine, [MEMO])
    assert done.decrypted == 40 - 21
    assert {row[1]: row[5] for row in encrypted.stored()} == memos


def test_a_broken_value_stops_it_before_the_first_change(encrypted) -> None:
    quote = encrypted.engine.dialect.identifier_preparer.quote
    sql = f"UPDATE {quote('회원 명부')} SET {quote('메모')} = :v WHERE {quote('번호')} = '가-000004'"
    with encrypted.engine.begin() as connection:
        connection.execute(text(sql), {"v": Cipher("alien.field", codec_for(str)).encrypt("x")})
    before, schema = encrypted.stored(), encrypted.schema()
    with pytest.raises(DecryptionFailed, match="1 of 40 values do not decrypt as field member.memo"):
        decrypt_in_place(encrypted.engine, [RRN, MEMO])
    assert (encrypted.stored(), encrypted.schema()) == (before, schema)


def test_what_is_not_encrypted_or_not_so_is_refused(encrypted) -> None:
    with pytest.raises(InputError, match="is not encrypted; nothing was changed"):
        decrypt_in_place(encrypted.engine, [Target("회원 명부", "이름")])
    with pytest.raises(InputError, match="already encrypted, with search"):
        decrypt_in_place(
            encrypted.engine, [Target("회원 명부", "주민번호", field="member.rrn", item="kr_rrn")]
        )


def test_an_application_that_keeps_writing_ciphertext_is_told_and_loses_nothing(
    encrypted, monkeypatch
) -> None:
    whole, cipher = ColumnRows.rewrite, Cipher("member.memo", codec_for(str))
    quote = encrypted.engine.dialect.identifier_preparer.quote
    sql = f"UPDATE {quote('회원 명부')} SET {quote('메모')} = :v WHERE {quote('번호')} = '가-000002'"

    def rewrite_and_write(self: Any, *given: Any) -> Any:
        done = whole(self, *given)
        with encrypted.engine.begin() as connection:
            connection.execute(text(sql), {"v": cipher.encrypt("immer wieder")})
        return done

    with monkeypatch.context() as patch:
        patch.setattr(ColumnRows, "rewrite", rewrite_and_write)
        with pytest.raises(SafeguardsError, match="keeps writing ciphertext"):
            decrypt_in_place(encrypted.engine, [MEMO])
    decrypt_in_place(encrypted.engine, [MEMO])
    assert {row[1]: row[5] for row in encrypted.stored()}["가-000002"] == "immer wieder"


@pytest.fixture
def engine(ring, database_url: str) -> Iterator[Engine]:
    made = create_engine(database_url)
    yield made
    made.dispose()


VALUES: list[tuple[Any, list[Any]]] = [
    (String(40), ["", "홍길동 😀", "null", "\\x41", "'; --", " 앞 "]),
    (Integer(), [0, -1, 2**31 - 1, None, 7, -(2**31)]),
    (BigInteger(), [-(2**63), 2**63 - 1, 0, None, 1, -1]),
    (Boolean(), [True, False, None, True, False, None]),
    (Float(53), [0.0, -1.5, 0.1, 1e300, None, 2.0]),
    (Numeric(12, 2), [Decimal("0.00"), Decimal("-12345.25"), None, Decimal("1.50"), Decimal(7), None]),
    (Date(), [date(1000, 1, 1), date(9999, 12, 31), None, date(2000, 2, 29), None, date(1970, 1, 1)]),
    (DateTime(), [datetime(1970, 1, 1), datetime(2026, 2, 28, 23, 59, 59, 123456), None, None, None, None]),
    (Uuid(), [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), None, uuid.UUID(int=7), None, None]),
]


def test_values_of_every_type_come_back_typed(engine: Engine) -> None:
    ours = [Column(f"v{at}", Encrypted(f"t.v{at}", kind)) for at, (kind, _) in enumerate(VALUES)]
    table = Table("typed", MetaData(), Column("id", Integer, primary_key=True), *ours)
    table.create(engine)
    rows = [{"id": at + 1, **{f"v{v}": VALUES[v][1][at] for v in range(len(VALUES))}} for at in range(6)]
    with engine.begin() as connection:
        connection.execute(insert(table), rows)
    decrypt_in_place(engine, targets_of(table.metadata))
    plain = [
        Column(f"v{at}", Encrypted(f"t.v{at}", kind, state="plaintext"))
        for at, (kind, _) in enumerate(VALUES)
    ]
    read = Table("typed", MetaData(), Column("id", Integer, primary_key=True), *plain)
    with engine.connect() as connection:
        found = connection.execute(select(*read.c[1:]).order_by(read.c.id)).all()
    for at, (_, values) in enumerate(VALUES):
        assert [row[at] for row in found] == values


def test_a_moment_that_would_lose_its_offset_is_refused(engine: Engine) -> None:
    kind = Encrypted("t.seen", DateTime())
    table = Table("seen", MetaData(), Column("id", Integer, primary_key=True), Column("at", kind))
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(insert(table).values(id=1, at=datetime(2026, 1, 1, tzinfo=UTC)))
    with pytest.raises(DecryptionFailed, match="have no text that would give them back"):
        decrypt_in_place(engine, targets_of(table.metadata))
