"""A row that the ORM updates anyway takes its other encrypted values to the newest data key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, configure_mappers, mapped_column, undefer
from sqlalchemy.orm.exc import StaleDataError

from safeguards import Keyring
from safeguards.crypto.envelope import parse
from safeguards.errors import InputError
from safeguards.sqlalchemy import Encrypted, Exact


class Base(DeclarativeBase):
    pass


class Patient(Base):
    __tablename__ = "patient"
    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    visits: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(Encrypted("patient.name", search=Exact(), reencrypt=True))
    memo: Mapped[str | None] = mapped_column(Encrypted("patient.memo", reencrypt=True), deferred=True)
    fixed: Mapped[str] = mapped_column(Encrypted("patient.fixed"))
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own form


@pytest.fixture
def engine(database_url: str, ring: Keyring) -> Iterator[Any]:
    made = create_engine(database_url)
    Base.metadata.create_all(made)
    with Session(made) as session:
        session.add(Patient(id=1, name="홍길동", memo="메모", fixed="그대로"))
        session.commit()
    yield made
    made.dispose()


def key_ids(engine: Any) -> dict[str, int]:
    with engine.connect() as connection:
        row = connection.execute(text("SELECT name, memo, fixed FROM patient")).one()
    return {name: parse(bytes(value)).key_id for name, value in row._mapping.items()}


def statements(engine: Any) -> list[str]:
    seen: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: seen.append(call[2].split()[0]))
    return seen


def test_an_update_takes_loaded_values_along_without_a_select(engine, ring: Keyring) -> None:
    old, new = ring.data_key_id, ring.rotate()
    with Session(engine) as session:
        patient = session.scalars(select(Patient).options(undefer(Patient.memo))).one()
        patient.visits += 1
        seen = statements(engine)
        session.flush()
        assert seen == ["UPDATE"]
        session.commit()
        assert (patient.name, patient.memo, patient.visits) == ("홍길동", "메모", 1)
    assert key_ids(engine) == {"name": new, "memo": new, "fixed": old}


def test_values_that_were_not_loaded_stay_as_they_are(engine, ring: Keyring) -> None:
    old, new = ring.data_key_id, ring.rotate()
    with Session(engine) as session:
        session.scalars(select(Patient)).one().visits = 5
        session.commit()
    assert key_ids(engine) == {"name": new, "memo": old, "fixed": old}


def test_a_row_that_is_only_read_is_not_written(engine, ring: Keyring) -> None:
    before = key_ids(engine)
    ring.rotate()
    with Session(engine) as session:
        patient = session.scalars(select(Patient)).one()
        patient.visits = patient.visits
        seen = statements(engine)
        session.commit()
        assert "UPDATE" not in seen
    assert key_ids(engine) == before


def test_before_any_rotation_nothing_more_is_written(engine) -> None:
    with engine.connect() as connection:
        before = connection.scalar(text("SELECT name FROM patient"))
    with Session(engine) as session:
        session.scalars(select(Patient)).one().visits = 5
        session.commit()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT name FROM patient")) == before


def test_a_concurrent_write_is_not_overwritten(engine, ring: Keyring) -> None:
    ring.rotate()
    with Session(engine) as session:
        patient = session.scalars(select(Patient)).one()
        session.rollback()
        patient = session.scalars(select(Patient)).one()
        session.expunge(patient)
    with Session(engine) as other:
        other.scalars(select(Patient)).one().name = "김철수"
        other.commit()
    with Session(engine) as session:
        session.add(patient)
        patient.visits = 9
        with pytest.raises(StaleDataError):
            session.commit()
        session.rollback()
        assert session.scalars(select(Patient)).one().name == "김철수"


def test_without_a_version_counter_it_is_refused() -> None:
    class Other(DeclarativeBase):
        pass

    class Plain(Other):
        __tablename__ = "plain"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(Encrypted("plain.name", reencrypt=True))

    with pytest.raises(InputError, match="Plain: reencrypt=True needs a version counter"):
        configure_mappers()
    Other.registry.dispose()
