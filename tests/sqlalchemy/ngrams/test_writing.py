"""Every way to write a text keeps its n-grams in step, in the same transaction, or is refused."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    Engine,
    bindparam,
    create_engine,
    delete,
    event,
    func,
    insert,
    lambda_stmt,
    select,
    text,
    update,
)
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from safeguards import OperatorRefused
from safeguards.sqlalchemy import ngram_table
from tests.sqlalchemy.ngrams.models import Agent, Base, Link, Memo, Place, check_in_step, found

TABLE: Any = Memo.__table__
DIALECT_INSERT: dict[str, Any] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
    "mariadb": mysql.insert,
}


def upsert(session: Session, table: Any, rows: Any, *, on: str = "id") -> Any:
    """Return an upsert of rows in the dialect's own words."""
    dialect = session.get_bind().dialect.name
    statement = DIALECT_INSERT[dialect](table)
    statement = statement.values(rows) if rows is not None else statement
    if dialect == "mariadb":
        return statement.on_duplicate_key_update(note=statement.inserted.note)
    return statement.on_conflict_do_update(index_elements=[on], set_={"note": statement.excluded.note})


def ignoring(session: Session, rows: Any) -> Any:
    """Return an INSERT that leaves rows alone which are there."""
    dialect = session.get_bind().dialect.name
    statement = DIALECT_INSERT[dialect](Memo).values(rows)
    return statement.prefix_with("IGNORE") if dialect == "mariadb" else statement.on_conflict_do_nothing()


def by_lambda(session: Session, key: int) -> None:
    """Change a text by a statement that SQLAlchemy keeps as a function, for every key the same."""
    session.execute(lambda_stmt(lambda: update(Memo).where(Memo.id == key).values(note="neu")))


