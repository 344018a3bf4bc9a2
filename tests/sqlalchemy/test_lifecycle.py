"""A column's way from plaintext over DualRead to encrypted, and out of use again."""

from __future__ import annotations

import enum
import uuid
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Uuid,
    bindparam,
    create_engine,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.schema import CreateTable

from safeguards import Keyring, use
from safeguards.errors import DecryptionFailed, InputError, OperatorRefused
from safeguards.sqlalchemy import DualRead, Encrypted, Exact, PlaintextRead, plaintext_reads
from safeguards.sqlalchemy.backfill import Target, encrypt_in_place, targets_of


class Level(enum.Enum):
    LOW = 1


SOON = DualRead(until=date(9999, 12, 30))
PAST = DualRead(until=date(2020, 1, 1))
pytestmark = pytest.mark.filterwarnings("ignore::safeguards.sqlalchemy.PlaintextRead")


def people(state: Any, kind: Any = String, **options: Any) -> Table:
    options.setdefault("search", Exact())
    own = Column("name", Encrypted("person.name", kind, state=state, **options))
    return Table("person", MetaData(), Column("id", Integer, primary_key=True), own)


@pytest.fixture
def engine(database_url: str, ring) -> Iterator[Any]:
    made = create_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def mixed(engine) -> Any:
    """A binary column in which rows 1 to 3 are the UTF-8 of old text, 4 and 5 ciphertext, and 6 is NULL."""
    people(SOON).create(engine)
    with engine.begin() as connection:
        for key, name in [(1, "홍길동"), (2, ""), (3, "kim")]:
            sql = "INSERT INTO person (id, name) VALUES (:id, :name)"
            connection.execute(text(sql), {"id": key, "name": name.encode()})
        rows = [{"id": 4, "name": "홍길동"}, {"id": 5, "name": "lee"}, {"id": 6, "name": None}]
        connection.execute(insert(people(SOON)), rows)
    return engine


def ids(engine: Any, condition: Any, table: Table) -> list[int]:
    with engine.connect() as connection:
        return sorted(connection.scalars(select(table.c.id).where(condition)))


def test_dual_read_gives_rows_of_both_kinds_and_counts_those_in_plaintext(mixed) -> None:
    table = people(SOON)
    before = plaintext_reads().get("person.name", 0)
    with mixed.connect() as connection:
        found = connection.execute(select(table.c.id, table.c.name).order_by(table.c.id)).all()
    assert [name for _, name in found] == ["홍길동", "", "kim", "홍길동", "lee", None]
    assert plaintext_reads()["person.name"] == before + 3


def test_what_dual_read_writes_is_encrypted(mixed) -> None:
    table = people(SOON)
    with mixed.begin() as connection:
        connection.execute(update(table).where(table.c.id == 1).values(name="새 이름"))
        stored = connection.scalar(text("SELECT name FROM person WHERE id = 1"))
        assert bytes(stored)[0] == 0xFE
        assert connection.scalar(select(table.c.name).where(table.c.id == 1)) == "새 이름"


def test_search_in_dual_read_finds_rows_of_both_kinds(mixed) -> None:
    table = people(SOON)
    name = table.c.name
    assert ids(mixed, name == "홍길동", table) == [1, 4]
    assert ids(mixed, name == "", table) == [2]
    assert ids(mixed, name == "nobody", table) == []
    assert ids(mixed, name.in_(["kim", "lee", "홍길동"]), table) == [1, 3, 4, 5]
    assert ids(mixed, name.in_([]), table) == []
    assert ids(mixed, name != "홍길동", table) == [2, 3, 5]
    assert ids(mixed, name.not_in(["홍길동", ""]), table) == [3, 5]
    assert ids(mixed, ~(name == "홍길동"), table) == [2, 3, 5]
    assert ids(mixed, name.is_(None), table) == [6]
    assert ids(mixed, (name == "kim") & (table.c.id == 3), table) == [3]
    alias = table.alias()
    assert ids(mixed, alias.c.name == "kim", alias) == [3]


