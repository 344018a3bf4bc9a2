"""Jobs over columns whose values belong to persons: encrypted, bound, re-encrypted and undone row by row."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    create_engine,
    insert,
    select,
)

from safeguards import Keyring
from safeguards.crypto.envelope import Suite, parse
from safeguards.errors import DecryptionFailed, InputError, SubjectErased
from safeguards.sqlalchemy import DualRead, Encrypted, Exact, for_subject
from safeguards.sqlalchemy.backfill import decrypt_in_place, encrypt_in_place, reencrypt, targets_of

FAR = DualRead(until=date(2999, 12, 31))
KEYS = [uuid.UUID(int=number) for number in range(1, 31)]
NOTES = {key: f"메모 {number}" for number, key in enumerate(KEYS)}


def table(kind: Any, unbound_phone: bool = False) -> Table:
    return Table(
        "방문 기록",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("회원", Uuid, key="member"),
        Column("note", kind),
    )


def bound(**options: Any) -> Encrypted:
    return Encrypted("visit.note", Text, subject="member:member", **options)


@pytest.fixture
def engine(database_url: str, ring: Keyring):
    made = create_engine(database_url)
    plain = table(Text)
    plain.metadata.create_all(made)
    rows = [{"id": number, "member": key, "note": NOTES[key]} for number, key in enumerate(KEYS, 1)]
    with made.begin() as connection:
        connection.execute(insert(plain), rows)
        connection.execute(insert(plain), {"id": 99, "member": None, "note": None})
    yield made
    made.dispose()


def read(engine: Engine, kind: Encrypted) -> dict[uuid.UUID, str]:
    own = table(kind)
    with engine.connect() as connection:
        rows = connection.execute(select(own.c.member, own.c.note).where(own.c.note.is_not(None))).all()
    return {row.회원 if hasattr(row, "회원") else row[0]: row.note for row in rows}


def envelopes(engine: Engine) -> list[Any]:
    raw = Table("방문 기록", MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        return [parse(bytes(each)) for each in connection.scalars(select(raw.c.note)) if each is not None]


def persons(engine: Engine) -> set[bytes | None]:
    return {each.subject for each in envelopes(engine)}


def test_plain_values_are_encrypted_each_under_its_persons_key(engine: Engine) -> None:
    (done,) = encrypt_in_place(engine, targets_of(table(bound()))).columns
    assert (done.state, done.encrypted) == ("done", 30)
    assert len(persons(engine)) == 30
    assert read(engine, bound()) == NOTES
    assert encrypt_in_place(engine, targets_of(table(bound()))).columns[0].state == "already encrypted"


def test_a_row_that_names_no_person_is_refused(engine: Engine) -> None:
    own = table(Text)
    with engine.begin() as connection:
        connection.execute(own.update().where(own.c.id == 7).values(member=None))
    with pytest.raises(InputError, match="a row has no 회원, which says whose its value is"):
        encrypt_in_place(engine, targets_of(table(bound())))
    with engine.begin() as connection:
        connection.execute(own.update().where(own.c.id == 7).values(member=KEYS[6]))
    encrypt_in_place(engine, targets_of(table(bound())))
    assert read(engine, bound()) == NOTES


def test_values_from_before_the_column_had_a_subject_are_bound_while_it_is_in_dual_read(
    engine: Engine,
) -> None:
    encrypt_in_place(engine, targets_of(table(Encrypted("visit.note", Text))))
    with pytest.raises(DecryptionFailed):
        read(engine, bound())
    assert read(engine, bound(state=FAR)) == NOTES
    (refused,) = reencrypt(engine, targets_of(table(bound())))
    assert (refused.stale, refused.written, refused.refused) == (30, 0, 30)
    (done,) = reencrypt(engine, targets_of(table(bound(state=FAR))))
    assert (done.stale, done.written, done.refused) == (30, 30, 0)
    assert len(persons(engine)) == 30
    assert read(engine, bound()) == NOTES


def test_rotation_takes_values_and_keys_of_persons_along(engine: Engine, ring: Keyring) -> None:
    targets = targets_of(table(bound()))
    encrypt_in_place(engine, targets)
    before = persons(engine)
    newest = ring.rotate()
    (done,) = reencrypt(engine, targets)
    assert (done.stale, done.written, dict(done.counts.by_key)) == (30, 30, {newest: 30})
    assert persons(engine) == before
    assert ring.rewrap_subjects() == 0
    assert read(engine, bound()) == NOTES


def test_a_value_moved_to_another_row_is_never_written_anew(engine: Engine, ring: Keyring) -> None:
    targets = targets_of(table(bound()))
    encrypt_in_place(engine, targets)
    raw = Table("방문 기록", MetaData(), autoload_with=engine)
    with engine.begin() as connection:
        other = connection.scalar(select(raw.c.note).where(raw.c.id == 1))
        connection.execute(raw.update().where(raw.c.id == 2).values(note=other))
    ring.rotate()
    (done,) = reencrypt(engine, targets)
    assert (done.stale, done.written, done.refused) == (30, 29, 1)
    with pytest.raises(DecryptionFailed):
        read(engine, bound())


def test_what_a_shredded_person_left_in_a_table_becomes_a_tombstone(engine: Engine, ring: Keyring) -> None:
    targets = targets_of(table(bound()))
    encrypt_in_place(engine, targets)
    before = {bytes(each.sealed) for each in envelopes(engine)}
    ring.shred(f"member:{KEYS[0]}", engines=[])
    assert {bytes(each.sealed) for each in envelopes(engine)} == before
    ring.rotate()
    (done,) = reencrypt(engine, targets)
    assert (done.stale, done.written, done.refused) == (30, 30, 0)
    with pytest.raises(SubjectErased):
        read(engine, bound())
    gone = read(engine, bound(erased="value"))
    assert [not value for value in gone.values()].count(True) == 1
    (again,) = reencrypt(engine, targets)
    assert again.stale == 0


def test_a_search_tag_comes_with_the_binding(engine: Engine) -> None:
    kind = bound(search=Exact(), tags_outlive_subject=True)
    encrypt_in_place(engine, targets_of(table(kind)))
    own = table(kind)
    with engine.connect() as connection:
        assert connection.scalars(select(own.c.id).where(own.c.note == NOTES[KEYS[4]])).all() == [5]


def test_bound_columns_become_plain_again(engine: Engine) -> None:
    encrypt_in_place(engine, targets_of(table(bound())))
    (done,) = decrypt_in_place(engine, targets_of(table(bound())))
    assert done.decrypted == 30
    own = table(Text)
    with engine.connect() as connection:
        rows = connection.execute(select(own.c.member, own.c.note).where(own.c.note.is_not(None)))
        assert {tuple(row) for row in rows} == set(NOTES.items())


def test_suites_of_stored_values_say_who_is_bound(engine: Engine) -> None:
    encrypt_in_place(engine, targets_of(table(bound(pad=64))))
    assert {each.suite for each in envelopes(engine)} == {Suite.SUBJECT_XAES_256_GCM}
    assert len({len(each.sealed) for each in envelopes(engine)}) == 1
    assert read(engine, bound()) == NOTES
    assert isinstance(table(String).c.note.type, String)


def dual(url: str, kind: Any) -> tuple[Engine, Table]:
    """A table whose column was made binary, and that still holds plain values."""
    engine, own = create_engine(url), table(kind)
    own.metadata.create_all(engine)
    return engine, own


@pytest.mark.filterwarnings("ignore::safeguards.sqlalchemy.lifecycle.PlaintextRead")
def test_plain_values_of_persons_are_read_in_dual_read_until_its_end(
    database_url: str, ring: Keyring
) -> None:
    engine, own = dual(database_url, LargeBinary)
    rows = [
        {"id": 1, "member": KEYS[0], "note": "메모 0".encode()},
        {"id": 2, "member": KEYS[1], "note": b""},
    ]
    with engine.begin() as connection:
        connection.execute(insert(own), rows)
        connection.execute(
            insert(table(bound())), {"id": 3, "member": KEYS[2], "note": for_subject(KEYS[2], "새")}
        )
    expected = {KEYS[0]: "메모 0", KEYS[1]: "", KEYS[2]: "새"}
    assert read(engine, bound(state=FAR)) == expected
    with pytest.raises(DecryptionFailed, match="DualRead ended"):
        read(engine, bound(state=DualRead(until=date(2000, 1, 1))))
    with pytest.raises(DecryptionFailed, match="cannot be decrypted"):
        read(engine, bound())
    encrypt_in_place(engine, targets_of(table(bound(state=FAR))))
    assert read(engine, bound()) == expected
    engine.dispose()


def test_plain_values_of_a_shredded_person_are_overwritten(database_url: str, ring: Keyring) -> None:
    engine, own = dual(database_url, LargeBinary)
    with engine.begin() as connection:
        connection.execute(insert(own), {"id": 1, "member": KEYS[0], "note": "비밀 메모".encode()})
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql('UPDATE "방문 기록" SET note = CAST(note AS TEXT)')
    declared = table(Encrypted("visit.note", Text, subject="client:member", state=FAR))
    receipt = ring.shred(f"client:{KEYS[0]}", engines=[engine])
    assert {(each.table, each.rows) for each in receipt.reached} == {(declared.name, 1)}
    with engine.connect() as connection:
        assert b"\xeb" not in bytes(connection.scalar(select(own.c.note)))[:1]
        assert "비밀 메모".encode() not in bytes(connection.scalar(select(own.c.note)))
    engine.dispose()


def test_a_plain_number_that_sqlite_would_cut_is_refused(sqlite_url: str, ring: Keyring) -> None:
    kind = Encrypted("visit.note", Float, subject="member:member", state=FAR)
    engine, own = dual(sqlite_url, LargeBinary)
    with engine.begin() as connection:
        connection.execute(insert(own), {"id": 1, "member": KEYS[0], "note": None})
        connection.exec_driver_sql('UPDATE "방문 기록" SET note = 0.30000000000000004')
    with pytest.raises(DecryptionFailed):
        read(engine, kind)
    with pytest.raises(InputError, match="is no float"):
        encrypt_in_place(engine, targets_of(table(kind)))
    engine.dispose()


def test_a_column_declared_as_plaintext_is_named_in_the_receipt(sqlite_url: str, ring: Keyring) -> None:
    kind = Encrypted("visit.note", Text, subject="patient:member", state="plaintext")
    engine, own = dual(sqlite_url, kind)
    receipt = ring.shred(f"patient:{KEYS[0]}", engines=[engine])
    assert not receipt.complete
    assert [each.reason for each in receipt.unreached if each.table == own.name] == [
        "note is still plaintext, which no key protects"
    ]
    engine.dispose()
