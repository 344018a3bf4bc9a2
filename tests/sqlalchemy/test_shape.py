"""Padded and compressed columns, through the ORM on three databases."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import JSON, Engine, String, Text, create_engine, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from safeguards import InputError, Keyring
from safeguards.crypto.envelope import COMPRESSED, FLAGS, PADDED, parse
from safeguards.sqlalchemy import Encrypted, Exact
from safeguards.sqlalchemy.backfill import Target, reencrypt, targets_of

LETTER = "존경하는 민원 담당자님께 " * 100
NAMES = ["이", "김하늘", "남궁민수", "황보라온누리", None]


def models(**shape: Any) -> Any:
    class Base(DeclarativeBase):
        pass

    class Person(Base):
        __tablename__ = "person"

        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str | None] = mapped_column(
            Encrypted("p.name", item="person_name", search=Exact(), **shape)
        )
        letter: Mapped[str | None] = mapped_column(Encrypted("p.letter", Text, compress=200))
        form: Mapped[Any] = mapped_column(Encrypted("p.form", JSON, pad="padme", compress=50), nullable=True)

    return Base, Person


@pytest.fixture
def engine(ring: Keyring, database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


def fill(engine: Engine, model: Any) -> None:
    with Session(engine) as session:
        session.add_all(model(name=name, letter=LETTER, form={"신청": [LETTER]}) for name in NAMES)
        session.commit()


def stored(engine: Engine, column: str) -> list[bytes]:
    with engine.connect() as connection:
        query = text(f"SELECT {column} FROM person WHERE {column} IS NOT NULL ORDER BY id")
        return [bytes(value) for value in connection.scalars(query)]


def test_the_orm_reads_and_finds_what_it_padded_and_compressed(engine: Engine) -> None:
    base, person = models(pad=32)
    base.metadata.create_all(engine)
    fill(engine, person)
    with Session(engine) as session:
        found = session.scalars(select(person).order_by(person.id)).all()
        assert [each.name for each in found] == NAMES
        assert {(each.letter, each.form["신청"][0]) for each in found} == {(LETTER, LETTER)}
        assert session.scalars(select(person.id).where(person.name == "남궁민수")).all() == [found[2].id]
    assert len({len(value) for value in stored(engine, "name")}) == 1
    flags = {
        name: {parse(value).flags for value in stored(engine, name)} for name in ("name", "letter", "form")
    }
    assert flags == {"name": {PADDED}, "letter": {COMPRESSED}, "form": {FLAGS}}
    assert max(map(len, stored(engine, "letter"))) < len(LETTER)


def test_a_declaration_may_change_and_old_rows_are_read_and_found(engine: Engine) -> None:
    base, before = models()
    base.metadata.create_all(engine)
    fill(engine, before)
    for options in ({"pad": 64}, {"pad": (16, 32), "compress": 1}, {}):
        _, person = models(**options)
        with Session(engine) as session:
            session.add(person(name="선우해"))
            session.commit()
            assert (
                session.scalars(select(person.name).where(person.id <= 5).order_by(person.id)).all() == NAMES
            )
            found = session.scalars(select(person.name).where(person.name == "선우해")).all()
            assert set(found) == {"선우해"}
    with Session(engine) as session:
        assert len(session.scalars(select(before).where(before.name == "선우해")).all()) == 3


def test_status_and_reencryption_follow_the_key_and_not_the_flags(engine: Engine, ring: Keyring) -> None:
    base, plain = models()
    base.metadata.create_all(engine)
    fill(engine, plain)
    padded_base, padded = models(pad=32, compress=1)
    fill(engine, padded)
    old = ring.data_key_id
    targets = targets_of(padded_base)
    assert [target.declared.pad for target in targets if target.declared] == [32, None, "padme"]
    for each in reencrypt(engine, targets, dry_run=True):
        assert (each.stale, each.counts.other, set(each.counts.by_key)) == (0, 0, {old})
    new = ring.rotate()
    fill(engine, padded)
    looks = reencrypt(engine, targets, dry_run=True)
    assert [(each.stale, dict(each.counts.by_key)) for each in looks] == [
        (8, {old: 8, new: 4}),
        (10, {old: 10, new: 5}),
        (10, {old: 10, new: 5}),
    ]
    done = reencrypt(engine, targets)
    assert [(each.written, each.refused, dict(each.counts.by_key)) for each in done] == [
        (8, 0, {new: 12}),
        (10, 0, {new: 15}),
        (10, 0, {new: 15}),
    ]
    assert len({len(value) for value in stored(engine, "name")}) == 1  # rows from before are padded now
    with Session(engine) as session:
        assert session.scalars(select(padded.name).order_by(padded.id)).all() == NAMES * 3


def test_reencryption_without_models_never_takes_padding_away(engine: Engine, ring: Keyring) -> None:
    base, person = models(pad=32)
    base.metadata.create_all(engine)
    fill(engine, person)
    ring.rotate()
    before = stored(engine, "name")
    target = {"field": "p.name", "item": "person_name", "search": Exact()}
    with pytest.raises(InputError, match=r"person\.name holds padded values.*--models"):
        reencrypt(engine, [Target("person", "name", **target)])  # type: ignore[arg-type]
    assert stored(engine, "name") == before
    (done,) = reencrypt(engine, [Target("person", "name", pad=32, **target)])  # type: ignore[arg-type]
    assert (done.written, done.refused) == (4, 0)
    assert {parse(value).flags for value in stored(engine, "name")} == {PADDED}
    (letters,) = reencrypt(engine, [Target("person", "letter", field="p.letter")])  # only compressed
    assert (letters.written, letters.refused) == (5, 0)


@pytest.mark.parametrize(
    "options", [{}, {"pad": "padme"}, {"pad": (32, 64)}, {"pad": 64, "compress": 9}], ids=str
)
@pytest.mark.usefixtures("ring")
def test_the_type_keeps_its_shape_in_repr_pickle_and_copies(options: dict[str, Any]) -> None:
    made = Encrypted("t.v", **options)
    read = eval(repr(made), {"Encrypted": Encrypted, "String": String})
    for again in (read, pickle.loads(pickle.dumps(made)), copy.copy(made), made.copy()):
        assert (repr(again), again.cipher.shape) == (repr(made), made.cipher.shape)
    shown = repr(made)
    assert all(f"{name}={value!r}" in shown for name, value in options.items())
    assert ("pad=" in shown, "compress=" in shown) == ("pad" in options, "compress" in options)


@pytest.mark.parametrize("options", [{"pad": 1}, {"pad": (64, 32)}, {"compress": 0}])
def test_options_that_make_no_sense_are_refused_when_declared(options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"field t\.v: (pad|compress)= takes"):
        Encrypted("t.v", **options)