WAYS: dict[str, Callable[[Session], Any]] = {
    "add": lambda s: s.add(Memo(note="새로운 메모")),
    "add with a key": lambda s: s.add(Memo(id=70, note="새로운 메모")),
    "add many": lambda s: s.add_all(Memo(note=f"메모 번호 {at}") for at in range(450)),
    "insert of a list, keys None": lambda s: (
        s.connection().execute(TABLE.insert(), [{"id": None, "note": "하나둘"}, {"id": None, "note": "셋넷"}])
        if s.get_bind().dialect.name != "postgresql"
        else None
    ),
    "add without a text": lambda s: s.add_all([Memo(code="a"), Memo(note=""), Memo(note="짧")]),
    "change": lambda s: setattr(s.get_one(Memo, 1), "note", "바뀐 메모"),
    "change to NULL": lambda s: setattr(s.get_one(Memo, 1), "note", None),
    "change something else": lambda s: setattr(s.get_one(Memo, 1), "code", "다른 것"),
    "change both": lambda s: [setattr(m, "note", f"{m.id} 번 새 글") for m in s.scalars(select(Memo))],
    "change by a lambda": lambda s: [by_lambda(s, key) for key in (1, 2)],
    "change by an expression": lambda s: setattr(
        s.get_one(Memo, 1), "note", select(TABLE.alias().c.note).limit(1).scalar_subquery()
    ),
    "delete": lambda s: s.delete(s.get_one(Memo, 1)),
    "delete and use the key again": lambda s: (
        s.delete(s.get_one(Memo, 2)),
        s.flush(),
        s.add(Memo(id=2, note="다른 글")),
    ),
    "merge a new row": lambda s: s.merge(Memo(id=80, note="합친 메모")),
    "merge an old row": lambda s: s.merge(Memo(id=1, note="합친 메모")),
    "bulk_insert_mappings": lambda s: s.bulk_insert_mappings(
        Memo.__mapper__, [{"note": "대량 하나"}, {"note": None}, {"note": "대량 둘"}]
    ),
    "bulk_save_objects": lambda s: s.bulk_save_objects([Memo(note="대량 하나"), Memo(note="대량 둘")]),
    "bulk_update_mappings": lambda s: s.bulk_update_mappings(
        Memo.__mapper__, [{"id": 1, "note": "대량 하나"}, {"id": 2, "note": None}]
    ),
    "insert of a list": lambda s: s.execute(insert(Memo), [{"note": "목록 하나"}, {"note": "목록 둘"}]),
    "insert of a list with keys": lambda s: s.execute(
        insert(Memo), [{"id": 90, "note": "목록"}, {"id": 91, "note": "둘"}]
    ),
    "insert of a list, returning": lambda s: s.scalars(
        insert(Memo).returning(Memo), [{"note": "목록 하나"}, {"note": "목록 둘"}]
    ).all(),
    "insert of a list, returning in order": lambda s: s.execute(
        insert(Memo).returning(Memo.note, Memo.id, sort_by_parameter_order=True),
        [{"note": "목록 하나"}, {"note": "목록 둘"}],
    ).all(),
    "update of a list": lambda s: s.execute(
        update(Memo), [{"id": 1, "note": "목록 하나"}, {"id": 2, "note": "둘"}]
    ),
    "update by a condition": lambda s: s.execute(update(Memo).where(Memo.code == "x").values(note="조건부")),
    "update of all rows": lambda s: s.execute(update(Memo).values(note="모두 같은 글")),
    "update by key": lambda s: s.execute(
        update(Memo).where(Memo.id == 2, Memo.code == "x").values(note="키로")
    ),
    "update of a missing row": lambda s: s.execute(
        update(TABLE).where(TABLE.c.id == 999).values(note="없다")
    ),
    "update by an equal text": lambda s: s.execute(
        update(Memo).where(Memo.note == "처음 메모").values(note="같다")
    ),
    "delete by a condition": lambda s: s.execute(delete(Memo).where(Memo.code == "x")),
    "delete of all rows": lambda s: s.execute(delete(Memo)),
    "Core insert": lambda s: s.connection().execute(TABLE.insert().values(note="코어 하나")),
    "Core insert of a list": lambda s: s.connection().execute(
        TABLE.insert(), [{"note": "코어 둘"}, {"note": "셋"}]
    ),
    "Core insert of several values": lambda s: s.connection().execute(
        TABLE.insert().values([{"note": "코어 하나"}, {"note": "코어 둘"}])
    ),
    "Core insert, returning": lambda s: (
        s.connection()
        .execute(TABLE.insert().values(note="코어 하나").returning(TABLE.c.id, TABLE.c.note))
        .one()
    ),
    "Core update of a list": lambda s: s.connection().execute(
        TABLE.update().where(TABLE.c.id == bindparam("key")),
        [{"key": 1, "note": "코어 하나"}, {"key": 2, "note": "코어 둘"}, {"key": 999, "note": "없다"}],
    ),
    "Core update, in an order": lambda s: s.connection().execute(
        TABLE.update()
        .where(TABLE.c.id.in_([1, 2]))
        .ordered_values((TABLE.c.code, None), (TABLE.c.note, "차례"))
    ),
    "Core delete": lambda s: s.connection().execute(TABLE.delete().where(TABLE.c.id.in_([1, 3]))),
    "upsert of a new row": lambda s: s.execute(upsert(s, Memo, {"id": 60, "note": "올린 메모"})),
    "upsert of an old row": lambda s: s.execute(upsert(s, Memo, {"id": 1, "note": "올린 메모"})),
    "upsert of several": lambda s: s.execute(
        upsert(s, TABLE, [{"id": 1, "note": "올린 메모"}, {"id": 61, "note": "새로 올린"}])
    ),
    "upsert of a list": lambda s: s.execute(
        upsert(s, Memo, None), [{"id": 1, "note": "올린 메모"}, {"id": 61, "note": "새로 올린"}]
    ),
    "upsert by another unique column": lambda s: s.execute(
        upsert(s, Memo, {"code": "x", "note": "올린 메모"}, on="code")
    ),
    "upsert, returning": lambda s: (
        s.scalars(upsert(s, Memo, {"code": "x", "note": "올린 메모"}, on="code").returning(Memo.id)).all()
        if s.get_bind().dialect.name != "mariadb"
        else s.execute(upsert(s, Memo, {"code": "x", "note": "올린 메모"}))
    ),
    "insert that leaves an old row alone": lambda s: s.execute(
        ignoring(s, [{"id": 1, "note": "다른 메모"}, {"id": 62, "note": "새 메모"}])
    ),
    "copy without the text": lambda s: (
        s.execute(insert(Memo).from_select(["code"], select(func.concat("copy", Memo.id))))
        if s.get_bind().dialect.name != "sqlite"
        else None
    ),
}


