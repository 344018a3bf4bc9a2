"""Every operator and every position: works exactly, or raises when it is built or compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import isfunction
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Date,
    Engine,
    ForeignKey,
    String,
    any_,
    between,
    bindparam,
    case,
    cast,
    create_engine,
    delete,
    desc,
    exists,
    func,
    insert,
    literal,
    literal_column,
    not_,
    null,
    or_,
    over,
    select,
    text,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    aliased,
    column_property,
    foreign,
    joinedload,
    mapped_column,
    relationship,
    with_loader_criteria,
)

from safeguards import OperatorRefused
from safeguards.sqlalchemy import Encrypted, Exact

pytestmark = pytest.mark.usefixtures("ring")


class Base(DeclarativeBase):
    pass


class M(Base):
    __tablename__ = "m"

    id: Mapped[int] = mapped_column(primary_key=True)
    a: Mapped[str | None] = mapped_column(Encrypted("m.a", search=Exact(group="g")))
    b: Mapped[str | None] = mapped_column(Encrypted("m.b"))
    plain: Mapped[str | None] = mapped_column(String(20))

    links: Mapped[list[Link]] = relationship(viewonly=True)


class Link(Base):
    __tablename__ = "link"

    id: Mapped[int] = mapped_column(primary_key=True)
    m_id: Mapped[int] = mapped_column(ForeignKey("m.id"))
    a: Mapped[str | None] = mapped_column(Encrypted("link.a"))


class N(Base):
    __tablename__ = "n"

    id: Mapped[int] = mapped_column(primary_key=True)
    a: Mapped[str | None] = mapped_column(Encrypted("n.a", search=Exact(group="g")))
    alone: Mapped[str | None] = mapped_column(Encrypted("n.alone", search=Exact()))
    day: Mapped[str | None] = mapped_column(Encrypted("n.day", Date))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'data.db'}")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([M(id=n, a=f"v{n}" if n < 4 else None, b="b", plain="p") for n in range(1, 5)])
        session.add_all([N(id=1, a="v2"), N(id=2, a="v3", alone="v3"), N(id=3)])
        session.commit()
    yield engine
    engine.dispose()


def upsert(**changes: Any) -> Any:
    statement = sqlite.insert(M).values(id=1)
    values = {
        key: change(statement.excluded) if isfunction(change) else change for key, change in changes.items()
    }
    return statement.on_conflict_do_update(index_elements=["id"], set_=values)


SHARED: Any = bindparam("shared")

REFUSED: dict[str, Callable[[], Any]] = {
    "equality without search": lambda: select(M).where(M.b == "x"),
    "in without search": lambda: select(M).where(M.b.in_(["x"])),
    "less than": lambda: select(M).where(M.a < "x"),
    "at most": lambda: select(M).where(M.a <= "x"),
    "greater than": lambda: select(M).where(M.a > "x"),
    "at least": lambda: select(M).where(M.a >= "x"),
    "reversed": lambda: select(M).where(literal("x") < M.a),
    "between": lambda: select(M).where(M.a.between("a", "b")),
    "between function": lambda: select(M).where(between(M.a, "a", "b")),
    "like": lambda: select(M).where(M.a.like("x%")),
    "not like": lambda: select(M).where(M.a.not_like("x%")),
    "ilike": lambda: select(M).where(M.a.ilike("x%")),
    "startswith": lambda: select(M).where(M.a.startswith("x")),
    "istartswith": lambda: select(M).where(M.a.istartswith("x")),
    "endswith": lambda: select(M).where(M.a.endswith("x")),
    "contains": lambda: select(M).where(M.a.contains("x")),
    "icontains": lambda: select(M).where(M.a.icontains("x")),
    "match": lambda: select(M).where(M.a.match("x")),
    "regexp_match": lambda: select(M).where(M.a.regexp_match("x")),
    "regexp_replace": lambda: select(M.a.regexp_replace("x", "y")),
    "is of a value": lambda: select(M).where(M.a.is_("x")),
    "is not of a value": lambda: select(M).where(M.a.is_not("x")),
    "is distinct from": lambda: select(M).where(M.a.is_distinct_from("x")),
    "concat": lambda: select(M.a.concat("x")),
    "plus": lambda: select(M.a + "x"),
    "reversed plus": lambda: select("x" + M.a),
    "minus": lambda: select(M.a - 1),
    "times": lambda: select(M.a * 2),
    "divide": lambda: select(M.a / 2),
    "modulo": lambda: select(M.a % 2),
    "negative": lambda: select(-M.a),
    "not": lambda: select(M).where(not_(M.a)),
    "custom operator": lambda: select(M).where(M.a.op("~")("x")),
    "boolean operator": lambda: select(M).where(M.a.bool_op("@>")("x")),
    "custom operator from the left": lambda: select(literal("x").op("~")(M.a)),
    "bitwise": lambda: select(M.a.bitwise_and(1)),
    "collate": lambda: select(M.a.collate("C")),
    "asc": lambda: select(M).order_by(M.a.asc()),
    "desc": lambda: select(M).order_by(M.a.desc()),
    "nulls first": lambda: select(M).order_by(M.a.nulls_first()),
    "index access": lambda: select(M.a[0]),
    "as a condition": lambda: select(M).where(M.a),
    "order by": lambda: select(M).order_by(M.a),
    "order by a name": lambda: select(M).order_by("a"),
    "order by a descending name": lambda: select(M).order_by(desc("a")),
    "group by": lambda: select(func.count()).group_by(M.a),
    "group by a name": lambda: select(M.a).group_by("a"),
    "distinct": lambda: select(M.a).distinct(),
    "distinct expression": lambda: select(M.a.distinct()),
    "union": lambda: select(M.a).union(select(N.a)),
    "intersect": lambda: select(M.a).intersect(select(N.a)),
    "except": lambda: select(M.a).except_(select(N.a)),
    "cast": lambda: select(cast(M.a, String)),
    "lower": lambda: select(func.lower(M.a)),
    "lower in a condition": lambda: select(M).where(func.lower(M.a) == "x"),
    "length": lambda: select(func.length(M.a)),
    "max": lambda: select(func.max(M.a)),
    "min": lambda: select(func.min(M.a)),
    "coalesce": lambda: select(func.coalesce(M.a, "x")),
    "count distinct": lambda: select(func.count(M.a.distinct())),
    "group_concat": lambda: select(func.group_concat(M.a)),
    "case": lambda: select(case((M.id == 1, M.a), else_="x")),
    "case in order by": lambda: select(M).order_by(case((M.id == 1, M.a))),
    "window order": lambda: select(over(func.row_number(), order_by=M.a)),
    "window partition": lambda: select(over(func.count(), partition_by=M.a)),
    "tuple in": lambda: select(M).where(tuple_(M.a, M.id).in_([("x", 1)])),
    "having": lambda: select(M.id).group_by(M.id).having(func.max(M.a) == "x"),
    "equals a function": lambda: select(M).where(M.a == func.lower("x")),
    "equals a plain column": lambda: select(M).where(M.a == M.plain),
    "a plain column equals it": lambda: select(M).where(M.plain == M.a),
    "equals a column with other tags": lambda: select(M).join(N, M.a == N.alone),
    "equals a column without tags": lambda: select(M).where(M.a == M.b),
    "in a subquery": lambda: select(M).where(M.a.in_(select(N.alone))),
    "any": lambda: select(M).where(M.a == any_(select(N.a).scalar_subquery())),
    "join on an order": lambda: select(M).join(N, N.a > M.a),
    "update from a function": lambda: update(M).values(a=func.lower("x")),
    "update from a plain column": lambda: update(M).values(a=M.plain),
    "update from another field": lambda: update(M).values(a=M.b),
    "update with literal SQL": lambda: update(M).values(a=literal_column("'x'")),
    "update of a plain column from it": lambda: update(M).values(plain=M.a),
    "update by order": lambda: update(M).where(M.a > "x").values(plain="y"),
    "delete by order": lambda: delete(M).where(M.a > "x"),
    "insert from literal SQL": lambda: insert(M).values(a=literal_column("'x'")),
    "insert from a plain column": lambda: insert(M).from_select(["a"], select(M.plain)),
    "insert from another field": lambda: insert(M).from_select(["a"], select(N.a)),
    "update by a string key": lambda: update(M.__table__).values({"a": func.lower("x")}),
    "update from text": lambda: update(M).values(a=text("'x'")),
    "insert by a string key": lambda: insert(M.__table__).values({"a": func.lower("x")}),
    "insert of rows with a function": lambda: insert(M.__table__).values(
        [{"a": "x"}, {"a": func.lower("x")}]
    ),
    "insert from text": lambda: insert(M).values(a=text("'x'")),
    "upsert from a function": lambda: upsert(a=func.lower("x")),
    "upsert from a plain column": lambda: upsert(a=lambda new: new.plain),
    "upsert from another field": lambda: upsert(b=lambda new: new.a),
    "upsert of a plain column from it": lambda: upsert(plain=lambda new: new.a),
    "upsert by order": lambda: sqlite.insert(M).on_conflict_do_update(
        index_elements=["id"], set_={"plain": "x"}, where=func.lower(M.a) == "x"
    ),
    "returning a function": lambda: update(M).values(plain="x").returning(func.length(M.a)),
    "insert returning a function": lambda: insert(M).values(plain="x").returning(func.length(M.a)),
    "in a list with a column": lambda: select(M).where(M.a.in_([M.plain])),
    "in a list with a function": lambda: select(M).where(M.a.in_([func.lower("x")])),
    "not in a list with a column": lambda: select(M).where(M.a.not_in(["x", M.plain])),
    "in a scalar subquery": lambda: select(M).where(M.a.in_(select(N.a).scalar_subquery())),
    "in a text": lambda: select(M).where(M.a.in_("xy")),
    "distinct of a subquery": lambda: select(select(M.a).subquery()).distinct(),
    "order by the name of a column that is not selected": lambda: select(M.id).order_by("a"),
    "a nested join": lambda: select(M.id).select_from(
        M.__table__.join(N.__table__, M.__table__.c.a == N.__table__.c.alone).join(
            (third := aliased(N.__table__)), third.c.id == M.__table__.c.id
        )
    ),
    "a join as what is selected": lambda: select(
        M.__table__.join(N.__table__, M.__table__.c.a == N.__table__.c.alone)
    ),
    "loader criteria": lambda: select(M).options(with_loader_criteria(M, func.length(M.a) > 9)),
    "lambda loader criteria": lambda: select(M).options(
        with_loader_criteria(M, lambda m: func.length(m.a) > 9)
    ),
    "loader criteria between columns": lambda: select(M).options(with_loader_criteria(M, M.a == M.plain)),
    "criteria of a join": lambda: select(M).join(M.links.and_(func.length(Link.a) > 3)),
    "criteria of a loader": lambda: select(M).options(joinedload(M.links.and_(func.length(Link.a) > 3))),
    "insert of it into a plain column": lambda: insert(M).from_select(["plain"], select(N.a)),
    "order by the name of a joined column": lambda: select(M.id).join(N, N.id == M.id).order_by("day"),
    "order by the name of a related column": lambda: select(N.id).join(M, M.id == N.id).order_by("b"),
    "group by the name of a related column": (
        lambda: select(func.count()).select_from(M).join(M.links).group_by("a")
    ),
    "distinct of a table beside another's column": lambda: select(M, Link.a).join(M.links).distinct(),
    "union all of two fields": lambda: union_all(select(M.a), select(M.b)),
    "union all of a plain column and it": lambda: union_all(select(M.plain), select(M.a)),
    "union all of it and a plain column": lambda: union_all(select(M.a), select(M.plain)),
    "union all of NULL and it": lambda: union_all(select(null()), select(M.a)),
    "union of a plain column and it": lambda: select(M.plain).union(select(M.a)),
    "a tuple in a subquery of it": (lambda: select(M).where(tuple_(M.id, M.plain).in_(select(N.id, N.a)))),
    "a tuple not in a subquery of it": (
        lambda: select(M).where(tuple_(M.id, M.plain).not_in(select(N.id, N.a)))
    ),
    "a row that equals a subquery of it": (
        lambda: select(M).where(tuple_(M.id, M.plain) == select(N.id, N.a).scalar_subquery())
    ),
    "a parameter of two fields": lambda: select(M).where(or_(M.a == SHARED, N.alone == SHARED)),
    "a parameter of it and a plain column": lambda: select(M).where(or_(M.a == SHARED, M.plain == SHARED)),
    "a parameter of a plain column and it": lambda: select(M).where(or_(M.plain == SHARED, M.a == SHARED)),
    "a parameter stored in two fields": lambda: insert(M.__table__).values(a=SHARED, b=SHARED),
    "a parameter stored in it and a plain column": (
        lambda: update(M.__table__).values(a=SHARED, plain=SHARED)
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_operator_without_meaning_raises_before_it_reaches_the_database(name: str) -> None:
    with pytest.raises((OperatorRefused, NotImplementedError, TypeError)) as caught:
        str(REFUSED[name]().compile(dialect=create_engine("sqlite://").dialect))
    if isinstance(caught.value, OperatorRefused):
        assert caught.match(r"field \w+\.")


ANSWERS: dict[str, tuple[Callable[[], Any], list[Any]]] = {
    "equals": (lambda: select(M.id).where(M.a == "v1"), [1]),
    "equals from the left": (lambda: select(M.id).where(M.a == "v1"), [1]),
    "equals nothing": (lambda: select(M.id).where(M.a == "v9"), []),
    "equals None": (lambda: select(M.id).where(M.a == None), [4]),  # noqa: E711
    "does not equal": (lambda: select(M.id).where(M.a != "v1"), [2, 3]),
    "does not equal None": (lambda: select(M.id).where(M.a != None), [1, 2, 3]),  # noqa: E711
    "not equals": (lambda: select(M.id).where(~(M.a == "v1")), [2, 3]),
    "in": (lambda: select(M.id).where(M.a.in_(["v1", "v3", "v9"])), [1, 3]),
    "in with None": (lambda: select(M.id).where(M.a.in_(["v1", None])), [1]),
    "in nothing": (lambda: select(M.id).where(M.a.in_([])), []),
    "not in": (lambda: select(M.id).where(M.a.not_in(["v1", "v3"])), [2]),
    "in a bound list": (lambda: select(M.id).where(M.a.in_(bindparam("x", ["v2"], expanding=True))), [2]),
    "a bound parameter": (lambda: select(M.id).where(M.a == bindparam("x", "v2")), [2]),
    "is None": (lambda: select(M.id).where(M.a.is_(None)), [4]),
    "is not None": (lambda: select(M.id).where(M.b.is_not(None)), [1, 2, 3, 4]),
    "or": (lambda: select(M.id).where(or_(M.a == "v1", M.a.is_(None))), [1, 4]),
    "a parameter used twice": (
        lambda: select(M.id).where(or_(M.a == bindparam("x", "v1"), M.a == bindparam("x", "v1"))),
        [1],
    ),
    "filter_by": (lambda: select(M.id).filter_by(a="v3"), [3]),
    "join in a group": (lambda: select(M.id).join(N, N.a == M.a), [2, 3]),
    "exists": (lambda: select(M.id).where(exists().where(N.a == M.a)), [2, 3]),
    "alias": (lambda: select((other := aliased(M)).id).where(other.a == "v2"), [2]),
    "subquery": (
        lambda: select((sub := select(M.a.label("q"), M.id).subquery()).c.id).where(sub.c.q == "v2"),
        [2],
    ),
    "cte": (lambda: select((c := select(M).cte()).c.id).where(c.c.a == "v2"), [2]),
    "count": (lambda: select(func.count(M.a)), [3]),
    "labelled": (lambda: select(M.a.label("x")).where(M.id == 1), ["v1"]),
    "scalar subquery": (lambda: select(select(M.a).where(M.id == 1).scalar_subquery()), ["v1"]),
    "union all of one field": (
        lambda: union_all(select(M.a).where(M.id == 1), select(M.a).where(M.id == 2)),
        ["v1", "v2"],
    ),
    "distinct entities": (lambda: select(M.id).distinct(), [1, 2, 3, 4]),
    "an equality as a column": (lambda: select(M.a == "v1").where(M.id == 1), [True]),
    "insert from the same field": (
        lambda: insert(M).from_select(["a"], select(M.a).where(M.id == 1)).returning(M.a),
        ["v1"],
    ),
    "update with returning": (
        lambda: update(M).where(M.a == "v1").values(a="새 값").returning(M.a),
        ["새 값"],
    ),
    "update to NULL": (lambda: update(M).where(M.id == 1).values(a=None).returning(M.a), [None]),
    "update a plain column": (
        lambda: update(M).where(M.a == "v1").values(plain="q").returning(M.plain),
        ["q"],
    ),
    "upsert": (
        lambda: upsert(a="새 값", b=lambda new: new.b).returning(M.a),
        ["새 값"],
    ),
    "delete": (lambda: delete(M).where(M.a == "v1").returning(M.id), [1]),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_operator_with_meaning_answers_exactly(name: str, engine: Engine) -> None:
    statement, expected = ANSWERS[name]
    with Session(engine) as session:
        assert sorted(session.scalars(statement()), key=str) == expected


def test_the_evaluator_of_bulk_updates_keeps_loaded_objects_true(engine: Engine) -> None:
    with Session(engine) as session:
        loaded = session.get_one(M, 1)
        session.execute(update(M).where(M.a == "v1").values(plain="바뀜", b="b2"))
        assert (loaded.plain, loaded.b) == ("바뀜", "b2")


def test_an_upsert_of_a_name_that_is_no_columns_key_stores_no_plaintext(engine: Engine) -> None:
    # SQLAlchemy only warns, and SQLite takes A for a.
    with (
        engine.begin() as connection,
        pytest.raises(OperatorRefused, match="of m sets A, .* id, a, b, plain"),
    ):
        connection.execute(upsert(A="비밀"))


def test_distinct_on_is_refused() -> None:
    with pytest.raises(OperatorRefused, match="DISTINCT ON"):
        str(select(M.id).ext(postgresql.distinct_on(M.a)).compile(dialect=postgresql.dialect()))


def test_what_the_orm_would_add_later_is_refused_when_it_is_mapped() -> None:
    class Other(DeclarativeBase):
        pass

    class P(Other):
        __tablename__ = "p"
        id: Mapped[int] = mapped_column(primary_key=True)
        a: Mapped[str] = mapped_column(Encrypted("p.a"))

    P.size = column_property(func.length(P.__table__.c.a))  # type: ignore[attr-defined]
    with pytest.raises(OperatorRefused, match="column_property"):
        Other.registry.configure()
    Other.registry.dispose()


BY_A_TYPE_OF_ITS_OWN = {
    "an update": lambda t: update(t).values(a=literal("x")),
    "an update by column": lambda t: update(t).values({t.c.a: bindparam("v", "x", String())}),
    "an insert": lambda t: insert(t).values(a=literal("x")),
    "an insert of rows": lambda t: insert(t).values([{"a": literal("x")}]),
    "bytes": lambda t: update(t).values(a=literal(b"x")),
    "another field": lambda t: update(t).values(a=bindparam("v", "x", Encrypted("other.field"))),
    "an upsert": lambda t: (
        sqlite.insert(t).values(a="y").on_conflict_do_update(index_elements=["id"], set_={"a": literal("x")})
    ),
}


@pytest.mark.parametrize("form", BY_A_TYPE_OF_ITS_OWN)
def test_a_value_with_a_type_of_its_own_is_not_stored_in_plain(form: str) -> None:
    with pytest.raises(OperatorRefused, match="which would not encrypt it") as caught:
        BY_A_TYPE_OF_ITS_OWN[form](M.__table__).compile(dialect=sqlite.dialect())
    assert "'x'" not in str(caught.value)


def test_an_object_that_is_given_sql_with_a_type_of_its_own_is_not_flushed(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        person = M()
        person.a = literal("x")  # type: ignore[assignment]
        session.add(person)
        with pytest.raises(OperatorRefused, match="which would not encrypt it"):
            session.flush()
    engine.dispose()


@pytest.mark.parametrize("position", ["order_by", "join"])
def test_a_relationship_over_ciphertexts_is_refused_when_it_is_mapped(position: str) -> None:
    class Other(DeclarativeBase):
        pass

    class Child(Other):
        __tablename__ = "child"
        id: Mapped[int] = mapped_column(primary_key=True)
        parent_id: Mapped[int] = mapped_column(ForeignKey("parent.id"))
        a: Mapped[str] = mapped_column(Encrypted("child.a", search=Exact()))

    class Parent(Other):
        __tablename__ = "parent"
        id: Mapped[int] = mapped_column(primary_key=True)
        a: Mapped[str] = mapped_column(Encrypted("parent.a", search=Exact()))

    joined = {"primaryjoin": lambda: foreign(Child.a) == Parent.a, "viewonly": True}
    options: dict[str, Any] = {"order_by": Child.a} if position == "order_by" else joined
    Parent.children = relationship(Child, **options)  # type: ignore[attr-defined]
    with pytest.raises(OperatorRefused, match=position):
        Other.registry.configure()
    Other.registry.dispose()


def test_a_relationship_over_a_group_loads_by_tags(ring: object, database_url: str) -> None:
    class Other(DeclarativeBase):
        pass

    class Bill(Other):
        __tablename__ = "bill"
        id: Mapped[int] = mapped_column(primary_key=True)
        phone: Mapped[str] = mapped_column(Encrypted("bill.phone", item="kr_phone", search=Exact(group="p")))

    class Buyer(Other):
        __tablename__ = "buyer"
        id: Mapped[int] = mapped_column(primary_key=True)
        phone: Mapped[str | None] = mapped_column(
            Encrypted("buyer.phone", item="kr_phone", search=Exact(group="p"))
        )

    link = foreign(Bill.phone) == Buyer.phone
    Buyer.bills = relationship(Bill, primaryjoin=link, viewonly=True)  # type: ignore[attr-defined]
    engine = create_engine(database_url)
    Other.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(
            [Buyer(phone="010-1234-5678"), Bill(phone="01012345678"), Bill(phone="010-9999-9999")]
        )
        session.commit()
        joined = select(Buyer).options(joinedload(Buyer.bills))  # type: ignore[attr-defined]
        assert [bill.id for bill in session.scalars(joined).unique().one().bills] == [1]  # type: ignore[attr-defined]
        session.add(Buyer(id=9))
        session.commit()
        loaded = session.scalars(select(Buyer).order_by(Buyer.id)).all()
        assert [[bill.id for bill in buyer.bills] for buyer in loaded] == [[1], []]  # type: ignore[attr-defined]
    engine.dispose()
