from __future__ import annotations

import enum
import pickle
from collections.abc import Iterator
from datetime import UTC, time, timedelta, timezone
from typing import Annotated, Any

import pytest
from sqlalchemy import ARRAY, JSON, Engine, Enum, Integer, String, Time, create_engine, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    Session,
    declared_attr,
    mapped_column,
    sessionmaker,
)

from safeguards import DecryptionFailed, InputError
from safeguards.sqlalchemy import Encrypted, Exact

pytestmark = pytest.mark.usefixtures("ring")
SEOUL = timezone(timedelta(hours=9))


class Blood(enum.Enum):
    A = 1
    AB = 2
    UNKNOWN = 3


class Base(DeclarativeBase):
    pass


class Patient(Base):
    __tablename__ = "patient"

    id: Mapped[int] = mapped_column(primary_key=True)
    blood: Mapped[Blood | None] = mapped_column(Encrypted("patient.blood", Enum(Blood), search=Exact()))
    grade: Mapped[str | None] = mapped_column(Encrypted("patient.grade", Enum("낮음", "높음", "a")))
    visit: Mapped[time | None] = mapped_column(Encrypted("patient.visit", Time, search=Exact()))
    answers: Mapped[dict[str, Any] | None] = mapped_column(
        MutableDict.as_mutable(Encrypted("patient.answers", JSON))
    )
    notes: Mapped[list[Any] | None] = mapped_column(
        MutableList.as_mutable(Encrypted("patient.notes", ARRAY(String)))
    )
    counts: Mapped[list[int | None] | None] = mapped_column(Encrypted("patient.counts", ARRAY(Integer)))
    anything: Mapped[Any] = mapped_column(Encrypted("patient.anything", postgresql.JSONB), nullable=True)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def read_back(engine: Engine, **values: Any) -> Patient:
    with Session(engine, expire_on_commit=False) as session:
        session.add(Patient(**values))
        session.commit()
    with Session(engine, expire_on_commit=False) as session:
        return session.scalars(select(Patient).order_by(Patient.id.desc())).first() or Patient()


def stored(engine: Engine, column: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.scalars(text(f"SELECT {column} FROM patient ORDER BY id")))


def test_every_new_type_comes_back_as_it_was(engine: Engine) -> None:
    values: dict[str, Any] = {
        "blood": Blood.AB,
        "grade": "높음",
        "visit": time(9, 30, 0, 1, tzinfo=SEOUL),
        "answers": {"나이": 30, "끝": [None, 0, False, "", 1.5], "가": {}},
        "notes": ["첫째", None, "", " 값*\x00"],
        "counts": [0, None, -(1 << 63)],
        "anything": [1, {"b": None}],
    }
    found = read_back(engine, **values)
    assert {name: getattr(found, name) for name in values} == values
    assert list(found.answers or ()) == ["나이", "끝", "가"]


@pytest.mark.parametrize("value", [{}, [], "", 0, False, 0.0, "null"])
def test_empty_json_is_not_null(engine: Engine, value: object) -> None:
    found = read_back(engine, anything=value)
    assert found.anything == value
    assert type(found.anything) is type(value)
    assert stored(engine, "anything")[0] is not None


def test_none_is_sql_null_in_every_type(engine: Engine) -> None:
    names = ("blood", "grade", "visit", "answers", "notes", "counts", "anything")
    found = read_back(engine, **dict.fromkeys(names))
    assert [getattr(found, name) for name in names] == [None] * len(names)
    assert [stored(engine, name) for name in names] == [[None]] * len(names)
    with Session(engine) as session:
        assert session.scalar(select(Patient.id).where(Patient.anything.is_(None))) is not None
        session.add(Patient(anything=JSON.NULL))
        with pytest.raises(InputError, match=r"patient\.anything takes Json"):
            session.flush()


def test_lengths_of_enums_say_nothing(engine: Engine) -> None:
    for blood, grade in zip(Blood, ("낮음", "높음", "a"), strict=True):
        read_back(engine, blood=blood, grade=grade)
    for column in ("blood", "grade"):
        assert len({len(bytes(value)) for value in stored(engine, column)}) == 1


def test_enums_and_times_are_found_by_equality(engine: Engine) -> None:
    read_back(engine, blood=Blood.AB, visit=time(9, tzinfo=SEOUL))
    read_back(engine, blood=Blood.A, visit=time(9))
    with Session(engine) as session:
        assert session.scalars(select(Patient.visit).where(Patient.blood == Blood.AB)).all() == [
            time(9, tzinfo=SEOUL)
        ]
        in_both = select(Patient).where(Patient.blood.in_([Blood.A, Blood.AB]))
        assert len(session.scalars(in_both).all()) == 2
        assert session.scalars(select(Patient.blood).where(Patient.visit == time(0, tzinfo=UTC))).all() == [
            Blood.AB
        ]
        assert session.scalars(select(Patient.blood).where(Patient.visit == time(9))).all() == [Blood.A]


def test_changes_inside_a_dict_or_list_are_flushed(engine: Engine) -> None:
    with sessionmaker(engine)() as session:
        patient = Patient(answers={"a": 1}, notes=["x"])
        session.add(patient)
        session.commit()
        before = stored(engine, "answers"), stored(engine, "notes")
        assert patient.answers is not None
        assert patient.notes is not None
        patient.answers["b"] = "새 값"
        patient.notes.append(None)
        assert patient in session.dirty
        session.commit()
        assert (patient.answers, patient.notes) == ({"a": 1, "b": "새 값"}, ["x", None])
        after = stored(engine, "answers"), stored(engine, "notes")
        assert before[0] != after[0]
        assert before[1] != after[1]


