"""What stands in a database after its rows were encrypted in place."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Uuid,
    create_engine,
    insert,
    inspect,
    select,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from safeguards.sqlalchemy import Encrypted, Exact
from safeguards.sqlalchemy.backfill import Outcome, Target, encrypt_in_place, job

TARGETS = [
    Target("회원 명부", "주민번호", field="member.rrn", item="kr_rrn", search=Exact()),
    Target("회원 명부", "생일", field="member.birth"),
    Target("회원 명부", "메모", field="member.memo"),
]


class Base(DeclarativeBase):
    pass


class Member(Base):
    """A separate model, as an application would declare it after the job."""

    __tablename__ = "회원 명부"
    branch: Mapped[int] = mapped_column("지점", primary_key=True)
    number: Mapped[str] = mapped_column("번호", primary_key=True)
    rrn: Mapped[str] = mapped_column(
        "주민번호", Encrypted("member.rrn", item="kr_rrn", search=Exact()), unique=True
    )
    name: Mapped[str] = mapped_column("이름")
    birth: Mapped[date | None] = mapped_column("생일", Encrypted("member.birth", Date))
    memo: Mapped[str | None] = mapped_column("메모", Encrypted("member.memo", Text))


@dataclass
class Done:
    service: Any
    rows: list[tuple[Any, ...]]
    columns: list[Any]
    outcome: Outcome


@pytest.fixture(scope="module")
def done(ring_of_module, module_url: str, build) -> Done:
    """A service whose columns were encrypted; tests only look at it."""
    service = build(module_url, 400)
    rows = service.stored()
    with service.engine.connect() as connection:
        columns = inspect(connection).get_columns("회원 명부")
    return Done(service, rows, columns, encrypt_in_place(service.engine, TARGETS))


def test_an_orm_model_of_its_own_reads_and_searches_every_row(done: Done) -> None:
    with Session(done.service.engine) as session:
        found = session.scalars(select(Member).order_by(Member.branch, Member.number)).all()
        assert [
            (each.branch, each.number, each.rrn, each.name, each.birth and str(each.birth), each.memo)
            for each in found
        ] == [(*row[:4], row[4] and str(row[4]), row[5]) for row in done.rows]
        plain = done.service.rrns[77].replace("-", "")
        assert session.scalars(select(Member).where(Member.rrn == plain)).one().name == "회원77"


def test_the_outcome_counts_rows_and_values(done: Done) -> None:
    counts = [(each.state, each.rows, each.values, each.encrypted) for each in done.outcome.columns]
    assert counts == [("done", 400, 400, 400), ("done", 400, 320, 320), ("done", 400, 266, 266)]
    kind = "Encrypted('member.rrn', item='kr_rrn', search=Exact())"
    assert done.outcome.columns[0].model == f"mapped_column('주민번호', {kind}, unique=True, nullable=False)"


def test_nothing_that_is_stored_is_plain(done: Done) -> None:
    cells = [cell for row in done.service.stored() for cell in (row[2], row[4], row[5]) if cell is not None]
    assert len(cells) == 400 + 320 + 266
    assert all(bytes(cell)[0] == 0xFE for cell in cells)


def test_unique_is_kept_on_the_tag(done: Done) -> None:
    twin = Member(branch=1, number="새", rrn=done.service.rrns[3].replace("-", ""), name="둘")
    with Session(done.service.engine) as session:
        session.add(twin)
        with pytest.raises(IntegrityError):
            session.commit()


def test_a_search_is_served_by_the_index(done: Done) -> None:
    engine = done.service.engine
    compiled = select(Member.name).where(Member.rrn == done.service.rrns[5]).compile(engine)
    key = next(iter(compiled.params))
    value = compiled._bind_processors[key](compiled.construct_params()[key])
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    parameters: Any = (value,) if compiled.positional else {key: value}
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(explain + str(compiled), parameters).all()
    assert "ix_회원 명부_주민번호" in str(plan)


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")
def test_nullability_comment_position_and_neighbours_are_kept(done: Done) -> None:
    with done.service.engine.connect() as connection:
        found = [
            each
            for each in inspect(connection).get_columns("회원 명부")
            if not each["name"].endswith("__tag")
        ]
        keys = inspect(connection).get_foreign_keys("회원 명부")
        unique = inspect(connection).get_unique_constraints("회원 명부")
    for fact in ("name", "nullable", "comment"):
        assert [each.get(fact) for each in found] == [each.get(fact) for each in done.columns]
    assert [each["referred_table"] for each in keys] == ["지점"]
    assert ["이름"] in [each["column_names"] for each in unique]


def test_an_index_without_search_is_dropped_and_reported(done: Done) -> None:
    assert "index ix_회원 명부_생일 was dropped" in done.outcome.columns[1].notes
    assert "ix_회원 명부_생일" not in str(done.service.schema())


def test_the_journal_is_gone_and_what_remains_is_told(done: Done) -> None:
    with done.service.engine.connect() as connection:
        assert "safeguards_jobs" not in inspect(connection).get_table_names()
    assert done.outcome.erased
    assert any("backups" in line for line in done.outcome.remaining)


def test_a_second_run_changes_nothing(done: Done) -> None:
    schema, rows = done.service.schema(), done.service.stored()
    outcome = encrypt_in_place(done.service.engine, TARGETS)
    assert {each.state for each in outcome.columns} == {"already encrypted"}
    assert outcome.remaining == ()
    assert (done.service.schema(), done.service.stored()) == (schema, rows)


@pytest.fixture(scope="module")
def engine(ring_of_module, module_url: str) -> Iterator[Engine]:
    made = create_engine(module_url)
    yield made
    made.dispose()


VALUES: list[tuple[Any, list[Any]]] = [
    (String(40), ["", "홍길동 😀", "null", "\\x41", "'; --", " 앞 "]),
    (
        Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb"),
        ["x" * 70_000, "가" * 30_000, None, "", None, "0"],
    ),
    (Integer(), [0, -1, 2**31 - 1, None, 7, -(2**31)]),
    (BigInteger(), [-(2**63), 2**63 - 1, 0, None, 1, -1]),
    (Boolean(), [True, False, None, True, False, None]),
    (Float(53), [0.0, -1.5, 0.1, 1e300, None, 2.0]),
    (
        Numeric(12, 2),
        [Decimal("0.00"), Decimal("-12345.25"), None, Decimal("1.50"), Decimal(7), Decimal("0.25")],
    ),
    (Date(), [date(1000, 1, 1), date(9999, 12, 31), None, date(2000, 2, 29), None, date(1970, 1, 1)]),
    (DateTime(), [datetime(1970, 1, 1), datetime(2026, 2, 28, 23, 59, 59), None, None, None, None]),
    (Uuid(), [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), None, uuid.UUID(int=7), None, None]),
]


def test_values_of_every_type_come_back_typed(engine: Engine) -> None:
    kinds = {f"v{at}": (kind, Encrypted(f"t.v{at}", kind)) for at, (kind, _) in enumerate(VALUES)}
    plain = [Column(name, kind) for name, (kind, _) in kinds.items()]
    table = Table("typed", MetaData(), Column("id", Integer, primary_key=True), *plain)
    table.create(engine)
    rows = [{"id": at + 1, **{f"v{v}": VALUES[v][1][at] for v in range(len(VALUES))}} for at in range(6)]
    with engine.begin() as connection:
        connection.execute(insert(table), rows)
    encrypt_in_place(engine, [Target("typed", name, declared=kind) for name, (_, kind) in kinds.items()])
    ours = [Column(name, kind) for name, (_, kind) in kinds.items()]
    read = Table("typed", MetaData(), Column("id", Integer, primary_key=True), *ours)
    with engine.connect() as connection:
        found = connection.execute(select(*read.c[1:]).order_by(read.c.id)).all()
    for at, (_, values) in enumerate(VALUES):
        assert [row[at] for row in found] == values


def test_without_a_model_the_columns_type_decides_how_values_are_written(engine: Engine) -> None:
    table = Table("dated", MetaData(), Column("id", Integer, primary_key=True), Column("v", Date))
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(insert(table).values(id=1, v=date(1990, 1, 2)))
    outcome = encrypt_in_place(engine, [Target("dated", "v")])
    assert outcome.columns[0].model == "mapped_column('v', Encrypted('dated.v', Date))"
    read = Table(
        "dated", MetaData(), Column("id", Integer, primary_key=True), Column("v", Encrypted("dated.v", Date))
    )
    with engine.connect() as connection:
        assert connection.scalar(select(read.c.v)) == date(1990, 1, 2)


def test_an_empty_table_is_made_ready(engine: Engine) -> None:
    Table(
        "empty", MetaData(), Column("id", Integer, primary_key=True), Column("v", String(20), unique=True)
    ).create(engine)
    target = Target("empty", "v", field="e.v", search=Exact())
    assert [(each.state, each.rows) for each in encrypt_in_place(engine, [target]).columns] == [("done", 0)]
    kind = Encrypted("e.v", search=Exact())
    ready = Table(
        "empty", MetaData(), Column("id", Integer, primary_key=True), Column("v", kind, unique=True)
    )
    with engine.begin() as connection:
        connection.execute(insert(ready).values(id=1, v="처음"))
        assert connection.scalar(select(ready.c.id).where(ready.c.v == "처음")) == 1


NAMES = [
    ("order", "select"),
    ("Mixed Case", "Column"),
    ('quo"te', 'col"umn'),
    ("back`tick", "c`c"),
    ("100%", "a%sb"),
    ("a:b", "c:d"),
    ("명부.1", "주민.번호"),
    ("it's", "o'clock"),
    ("가나다라마바사아자차카타파하" * 3, "하파타카차자아사바마라다나가" * 3),
    ("given", "key0"),
    ("stored", "sealed"),
]


def test_any_name_that_the_database_takes_is_taken(engine: Engine, monkeypatch) -> None:
    names = NAMES
    if engine.dialect.name == "postgresql":  # it takes 63 bytes
        names = [(name.encode()[:63].decode(errors="ignore"), column[:21]) for name, column in NAMES]
    for name, column in names:
        key = Column("the key", String(20), primary_key=True)
        table = Table(name, MetaData(), key, Column(column, String(20), index=True))
        table.create(engine)
        with engine.begin() as connection:
            connection.execute(insert(table).values({"the key": "가", column: "010-1234-5678"}))
    fields = {pair: f"f{at}.v" for at, pair in enumerate(names)}
    targets = [Target(*pair, field=field, item="kr_phone", search=Exact()) for pair, field in fields.items()]
    with monkeypatch.context() as patch:  # stop once after the last index, to see that each is found again
        patch.setattr(job, "_erase", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            encrypt_in_place(engine, targets)
    assert {each.state for each in encrypt_in_place(engine, targets).columns} == {"done"}
    for (name, column), field in fields.items():
        kind = Encrypted(field, item="kr_phone", search=Exact())
        read = Table(name, MetaData(), Column("the key", String(20), primary_key=True), Column(column, kind))
        with engine.connect() as connection:
            found = select(read.c[column]).where(read.c[column] == "01012345678")
            assert connection.scalar(found) == "010-1234-5678"
