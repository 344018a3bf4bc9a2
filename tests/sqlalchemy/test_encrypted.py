from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
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
    Text,
    Uuid,
    bindparam,
    create_engine,
    delete,
    insert,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column

from safeguards import DecryptionFailed, InputError, Keyring, use
from safeguards.crypto.envelope import is_envelope
from safeguards.keys.local import LocalProvider
from safeguards.sqlalchemy import Encrypted, Exact
from tests import forked

pytestmark = pytest.mark.usefixtures("ring")


class Base(DeclarativeBase):
    pass


class Member(Base):
    __tablename__ = "member"

    id: Mapped[int] = mapped_column(primary_key=True)
    rrn: Mapped[str] = mapped_column(Encrypted("member.rrn", item="kr_rrn", search=Exact()), unique=True)
    birth: Mapped[date | None] = mapped_column(Encrypted("member.birth", Date))
    note: Mapped[str | None] = mapped_column(Encrypted("member.note", Text))
    plain: Mapped[str | None] = mapped_column(String(20))


class 주문(Base):  # noqa: N801
    __tablename__ = "주문"

    id: Mapped[int] = mapped_column(primary_key=True)
    전화: Mapped[str | None] = mapped_column(Encrypted("주문.전화", item="kr_phone", search=Exact()))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def raw(engine: Engine, column: str = "rrn", table: str = "member") -> list[Any]:
    quote = engine.dialect.identifier_preparer.quote
    with engine.connect() as connection:
        return list(connection.scalars(text(f"SELECT {quote(column)} FROM {quote(table)} ORDER BY id")))