def test_search_in_dual_read_agrees_with_search_once_everything_is_encrypted(mixed) -> None:
    table, names = people(SOON), ["홍길동", "", "kim", "lee", "nobody"]
    before = [ids(mixed, table.c.name == name, table) for name in names]
    (done,) = encrypt_in_place(mixed, targets_of(table.metadata)).columns
    assert (done.state, done.encrypted) == ("done", 3)
    after = people("encrypted")
    assert [ids(mixed, after.c.name == name, after) for name in names] == before
    assert [ids(mixed, table.c.name == name, table) for name in names] == before


@pytest.mark.parametrize(
    ("kind", "options"),
    [(String, {"item": "kr_rrn"}), (Integer, {}), (Date, {})],
)
def test_search_that_could_miss_rows_in_plaintext_is_refused(ring, kind: Any, options: Any) -> None:
    table = people(SOON, kind, **options)
    with pytest.raises(OperatorRefused, match="person.name is in DualRead: rows in plaintext"):
        table.c.name == "x"  # noqa: B015
    with pytest.raises(OperatorRefused, match="is in DualRead"):
        table.c.name.in_(["x"])


def test_comparisons_with_other_than_values_are_refused_in_dual_read(ring) -> None:
    table = people(SOON, search=Exact(group="g"))
    with pytest.raises(OperatorRefused, match="compare it with a value"):
        table.c.name == bindparam("wanted")  # noqa: B015
    with pytest.raises(OperatorRefused):
        str(select(table.c.id).join(table.alias("b"), table.c.name == table.alias("b").c.name))
    with pytest.raises(OperatorRefused):
        str(select(func.lower(table.c.name)))
    with pytest.raises(OperatorRefused):
        table.c.name.like("k%")


def test_a_value_searched_for_is_masked_in_compiled_parameters(ring) -> None:
    table = people(SOON)
    assert "홍길동" not in str(select(table.c.id).where(table.c.name == "홍길동").compile().params)


def test_after_the_date_rows_in_plaintext_are_refused_and_others_read(mixed) -> None:
    table = people(PAST)
    with mixed.connect() as connection:
        assert connection.scalar(select(table.c.name).where(table.c.id == 5)) == "lee"
        with pytest.raises(DecryptionFailed, match="DualRead ended .2020-01-01.; run `safeguards encrypt`"):
            connection.scalar(select(table.c.name).where(table.c.id == 1))


def test_outside_dual_read_rows_in_plaintext_are_refused(mixed) -> None:
    for state in ("encrypted", "retiring"):
        table = people(state)
        with mixed.connect() as connection, pytest.raises(DecryptionFailed):
            connection.scalar(select(table.c.name).where(table.c.id == 1))


def test_the_first_read_of_a_field_warns_without_the_value(mixed) -> None:
    own = Column("name", Encrypted(f"w{uuid.uuid4().hex[:8]}.name", state=SOON))
    table = Table("person", MetaData(), Column("id", Integer, primary_key=True), own)
    with warnings.catch_warnings(record=True) as seen, mixed.connect() as connection:
        warnings.simplefilter("always")
        for _ in range(2):
            connection.scalar(select(table.c.name).where(table.c.id == 1))
    assert [each.category for each in seen] == [PlaintextRead]
    assert "홍길동" not in str(seen[0].message)


def test_a_date_lasts_until_midnight_utc_and_a_moment_until_itself() -> None:
    now = datetime.now(UTC)
    assert not DualRead(until=now.date()).ended()
    assert DualRead(until=now.date() - timedelta(days=1)).ended()
    assert not DualRead(until=now + timedelta(minutes=1)).ended()
    assert DualRead(until=now).ended()
    for bad in (datetime(2026, 1, 1), "2026-01-01", None):
        with pytest.raises(InputError, match="until="):
            DualRead(until=bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [LargeBinary, JSON, Enum(Level)])
@pytest.mark.parametrize("state", [SOON, "plaintext"])
def test_types_whose_plaintext_cannot_be_told_apart_are_refused(kind: Any, state: Any) -> None:
    with pytest.raises(InputError, match="could not be told apart"):
        Encrypted("t.v", kind, state=state)


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(InputError, match="'plaintext', 'encrypted', 'retiring'"):
        Encrypted("t.v", state="dual_read")


