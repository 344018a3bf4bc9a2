"""N-grams for rows that exist already: in batches, resumable, and while an application writes."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from safeguards import DecryptionFailed, InputError, OperatorRefused
from safeguards.sqlalchemy import DualRead, Encrypted, Exact, Ngram, ngram_table, rebuild_ngrams
from safeguards.sqlalchemy.backfill import Target, decrypt_in_place, encrypt_in_place, reencrypt
from safeguards.sqlalchemy.ngrams import Rebuilt
from tests.sqlalchemy.ngrams.models import Memo, Place, check_in_step, found

ROWS = 23


@pytest.fixture
def forgotten(engine: Engine) -> Engine:
    """Rows whose n-grams are missing, as they are before a column gets its Ngram."""
    with Session(engine) as session:
        session.add_all(Memo(note=None if at % 5 == 0 else f"메모 번호 {at}") for at in range(ROWS))
        session.commit()
        session.execute(delete(ngram_table(Memo.note)))
        session.commit()
    assert found(engine, Memo.note.contains("메모")) == []
    return engine


def test_rows_that_exist_get_their_ngrams_and_a_second_run_changes_nothing(forgotten: Engine) -> None:
    seen: list[Rebuilt] = []
    done = rebuild_ngrams(forgotten, Memo.note, batch=5, progress=seen.append)
    assert (done.rows, done.removed) == (ROWS, 0)
    assert done.written > ROWS
    assert [each.rows for each in seen] == [5, 10, 15, 20, 23]
    check_in_step(forgotten)
    again = rebuild_ngrams(forgotten, Memo.__table__.c.note)
    assert (again.rows, again.written, again.removed) == (ROWS, 0, 0)


def test_a_run_that_was_interrupted_goes_on(forgotten: Engine) -> None:
    last: list[Any] = []

    def stop(done: Rebuilt) -> None:
        last.append(done.last)
        if len(last) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild_ngrams(forgotten, Memo.note, batch=5, progress=stop)
    rest = rebuild_ngrams(forgotten, Memo.note, batch=5, after=last[-1])
    assert rest.rows == ROWS - 10
    check_in_step(forgotten)


def test_a_key_of_several_columns_is_walked_in_its_order(engine: Engine) -> None:
    with Session(engine) as session:
        session.add_all(Place(tag=t, number=n, note=f"장소 {t}{n}") for t in "abc" for n in range(4))
        session.commit()
        session.execute(delete(ngram_table(Place.note)))
        session.commit()
    assert rebuild_ngrams(engine, Place.note, batch=5).rows == 12
    with Session(engine) as session:
        assert len(session.scalars(select(Place).where(Place.note.contains("장소"))).all()) == 12
    assert rebuild_ngrams(engine, Place.note, batch=1, after=("b", 3)).rows == 4


def test_single_rows_are_brought_in_step_after_raw_sql(forgotten: Engine) -> None:
    done = rebuild_ngrams(forgotten, Memo.note, keys=[2, 3, 999])
    assert done.written > 0
    assert found(forgotten, Memo.note.contains("메모")) == [2, 3]
    rebuild_ngrams(forgotten, Memo.note)
    with forgotten.begin() as connection:
        connection.execute(text("UPDATE 상담 SET note = NULL WHERE id = 2"))
        assert rebuild_ngrams(connection, Memo.note, keys=[2]).removed > 0
    check_in_step(forgotten)


def test_ngrams_of_rows_that_are_gone_are_removed(sqlite_engine: Engine) -> None:
    with Session(sqlite_engine) as session:
        session.add_all([Memo(note="하나 둘"), Memo(note="셋 넷")])
        session.commit()
        session.execute(text("DELETE FROM 상담 WHERE id = 1"))
        session.commit()
    assert rebuild_ngrams(sqlite_engine, Memo.note).removed == 3
    check_in_step(sqlite_engine)


def test_an_application_may_write_meanwhile(forgotten: Engine) -> None:
    stop, failures = threading.Event(), []

    def write(first: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            try:
                with Session(forgotten) as session:
                    session.get_one(Memo, 1 + (first + turn) % 20).note = f"바뀐 글 {first} {turn}"
                    session.add(Memo(note=f"새 글 {first} {turn}"))
                    session.commit()
            except OperationalError:
                continue  # a deadlock, or SQLite's lock: an application tries again
            except Exception as error:
                failures.append(type(error).__name__)
                return

    writers = [threading.Thread(target=write, args=(at,)) for at in (3, 11)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(5):
            rebuild_ngrams(forgotten, Memo.note, batch=3)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert failures == []
    check_in_step(forgotten)


def test_a_column_encrypted_in_place_is_searched_once_its_ngrams_are_built(
    ring: Any, database_url: str
) -> None:
    engine = create_engine(database_url)
    plain = Table("log", MetaData(), Column("id", Integer, primary_key=True), Column("body", String(99)))
    plain.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(plain.insert(), [{"body": "강남 민원"}, {"body": "부산 민원"}, {"body": None}])

    def declared(**options: Any) -> Table:
        kind = Encrypted("log.body", search=Ngram(2), **options)
        return Table("log", MetaData(), Column("id", Integer, primary_key=True), Column("body", kind))

    dual = declared(state=DualRead(until=__import__("datetime").date(2999, 1, 1)))
    with pytest.raises(OperatorRefused, match="DualRead"):
        dual.c.body.contains("강남")
    target = Target("log", "body", declared=declared().c.body.type)  # type: ignore[arg-type]
    encrypt_in_place(engine, [target])
    log = declared()
    log.metadata.create_all(engine)
    assert rebuild_ngrams(engine, log.c.body).rows == 3
    ring.rotate()
    assert reencrypt(engine, [target])[0].written == 2
    with Session(engine) as session:
        assert session.scalars(select(log.c.id).where(log.c.body.contains("강남 민"))).all() == [1]
        assert session.scalars(select(log.c.id).where(log.c.body.contains("민원"))).all() == [1, 2]
    assert rebuild_ngrams(engine, log.c.body).written == 0
    decrypt_in_place(engine, [target])
    with engine.connect() as connection:
        assert connection.scalars(select(plain.c.body).order_by(plain.c.id)).all()[:2] == [
            "강남 민원",
            "부산 민원",
        ]
    engine.dispose()


def test_an_asynchronous_connection_rebuilds_too(ring: object, sqlite_url: str) -> None:
    async def work() -> Rebuilt:
        engine = create_async_engine(sqlite_url.replace("sqlite:", "sqlite+aiosqlite:"))
        async with engine.begin() as connection:
            await connection.run_sync(Memo.metadata.create_all)
            await connection.execute(Memo.__table__.insert(), [{"note": "하나 둘"}])
            await connection.execute(delete(ngram_table(Memo.note)))
            done = await connection.run_sync(rebuild_ngrams, Memo.note)
        await engine.dispose()
        return done

    assert asyncio.run(work()).written == 3


def test_what_cannot_be_rebuilt_is_one_clear_error(forgotten: Engine) -> None:
    with pytest.raises(InputError, match="has no n-grams"):
        rebuild_ngrams(forgotten, Memo.code)
    with pytest.raises(InputError, match="batch"):
        rebuild_ngrams(forgotten, Memo.note, batch=0)
    with pytest.raises(OperatorRefused, match="AUTOCOMMIT"):
        rebuild_ngrams(forgotten.execution_options(isolation_level="AUTOCOMMIT"), Memo.note)
    raw = Table("상담", MetaData(), Column("id", Integer), Column("note", LargeBinary))
    with forgotten.begin() as connection:
        connection.execute(raw.update().where(raw.c.id == 7).values(note=b"\xfe\x00broken"))
    with pytest.raises(DecryptionFailed, match=r"memo\.note"):
        rebuild_ngrams(forgotten, Memo.note, batch=3)


def test_the_side_table_has_a_foreign_key_and_an_index_on_its_tag(forgotten: Engine) -> None:
    table = ngram_table(Memo.note)
    catalogue = inspect(forgotten)
    key = catalogue.get_foreign_keys(table.name)[0]
    assert key["referred_table"] == Memo.__tablename__
    assert key["options"]["ondelete"] == "CASCADE"
    columns = [index["column_names"] for index in catalogue.get_indexes(table.name)]
    assert ["tag", "id"] in columns


def declare(metadata: MetaData, name: str = "t", column: str = "a") -> Table:
    kind = Encrypted("t.a", search=[Exact(), Ngram(2)])
    return Table(name, metadata, Column("id", Integer, primary_key=True), Column(column, kind))


def test_tables_are_copied_with_their_side_tables() -> None:
    first, second, third = MetaData(), MetaData(), MetaData()
    table = declare(first)
    copied = table.to_metadata(second)
    assert ngram_table(copied.c.a).metadata is second
    assert ngram_table(table.c.a).metadata is first
    side = ngram_table(table.c.a).to_metadata(third)
    assert ngram_table(table.to_metadata(third).c.a) is side


def test_a_column_that_joins_a_table_later_has_its_side_table() -> None:
    table = Table("t", MetaData(), Column("id", Integer, primary_key=True))
    table.append_column(Column("a", Encrypted("t.a", search=Ngram(2))))
    assert ngram_table(table.c.a).name == "t__a__ngram"


def test_a_long_name_is_cut_and_stays_its_own() -> None:
    names = {ngram_table(declare(MetaData(), "표" * 20, f"열{end}").c[f"열{end}"]).name for end in "가나"}
    assert len(names) == 2
    assert all(len(name.encode()) <= 63 for name in names)


def test_another_table_of_that_name_is_refused() -> None:
    metadata = MetaData()
    Table("t__a__ngram", metadata, Column("x", Integer, primary_key=True))
    with pytest.raises(InputError, match="rename"):
        declare(metadata)


def test_ngrams_differ_by_field_form_size_and_bits(ring: object, tmp_path: Path) -> None:
    searches = [Ngram(2), Ngram(2, normalise="nfc"), Ngram(2, normalise="caseless"), Ngram(2, bits=120)]
    kinds = [Encrypted("x.a", search=each) for each in searches] + [Encrypted("x.b", search=Ngram(2))]
    tags = {kind.cipher.form_tag(kind.cipher.beside[0], "강남".encode())[:14] for kind in kinds}
    assert len(tags) == len(kinds)
