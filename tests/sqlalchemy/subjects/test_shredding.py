"""A person is shredded: the key is gone, and the mapped tables hold random bytes in place of their values."""

from __future__ import annotations

import json
import weakref

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, Text, create_engine, event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from safeguards import Keyring, use
from safeguards.errors import InputError, SubjectErased
from safeguards.sqlalchemy import Encrypted
from safeguards.sqlalchemy.subjects import overwrite
from safeguards.values import ERASED
from tests.sqlalchemy.subjects.members import Base, Member, Order, owners, stored


@pytest.fixture
def shredded(engine: Engine, session: Session, kim: Member, ring: Keyring):
    before = {name: stored(engine, *name) for name in [("note",), ("phone",), ("address", "order")]}
    number = kim.id
    session.close()
    receipt = ring.shred(f"member:{number}", engines=[engine])
    return number, before, receipt


def test_the_receipt_says_what_was_reached_and_what_cannot_be(shredded, engine: Engine) -> None:
    number, _, receipt = shredded
    assert receipt.complete
    assert receipt.keys_destroyed == 1
    assert receipt.erased_at is not None
    rows = {(each.table, each.column): each.rows for each in receipt.reached}
    assert rows == {("회원", "note"): 1, ("회원", "phone"): 1, ("order", "address"): 2}
    told = " ".join(receipt.beyond)
    assert all(word in told for word in ("backups of the data", "key store", "replicas", "exports"))
    document = json.loads(json.dumps(receipt.document()))
    assert document["subject"] == f"member:{number}"
    assert str(number) not in repr(receipt.subject)


def test_tags_and_ciphertexts_are_overwritten_and_everybody_elses_stay(shredded, engine: Engine) -> None:
    _, before, _ = shredded
    for place, values in before.items():
        now = stored(engine, *place)
        assert len(now) == len(values)
        assert len(set(now) & set(values)) == (0 if place[0] == "address" else 1)


def test_reading_raises_or_gives_erased_by_choice(shredded, session: Session) -> None:
    number, _, _ = shredded
    with pytest.raises(SubjectErased, match="field member.note: the person's key was destroyed"):
        session.get(Member, number)
    assert session.scalars(select(Order.address)).all() == [ERASED, ERASED]
    assert not ERASED
    assert repr(ERASED) == "ERASED"
    assert set(session.scalars(select(Order.secret))) == {"선물", None}


def test_an_object_with_an_erased_value_can_be_written_otherwise(shredded, session: Session) -> None:
    order = session.scalars(select(Order).where(Order.secret.is_(None))).one()
    order.secret = "새것"
    session.commit()
    assert (order.secret, order.address) == ("새것", ERASED)
    order.address = "서울"
    with pytest.raises(SubjectErased):
        session.flush()
    session.rollback()
    order.address = ERASED
    with pytest.raises(InputError, match="not Erased"):
        session.flush()


def test_no_search_finds_the_person_any_more(shredded, session: Session) -> None:
    found = select(Member.name).where(Member.phone == "010-1234-5678")
    assert session.scalars(found).all() == []
    session.add(Member(name="박", phone="010-1234-5678"))
    session.commit()
    assert session.scalars(found).all() == ["박"]


def test_shredding_again_reaches_what_was_not_there_before(shredded, ring: Keyring, engine: Engine) -> None:
    number, _, receipt = shredded
    again = ring.shred(f"member:{number}", engines=[engine])
    assert (again.erased_at, again.keys_destroyed) == (receipt.erased_at, 1)
    assert {each.rows for each in again.reached} == {1, 2}


def test_a_database_that_cannot_be_reached_is_named_and_the_key_is_gone(
    ring: Keyring, kim: Member, tmp_path
) -> None:
    number = kim.id
    gone = create_engine(f"sqlite:///{tmp_path / 'no' / 'folder.db'}")
    receipt = ring.shred(f"member:{number}", engines=[gone])
    assert not receipt.complete
    assert {each.reason for each in receipt.unreached} == {
        "OperationalError: put it right and call shred again"
    }
    assert receipt.erased_at is not None


def test_all_databases_of_the_process_are_reached_by_default(ring: Keyring, engine, session, kim) -> None:
    number = kim.id
    session.close()
    twin = create_engine(engine.url)
    twin.connect().close()
    receipt = ring.shred(f"member:{number}")
    twin.dispose()
    mine = engine.url.render_as_string(hide_password=True)
    assert sum(each.rows for each in receipt.reached if each.database == mine) == 4


def test_somebody_unknown_leaves_no_tombstone(ring: Keyring, engine: Engine, session: Session) -> None:
    receipt = ring.shred("member:5", engines=[engine])
    assert (receipt.erased_at, receipt.keys_destroyed) == (None, 0)
    session.add(Member(id=5, name="오", note="메모"))
    session.commit()


