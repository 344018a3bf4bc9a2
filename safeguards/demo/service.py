"""The membership service as it stood: plain columns in one SQLite file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    insert,
)

from safeguards.demo import numbers
from safeguards.demo.complaints import Complaint, complaint
from safeguards.demo.people import TODAY, Person, people

_BATCH = 1000
_CATEGORIES = ("식품", "의류", "도서", "가전", "화장품", "생활용품")
_ORDERS_EACH, _COMPLAINTS_EACH = 2, 0.4

_schema = MetaData()
members = Table(
    "members",
    _schema,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), nullable=False, index=True),
    Column("rrn", String(14), nullable=False, unique=True),
    Column("birth", Date, nullable=False),
    Column("phone", String(13), nullable=False, index=True),
    Column("email", String(80), nullable=False, unique=True),
    Column("address", Text, nullable=False),
    Column("driver_licence", String(15)),
    Column("passport", String(9)),
    Column("grade", String(10), nullable=False),
    Column("joined", Date, nullable=False),
)
orders = Table(
    "orders",
    _schema,
    Column("id", Integer, primary_key=True),
    Column("member_id", ForeignKey("members.id"), nullable=False, index=True),
    Column("order_no", String(12), nullable=False),
    Column("ordered_at", Integer, nullable=False),
    Column("barcode", String(13), nullable=False),
    Column("category", String(10), nullable=False),
    Column("amount", Integer, nullable=False),
)
complaints = Table(
    "complaints",
    _schema,
    Column("id", Integer, primary_key=True),
    Column("member_id", ForeignKey("members.id"), nullable=False, index=True),
    Column("opened", Date, nullable=False),
    Column("body", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows the service holds."""

    members: int
    orders: int
    complaints: int


def build(url: str, rows: int, seed: int, advance: Callable[[int, int], object]) -> Counts:
    """Make the three tables in an empty database and fill them with ``rows`` members and what they did."""
    everyone = list(people(rows, seed))
    written = _complaints(everyone, seed)
    counts = Counts(rows, rows * _ORDERS_EACH, len(written))
    total, done = sum(asdict(counts).values()), 0
    engine = create_engine(url, hide_parameters=True)
    with engine.begin() as connection:
        _schema.create_all(connection)
        for table, records in (
            (members, map(asdict, everyone)),
            (orders, _orders(everyone, seed)),
            (complaints, map(asdict, written)),
        ):
            for size in _fill(connection, table, records):
                done += size
                advance(done, total)
    engine.dispose()
    return counts


def letters(rows: int, seed: int) -> list[str]:
    """Return the complaints that :func:`build` wrote for the same seed."""
    return [each.body for each in _complaints(list(people(rows, seed)), seed)]


def _complaints(everyone: list[Person], seed: int) -> list[Complaint]:
    draw = Random(seed)
    count = int(len(everyone) * _COMPLAINTS_EACH)
    return [complaint(number, draw.choice(everyone), draw) for number in range(1, count + 1)]


def _fill(connection: Connection, table: Table, records: Iterable[dict[str, Any]]) -> Iterator[int]:
    rows = iter(records)
    while batch := list(islice(rows, _BATCH)):
        connection.execute(insert(table), batch)
        yield len(batch)


def _orders(everyone: list[Person], seed: int) -> Iterator[dict[str, Any]]:
    draw = Random(seed)
    for number in range(1, len(everyone) * _ORDERS_EACH + 1):
        member = draw.choice(everyone)
        day = _after(member.joined, draw)
        yield {
            "id": number,
            "member_id": member.id,
            "order_no": numbers.order_number(draw, day),
            "ordered_at": numbers.epoch_seconds(draw, day),
            "barcode": numbers.barcode(draw),
            "category": draw.choice(_CATEGORIES),
            "amount": draw.randrange(5, 300) * 1000,
        }


def _after(joined: date, draw: Random) -> date:
    return joined + timedelta(days=draw.randrange((TODAY - joined).days + 1))