@pytest.fixture
def filled(engine: Engine) -> Engine:
    with Session(engine) as session:
        session.add_all(
            [Memo(note="처음 메모", code="x"), Memo(note="둘째 글"), Memo(note=None), Memo(note="처음 메모")]
        )
        session.commit()
    check_in_step(engine)
    return engine


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_write_keeps_the_ngrams_in_step(filled: Engine, way: str) -> None:
    with Session(filled) as session:
        WAYS[way](session)
        session.commit()
    check_in_step(filled)


@pytest.mark.parametrize(
    "way", ["add many", "change both", "delete", "insert of a list", "upsert of several"]
)
def test_what_is_rolled_back_leaves_nothing(filled: Engine, way: str) -> None:
    before = _grams(filled)
    with Session(filled) as session:
        WAYS[way](session)
        session.flush()
        session.rollback()
        assert _grams(filled) == before
        nested = session.begin_nested()
        WAYS[way](session)
        session.flush()
        nested.rollback()
        session.commit()
    assert _grams(filled) == before
    check_in_step(filled)


def _grams(engine: Engine) -> set[Any]:
    table = ngram_table(Memo.note)
    with engine.connect() as connection:
        return {tuple(row) for row in connection.execute(select(table.c.id, table.c.tag))}


def test_an_update_that_does_not_set_the_text_touches_no_ngram(filled: Engine) -> None:
    seen: list[str] = []
    event.listen(filled, "before_cursor_execute", lambda c, cursor, sql, *_: seen.append(sql))
    with Session(filled) as session:
        session.get_one(Memo, 1).code = "y"
        session.commit()
    assert not [sql for sql in seen if "ngram" in sql]


def test_a_failed_flush_leaves_nothing(filled: Engine) -> None:
    before = _grams(filled)
    with Session(filled) as session:
        session.add_all([Memo(note="좋은 메모"), Memo(note="나쁜 메모", code="x")])
        with pytest.raises(IntegrityError) as caught:
            session.commit()
    assert "메모" not in str(caught.value)
    assert _grams(filled) == before
    check_in_step(filled)


def test_a_text_whose_ngrams_cannot_be_written_is_not_written_either(filled: Engine) -> None:
    side = ngram_table(Memo.note)
    with filled.begin() as connection:
        side.drop(connection)
    with filled.connect() as connection:
        with pytest.raises(DBAPIError) as caught:
            connection.execute(TABLE.insert().values(note="비밀 메모"))
        connection.rollback()
    assert "비밀" not in str(caught.value)
    with filled.connect() as connection:
        with pytest.raises(DBAPIError):
            connection.execute(TABLE.insert().values(note="비밀 메모"))
        with pytest.raises(PendingRollbackError):  # an application that goes on as if nothing had happened
            connection.execute(select(TABLE.c.id))
        with pytest.raises(PendingRollbackError):
            connection.commit()
    with filled.begin() as connection:
        nested = connection.begin_nested()
        with pytest.raises(DBAPIError):
            connection.execute(TABLE.insert().values(note="비밀 메모"))
        nested.rollback()
        connection.execute(TABLE.update().where(TABLE.c.id == 1).values(code="y"))
    with Session(filled) as session:
        session.add(Memo(note="비밀 메모"))
        with pytest.raises(DBAPIError):
            session.flush()
        session.rollback()
        assert session.scalar(select(func.count()).select_from(Memo)) == 4
    side.create(filled)