@pytest.mark.parametrize("subject", ["member", "member:", ":42", ""])
def test_a_subject_that_is_none_is_refused(ring: Keyring, subject: str) -> None:
    with pytest.raises(InputError, match="kind:id"):
        ring.shred(subject)


def test_a_table_that_no_database_of_the_process_has_is_named(
    ring: Keyring, kim: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = kim.id
    # As in a process that maps the models and has only opened its keyring so far.
    monkeypatch.setattr(overwrite, "_engines", weakref.WeakSet([ring._store.engine]))
    receipt = ring.shred(f"member:{number}")
    assert (receipt.complete, receipt.keys_destroyed, receipt.reached) == (False, 1, ())
    assert {each.table for each in receipt.unreached} >= {"회원", "order"}


def test_a_commit_that_fails_is_not_reported_as_reached(
    ring: Keyring, engine: Engine, session: Session, kim: Member
) -> None:
    def fail(_connection: object) -> None:
        raise OperationalError("COMMIT", None, Exception("disk full"))

    number, before = kim.id, stored(engine, "note")
    session.close()
    event.listen(engine, "commit", fail)
    receipt = ring.shred(f"member:{number}", engines=[engine])
    event.remove(engine, "commit", fail)
    assert (receipt.complete, receipt.keys_destroyed, receipt.reached) == (False, 1, ())
    assert stored(engine, "note") == before
    assert ring.shred(f"member:{number}", engines=[engine]).complete


@pytest.mark.postgres
def test_a_row_that_the_caller_has_locked_is_named_and_not_waited_for(
    postgres_url: str, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overwrite, "_LOCK_TIMEOUT", "200ms")
    engine = create_engine(postgres_url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Member(id=5, name="박", note="메모"))
        session.commit()
        session.get(Member, 5).note = "새 메모"
        session.flush()
        receipt = ring.shred("member:5", engines=[engine])
        session.rollback()
    assert [each.table for each in receipt.unreached] == ["회원"]
    assert "LockNotAvailable" in receipt.unreached[0].reason
    assert ring.shred("member:5", engines=[engine]).complete
    engine.dispose()


def test_a_table_in_a_tenants_own_schema_is_reached(ring: Keyring, session: Session, kim: Member) -> None:
    bind: Engine = session.get_bind()
    number = kim.id
    session.close()
    own = bind.url.database if bind.dialect.name in {"mysql", "mariadb"} else "public"
    if bind.dialect.name == "sqlite":
        own = "main"
    metadata = MetaData()
    Table(
        "회원",
        metadata,
        Column("번호", Integer, primary_key=True),
        Column("note", Encrypted("tenant.note", Text, subject="tenant:번호")),
        schema="고객사",
    )
    translated = bind.execution_options(schema_translate_map={"고객사": own})
    receipt = ring.shred(f"tenant:{number}", engines=[translated])
    assert ("고객사.회원", "note", 1) in [(each.table, each.column, each.rows) for each in receipt.reached]


@pytest.mark.parametrize("spelling", ["0{}", " {}", "+{}"])
def test_an_id_in_another_spelling_destroys_nothing_and_says_so(
    engine: Engine, session: Session, kim: Member, ring: Keyring, spelling: str
) -> None:
    number = kim.id
    session.close()
    receipt = ring.shred("member:" + spelling.format(number), engines=[engine])
    assert (receipt.complete, receipt.keys_destroyed, receipt.reached) == (False, 0, ())
    assert all("write such an id otherwise" in each.reason for each in receipt.unreached)
    assert session.get(Member, number).note == "단골"


@pytest.mark.parametrize("spelling", [str.upper, lambda text: text.replace("-", "")])
def test_a_uuid_in_another_spelling_destroys_nothing_and_says_so(
    engine: Engine, session: Session, kim: Member, ring: Keyring, spelling
) -> None:
    person = next(str(each.id) for each in kim.orders if each.secret)
    session.close()
    receipt = ring.shred("order:" + spelling(person), engines=[engine])
    assert (receipt.complete, receipt.keys_destroyed, receipt.reached) == (False, 0, ())
    assert "선물" in session.scalars(select(Order.secret))


def test_another_process_sees_the_tombstone_and_not_an_unknown_key(shredded, ring, session, tmp_path) -> None:
    number, _, _ = shredded
    use(Keyring.open(f"sqlite:///{tmp_path / 'keys.db'}"))
    with pytest.raises(SubjectErased):
        session.get(Member, number)


def test_another_keyrings_tables_are_left_alone(ring: Keyring, engine, session, kim, tmp_path) -> None:
    other = Keyring.create(f"sqlite:///{tmp_path / 'other.db'}", f"local:{tmp_path / 'other.key'}")
    assert other.shred(f"member:{kim.id}", engines=[engine]).reached == ()
    assert kim.note == "단골"
    assert owners(engine, "note")
