"""A value is read as that of the person whose row it is in; moved to another row it fails."""

from __future__ import annotations

import pytest
from sqlalchemy import (
    Column,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    Text,
    create_engine,
    func,
    insert,
    literal_column,
    select,
    text,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session, aliased, joinedload, load_only, selectinload, undefer

from safeguards import Keyring
from safeguards.errors import DecryptionFailed, KeyringError, OperatorRefused
from safeguards.sqlalchemy import Encrypted, for_subject
from tests.sqlalchemy.subjects.members import Base, Member, Order

MEMBERS = Member.__table__
NOTES = {"단골", "새 손님"}


def move(engine: Engine, column: str = "note") -> None:
    """Copy 이's value into 김's row, as whoever can write to the database could."""
    quote = engine.dialect.identifier_preparer.quote
    table = quote("회원")
    inner = f"(SELECT {column} FROM (SELECT * FROM {table}) AS copied WHERE name = '이')"
    with engine.begin() as connection:
        if column == "phone":  # its index is unique
            connection.execute(text(f"UPDATE {table} SET phone = NULL WHERE name = '김'"))
            value = connection.scalar(text(f"SELECT phone FROM {table} WHERE name = '이'"))
            connection.execute(text(f"UPDATE {table} SET phone = NULL WHERE name = '이'"))
            connection.execute(text(f"UPDATE {table} SET phone = :v WHERE name = '김'"), {"v": value})
        else:
            connection.execute(text(f"UPDATE {table} SET {column} = {inner} WHERE name = '김'"))


@pytest.mark.parametrize("column", ["note", "phone"])
def test_a_value_moved_to_another_persons_row_fails_in_the_orm_and_on_core(
    engine: Engine, session: Session, kim: Member, column: str
) -> None:
    move(engine, column)
    session.expire_all()
    with pytest.raises(DecryptionFailed):
        getattr(session.get(Member, kim.id), column)
    with engine.connect() as connection, pytest.raises(DecryptionFailed) as caught:
        connection.execute(select(MEMBERS.c[column])).all()
    assert "손님" not in str(caught.value)


def test_every_form_of_select_reads_it(engine: Engine, session: Session, kim: Member) -> None:
    twin, inner = aliased(Member), select(Member).subquery()
    inside = aliased(Member, inner)
    cte = select(Member.id, Member.note).cte()
    for statement in (
        select(Member.note),
        select(Member.note.label("n")),
        select(twin.note),
        select(inside.note),
        select(inner.c.note),
        select(cte.c.note),
        select(Member.note).order_by(Member.id),
        select(MEMBERS.c.note),
        select(MEMBERS.alias().c.note),
        union_all(
            select(Member.note).where(Member.name == "김"), select(Member.note).where(Member.name == "이")
        ),
        select(select(Member).limit(10).subquery("limited").c.note),
    ):
        assert set(session.scalars(statement)) == NOTES, str(statement)


def test_the_orms_own_loaders_read_it(session: Session, kim: Member) -> None:
    session.expunge_all()
    for option in (joinedload(Member.orders), selectinload(Member.orders)):
        for member in session.scalars(select(Member).options(option).limit(2)).unique():
            assert member.note in NOTES
            assert all(order.address in {"강남구", "종로구"} for order in member.orders)
        session.expunge_all()
    orders = session.scalars(select(Order).options(joinedload(Order.member))).all()
    assert {order.member.note for order in orders if order.member} == {"단골"}
    session.expunge_all()
    only = session.scalars(select(Member).options(load_only(Member.note)).where(Member.name == "김")).one()
    assert only.note == "단골"
    assert session.scalars(select(Member).options(undefer(Member.note))).first() is not None


def test_two_rows_of_one_table_in_one_row_are_read_by_their_own_ids(session: Session, kim: Member) -> None:
    twin = aliased(Member)
    pairs = select(Member, twin).join(twin, twin.id != Member.id)
    assert {(a.note, b.note) for a, b in session.execute(pairs)} == {("단골", "새 손님"), ("새 손님", "단골")}
    inner = select(Member.id, Member.note, twin.id.label("other"), twin.note.label("theirs"))
    joined = inner.join(twin, twin.id != Member.id).subquery()
    rows = session.execute(select(joined.c.note, joined.c.theirs)).all()
    assert {tuple(row) for row in rows} == {("단골", "새 손님"), ("새 손님", "단골")}


def test_what_carries_no_id_is_refused_when_it_is_built(session: Session, kim: Member) -> None:
    without = select(Member.note).subquery()
    lonely = select(Member.note).where(Member.name == "김").scalar_subquery()
    for statement in (select(without.c.note), select(lonely)):
        with pytest.raises(OperatorRefused, match="select id beside it in the subquery"):
            session.execute(statement)


def test_text_with_a_typed_column_fails_closed(session: Session, kim: Member) -> None:
    typed = Encrypted("member.note", Text, subject="member:id")
    raw = text('SELECT note FROM "회원"' if session.bind.dialect.name != "mysql" else "SELECT note FROM 회원")
    if session.bind.dialect.name == "mariadb":
        raw = text("SELECT note FROM 회원")
    with pytest.raises(DecryptionFailed, match="without the id of the person"):
        session.execute(raw.columns(note=typed)).all()


def test_returning_gives_the_value(engine: Engine, session: Session, kim: Member) -> None:
    if engine.dialect.name == "sqlite" and engine.dialect.dbapi.sqlite_version_info < (3, 35):
        pytest.skip("this SQLite has no RETURNING")
    row = {"번호": 9, "name": "박", "note": for_subject(9, "메모")}
    assert session.scalars(insert(MEMBERS).returning(MEMBERS.c.note), [row]).all() == ["메모"]


@pytest.mark.mariadb
def test_a_value_too_long_to_be_sent_with_its_id_does_not_pass_for_null(
    mariadb_url: str, ring: Keyring
) -> None:
    engine = create_engine(mariadb_url)
    note = Encrypted("long.note", LargeBinary, subject="long:name")
    table = Table("long", MetaData(), Column("name", Text(1 << 24)), Column("note", note))
    table.metadata.create_all(engine)
    with engine.begin() as connection:
        limit = connection.scalar(text("SELECT @@max_allowed_packet"))
        row = {"name": "김", "note": for_subject("김", bytes(limit // 3))}
        connection.execute(insert(table), [row, {"name": "이", "note": None}])
        assert len(connection.scalars(select(table.c.note)).first()) == limit // 3
        connection.execute(
            text("UPDATE `long` SET name = repeat('a', :n) WHERE note IS NOT NULL"), {"n": limit - 99}
        )
        with pytest.raises(DecryptionFailed):
            connection.scalars(select(table.c.note)).all()
    engine.dispose()


def test_search_in_a_column_of_persons_is_exact_and_indexed(
    engine: Engine, session: Session, kim: Member
) -> None:
    assert session.scalars(select(Member.name).where(Member.phone == "010-1234-5678")).all() == ["김"]
    assert (
        session.scalar(select(func.count()).where(Member.phone.in_(["010-1234-5678", "010-0000-0000"]))) == 1
    )


def test_a_key_store_that_is_gone_gives_no_plaintext(
    session: Session, kim: Member, ring: Keyring, tmp_path
) -> None:
    ring._memory.current().subjects = None
    (tmp_path / "keys.db").unlink()
    session.expire_all()
    with pytest.raises(KeyringError, match="is gone: put it back"):
        kim.note  # noqa: B018


def test_a_preloaded_reader_asks_the_key_store_for_nothing(
    session: Session, kim: Member, ring, tmp_path
) -> None:
    ring._memory.current().subjects = None
    assert ring.preload([f"member:{kim.id}", "member:99999"]) == 1
    (tmp_path / "keys.db").unlink()
    session.expire_all()
    assert kim.note == "단골"


@pytest.mark.parametrize("driver", ["aiosqlite", "asyncpg"])
def test_asynchronous_sessions_write_and_read(driver: str, request, ring: Keyring) -> None:
    import asyncio

    plain = request.getfixturevalue("sqlite_url" if driver == "aiosqlite" else "postgres_url")
    url = plain.replace("sqlite:", "sqlite+aiosqlite:").replace("+psycopg", "+asyncpg")

    async def work() -> None:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with AsyncSession(engine, expire_on_commit=False) as session:
            session.add(Member(name="김", note="단골", orders=[Order(address="강남구", secret="선물")]))
            await session.commit()
        async with AsyncSession(engine) as session:
            order = (await session.scalars(select(Order).options(joinedload(Order.member)))).one()
            assert (order.address, order.secret, order.member.note) == ("강남구", "선물", "단골")
            order.address = "종로구"
            await session.commit()
            await session.refresh(order)
            assert order.address == "종로구"
            person = f"member:{order.member_id}"
            receipt = await session.run_sync(lambda own: ring.shred(person, engines=[own.get_bind().engine]))
        outside = ring.shred(person, engines=[engine])
        assert [each.reason for each in outside.unreached if "run_sync" in each.reason] != []
        await engine.dispose()
        assert receipt.complete
        assert {each.column: each.rows for each in receipt.reached}["note"] == 1

    asyncio.run(work())


def test_nothing_of_a_person_is_in_compiled_parameters(session: Session, kim: Member) -> None:
    statement = insert(MEMBERS).values({"번호": 3, "name": "박", "note": for_subject(3, "비밀 메모")})
    assert "비밀" not in str(statement.compile(session.bind).params)
    assert "비밀" not in repr(statement.compile(session.bind))
    assert str(select(literal_column("1")))
