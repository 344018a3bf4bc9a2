"""Mapped classes whose texts can be searched by their parts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, ForeignKey, String, Text, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from safeguards.sqlalchemy import Encrypted, Exact, Ngram, ngram_table


class Base(DeclarativeBase):
    pass


class Memo(Base):
    """상담 기록."""

    __tablename__ = "상담"

    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str | None] = mapped_column(Encrypted("memo.note", Text, search=[Exact(), Ngram(2)]))
    title: Mapped[str | None] = mapped_column(
        Encrypted("memo.title", search=Ngram(3, normalise="caseless", bits=20))
    )
    code: Mapped[str | None] = mapped_column(String(20), unique=True)
    links: Mapped[list[Link]] = relationship(passive_deletes=True)


class Link(Base):
    __tablename__ = "link"

    id: Mapped[int] = mapped_column(primary_key=True)
    memo_id: Mapped[int] = mapped_column(ForeignKey("상담.id", ondelete="CASCADE"))


class Place(Base):
    """A primary key of two columns, one of which has the name of the side table's own."""

    __tablename__ = "place"

    tag: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Encrypted("place.note", search=Ngram(2, normalise="nfc")))


class Person(Base):
    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}  # noqa: RUF012


class Agent(Person):
    __tablename__ = "agent"

    id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    note: Mapped[str | None] = mapped_column(Encrypted("agent.note", search=Ngram(2)))

    __mapper_args__ = {"polymorphic_identity": "agent"}  # noqa: RUF012


def found(engine: Engine, condition: Any, model: Any = Memo) -> list[Any]:
    """Return the primary keys of the rows that a session finds."""
    with Session(engine) as session:
        return sorted(row.id for row in session.scalars(select(model).where(condition)))


def check_in_step(engine: Engine, size: int = 2) -> None:
    """Fail where a note has other n-grams than Python counts."""
    table = ngram_table(Memo.note)
    with Session(engine) as session:
        stored = session.execute(select(table.c.id, table.c.tag)).all()
        notes: dict[int, str | None] = dict(session.execute(select(Memo.id, Memo.note)).all())  # type: ignore[arg-type]
    counted = dict.fromkeys(notes, 0)
    for key, _ in stored:
        counted[key] = counted.get(key, 0) + 1
    expected = {
        key: len({note[at : at + size] for at in range(len(note) - size + 1)}) if note else 0
        for key, note in notes.items()
    }
    assert counted == expected
    for key, note in notes.items():
        if note is not None and len(note) >= size:
            assert key in found(engine, Memo.note.contains(note[-size:]))