def test_a_plaintext_column_is_an_ordinary_one(engine) -> None:
    own = Column("name", Encrypted("person.name", String(40), state="plaintext"), unique=True)
    table = Table("person", MetaData(), Column("id", Integer, primary_key=True), own)
    assert "VARCHAR(40)" in str(CreateTable(table).compile(engine))
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(insert(table), [{"id": 1, "name": "홍길동"}, {"id": 2, "name": None}])
        assert connection.scalar(text("SELECT name FROM person WHERE id = 1")) == "홍길동"
    assert ids(engine, table.c.name == "홍길동", table) == [1]
    assert ids(engine, table.c.name.like("홍%"), table) == [1]
    assert ids(engine, table.c.name.is_(None), table) == [2]
    assert ids(engine, func.length(table.c.name) > 0, table) == [1]


def test_a_plaintext_column_refuses_to_read_what_is_encrypted(mixed) -> None:
    table = people("plaintext")
    with mixed.connect() as connection, pytest.raises(DecryptionFailed, match="DualRead"):
        connection.scalar(select(table.c.name).where(table.c.id == 4))


def test_the_models_of_a_job_leave_plaintext_columns_out(ring) -> None:
    with pytest.raises(InputError, match="no Encrypted column"):
        targets_of(people("plaintext").metadata)


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[int] = mapped_column(default=0)
    old: Mapped[str | None] = mapped_column(Encrypted("customer.old", search=Exact(), state="retiring"))


def test_a_retiring_column_is_read_and_takes_only_null(engine) -> None:
    Base.metadata.create_all(engine)
    own = Column("old", Encrypted("customer.old", search=Exact()))
    before = Table("customer", MetaData(), Column("id", Integer), Column("level", Integer), own)
    with engine.begin() as connection:
        connection.execute(insert(before).values(id=1, level=0, old="alt"))
    with Session(engine) as session:
        customer = session.scalars(select(Customer).where(Customer.old == "alt")).one()
        customer.level = 3
        session.commit()
        assert customer.old == "alt"
        customer.old = "neu"
        with pytest.raises(InputError, match="customer.old is retiring"):
            session.commit()
        session.rollback()
        customer.old = None
        session.add(Customer(id=2))
        session.commit()


VALUES: list[tuple[Any, Any]] = [
    (String(40), "홍길동 😀"),
    (Integer(), -7),
    (BigInteger(), 2**62),
    (Boolean(), False),
    (Float(53), 0.1),
    (Numeric(12, 2), Decimal("-12.50")),
    (Date(), date(1990, 2, 28)),
    (DateTime(), datetime(2026, 2, 28, 23, 59, 59)),
    (Uuid(), uuid.UUID(int=7)),
]


def test_values_of_every_type_are_read_while_the_job_is_under_way(engine, monkeypatch) -> None:
    plain = [Column(f"v{at}", kind) for at, (kind, _) in enumerate(VALUES)]
    table = Table("typed", MetaData(), Column("id", Integer, primary_key=True), *plain)
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(
            insert(table).values({"id": 1} | {f"v{at}": v for at, (_, v) in enumerate(VALUES)})
        )
    ours = [Column(f"v{at}", Encrypted(f"t.v{at}", kind, state=SOON)) for at, (kind, _) in enumerate(VALUES)]
    dual = Table("typed", MetaData(), Column("id", Integer, primary_key=True), *ours)
    seen: list[Any] = []

    def look(self: Any, advance: Any, pace: Any) -> int:
        with engine.connect() as connection:
            seen.append(connection.execute(select(*dual.c[1:])).one())
        return encrypting(self, advance, pace)

    from safeguards.sqlalchemy.backfill.rows import ColumnRows

    encrypting = ColumnRows.encrypt
    monkeypatch.setattr(ColumnRows, "encrypt", look)
    encrypt_in_place(engine, targets_of(dual.metadata))
    expected = tuple(value for _, value in VALUES)
    assert [tuple(row) for row in seen] == [expected] * len(VALUES)
    with engine.connect() as connection:
        assert tuple(connection.execute(select(*dual.c[1:])).one()) == expected


