"""The whole job by command on 100,000 rows a table, and a model of its own that reads them afterwards."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    create_engine,
    func,
    insert,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from safeguards.sqlalchemy import Encrypted, Exact
from tests import forked

ROWS = 100_000
SPACE = uuid.UUID(int=2026)


class Base(DeclarativeBase):
    pass


class Member(Base):
    __tablename__ = "회원 명부"
    branch: Mapped[int] = mapped_column("지점", primary_key=True)
    number: Mapped[str] = mapped_column("번호", primary_key=True)
    rrn: Mapped[str] = mapped_column(
        "주민번호", Encrypted("member.rrn", item="kr_rrn", search=Exact()), unique=True
    )
    name: Mapped[str] = mapped_column("이름")


class Order(Base):
    __tablename__ = "주문"
    id: Mapped[uuid.UUID] = mapped_column("주문번호", primary_key=True)
    phone: Mapped[str] = mapped_column("연락처", Encrypted("order.phone", item="kr_phone", search=Exact()))


class Login(Base):
    __tablename__ = "접속"
    token: Mapped[str] = mapped_column("토큰", primary_key=True)
    address: Mapped[str] = mapped_column("주소", Encrypted("login.address", item="ip_address"))


def phone(number: int) -> str:
    return f"010-{2000 + number // 10_000}-{number % 10_000:04}"


def fill_neighbours(service: Any) -> None:
    metadata = MetaData()
    metadata.reflect(service.engine, only=["회원 명부"])
    orders = Table(
        "주문",
        metadata,
        Column("주문번호", Uuid, primary_key=True),
        Column("지점", metadata.tables["회원 명부"].c["지점"].type),
        Column("번호", String(20)),
        Column("연락처", String(20), nullable=False, index=True),
        Column("송장", String(20)),
        ForeignKeyConstraint(["지점", "번호"], ["회원 명부.지점", "회원 명부.번호"]),
        UniqueConstraint("송장"),
    )
    logins = Table("접속", metadata, Column("토큰", String(40), primary_key=True), Column("주소", String(40)))
    metadata.create_all(service.engine)
    with service.engine.begin() as connection:
        for first in range(0, ROWS, 10_000):
            numbers = range(first, first + 10_000)
            connection.execute(
                insert(orders),
                [
                    {
                        "주문번호": uuid.uuid5(SPACE, str(at)),
                        "지점": 1 + at % 3,
                        "번호": f"가-{at:06}",
                        "연락처": phone(at),
                        "송장": f"송장{at}",
                    }
                    for at in numbers
                ],
            )
            connection.execute(
                insert(logins),
                [{"토큰": f"키{uuid.uuid5(SPACE, str(at))}", "주소": f"10.{at}"} for at in numbers],
            )


def encrypt(start: Any, url: str, *options: str) -> None:
    process: forked.Popen = start(url, *options)
    _, errors = process.communicate(timeout=300)
    assert (process.returncode, errors) == (0, "")


def check(build: Any, start: Any, url: str) -> None:
    service = build(url, ROWS)
    fill_neighbours(service)
    encrypt(start, url, *service.options)
    exact = ("--search", "exact")
    encrypt(
        start,
        url,
        "--table",
        "주문",
        "--column",
        "연락처",
        "--field",
        "order.phone",
        "--item",
        "kr_phone",
        *exact,
    )
    encrypt(
        start, url, "--table", "접속", "--column", "주소", "--field", "login.address", "--item", "ip_address"
    )
    engine = create_engine(url)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Member)) == ROWS
        for at in range(0, ROWS, 9973):
            found = session.scalars(select(Member).where(Member.rrn == service.rrns[at])).one()
            assert (found.name, found.number) == (f"회원{at}", f"가-{at:06}")
            order = session.scalars(select(Order).where(Order.phone == phone(at))).one()
            assert order.id == uuid.uuid5(SPACE, str(at))
        assert set(session.scalars(select(Member.rrn))) == set(service.rrns)
        assert set(session.scalars(select(Order.phone))) == {phone(at) for at in range(ROWS)}
        assert set(session.scalars(select(Login.address))) == {f"10.{at}" for at in range(ROWS)}
    engine.dispose()


@pytest.mark.slow
def test_a_hundred_thousand_rows_with_every_kind_of_key(ring, build, start, database_url: str) -> None:
    check(build, start, database_url)
