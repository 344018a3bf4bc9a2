"""Tags of parts and short tags: exact answers from an ORM Session, and refusals elsewhere."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    and_,
    bindparam,
    create_engine,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, joinedload, mapped_column, relationship

from safeguards import InputError, Keyring, OperatorRefused
from safeguards.fields.normalise import FORMS, form_of
from safeguards.sqlalchemy import Bucket, Encrypted, Exact, LastDigits, Ngram, Normaliser, Prefix
from safeguards.sqlalchemy.alembic.catalogue import search_indexes


def tens(value: int) -> int:
    return value // 10


class Base(DeclarativeBase):
    pass


class Person(Base):
    __tablename__ = "사람"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(
        Encrypted("p.name", search=[Prefix(1), Prefix(2), Exact(bits=3, normalise="compact")])
    )
    phone: Mapped[str | None] = mapped_column(Encrypted("p.phone", search=(Exact(), LastDigits(4, bits=12))))
    birth: Mapped[date | None] = mapped_column(
        Encrypted("p.birth", Date, search=[Bucket("year"), Bucket("month")])
    )
    seen: Mapped[datetime | None] = mapped_column(
        Encrypted("p.seen", DateTime(timezone=True), search=Bucket("month"))
    )
    score: Mapped[int | None] = mapped_column(
        Encrypted("p.score", Integer, search=Bucket(tens, label="tens"))
    )
    pets: Mapped[list[Pet]] = relationship()


class Pet(Base):
    __tablename__ = "pet"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("사람.id"))


NAMES = ["김길동", "김길순", "김", "이 길동", "이길동", "박보검", "남궁민수", "", None, "ＡＢ", "ab"]


@pytest.fixture
def engine(ring: Keyring, database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(
            Person(
                id=number,
                name=name,
                phone=f"010-1234-{5670 + number}",
                birth=date(1990 + number % 3, number, 1 + number),
                seen=datetime(2026, number, 1, tzinfo=UTC),
                score=number * 7,
            )
            for number, name in enumerate(NAMES, 1)
        )
        session.add_all([Pet(person_id=1), Pet(person_id=1), Pet(person_id=2)])
        session.commit()
    yield engine
    engine.dispose()


def ids(engine: Engine, *where: Any) -> list[int]:
    with Session(engine) as session:
        return sorted(person.id for person in session.scalars(select(Person).where(*where)))


def numbers(names: list[str | None]) -> list[int]:
    return [number for number, name in enumerate(NAMES, 1) if name in names]


def test_short_tags_give_exact_answers_on_every_database(engine: Engine) -> None:
    assert ids(engine, Person.name == "이길 동") == numbers(["이 길동", "이길동"])
    assert ids(engine, Person.name.in_(["AB", "박보검", "없다"])) == numbers(["ＡＢ", "ab", "박보검"])
    assert ids(engine, and_(Person.id > 1, Person.name == "김")) == numbers(["김"])
    assert ids(engine, Person.name == bindparam("x", "김")) == numbers(["김"])
    assert ids(engine, Person.name.in_([])) == []
    assert ids(engine, Person.name.is_(None)) == numbers([None])


def test_the_beginning_of_a_text_is_found_by_its_tags(engine: Engine) -> None:
    assert ids(engine, Person.name.startswith("김")) == numbers(["김길동", "김길순", "김"])
    assert ids(engine, Person.name.startswith("김길")) == numbers(["김길동", "김길순"])
    assert ids(engine, Person.name.startswith("김길동")) == numbers(["김길동"])
    assert ids(engine, ~Person.name.startswith("김길")) == numbers(
        [name for name in NAMES if name is not None and not name.startswith("김길")]
    )


def test_the_last_digits_are_found_by_their_tag(engine: Engine) -> None:
    assert ids(engine, Person.phone.endswith("5673")) == [3]
    assert ids(engine, Person.phone.endswith("45673")) == [3]
    assert ids(engine, Person.phone == "010-1234-5673") == [3]
    assert ids(engine, Person.phone.endswith("0000")) == []


def test_ranges_are_found_by_their_buckets(engine: Engine) -> None:
    born = {number: date(1990 + number % 3, number, 1 + number) for number in range(1, len(NAMES) + 1)}
    for low, high in [
        (date(1991, 1, 1), date(1991, 12, 31)),
        (date(1990, 5, 20), date(1991, 5, 5)),
        (date(1992, 1, 1), date(1990, 1, 1)),
        (date(1500, 1, 1), date(1991, 3, 1)),
    ]:
        expected = [number for number, day in born.items() if low <= day <= high]
        assert ids(engine, Person.birth.between(low, high)) == expected
    months = Person.seen.between(datetime(2026, 2, 15, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    assert ids(engine, months) == [3, 4]
    assert ids(engine, Person.score.between(20, 41)) == [3, 4, 5]


def test_a_range_without_buckets_is_false_and_its_negation_true_but_for_null(engine: Engine) -> None:
    nothing = Person.birth.between(date(1992, 1, 1), date(1990, 12, 31))
    with Session(engine) as session:
        session.get_one(Person, 1).birth = None
        session.flush()
        assert session.scalar(select(func.count()).where(nothing)) == 0
        assert session.scalar(select(func.count()).where(~nothing)) == len(NAMES) - 1


def test_rows_of_an_alias_without_a_name_are_checked_again(engine: Engine) -> None:
    other = aliased(Person)
    found = other.name.startswith("김길동")  # a longer text than any Prefix: the tags find 김길순 too
    with Session(engine) as session:
        rows = session.execute(select(other).where(found)).all()
        assert [[part.id for part in row] for row in rows] == [[1]]
        pairs = select(other, Pet).join(Pet, Pet.person_id == other.id).where(found)
        assert [(row[0].id, row[1].person_id) for row in session.execute(pairs)] == [(1, 1), (1, 1)]
        assert session.query(other, other.id).filter(found).one()[1] == 1


def test_rows_are_checked_by_the_values_that_the_statement_is_executed_with(engine: Engine) -> None:
    wanted = select(Person.id).where(Person.name == bindparam("name"))
    several = select(Person.id).where(Person.name.in_(bindparam("names", expanding=True)))
    with Session(engine) as session:
        assert session.scalars(wanted.params(name="김길동")).all() == [1]
        assert session.scalars(wanted.params(name="박보검"), {"name": "김길동"}).all() == [1]
        assert session.scalars(wanted, [{"name": "김길동"}]).all() == [1]
        assert sorted(session.scalars(several.params(names=["김길동", "박보검"]))) == [1, 6]


def test_whole_buckets_need_no_second_look_and_can_be_counted(engine: Engine) -> None:
    year = Person.birth.between(date(1991, 1, 1), date(1991, 12, 31))
    with Session(engine) as session:
        assert session.scalar(select(func.count()).where(year)) == 4


def test_results_keep_their_shape(engine: Engine) -> None:
    found = Person.name == "김길동"
    other = aliased(Person)
    with Session(engine) as session:
        assert session.execute(select(Person.id, Person.phone).where(found)).all() == [(1, "010-1234-5671")]
        row = session.execute(select(Person, Person.id.label("n")).where(found)).one()
        assert (row.Person.id, row.n, row._mapping[Person].id) == (1, 1, 1)
        assert session.scalar(select(Person.id).where(found)) == 1
        assert session.query(Person).filter(found).one().id == 1
        assert session.query(Person.id).filter(found).all() == [(1,)]
        assert session.scalars(select(other.id).where(other.name == "김길동")).all() == [1]
        loaded = session.scalars(select(Person).options(joinedload(Person.pets)).where(found)).unique().one()
        assert len(loaded.pets) == 2
        chunks = session.scalars(select(Person).where(found), execution_options={"yield_per": 1})
        assert [person.id for person in chunks] == [1]
        joined = select(Pet.id, Person.id).join(Person).where(Person.name.in_(["김길동", "김길순"]))
        assert len(session.execute(joined).all()) == 3


REFUSED: dict[str, Any] = {
    "limit": lambda: select(Person).where(Person.name == "김").limit(1),
    "offset": lambda: select(Person).where(Person.name == "김").offset(1),
    "distinct": lambda: select(Person.id).where(Person.name == "김").distinct(),
    "count": lambda: select(func.count()).select_from(Person).where(Person.name == "김"),
    "literal count": lambda: (
        select(literal_column("count(*)")).select_from(Person).where(Person.name == "김")
    ),
    "text count": lambda: select(text("count(*)")).select_from(Person).where(Person.name == "김"),
    "group by": lambda: select(Person.id).where(Person.name == "김").group_by(Person.id),
    "not": lambda: select(Person).where(Person.name != "김"),
    "negated": lambda: select(Person).where(~(Person.name == "김")),
    "not in": lambda: select(Person).where(Person.name.not_in(["김"])),
    "or": lambda: select(Person).where(or_(Person.name == "김", Person.id == 1)),
    "exists": lambda: select(Pet).where(Pet.id.in_(select(Person.id).where(Person.name == "김"))),
    "subquery": lambda: select(select(Person.id).where(Person.name == "김").subquery()),
    "join": lambda: select(Person).join(Pet, Person.name == "김"),
    "selected": lambda: select(Person.name == "김"),
    "update": lambda: update(Person).where(Person.name == "김").values(score=1),
    "delete": lambda: delete(Person).where(Person.name == "김"),
    "union": lambda: select(Person.id).where(Person.name == "김").union_all(select(Pet.id)),
    "partial range counted": lambda: select(func.count()).where(
        Person.birth.between(date(1990, 1, 2), date(1991, 1, 1))
    ),
    "short prefix": lambda: select(Person).where(Person.name.startswith("")),
    "no prefix": lambda: select(Person).where(Person.phone.startswith("010")),
    "few digits": lambda: select(Person).where(Person.phone.endswith("12")),
    "no digits": lambda: select(Person).where(Person.phone.endswith("4-5678")),
    "escape": lambda: select(Person).where(Person.name.startswith("김", escape="/")),
    "parameter": lambda: select(Person).where(Person.name.startswith(bindparam("x"))),
    "open range": lambda: select(Person).where(Person.birth >= date(1990, 1, 1)),
    "symmetric": lambda: select(Person).where(Person.score.between(2, 1, symmetric=True)),
    "too many buckets": lambda: select(Person).where(Person.score.between(0, 10**6)),
    "no bucket": lambda: select(Person).where(Person.name.between("가", "나")),
    "contains": lambda: select(Person).where(Person.name.contains("길")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_second_look_can_mend_is_refused(ring: Keyring, sqlite_url: str, name: str) -> None:
    engine = create_engine(sqlite_url)
    Base.metadata.create_all(engine)
    with Session(engine) as session, pytest.raises(OperatorRefused) as refusal:
        session.execute(REFUSED[name]())
    assert "김" not in str(refusal.value)
    engine.dispose()


def test_a_connection_refuses_approximate_tags_even_after_a_session_compiled_the_same(engine: Engine) -> None:
    statement = select(Person.id, Person.name).where(Person.name == "김")
    with Session(engine) as session:
        assert len(session.execute(select(Person.id).where(Person.name == "김")).all()) == 1
        with pytest.raises(OperatorRefused):
            session.connection().execute(statement)
        with pytest.raises(OperatorRefused):
            session.query(Person).filter(Person.name == "김").count()


def test_a_wrong_type_of_bound_is_one_clear_error(ring: Keyring) -> None:
    with pytest.raises(InputError, match=r"p\.birth takes date"):
        select(Person).where(Person.birth.between("1990", "1991"))


def test_each_search_has_an_index_of_its_own(engine: Engine) -> None:
    indexes = {str(index.name) for index in Person.__table__.indexes}  # type: ignore[attr-defined]
    assert {"ix_사람_name", "ix_사람_name_prefix1", "ix_사람_name_prefix2"} <= indexes
    if engine.dialect.name == "mysql":
        assert {"name__tag", "name__prefix1"} <= {row[0] for row in _columns(engine)}
    with engine.connect() as connection:
        assert indexes == {found.name for found in search_indexes(connection, "사람")}


def _columns(engine: Engine) -> Any:
    with engine.connect() as connection:
        return connection.execute(
            text("SELECT column_name FROM information_schema.columns WHERE table_name = '사람'")
        ).all()


@pytest.mark.parametrize(
    ("declare", "said"),
    [
        (lambda: Encrypted("x.a", search=[Exact(), Exact(group="g")]), "two searches"),
        (lambda: Encrypted("x.a", search="exact"), "search takes"),
        (lambda: Encrypted("x.a", Integer, search=Prefix(2)), "for text"),
        (lambda: Encrypted("x.a", search=Bucket("year")), "for dates"),
        (lambda: Exact(bits=0), "from 1 to 128"),
        (lambda: Exact(bits=129), "from 1 to 128"),
        (lambda: Prefix(0), "from 1 to 64"),
        (lambda: Exact(normalise="nothing"), "normalise takes"),
        (lambda: Bucket("week"), "Bucket takes"),
        (lambda: Bucket(tens), "label="),
        (lambda: Normaliser("nfc", str.lower), "name of its own"),
        (lambda: Encrypted("x.a", search=[Prefix(n) for n in range(1, 20)]), "more than 255 bytes"),
    ],
)
def test_a_wrong_declaration_is_one_clear_error(declare: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        declare()


def test_unique_needs_a_whole_tag() -> None:
    class Other(DeclarativeBase):
        pass

    with pytest.raises(InputError, match="128 bits"):

        class Thing(Other):
            __tablename__ = "thing"

            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str] = mapped_column(Encrypted("t.name", search=Exact(bits=64)), unique=True)


@given(st.text())
def test_normal_forms_are_idempotent(value: str) -> None:
    for name in FORMS:
        form = form_of(name)
        assert form(form(value)) == form(value)


@given(st.dates(), st.dates())
def test_a_range_is_aligned_just_when_its_buckets_hold_nothing_else(low: date, high: date) -> None:
    low, high = min(low, high), max(low, high)
    for search in (Bucket("year"), Bucket("month")):
        begins = low.day == 1 and (search.by == "month" or low.month == 1)
        last = calendar.monthrange(high.year, high.month)[1]
        ends = high.day == last and (search.by == "month" or high.month == 12)
        assert search.aligned(low, high) == (begins and ends)


@given(st.text(max_size=6), st.integers(1, 128))
def test_tags_of_any_width_carry_so_many_bits_and_follow_the_value(value: str, bits: int) -> None:
    import tempfile

    from safeguards import use
    from safeguards.fields import Cipher, codec_for

    with tempfile.TemporaryDirectory() as folder:
        use(Keyring.create(f"sqlite:///{folder}/k.db", f"local:{folder}/m.key"))
        cipher = Cipher("x.y", codec_for(str), search=[Prefix(2, bits=bits), Exact(bits=bits)])
        sealed = cipher.encrypt(value)
        for where in cipher.slices:
            tag = cipher.query(where, value)
            assert sealed[where.offset : where.offset + where.width] == tag
            assert int.from_bytes(tag, "big") % (1 << (8 * where.width - bits)) == 0
        assert cipher.decrypt(sealed) == value
        use(None)


def shown(value: str) -> str:
    raise ValueError(f"cannot read {value}")


OF_ONES_OWN = {
    "a bucket that fails": Bucket(shown, label="shown"),
    "a bucket of no number": Bucket(lambda value: value, label="same"),
    "a form that fails": Exact(normalise=Normaliser("shown-1", shown)),
    "a form that is no text": Exact(normalise=Normaliser("none-1", lambda _: None)),  # type: ignore[arg-type, return-value]
    "a form that UTF-8 cannot hold": Prefix(1, normalise=Normaliser("half-1", lambda text: text + "\ud800")),
    "n-grams of a form that fails": Ngram(2, normalise=Normaliser("shown-2", shown)),
}


@pytest.mark.parametrize("name", OF_ONES_OWN)
def test_a_function_of_ones_own_that_fails_shows_no_value(name: str, ring: Keyring) -> None:
    table = Table("t", MetaData(), Column("id", Integer, primary_key=True))
    table.append_column(Column("a", Encrypted("t.a", search=OF_ONES_OWN[name])))
    engine = create_engine("sqlite://")
    table.metadata.create_all(engine)
    with engine.connect() as connection, pytest.raises(InputError) as caught:
        connection.execute(insert(table), [{"a": "비밀입니다"}])
    assert "비밀" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("search", [Exact(), Bucket("year")])
def test_a_moment_that_utc_cannot_hold_is_refused(search: Any, ring: Keyring) -> None:
    kind = Encrypted("t.m", DateTime(timezone=True), search=search)
    with pytest.raises(InputError):
        kind.cipher.encrypt(datetime.min.replace(tzinfo=timezone(timedelta(hours=9))))