def test_tracking_survives_pickling(engine: Engine) -> None:
    found = pickle.loads(pickle.dumps(read_back(engine, answers={"a": 1}, notes=["x"])))
    with Session(engine) as session:
        session.add(found)
        found.answers["b"] = 2
        found.notes[0] = "y"
        session.commit()
        session.expire_all()
        assert (found.answers, found.notes) == ({"a": 1, "b": 2}, ["y"])


def test_rows_with_dicts_refuse_unique_as_plain_json_does(engine: Engine) -> None:
    read_back(engine, answers={"a": 1}, counts=[1])
    with Session(engine) as session, pytest.raises(InvalidRequestError, match="non-hashable"):
        session.execute(select(Patient.answers, Patient.counts)).unique().all()


def test_a_name_that_is_no_longer_declared_is_told_without_being_shown(engine: Engine) -> None:
    read_back(engine, grade="높음")
    narrower = Encrypted("patient.grade", Enum("낮음", "a"))
    with pytest.raises(DecryptionFailed, match=r"patient\.grade.*no longer declared") as caught:
        narrower.cipher.decrypt(bytes(stored(engine, "grade")[0]))
    assert "높음" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("kind", [JSON(), ARRAY(String)])
def test_search_on_documents_and_lists_is_refused_when_declared(kind: Any) -> None:
    with pytest.raises(InputError, match=r"t\.v: equality"):
        Encrypted("t.v", kind, search=Exact())


@pytest.mark.parametrize(
    "kind",
    [ARRAY(Integer, dimensions=2), ARRAY(String, as_tuple=True), ARRAY(JSON), Enum, Enum("a\x00")],
    ids=["dimensions", "tuples", "documents", "no names", "nul"],
)
def test_what_cannot_come_back_is_refused_when_declared(kind: Any) -> None:
    with pytest.raises(InputError):
        Encrypted("t.v", kind)


def test_a_repr_reads_like_source_and_its_enum_reads_the_same_values() -> None:
    made = Encrypted("t.v", Enum(Blood), search=Exact())
    again = eval(repr(made), {"Encrypted": Encrypted, "Enum": Enum, "Exact": Exact})
    assert again.cipher.decrypt(made.cipher.encrypt(Blood.UNKNOWN)) == "UNKNOWN"
    assert again.cipher.tag("AB") == made.cipher.tag(Blood.AB)
    for kind in (JSON(), ARRAY(Integer), Time()):
        shown = repr(Encrypted("t.v", kind))
        names = {"Encrypted": Encrypted, "JSON": JSON, "ARRAY": ARRAY, "Integer": Integer, "Time": Time}
        assert repr(eval(shown, names)) == shown


@pytest.mark.parametrize("kind", [Enum(Blood), Enum("a", "b"), JSON(), ARRAY(String), Time()])
def test_a_type_travels_by_pickle_as_its_declaration(kind: Any) -> None:
    value = {"Enum": Blood.A if getattr(kind, "enum_class", None) else "a", "JSON": {"a": 1}}.get(
        type(kind).__name__, ["x"] if isinstance(kind, ARRAY) else time(1)
    )
    made = Encrypted("t.v", kind)
    again = pickle.loads(pickle.dumps(made))
    assert again.cipher.decrypt(made.cipher.encrypt(value)) == value


secret_text = Annotated[str, mapped_column(Encrypted("styled.word"))]


class Phoned:
    @declared_attr
    def phone(cls) -> Mapped[str | None]:  # noqa: N805
        return mapped_column(Encrypted(f"{cls.__name__.lower()}.phone"), default=None)


def test_declarative_styles_work(engine: Engine) -> None:
    class Styles(MappedAsDataclass, DeclarativeBase):
        pass

    class Mixin(MappedAsDataclass):
        note: Mapped[str | None] = mapped_column(Encrypted("styled.note"), default=None, kw_only=True)

    class Styled(Mixin, Styles):
        __tablename__ = "styled"

        id: Mapped[int] = mapped_column(primary_key=True, init=False)
        word: Mapped[secret_text]

    Styles.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Styled(word="값", note="메모"))
        session.commit()
        found = session.scalars(select(Styled)).one()
        assert (found.word, found.note) == ("값", "메모")


def test_a_mixin_takes_its_field_ids_from_the_class_that_uses_it(engine: Engine) -> None:
    class Own(DeclarativeBase):
        pass

    class Buyer(Phoned, Own):
        __tablename__ = "buyer"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Seller(Phoned, Own):
        __tablename__ = "seller"
        id: Mapped[int] = mapped_column(primary_key=True)

    Own.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([Buyer(phone="1"), Seller(phone="2")])
        session.commit()
        assert (session.scalars(select(Buyer.phone)).one(), session.scalars(select(Seller.phone)).one()) == (
            "1",
            "2",
        )


def test_sqlmodel_takes_the_type(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    sqlmodel = pytest.importorskip("sqlmodel")

    class Hero(sqlmodel.SQLModel, table=True):  # type: ignore[misc,name-defined]
        id: int | None = sqlmodel.Field(default=None, primary_key=True)
        name: str = sqlmodel.Field(sa_type=Encrypted("hero.name", search=Exact()))

    sqlmodel.SQLModel.metadata.create_all(engine)
    with sqlmodel.Session(engine) as session:
        session.add(Hero(name="홍길동"))
        session.commit()
        assert session.exec(sqlmodel.select(Hero).where(Hero.name == "홍길동")).one().name == "홍길동"
    engine.dispose()
