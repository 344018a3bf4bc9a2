"""Members and their orders, with values that belong to members, and what the database has of them."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import CHAR, Engine, ForeignKey, String, Text, Uuid, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from safeguards.crypto.envelope import parse
from safeguards.sqlalchemy import Encrypted, Exact


class Base(DeclarativeBase):
    pass


class Member(Base):
    __tablename__ = "회원"
    id: Mapped[int] = mapped_column("번호", primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(Encrypted("member.note", Text, subject="member:id"))
    phone: Mapped[str | None] = mapped_column(
        Encrypted("member.phone", search=Exact(), subject="id", tags_outlive_subject=True), unique=True
    )
    orders: Mapped[list[Order]] = relationship(back_populates="member")


class Order(Base):
    __tablename__ = "order"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("회원.번호"))
    address: Mapped[str] = mapped_column(
        Encrypted("order.address", Text, subject="member:member_id", erased="value"), default="서울"
    )
    secret: Mapped[str | None] = mapped_column(Encrypted("order.secret", subject="order:id"))
    member: Mapped[Member | None] = relationship(back_populates="orders")


class Coded(Base):
    __tablename__ = "coded"
    id: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    note: Mapped[str] = mapped_column(Encrypted("coded.note", Text, subject="coded:id"))


class Numbered(Base):
    __tablename__ = "numbered"
    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str] = mapped_column(Encrypted("numbered.note", Text, subject="numbered:id"))


class Listed(Base):
    __tablename__ = "listed"
    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    note: Mapped[str] = mapped_column(Encrypted("listed.note", Text, subject="listed:id"))


def stored(engine: Engine, column: str, table: str = "회원") -> list[Any]:
    """The bytes in a column, as the database has them."""
    quote = engine.dialect.identifier_preparer.quote
    with engine.connect() as connection:
        rows = connection.scalars(text(f"SELECT {quote(column)} FROM {quote(table)}")).all()
    return [None if row is None else bytes(row) for row in rows]


def owners(engine: Engine, column: str, table: str = "회원") -> set[bytes | None]:
    """The ids of persons' keys that a column's values name."""
    return {parse(each).subject for each in stored(engine, column, table) if each is not None}