def test_deleting_a_row_takes_its_ngrams_along_in_raw_sql_where_foreign_keys_are_enforced(
    filled: Engine,
) -> None:
    with filled.begin() as connection:
        if filled.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.execute(text("DELETE FROM 상담 WHERE id = 1"))
    check_in_step(filled)


def test_a_key_that_raw_sql_freed_inherits_no_ngrams(sqlite_engine: Engine) -> None:
    with Session(sqlite_engine) as session:
        session.add(Memo(id=1, note="옛 메모"))
        session.commit()
        session.execute(text("DELETE FROM 상담"))
        session.add(Memo(id=1, note="새로운 글"))
        session.commit()
    assert found(sqlite_engine, Memo.note.contains("메모")) == []
    check_in_step(sqlite_engine)


def test_keys_of_several_columns_and_of_classes_that_inherit_are_kept_in_step(engine: Engine) -> None:
    with Session(engine) as session:
        session.add_all([Place(tag=t, number=n, note=f"장소 {t}{n}번") for t in "ab" for n in range(3)])
        session.add_all([Agent(note="첫 담당"), Agent(note="둘째 담당")])
        session.commit()
        session.get_one(Place, ("a", 1)).note = "옮긴 자리"
        session.execute(update(Place).where(Place.tag == "b", Place.number == 2).values(note="다른 자리"))
        session.delete(session.get_one(Place, ("a", 0)))
        session.execute(update(Agent), [{"id": 1, "note": "바뀐 사람"}])
        session.execute(update(Agent).where(Agent.id == 2).values(note="둘째 담당자"))
        session.commit()
        where = select(Place.tag, Place.number).order_by(Place.tag, Place.number)
        assert session.execute(where.where(Place.note.contains("자리"))).all() == [("a", 1), ("b", 2)]
        assert session.execute(where.where(Place.note.contains("장소 "))).all() == [
            ("a", 2),
            ("b", 0),
            ("b", 1),
        ]
        assert [a.note for a in session.scalars(select(Agent).where(Agent.note.contains("담당")))] == [
            "둘째 담당자"
        ]


@pytest.mark.parametrize("server", ["sqlite", "postgres"])
def test_async_sessions_write_and_search(ring: object, server: str, request: pytest.FixtureRequest) -> None:
    url: str = request.getfixturevalue(f"{server}_url")
    asynchronous = url.replace("sqlite:", "sqlite+aiosqlite:").replace("+psycopg", "+asyncpg")

    async def work() -> list[int]:
        engine = create_async_engine(asynchronous)
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with AsyncSession(engine) as session:
            session.add_all([Memo(note="비동기 메모"), Memo(note="다른 글")])
            await session.commit()
            await session.execute(insert(Memo), [{"note": "비동기 하나"}, {"note": "둘"}])
            await session.execute(update(Memo).where(Memo.id == 2).values(note="비동기로"))
            await session.commit()
            ids = sorted(await session.scalars(select(Memo.id).where(Memo.note.contains("비동기"))))
        await engine.dispose()
        return ids

    assert asyncio.run(work()) == [1, 2, 3]
    engine = create_engine(url)
    check_in_step(engine)
    engine.dispose()


