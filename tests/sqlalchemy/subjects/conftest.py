"""Members and their orders on each engine in turn."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakSet

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from safeguards import Keyring
from safeguards.sqlalchemy.subjects import overwrite
from tests.sqlalchemy.subjects.members import Base, Member, Order


@pytest.fixture(autouse=True)
def _only_these_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what other tests of this process have mapped and connected to."""
    monkeypatch.setattr(overwrite, "_tables", WeakSet(Base.metadata.tables.values()))
    monkeypatch.setattr(overwrite, "_engines", WeakSet())


@pytest.fixture
def engine(database_url: str, ring: Keyring) -> Iterator[Engine]:
    made = create_engine(database_url)
    Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as made:
        yield made


@pytest.fixture
def kim(session: Session) -> Member:
    """A member with two orders, and another one."""
    orders = [Order(address="강남구", secret="선물"), Order(address="종로구")]
    made = Member(name="김", note="단골", phone="010-1234-5678", orders=orders)
    session.add_all([made, Member(name="이", note="새 손님", phone="010-2222-3333")])
    session.commit()
    return made
