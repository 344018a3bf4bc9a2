"""Three tables that refer to each other, from one database into another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.pipeline import ConstraintsBroken, Manifest, Pipeline, check_constraints, run_tables
from safeguards.pseudonyms import (
    Drop,
    FormatPreserving,
    FormatPreservingInteger,
    Generalise,
    Keep,
    Mask,
    Token,
)
from safeguards.tables import open_database

MEMBERS, ORDERS = 40, 120
ID = FormatPreservingInteger(digits=9)


class Base(DeclarativeBase):
    """The application's tables, which hold the pseudonyms as well as the values."""


class Member(Base):
    __tablename__ = "member"
    __table_args__ = (sa.CheckConstraint("grade in ('일반', '우수')", name="known_grade"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(60), unique=True)
    phone: Mapped[str | None] = mapped_column(sa.String(20))
    birth: Mapped[date | None]
    grade: Mapped[str] = mapped_column(sa.String(10))
    introduced_by: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    orders: Mapped[list[Order]] = relationship(back_populates="member")


class Order(Base):
    __tablename__ = "orders"
    number: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    member: Mapped[Member] = relationship(back_populates="orders")
    items: Mapped[list[Item]] = relationship(back_populates="order")


class Item(Base):
    __tablename__ = "item"
    __table_args__ = (sa.UniqueConstraint("order_number", "product"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    order_number: Mapped[str | None] = mapped_column(sa.ForeignKey("orders.number"))
    product: Mapped[str] = mapped_column(sa.String(20))
    order: Mapped[Order | None] = relationship(back_populates="items")


COUNTS = """
    SELECT count(*), count(distinct m.id), count(distinct i.product), count(m.introduced_by)
    FROM item i JOIN orders o ON i.order_number = o.number JOIN member m ON o.member_id = m.id"""


def pipelines(**changed: Any) -> dict[str, Pipeline]:
    """Return pipelines that keep the keys, but for columns named ``table__column``."""
    columns: dict[str, dict[str, Any]] = {
        "member": {
            "id": ID,
            "email": Token(item="email"),
            "phone": FormatPreserving(item="kr_phone", keep_first=3),
            "birth": Keep(),
            "grade": Keep(),
            "introduced_by": ID,
        },
        "orders": {"number": Token(prefix="order"), "member_id": ID},
        "item": {"id": Keep(), "order_number": Token(prefix="order"), "product": Keep()},
    }
    for place, transform in changed.items():
        table, _, column = place.partition("__")
        columns[table][column] = transform
    return {table: Pipeline(named, domain="export-2026") for table, named in columns.items()}


@pytest.fixture
def source(tmp_path: Path) -> str:
    return filled(f"sqlite:///{tmp_path / 'source.db'}")


def filled(url: str) -> str:
    engine = sa.create_engine(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        # Each is introduced by a later one: foreign keys must not be looked at row by row.
        session.execute(sa.insert(Member), [member(n) for n in range(1, MEMBERS + 1)])
        session.execute(sa.update(Member).where(Member.id < MEMBERS).values(introduced_by=Member.id + 1))
        session.execute(
            sa.insert(Order),
            [{"number": f"20260101-{n:04}", "member_id": n % MEMBERS + 1} for n in range(ORDERS)],
        )
        session.execute(
            sa.insert(Item),
            [
                {
                    "id": n,
                    "order_number": None if n == 7 else f"20260101-{n % ORDERS:04}",
                    "product": f"상품{n % 7}",
                }
                for n in range(1, 2 * ORDERS)
            ],
        )
        session.commit()
    engine.dispose()
    return url


def member(n: int) -> dict[str, Any]:
    return {
        "id": n,
        "email": f"회원{n}@example.com",
        "phone": None if n % 5 == 0 else f"010-1234-{n:04}",
        "birth": None if n % 7 == 0 else date(1990, 1, 1 + n % 28),
        "grade": "우수" if n % 3 else "일반",
    }


def one(engine: sa.Engine, query: str) -> tuple[Any, ...]:
    with engine.connect() as connection:
        return tuple(connection.execute(sa.text(query)).one())


@pytest.fixture
def target(database_url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(database_url)
    yield engine
    engine.dispose()


def test_joins_stay_and_a_mapping_loads(
    ring: Keyring, source: str, target: sa.Engine, tmp_path: Path
) -> None:
    done = run_tables(pipelines(), source, target, manifests=tmp_path)
    assert list(done) == ["member", "orders", "item"]
    assert Manifest.read(tmp_path / "orders.json") == done["orders"]
    assert done["member"].rows_out == MEMBERS
    assert one(target, COUNTS) == one(sa.create_engine(source), COUNTS)
    with Session(target) as session:
        loaded = session.scalars(sa.select(Member).order_by(Member.email)).all()
        assert len(loaded) == MEMBERS
        assert sum(len(one.orders) for one in loaded) == ORDERS
        assert sum(len(order.items) for one in loaded for order in one.orders) == 2 * ORDERS - 2
        assert all(one.email.startswith("tk1_email_") for one in loaded)
        assert {one.grade for one in loaded} == {"일반", "우수"}
        by_id = {one.id: one for one in loaded}
        assert sum(one.introduced_by in by_id for one in loaded) == MEMBERS - 1
        assert not by_id.keys() & set(range(1, MEMBERS + 1))


def test_the_keys_of_the_source_bind_in_the_target(ring: Keyring, source: str, target: sa.Engine) -> None:
    run_tables(pipelines(), source, target)
    inspector = sa.inspect(target)
    assert inspector.get_pk_constraint("member")["constrained_columns"] == ["id"]
    found = {
        key["referred_table"]
        for name in ("member", "orders", "item")
        for key in inspector.get_foreign_keys(name)
    }
    assert found == {"member", "orders"}
    unique = inspector.get_unique_constraints("item")
    assert [sorted(one["column_names"]) for one in unique] == [["order_number", "product"]]
    assert not {column["name"]: column for column in inspector.get_columns("member")}["email"]["nullable"]
    with target.connect() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(
            sa.text("INSERT INTO orders (number, member_id) SELECT number, member_id FROM orders")
        )


def test_every_database_copies_itself_into_every_other(
    ring: Keyring, database_url: str, tmp_path: Path
) -> None:
    filled(database_url)
    other = f"sqlite:///{tmp_path / 'copy.db'}"
    run_tables(pipelines(), database_url, other)
    assert one(sa.create_engine(other), COUNTS) == one(sa.create_engine(database_url), COUNTS)


BROKEN = [
    ({"member__email": Mask(item="email")}, "member.email: is UNIQUE, but mask of email may make"),
    ({"member__id": Generalise(band=10)}, "member.id: is PRIMARY KEY, but generalise"),
    ({"member__id": Token()}, "orders.member_id: refers to member.id, but format_preserving_integer"),
    ({"orders__member_id": FormatPreservingInteger(digits=8)}, "orders.member_id: refers to member.id"),
    ({"member__introduced_by": Keep()}, "member.introduced_by: refers to member.id, but keep and"),
    ({"item__order_number": Token(prefix="item")}, "item.order_number: refers to orders.number"),
    ({"member__grade": Token()}, "member.grade: the CHECK known_grade reads its values, which token"),
]


@pytest.mark.parametrize(("changed", "message"), BROKEN)
def test_masks_that_break_a_key_are_refused_before_the_first_row_not_hours_into_a_load(
    ring: Keyring, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: Any, message: str
) -> None:
    """As a mask that breaks UNIQUE does when pgstream has loaded for hours."""
    monkeypatch.setattr(
        "safeguards.tables.TableSource.batches", lambda *_, **__: pytest.fail("a row was read")
    )
    with pytest.raises(ConstraintsBroken) as caught:
        run_tables(pipelines(**changed), source, f"sqlite:///{tmp_path / 'copy.db'}")
    assert message in str(caught.value)
    assert not (tmp_path / "copy.db").exists()
    with pytest.raises(ConstraintsBroken) as caught:
        check_constraints(pipelines(**changed), Base)
    assert message in str(caught.value)


def test_all_problems_of_all_tables_are_told_at_once(ring: Keyring) -> None:
    broken = pipelines(member__email=Mask(item="email"), member__grade=Drop(), item__order_number=Keep())
    with pytest.raises(ConstraintsBroken) as caught:
        check_constraints(broken, Base.metadata)
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "member.email",
        "member.grade",
        "member.email",
        "item.order_number",
    ]
    assert "\n" not in str(caught.value)


def test_pipelines_of_two_domains_do_not_join(ring: Keyring) -> None:
    two = pipelines() | {
        "orders": Pipeline({"number": Token(prefix="order"), "member_id": ID}, domain="other")
    }
    with pytest.raises(ConstraintsBroken, match="in domain 'other' and .* in domain 'export-2026'"):
        check_constraints(two, Base.metadata)


def test_dropping_a_column_drops_its_constraint(ring: Keyring, source: str, target: sa.Engine) -> None:
    run_tables(pipelines(member__email=Drop(), member__introduced_by=Drop()), source, target)
    assert "email" not in {column["name"] for column in sa.inspect(target).get_columns("member")}
    assert one(target, COUNTS.replace("m.introduced_by", "m.phone"))[0] == 2 * ORDERS - 2


def test_one_table_goes_without_the_keys_that_lead_out_of_it(
    ring: Keyring, source: str, target: sa.Engine
) -> None:
    with open_database(source) as database:
        pipelines()["orders"].run_table(database.source("orders"), target, "주문 사본")
    assert sa.inspect(target).get_foreign_keys("주문 사본") == []
    assert sa.inspect(target).get_pk_constraint("주문 사본")["constrained_columns"] == ["number"]


def test_rows_that_refer_to_none_are_refused_whole(ring: Keyring, source: str, target: sa.Engine) -> None:
    engine = sa.create_engine(source)
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM orders WHERE number = '20260101-0003'"))
    engine.dispose()
    with pytest.raises(InputError, match="item: .*(refer|reference|constraint)"):
        run_tables(pipelines(), source, target)
    assert sorted(sa.inspect(target).get_table_names()) == ["member", "orders"]