def test_a_model_in_dual_read_may_write_before_the_job_begins_on_sqlite(ring, sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40) UNIQUE)"))
        connection.execute(text("INSERT INTO person VALUES (1, '홍길동')"))
        table = people(SOON)
        connection.execute(insert(table).values(id=2, name="lee"))
    assert ids(engine, table.c.name == "홍길동", table) == [1]
    assert ids(engine, table.c.name.in_(["홍길동", "lee"]), table) == [1, 2]
    (done,) = encrypt_in_place(engine, [Target("person", "name", declared=table.c.name.type)]).columns
    assert (done.values, done.encrypted) == (2, 1)
    after = people("encrypted")
    assert ids(engine, after.c.name.in_(["홍길동", "lee"]), after) == [1, 2]
    engine.dispose()


@pytest.mark.postgres
def test_postgresql_keeps_ciphertext_that_a_column_of_text_took(ring, postgres_url: str) -> None:
    engine, table = create_engine(postgres_url), people(SOON)
    lookalike = "\\xfe10 is no ciphertext"
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)"))
        connection.execute(text("INSERT INTO person VALUES (1, '홍길동'), (2, :v)"), {"v": lookalike})
        connection.execute(insert(table).values(id=3, name="lee"))
        assert connection.scalar(text("SELECT name FROM person WHERE id = 3")).startswith("\\xfe10")
    by_name = select(table.c.name).order_by(table.c.id)
    with engine.connect() as connection:
        assert connection.scalars(by_name).all() == ["홍길동", lookalike, "lee"]
    with engine.connect() as connection, pytest.raises(ProgrammingError):
        connection.execute(select(table.c.id).where(table.c.name == "lee"))
    assert encrypt_in_place(engine, targets_of(table.metadata)).columns[0].encrypted == 2
    with engine.connect() as connection:
        assert connection.scalars(by_name).all() == ["홍길동", lookalike, "lee"]
    assert ids(engine, table.c.name == "lee", table) == [3]
    engine.dispose()


@pytest.mark.mariadb
@pytest.mark.parametrize("charset", ["utf8mb4", "latin1"])
def test_mariadb_never_takes_ciphertext_for_text(ring, mariadb_url: str, charset: str) -> None:
    engine, table = create_engine(mariadb_url), people(SOON)
    with engine.begin() as connection:
        create = f"CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT CHARACTER SET {charset})"
        connection.execute(text(create))
        connection.execute(text("INSERT INTO person VALUES (1, 'það')"))
    with engine.begin() as connection:
        assert connection.scalar(select(table.c.name)) == "það"
    if charset == "utf8mb4":
        with engine.begin() as connection, pytest.raises(DBAPIError):
            connection.execute(insert(table).values(id=2, name="lee"))
    else:  # every byte is a letter there
        with engine.begin() as connection:
            connection.execute(insert(table).values(id=2, name="lee"))
        with engine.begin() as connection, pytest.raises(DecryptionFailed, match="stored as text"):
            connection.execute(select(table.c.name)).all()
        with pytest.raises(InputError, match="1 of 2 values cannot be read"):
            encrypt_in_place(engine, targets_of(table.metadata))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM person WHERE id = 2"))
    assert encrypt_in_place(engine, targets_of(table.metadata)).columns[0].encrypted == 1
    engine.dispose()


def test_the_state_is_part_of_the_statement_cache_key() -> None:
    keys = {people(state).c.name.type._static_cache_key for state in (SOON, PAST, "encrypted", "retiring")}
    assert len(keys) == 4
    assert "state=" in repr(people(SOON).c.name.type)
    assert "state=" not in repr(people("encrypted").c.name.type)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("keys")
    with Keyring.create(f"sqlite:///{folder / 'keys.db'}", f"local:{folder / 'master.key'}") as made:
        use(made)
        yield
        use(None)


@given(st.text())
def test_any_text_is_told_from_ciphertext(keys, value: str) -> None:
    try:
        stored = value.encode()
    except UnicodeEncodeError:
        return
    kind: Any = Encrypted("any.text", state=SOON)
    read = kind.result_processor(create_engine("sqlite://").dialect, None)
    assert read(stored) == value == read(kind.cipher.encrypt(value))
