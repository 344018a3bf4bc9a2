"""Texts found by their parts: exactly the rows that Python finds, or a refusal."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    Table,
    and_,
    bindparam,
    create_engine,
    delete,
    event,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from safeguards import InputError, Keyring, OperatorRefused
from safeguards.fields.ngrams import QUERY_GRAMS
from safeguards.sqlalchemy import Encrypted, Ngram, Normaliser, Prefix, ngram_table
from safeguards.sqlalchemy.recheck import _promise
from tests.sqlalchemy.ngrams.models import Agent, Base, Link, Memo, Person, Place, found

NOTES = [
    "서울특별시 강남구에서 만났다",
    "강남 사무실, 오후 세 시",
    "Hello World 100% _sure_",
    "hello",
    "강",
    "",
    None,
    "aab aba baa",
    "강남구 강남구 강남구",
    "😀😀 기분 좋음",
]


@pytest.fixture
def filled(engine: Engine) -> Engine:
    with Session(engine) as session:
        session.add_all(Memo(id=at, note=note, title=note) for at, note in enumerate(NOTES, 1))
        session.add_all([Link(memo_id=1), Link(memo_id=1), Link(memo_id=9)])
        session.commit()
    return engine


def by_python(query: str) -> list[int]:
    return [at for at, note in enumerate(NOTES, 1) if note is not None and query in note]


@pytest.mark.parametrize(
    "query",
    [
        "강남",
        "강남구",
        "남구에서 만",
        "서울특별시 강남구에서 만났다",
        "만났다",
        "없다",
        "He",
        "hello",
        "World 1",
        "0% _s",
        "%_",
        "aba",
        "ab a",
        "baab",
        "😀😀",
        "😀 기분",
        "강남구 강남구 강남구",
    ],
)
def test_a_text_is_found_by_each_of_its_parts_on_every_database(filled: Engine, query: str) -> None:
    assert found(filled, Memo.note.contains(query)) == by_python(query)
    folded = [at for at, note in enumerate(NOTES, 1) if note and query.casefold() in note.casefold()]
    if len(query) > 2:
        assert found(filled, Memo.title.contains(query)) == folded
        assert found(filled, Memo.title.icontains(query)) == folded


def test_beginnings_and_ends_are_found_too(filled: Engine) -> None:
    assert found(filled, Memo.note.startswith("강남")) == [2, 9]
    assert found(filled, Memo.note.endswith("강남구")) == [9]
    assert found(filled, Memo.title.istartswith("HELLO")) == [3, 4]
    assert found(filled, Memo.title.iendswith("SURE_")) == [3]


def test_conditions_join_with_others_and_keep_the_shape_of_results(filled: Engine) -> None:
    long, exact = Memo.note.contains("강남구"), Memo.note.contains("강남")
    other = aliased(Memo)
    with Session(filled) as session:
        assert found(filled, and_(long, Memo.id > 1)) == [9]
        assert found(filled, and_(long, exact, Memo.note.contains("서울"))) == [1]
        assert session.execute(select(Memo.id, Memo.note).where(long, Memo.id == 9)).all() == [(9, NOTES[8])]
        assert session.scalars(select(other.id).where(other.note.contains("사무실"))).all() == [2]
        pair = select(Memo.id, other.id).where(Memo.id != other.id, long, other.note.contains("사무실"))
        assert sorted(session.execute(pair)) == [(1, 2), (9, 2)]
        loaded = session.scalars(select(Memo).options(joinedload(Memo.links)).where(long)).unique().all()
        assert sorted(len(memo.links) for memo in loaded) == [1, 2]
        again = session.scalars(select(Memo).options(selectinload(Memo.links)).where(long)).all()
        assert sorted(len(memo.links) for memo in again) == [1, 2]
        assert [memo.id for memo in session.query(Memo).filter(long).order_by(Memo.id.desc())] == [9, 1]
        assert sorted(session.scalars(select(Link.id).join(Memo).where(long)).all()) == [1, 2, 3]


def test_a_query_as_long_as_the_ngram_needs_no_second_look_and_may_be_counted(filled: Engine) -> None:
    exact = Memo.note.contains("강남")
    with Session(filled) as session:
        assert session.scalar(select(func.count()).select_from(Memo).where(exact)) == 3
        assert session.scalars(select(Memo.id).where(exact).order_by(Memo.id).limit(2)).all() == [1, 2]
        changed = session.execute(update(Memo).where(exact).values(code=None))
        assert changed.rowcount == 3  # type: ignore[attr-defined]
        session.execute(delete(Link).where(Link.memo_id == 9))
        session.execute(delete(Memo).where(exact, Memo.id == 9))
        session.commit()
    with filled.connect() as connection:
        assert sorted(connection.scalars(select(Memo.id).where(exact))) == [1, 2]


def test_decomposed_hangul_equals_composed_just_where_the_normal_form_says_so(engine: Engine) -> None:
    composed = "강남구청 민원실"
    apart = unicodedata.normalize("NFD", composed)
    with Session(engine) as session:
        session.add_all([Place(tag="a", number=1, note=composed), Place(tag="a", number=2, note=apart)])
        session.add_all([Memo(id=1, note=composed), Memo(id=2, note=apart)])
        session.commit()
        for query in ("남구청", unicodedata.normalize("NFD", "남구청")):
            keys = session.execute(select(Place.tag, Place.number).where(Place.note.contains(query)))
            assert sorted(keys) == [("a", 1), ("a", 2)]
    assert found(engine, Memo.note.contains("남구청")) == [1]
    assert found(engine, Memo.note.contains(unicodedata.normalize("NFD", "남구청"))) == [2]


def test_a_table_of_a_class_that_inherits_is_searched(engine: Engine) -> None:
    with Session(engine) as session:
        session.add_all([Agent(note="강남 담당"), Agent(note="부산 담당"), Person()])
        session.commit()
        assert [a.note for a in session.scalars(select(Agent).where(Agent.note.contains("남 담")))] == [
            "강남 담당"
        ]
        assert session.scalar(select(func.count(Agent.id)).where(Agent.note.contains("담당"))) == 2


letters = st.text(alphabet="abAB가각강남 ", max_size=9)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])  # it is emptied
@given(st.lists(st.none() | letters | st.text(max_size=6), max_size=5), st.data())
def test_answers_are_those_of_python(engine: Engine, notes: list[str | None], data: Any) -> None:
    whole = "".join(note or "" for note in notes)
    cut = st.builds(lambda at, size: whole[at : at + size], st.integers(0, len(whole)), st.integers(2, 8))
    query = data.draw(st.one_of(cut, letters).filter(lambda part: len(part) >= 2))
    with Session(engine) as session:
        session.execute(delete(Memo))
        session.execute(
            insert(Memo), [{"id": at, "note": note} for at, note in enumerate(notes, 1)] or [{"id": 99}]
        )
        session.commit()
    expected = [at for at, note in enumerate(notes, 1) if note is not None and query in note]
    assert found(engine, Memo.note.contains(query)) == expected


REFUSED: dict[str, Any] = {
    "limit": lambda: select(Memo).where(Memo.note.contains("강남구")).limit(1),
    "distinct": lambda: select(Memo.id).where(Memo.note.contains("강남구")).distinct(),
    "count": lambda: select(func.count()).select_from(Memo).where(Memo.note.contains("강남구")),
    "group by": lambda: select(Memo.id).where(Memo.note.contains("강남구")).group_by(Memo.id),
    "few bits": lambda: select(Memo).where(Memo.title.contains("강남구")).limit(1),
    "not": lambda: select(Memo).where(~Memo.note.contains("강남구")),
    "not exact": lambda: select(Memo).where(~Memo.note.contains("강남")),
    "not of and": lambda: select(Memo).where(not_(and_(Memo.note.contains("강남"), Memo.id > 1))),
    "or": lambda: select(Memo).where(or_(Memo.note.contains("강남구"), Memo.id == 1)),
    "or exact": lambda: select(Memo).where(or_(Memo.note.contains("강남"), Memo.id == 1)),
    "selected": lambda: select(Memo.note.contains("강남")),
    "exists": lambda: select(Link).where(exists().where(Memo.note.contains("강남구"))),
    "subquery": lambda: select(Link).where(
        Link.memo_id.in_(select(Memo.id).where(Memo.note.contains("강남")))
    ),
    "of a subquery": lambda: select((sub := select(Memo).subquery()).c.id).where(sub.c.note.contains("강남")),
    "join": lambda: select(Memo).join(Link, Memo.note.contains("강남")),
    "update": lambda: update(Memo).where(Memo.note.contains("강남구")).values(code="x"),
    "delete": lambda: delete(Memo).where(Memo.note.contains("강남구")),
    "too short": lambda: select(Memo).where(Memo.note.contains("강")),
    "empty": lambda: select(Memo).where(Memo.note.contains("")),
    "short once normalised": lambda: select(Memo).where(Memo.title.contains("e\u0301가")),
    "case": lambda: select(Memo).where(Memo.note.icontains("강남")),
    "case of a beginning": lambda: select(Memo).where(Memo.note.istartswith("강남")),
    "like": lambda: select(Memo).where(Memo.note.like("%강남%")),
    "escape": lambda: select(Memo).where(Memo.note.contains("강남", escape="/")),
    "parameter": lambda: select(Memo).where(Memo.note.contains(bindparam("q"))),
    "column": lambda: select(Memo).where(Memo.note.contains(Memo.code)),
    "number": lambda: select(Memo).where(Memo.note.contains(10)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_second_look_can_mend_is_refused(sqlite_engine: Engine, name: str) -> None:
    with Session(sqlite_engine) as session, pytest.raises(OperatorRefused) as refusal:
        session.execute(REFUSED[name]())
    assert "강" not in str(refusal.value)
    assert refusal.match(r"memo\.(note|title)")


def test_a_connection_answers_only_what_is_exact(filled: Engine) -> None:
    table = Memo.__table__.c
    with filled.connect() as connection:
        assert sorted(connection.scalars(select(table.id).where(table.note.contains("강남")))) == [1, 2, 9]
        with pytest.raises(OperatorRefused):
            connection.execute(select(table.id).where(table.note.contains("강남구")))


def test_a_long_query_looks_up_a_bounded_number_of_grams(filled: Engine) -> None:
    query = str(NOTES[0])
    statement = select(Memo).where(Memo.note.contains(query))
    with Session(filled) as session:
        seen = _statements(filled)
        assert len(session.scalars(statement).all()) == 1
        assert seen[-1][0].count(".tag = ") == QUERY_GRAMS


def _statements(engine: Engine) -> list[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda c, cursor, sql, given, *_: seen.append((sql, given)))
    return seen


@pytest.mark.parametrize("query", ["강남", "사무실 오후"])
def test_the_index_of_the_side_table_is_used(engine: Engine, query: str) -> None:
    side = ngram_table(Memo.note).name
    with Session(engine) as session:
        notes = [
            {"note": f"{at:06d} {'강남 사무실 오후' if at % 500 == 7 else '회의 기록'}"} for at in range(3000)
        ]
        session.execute(insert(Memo), notes)
        session.commit()
        analyze = "ANALYZE TABLE" if engine.dialect.name == "mariadb" else "ANALYZE"
        for name in (Memo.__tablename__, side):
            session.execute(text(f"{analyze} {name}"))
        session.commit()
        seen = _statements(engine)
        assert len(session.scalars(select(Memo).where(Memo.note.contains(query))).all()) == 6
        sql, given = seen[-1]
        word = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
        plan = [str(tuple(row)) for row in session.connection().exec_driver_sql(f"{word} {sql}", given)]
    index = str(next(iter(ngram_table(Memo.note).indexes)).name)
    assert any(index in line for line in plan), plan
    assert not any(f"SCAN {side}" in line or f'Seq Scan on "{side}"' in line for line in plan), plan
    assert not any("'ALL'" in line for line in plan), plan


@pytest.mark.parametrize(
    ("declare", "said"),
    [
        (lambda: Ngram(1), "from 2 to 16"),
        (lambda: Ngram(17), "from 2 to 16"),
        (lambda: Ngram("3"), "from 2 to 16"),  # type: ignore[arg-type]
        (lambda: Ngram(3, bits=0), "from 1 to 128"),
        (lambda: Ngram(3, normalise="nothing"), "normalise takes"),
        (lambda: Encrypted("x.a", Integer, search=Ngram(3)), "for text"),
        (lambda: Encrypted("x.a", search=[Ngram(2), Ngram(3)]), "same name"),
    ],
)
def test_a_wrong_declaration_is_one_clear_error(declare: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        declare()


def test_ngrams_under_a_form_of_ones_own_do_not_claim_to_fold_case() -> None:
    lower = Ngram(3, normalise=Normaliser("lower-1", str.lower))
    assert not lower.ignores_case
    assert Ngram(3, normalise="words").ignores_case
    assert repr(Ngram(3, bits=16)) == "Ngram(bits=16, size=3)"


def test_a_prefix_beside_it_answers_beginnings(ring: Keyring, sqlite_url: str) -> None:
    metadata = MetaData()
    kind = Encrypted("t.a", search=[Prefix(2), Ngram(3)])
    table = Table("t", metadata, Column("id", Integer, primary_key=True), Column("a", kind))
    engine = create_engine(sqlite_url)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(table), [{"id": 1, "a": "강남구"}, {"id": 2, "a": "서강남"}])
        assert connection.scalars(select(table.c.id).where(table.c.a.startswith("강남"))).all() == [1]
        assert connection.scalars(select(table.c.id).where(table.c.a.contains("서강남"))).all() == [2]
    engine.dispose()


def test_a_table_without_a_primary_key_is_refused_when_it_is_searched() -> None:
    table = Table("t", MetaData(), Column("a", Encrypted("t.a", search=Ngram(2))))
    with pytest.raises(OperatorRefused, match="primary key"):
        table.c.a.contains("강남")
    with pytest.raises(InputError, match="primary key"):
        ngram_table(table.c.a)


def test_the_value_of_a_search_is_masked_in_what_a_person_reads(ring: Keyring) -> None:
    statement = select(Memo).where(Memo.note.contains("강남구청"))
    promised = statement._clone()
    promised._where_criteria = tuple(map(_promise, statement._where_criteria))
    compiled = promised.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
    assert "강남" not in str(compiled.params)
    with pytest.raises(OperatorRefused, match="literal_binds"):
        promised.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]


def test_every_model_of_this_suite_has_its_side_table() -> None:
    names = {"상담__note__ngram", "상담__title__ngram", "place__note__ngram", "agent__note__ngram"}
    assert names <= set(Base.metadata.tables)
