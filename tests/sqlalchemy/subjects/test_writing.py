"""A value is bound to the person whose row it is in, on every path that writes."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from sqlalchemy import Engine, Text, create_engine, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, defer, mapped_column

from safeguards import Keyring
from safeguards.errors import InputError, SubjectErased
from safeguards.sqlalchemy import Encrypted, for_subject
from tests.sqlalchemy.subjects.members import (
    Base,
    Coded,
    Listed,
    Member,
    Numbered,
    Order,
    owners,
    stored,
)

MEMBERS, ORDERS = Member.__table__, Order.__table__


def key_store_writes(ring: Keyring) -> list[str]:
    seen: list[str] = []
    engine = ring._store.engine
    event.listen(engine, "commit", lambda connection: seen.append("commit"))
    return seen


def test_parents_and_children_of_one_flush_share_the_key_of_their_person(engine, session, kim) -> None:
    assert len(owners(engine, "note") | owners(engine, "phone") | owners(engine, "address", "order")) == 2
    assert owners(engine, "address", "order") < owners(engine, "note")
    assert not owners(engine, "secret", "order") & owners(engine, "note")
    assert (kim.note, kim.phone) == ("단골", "010-1234-5678")
    assert {each.address for each in kim.orders} == {"강남구", "종로구"}


def test_attributes_are_plain_after_a_flush_and_hold_nothing_else(session: Session) -> None:
    member = Member(name="김", note="단골")
    session.add(member)
    session.flush()
    assert vars(member)["note"] == "단골"
    assert session.info == {}
    assert pickle.loads(pickle.dumps(member)).note == "단골"


def test_a_flush_of_many_persons_asks_the_key_store_a_few_times(session: Session, ring: Keyring) -> None:
    seen = key_store_writes(ring)
    session.add_all(Member(name="김", note=f"메모 {number}") for number in range(200))
    session.commit()
    assert len(seen) <= 3
    assert session.scalars(select(Member.note)).all() == [f"메모 {number}" for number in range(200)]


def test_an_update_keeps_the_persons_key(engine: Engine, session: Session, kim: Member) -> None:
    before = owners(engine, "note")
    kim.note = "큰손"
    session.commit()
    assert owners(engine, "note") == before
    assert kim.note == "큰손"


def test_a_row_that_changes_its_owner_takes_its_values_along(engine, session, kim) -> None:
    lee = session.scalars(select(Member).where(Member.name == "이")).one()
    order = kim.orders[0]
    address = order.address
    order.member = lee
    session.commit()
    assert order.address == address
    assert len(owners(engine, "address", "order")) == 2


def test_a_row_moves_with_values_that_were_not_loaded(session: Session, kim: Member) -> None:
    lee_id = session.scalar(select(Member.id).where(Member.name == "이"))
    order = kim.orders[0]
    address = order.address
    session.commit()  # expires it
    order.member_id = lee_id
    session.commit()
    assert order.address == address


def test_a_primary_key_that_changes_takes_the_values_along(session: Session) -> None:
    session.add(Member(id=5, name="박", note="메모"))
    session.commit()
    member = session.get(Member, 5)
    member.id = 6
    session.commit()
    assert session.get(Member, 6).note == "메모"


def test_all_values_go_with_an_id_that_changes_and_one_that_has_to_be_loaded_first(
    engine: Engine, session
) -> None:
    session.add(Member(id=5, name="박", note="메모", phone="010-1111-2222"))
    session.commit()
    session.close()
    member = session.scalars(select(Member).options(defer(Member.phone))).one()
    member.id = 6
    session.commit()
    assert (member.note, member.phone) == ("메모", "010-1111-2222")
    assert len(owners(engine, "note") | owners(engine, "phone")) == 1


def test_a_failed_flush_puts_plain_values_back_and_can_be_tried_again(session: Session, kim: Member) -> None:
    double = Member(name="박", note="메모", phone="010-1234-5678")
    session.add(double)
    with pytest.raises(IntegrityError) as caught:
        session.flush()
    assert "010-1234" not in str(caught.value)
    assert (vars(double)["note"], vars(double)["phone"]) == ("메모", "010-1234-5678")
    session.rollback()
    assert (vars(double)["note"], vars(double)["phone"]) == ("메모", "010-1234-5678")
    double.phone = None
    session.add(double)
    session.commit()
    assert double.note == "메모"
    assert kim.note == "단골"


def test_a_person_whose_insert_was_rolled_back_can_be_inserted_again(session: Session) -> None:
    for _ in range(3):
        session.add(Member(id=None, name="박", note="메모", orders=[Order(address="부산")]))
        session.flush()
        session.rollback()
    member = Member(name="박", note="메모", orders=[Order(address="부산")])
    session.add(member)
    session.commit()
    assert (member.note, member.orders[0].address) == ("메모", "부산")


def test_a_savepoint_that_is_rolled_back_leaves_plain_values(session: Session, kim: Member) -> None:
    double, savepoint = Member(name="박", phone="010-1234-5678"), session.begin_nested()
    session.add(double)
    with pytest.raises(IntegrityError):
        session.flush()
    savepoint.rollback()
    assert vars(double)["phone"] == "010-1234-5678"
    kim.note = "그대로"
    session.commit()
    assert kim.note == "그대로"


def test_merge_and_refresh_give_plain_values(session: Session, engine: Engine, kim: Member) -> None:
    number = kim.id
    session.close()
    merged = session.merge(Member(id=number, name="김", note="합침"))
    session.commit()
    session.refresh(merged)
    assert merged.note == "합침"


def test_a_scalar_default_is_bound_too(session: Session, kim: Member) -> None:
    order = Order(member_id=kim.id)
    session.add(order)
    session.commit()
    assert order.address == "서울"


def test_a_row_without_an_owner_is_refused_and_nothing_is_written(engine, session) -> None:
    session.add(Order(address="강남구"))
    with pytest.raises(InputError, match="its row says no member_id") as caught:
        session.flush()
    assert "강남" not in str(caught.value)
    session.rollback()
    assert stored(engine, "address", "order") == []


@pytest.mark.parametrize(
    ("model", "person"),
    [
        ("Coded", "kim"),
        ("Coded", "kim "),
        ("Numbered", "7"),
        ("Numbered", "07"),
        ("Listed", "550e8400e29b41d4a716446655440000"),
    ],
)
def test_an_id_in_any_spelling_that_its_column_takes_is_the_same_person(
    engine: Engine, session: Session, model: str, person: str
) -> None:
    kind = {"Coded": Coded, "Numbered": Numbered, "Listed": Listed}[model]
    session.add(kind(id=person, note="메모"))
    session.commit()
    session.expunge_all()
    found = session.scalars(select(kind)).one()
    assert found.note == "메모"
    found.note = "새 메모"  # under the id as the database gives it: CHAR comes padded from PostgreSQL
    session.commit()
    assert session.scalars(select(kind.note)).all() == ["새 메모"]
    assert len(owners(engine, "note", kind.__tablename__)) == 1


def test_null_needs_no_owner(engine: Engine, session: Session) -> None:
    session.add(Member(name="박"))
    session.commit()
    assert stored(engine, "note") == [None]


@pytest.mark.parametrize("path", ["core", "bulk", "orm insert", "update", "mappings"])
def test_other_paths_bind_for_subject_or_raise(
    engine: Engine, session: Session, kim: Member, path: str
) -> None:
    def write(value: Any) -> None:
        row = {"id": 77, "name": "박", "note": value}
        if path == "core":
            session.execute(insert(MEMBERS), [{"번호" if key == "id" else key: row[key] for key in row}])
        elif path == "bulk":
            session.bulk_save_objects([Member(**row)])
        elif path == "mappings":
            session.bulk_insert_mappings(Member, [row])
        elif path == "orm insert":
            session.execute(insert(Member), [row])
        else:
            session.execute(insert(Member), [row | {"note": None}])
            session.execute(update(Member).where(Member.id == 77).values(note=value))

    with pytest.raises(InputError, match=r"for_subject\(id, value\)") as caught:
        write("비밀 메모")
    assert "비밀" not in str(caught.value)
    session.rollback()
    write(for_subject(77, "비밀 메모"))
    session.commit()
    assert session.get(Member, 77).note == "비밀 메모"


def test_listeners_of_the_application_find_plain_values(session: Session, kim: Member) -> None:
    seen: list[Any] = []

    def look(_mapper: object, _connection: object, member: Member) -> None:
        seen.append(member.note)

    class Watched(DeclarativeBase):
        pass

    class Guest(Watched):
        __tablename__ = "guest"
        id: Mapped[int] = mapped_column(primary_key=True)
        note: Mapped[str] = mapped_column(Encrypted("guest.note", Text, subject="guest:id"))

    for name in ("before_insert", "after_insert", "before_update", "after_update"):
        event.listen(Watched, name, look, propagate=True)
    Watched.metadata.create_all(session.get_bind())
    guest = Guest(note="처음")
    session.add(guest)
    session.commit()
    guest.note = "다음"
    session.commit()
    assert seen == ["처음", "처음", "다음", "다음"]


def test_a_bulk_update_leaves_plain_values_in_the_objects_of_the_session(
    session: Session, kim: Member
) -> None:
    assert kim.note == "단골"
    session.execute(update(Member).where(Member.id == kim.id).values(note=for_subject(kim.id, "새 메모")))
    assert vars(kim).get("note", "새 메모") == "새 메모"
    assert kim.note == "새 메모"
    session.commit()
    assert kim.note == "새 메모"


def test_a_value_bound_to_somebody_else_than_its_row_cannot_be_read(session: Session, kim: Member) -> None:
    lee_id = session.scalar(select(Member.id).where(Member.name == "이"))
    session.execute(insert(MEMBERS), [{"번호": 77, "name": "박", "note": for_subject(lee_id, "메모")}])
    with pytest.raises(Exception, match="cannot be decrypted"):
        session.scalars(select(Member.note).where(Member.id == 77)).all()


def test_for_subject_takes_ids_and_plain_values_and_shows_neither() -> None:
    bound = for_subject("hong@example.com", "비밀")
    assert "비밀" not in repr(bound)
    assert "hong" not in repr(bound)
    with pytest.raises(InputError, match="bound to a person already"):
        for_subject(1, bound)
    with pytest.raises(InputError, match="int, str or UUID, not float"):
        for_subject(1.5, "비밀")  # type: ignore[arg-type]


def test_a_database_that_gives_an_erased_id_again_is_told_of(ring: Keyring, sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Member(id=1, name="김", note="단골"))
        session.commit()
        ring.shred("member:1", engines=[])
        session.execute(text('DELETE FROM "회원"'))
        session.commit()
        session.expunge_all()
        session.add(Member(name="이", note="새 손님"))
        with pytest.raises(SubjectErased, match="gave the id again"):
            session.flush()
    engine.dispose()


def test_an_object_that_is_given_somebody_elses_value_is_refused(session: Session, kim: Member) -> None:
    kim.note = for_subject(kim.id + 1, "비밀")
    with pytest.raises(InputError, match="of another member than id of its row") as caught:
        session.flush()
    assert "비밀" not in str(caught.value)
    session.rollback()
    kim.note = for_subject(kim.id, "제 것")
    session.commit()
    assert kim.note == "제 것"
