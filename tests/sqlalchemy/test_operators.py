"""Every operator and every position: works exactly, or raises when it is built or compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Date,
    Engine,
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
    or_,
    over,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column

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
    "insert of it into a plain column": lambda: insert(M).from_select(["plain"], select(N.a)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_operator_without_meaning_raises_before_it_reaches_the_database(name: str) -> None:
    with pytest.raises((OperatorRefused, NotImplementedError, TypeError)) as caught:
        str(REFUSED[name]().compile(dialect=create_engine("sqlite://").dialect))
    if isinstance(caught.value, OperatorRefused):
        assert caught.match(r"field [mn]\.")


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