def test_the_orm_writes_ciphertext_and_reads_plain_values(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(Member(rrn="900101-1234567", birth=date(1990, 1, 1), note="환불 요청"))
        session.add(Member(rrn="010224-4192736", birth=None, note=""))
        session.commit()
    stored = raw(engine) + raw(engine, "note")
    assert all(is_envelope(bytes(value)) for value in stored)
    assert "환불".encode() not in b"".join(stored)
    with Session(engine) as session:
        first, second = session.scalars(select(Member).order_by(Member.id))
        assert (first.rrn, first.birth, first.note) == ("900101-1234567", date(1990, 1, 1), "환불 요청")
        assert (second.birth, second.note) == (None, "")
    assert raw(engine, "birth")[1] is None


def test_search_finds_every_spelling_of_a_value(engine: Engine) -> None:
    with Session(engine) as session:
        session.add_all(
            [
                주문(전화="010-1234-5678"),
                주문(전화="+82 10 1234 5678"),
                주문(전화=None),
                주문(전화="02-123-4567"),
            ]
        )
        session.commit()
        assert len(session.scalars(select(주문).where(주문.전화 == "01012345678")).all()) == 2
        assert (
            len(session.scalars(select(주문).where(주문.전화.in_(["010 1234 5678", "021234567"]))).all()) == 3
        )
        assert len(session.scalars(select(주문).where(주문.전화.is_(None))).all()) == 1
        assert len(session.scalars(select(주문).where(주문.전화 == None)).all()) == 1  # noqa: E711
        assert len(session.scalars(select(주문).where(주문.전화.is_not(None))).all()) == 3
        assert len(session.scalars(select(주문).where(주문.전화 != "010-1234-5678")).all()) == 1
        assert len(session.scalars(select(주문).where(주문.전화.not_in(["010-1234-5678"]))).all()) == 1
        assert session.scalars(select(주문).where(주문.전화.in_([]))).all() == []
        alias = aliased(주문)
        assert session.scalars(select(alias.id).where(alias.전화 == "02 123 4567")).one() == 4


def test_core_bulk_and_upsert_paths_encrypt_too(engine: Engine) -> None:
    table = Member.__table__
    with engine.begin() as connection:
        connection.execute(insert(table).values(rrn="1", note="하나"))
        connection.execute(insert(table), [{"rrn": str(n), "note": f"메모{n}"} for n in range(2, 50)])
        connection.execute(insert(table).values([{"rrn": "50"}, {"rrn": "51"}]))
        connection.execute(update(table).where(table.c.rrn == "3").values(note="바뀜"))
        connection.execute(
            update(table).where(table.c.rrn == bindparam("key")).values(note=bindparam("value")),
            [{"key": "4", "value": "사"}, {"key": "5", "value": "오"}],
        )
        connection.execute(delete(table).where(table.c.rrn.in_(["50", "51"])))
    with Session(engine) as session:
        session.execute(insert(Member), [{"rrn": "60", "note": "여섯"}])
        session.bulk_insert_mappings(Member, [{"rrn": "61", "note": "일곱"}])
        session.execute(update(Member).where(Member.rrn == "61").values(note="여덟"))
        session.commit()
        found = dict(session.execute(select(Member.rrn, Member.note)).all())
    assert (found["1"], found["3"], found["4"], found["5"]) == ("하나", "바뀜", "사", "오")
    assert (found["60"], found["61"], len(found)) == ("여섯", "여덟", 51)
    assert all(is_envelope(bytes(value)) for value in raw(engine) + raw(engine, "note"))


def test_an_upsert_encrypts_and_recognises_the_same_value(engine: Engine) -> None:
    upserts = {
        "sqlite": lambda: sqlite.insert(Member).on_conflict_do_nothing(),
        "postgresql": lambda: postgresql.insert(Member).on_conflict_do_nothing(),
        "mysql": lambda: mysql.insert(Member).prefix_with("IGNORE"),
        "mariadb": lambda: mysql.insert(Member).prefix_with("IGNORE"),
    }
    statement = upserts[engine.dialect.name]()
    with engine.begin() as connection:
        connection.execute(statement, [{"rrn": "900101-1234567"}])
        connection.execute(statement, [{"rrn": "010224-4192736"}])
        connection.execute(statement, [{"rrn": "9001011234567"}])
    assert len(raw(engine)) == 2


def test_unique_holds_over_the_canonical_form(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(Member(rrn="900101-1234567"))
        session.commit()
        session.add(Member(rrn="9001011234567"))
        with pytest.raises(Exception, match="(?i)unique|duplicate") as caught:
            session.commit()
    assert "1234567" not in str(caught.value)


def test_a_value_moved_to_another_column_fails_clearly(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(Member(rrn="900101-1234567", note="메모"))
        session.commit()
        session.execute(text("UPDATE member SET note = rrn"))
        session.commit()
        with pytest.raises(DecryptionFailed, match=r"member\.note"):
            session.scalars(select(Member.note)).all()


def test_plaintext_in_the_column_is_an_error_and_not_an_answer(engine: Engine) -> None:
    value = (
        "convert_to('900101-1234567', 'UTF8')" if engine.dialect.name == "postgresql" else "'900101-1234567'"
    )
    with engine.begin() as connection:
        connection.execute(text(f"INSERT INTO member (rrn) VALUES ({value})"))
    with Session(engine) as session, pytest.raises(DecryptionFailed, match=r"member\.rrn") as caught:
        session.scalars(select(Member.rrn)).all()
    assert "900101" not in str(caught.value)


def test_ciphertext_can_be_read_on_purpose(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(Member(rrn="1"))
        session.commit()
        assert is_envelope(bytes(session.scalars(select(type_coerce(Member.rrn, LargeBinary))).one()))


def test_rotation_writes_under_the_new_key_and_reads_both(engine: Engine, ring: Keyring) -> None:
    with Session(engine) as session:
        session.add(Member(rrn="1", note="전"))
        session.commit()
        ring.rotate()
        session.add(Member(rrn="2", note="후"))
        session.commit()
        session.expire_all()
        assert [member.note for member in session.scalars(select(Member).order_by(Member.id))] == ["전", "후"]
        assert session.scalars(select(Member).where(Member.rrn == "1")).one().note == "전"


TYPES: list[tuple[Any, list[Any]]] = [
    (String(30), ["", "홍길동", "값*", "a\x00b", "\U0001f642"]),
    (Text, ["가" * 100_000]),
    (Integer, [0, -1, 2**63 - 1]),
    (Boolean, [True, False]),
    (Float, [0.0, -1.5]),
    (Numeric, [Decimal("0"), Decimal("1.10")]),
    (Date, [date(1900, 1, 1), date.max]),
    (DateTime(timezone=True), [datetime(2026, 7, 1, 9, tzinfo=timezone(timedelta(hours=9)))]),
    (Uuid, [uuid.UUID(int=0), uuid.uuid4()]),
    (LargeBinary, [b"", b"\x00\xff", b"\xfe"]),
]


@pytest.mark.parametrize(("kind", "values"), TYPES, ids=lambda part: getattr(part, "__name__", None))
def test_every_type_survives_the_database(database_url: str, kind: Any, values: list[Any]) -> None:
    engine = create_engine(database_url)
    table = Table(
        "t", MetaData(), Column("id", Integer, primary_key=True), Column("v", Encrypted("t.v", kind))
    )
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(insert(table), [{"v": value} for value in [*values, None]])
        found = list(connection.scalars(select(table.c.v).order_by(table.c.id)))
    engine.dispose()
    assert found == [*values, None]
    assert [type(value) for value in found] == [type(value) for value in [*values, None]]


@pytest.mark.parametrize("server", ["sqlite", "postgres"])
def test_async_sessions_read_write_and_search(server: str, request: pytest.FixtureRequest) -> None:
    import asyncio

    url: str = request.getfixturevalue(f"{server}_url")
    url = url.replace("sqlite:", "sqlite+aiosqlite:").replace("+psycopg", "+asyncpg")

    async def work() -> tuple[Any, ...]:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with AsyncSession(engine) as session:
            session.add(Member(rrn="900101-1234567", note="비동기"))
            await session.commit()
            member = (await session.scalars(select(Member).where(Member.rrn == "9001011234567"))).one()
            await session.refresh(member)
            found = member.note, (await session.execute(select(Member.rrn))).scalar_one()
        await engine.dispose()
        return found

    assert asyncio.run(work()) == ("비동기", "900101-1234567")


def test_a_value_of_the_wrong_type_is_named_by_field_only(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(Member(rrn=9001011234567, plain="형제"))  # type: ignore[arg-type]
        with pytest.raises(InputError, match=r"member\.rrn takes str") as caught:
            session.commit()
    assert "9001011234567" not in str(caught.value) + repr(caught.value)


def test_a_keyring_that_the_environment_names_is_opened_before_values_are_bound(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, provider = f"sqlite:///{tmp_path / 'own.db'}", f"local:{tmp_path / 'own.key'}"
    Keyring.create(store, provider).close()
    monkeypatch.setenv("SAFEGUARDS_KEYRING_FAR", f"{store} {provider}")
    asked: list[str] = []
    unwrap = LocalProvider.unwrap
    monkeypatch.setattr(LocalProvider, "unwrap", lambda *call: asked.append("unwrap") or unwrap(*call))
    rows = Table("far", MetaData(), Column("id", Integer, primary_key=True))
    rows.append_column(Column("note", Encrypted("far.note", keyring="far")))
    engine = create_engine(sqlite_url)
    with engine.begin() as connection:
        assert len(asked) == 3
        rows.metadata.create_all(connection)
        connection.execute(rows.insert(), {"note": "메모"})
        assert connection.scalar(rows.select().with_only_columns(rows.c.note)) == "메모"
    assert len(asked) == 3
    engine.dispose()
    use(None, "far")


@pytest.mark.parametrize("first", ["far", "near"])
def test_whichever_keyring_is_asked_for_first_opening_it_does_not_wait_for_itself(
    tmp_path: Path, first: str
) -> None:
    environment = {**os.environ}
    for name in ("far", "near"):
        store, provider = f"sqlite:///{tmp_path / name}.db", f"local:{tmp_path / name}.key"
        Keyring.create(store, provider).close()
        environment[f"SAFEGUARDS_KEYRING_{name.upper()}"] = f"{store} {provider}"
    script = f"""
from sqlalchemy import Column, Integer, MetaData, Table, create_engine
from safeguards.keys import resolve
from safeguards.sqlalchemy import Encrypted
note = Column("note", Encrypted("rows.note", keyring="far"))
Table("rows", MetaData(), Column("id", Integer, primary_key=True), note)
print(resolve({first!r}).id == resolve({first!r}).id, resolve("far") is resolve("far"))
"""
    done = forked.run(script, env=environment)
    assert (done.stdout, done.stderr) == ("True True\n", "")