REFUSED: dict[str, Callable[[Session], Any]] = {
    "copy of texts": lambda s: s.execute(insert(Memo).from_select(["note"], select(Memo.note))),
    "returning without the key": lambda s: s.execute(insert(Memo).values(note="메모").returning(Memo.note)),
    "many updates by a condition": lambda s: s.connection().execute(
        TABLE.update().where(TABLE.c.code == bindparam("c")),
        [{"c": "x", "note": "메모"}, {"c": "y", "note": "글"}],
    ),
    "a new key with a new text": lambda s: s.execute(
        update(Memo).where(Memo.id == 1).values(id=9, note="메모")
    ),
    "an upsert of copies": lambda s: s.execute(
        upsert(s, Memo, None).from_select(["code"], select(Memo.code))
    ),
    "AUTOCOMMIT": lambda s: s.connection(execution_options={"isolation_level": "AUTOCOMMIT"}).execute(
        TABLE.insert().values(note="메모")
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_write_that_cannot_be_followed_is_refused_before_it_is_done(filled: Engine, name: str) -> None:
    before = _grams(filled)
    with Session(filled) as session:
        with pytest.raises(OperatorRefused, match=r"memo\.note") as refusal:
            REFUSED[name](session)
        session.commit()
    assert "메모" not in str(refusal.value)
    assert _grams(filled) == before
    check_in_step(filled)


@pytest.mark.mariadb
def test_an_update_of_two_tables_is_refused(ring: object, mariadb_url: str) -> None:
    engine = create_engine(mariadb_url)
    Base.metadata.create_all(engine)
    link: Any = Link.__table__
    with engine.connect() as connection, pytest.raises(OperatorRefused, match="several tables"):
        connection.execute(
            link.update().where(link.c.memo_id == TABLE.c.id).values({link.c.id: 1, TABLE.c.note: "메모"})
        )
    engine.dispose()


@pytest.mark.postgres
def test_a_write_inside_with_is_refused(ring: object, postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        hidden = insert(TABLE).values(note="메모").returning(TABLE.c.id).cte()
        with pytest.raises(OperatorRefused, match="WITH"):
            session.execute(select(hidden.c.id))
    engine.dispose()


def test_a_primary_key_may_change_where_foreign_keys_follow(filled: Engine) -> None:
    with Session(filled) as session:
        session.get_one(Memo, 1).id = 40
        if filled.dialect.name == "sqlite":
            with pytest.raises(OperatorRefused, match="primary key changes"):
                session.commit()
            return
        session.commit()
    check_in_step(filled)


def test_rows_that_another_transaction_adds_meanwhile_are_not_missed(ring: object, postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Memo(note="처음 메모", code="x1"))
        session.commit()
    once = []

    @event.listens_for(engine, "after_cursor_execute")
    def intrude(connection: Any, cursor: Any, sql: str, *_: Any) -> None:
        if "FOR NO KEY UPDATE" in sql and not once:
            once.append(sql)
            with Session(engine) as other:
                other.add(Memo(note="끼어든 메모", code="x2"))
                other.commit()

    with engine.connect() as connection:
        with pytest.raises(OperatorRefused, match="other rows"):
            connection.execute(TABLE.update().where(TABLE.c.code.like("x%")).values(note="바뀐 글"))
        connection.rollback()
    check_in_step(engine)
    engine.dispose()


def test_nothing_that_is_logged_or_raised_holds_a_text(
    filled: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    noisy = create_engine(filled.url, echo="debug")
    with caplog.at_level(logging.DEBUG, "sqlalchemy"), Session(noisy) as session:
        session.add(Memo(note="극비사항 문서"))
        session.commit()
        assert len(session.scalars(select(Memo).where(Memo.note.contains("극비사항"))).all()) == 1
        assert len(session.scalars(select(Memo).where(Memo.note.contains("극비"))).all()) == 1
        with pytest.raises(DBAPIError) as caught:
            session.execute(select(Memo).where(Memo.note.contains("극비"), text("no_such_column = 1")))
    noisy.dispose()
    assert "INSERT" in caplog.text
    assert not any(part in caplog.text + str(caught.value) for part in ("극비", "비사", "사항"))


def test_the_links_of_a_row_do_not_wait_for_its_ngrams(filled: Engine) -> None:
    with Session(filled) as session:
        memo = session.get_one(Memo, 1)
        memo.links.append(Link())
        memo.note = "연결된 메모"
        session.commit()
    check_in_step(filled)
