"""Random queries of an encrypted table and of its twin in plaintext: the same answer, or a refusal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Date,
    Engine,
    ForeignKey,
    Integer,
    String,
    and_,
    create_engine,
    event,
    exists,
    func,
    not_,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column, relationship

from safeguards import Keyring, OperatorRefused
from safeguards.sqlalchemy import Bucket, Encrypted, Exact, Ngram, Prefix

TEXTS = ["가", "나", "가나", "가나다", "ab", "abc", "a", "", "A"]
DAYS = [date(2018 + n, *day) for n in range(5) for day in ((1, 1), (12, 31), (6, 15), (3, 1), (4, 30))]
ROWS = range(1, 26)
QUERIES = 400
Twin = tuple[Engine, Any, Any]


def tens(value: int) -> int:
    return value // 10


def models(encrypted: bool) -> tuple[Any, Any]:
    def kind(field: str, plain: Any, *search: Any) -> Any:
        return Encrypted(field, plain, search=search) if encrypted else plain

    class Base(DeclarativeBase):
        pass

    class Member(Base):
        __tablename__ = "회원"
        id: Mapped[int] = mapped_column(primary_key=True)
        a: Mapped[str | None] = mapped_column(kind("m.a", String(9), Exact(group="g")))
        b: Mapped[str | None] = mapped_column(
            "비 %b", kind("m.b", String(9), Exact(bits=2), Prefix(1), Prefix(2, bits=4))
        )
        c: Mapped[int | None] = mapped_column(kind("m.c", Integer(), Exact(), Bucket(tens, label="tens")))
        d: Mapped[date | None] = mapped_column(
            kind("m.d", Date(), Exact(bits=1), Bucket("year"), Bucket("month"))
        )
        f: Mapped[bool | None] = mapped_column(kind("m.f", Boolean(), Exact()))
        n: Mapped[str | None] = mapped_column(kind("m.n", String(9), Ngram(2)))
        p: Mapped[str | None] = mapped_column(String(9))
        links: Mapped[list[Link]] = relationship()

    class Link(Base):
        __tablename__ = "link"
        id: Mapped[int] = mapped_column(primary_key=True)
        m_id: Mapped[int | None] = mapped_column(ForeignKey(Member.id))
        a: Mapped[str | None] = mapped_column(kind("link.a", String(9), Exact(group="g")))
        e: Mapped[str | None] = mapped_column(kind("link.e", String(9), Exact(bits=2)))

    return Member, Link


def condition(m: Any, link: Any, r: Random, depth: int = 3) -> Any:
    if depth and r.random() < 0.45:
        parts = [condition(m, link, r, depth - 1) for _ in range(2)]
        return r.choice([and_(*parts), or_(*parts), not_(parts[0])])
    related, link = link, aliased(link)  # which a join with the table leaves alone
    text, number, days = r.choice(TEXTS), r.randrange(-5, 45), (r.choice(DAYS), r.choice(DAYS))
    several = [r.choice([*TEXTS, None]) for _ in range(r.randrange(4))]
    return r.choice(
        [
            lambda: m.a == text,
            lambda: m.a != text,
            lambda: m.a.in_(several),
            lambda: m.a.not_in(several),
            lambda: m.b == text,
            lambda: m.b.in_(TEXTS[: number % 3]),
            lambda: m.b.startswith(r.choice(TEXTS[2:6])),
            lambda: m.c == number,
            lambda: m.c.between(number, r.randrange(-5, 45)),
            lambda: m.d.between(*days),
            lambda: m.d == days[0],
            lambda: m.f == r.choice([True, False]),
            lambda: m.n.contains(r.choice(TEXTS[2:6])),
            lambda: m.p == text,
            lambda: r.choice([m.a, m.b, m.c, m.d, m.f, m.n]).is_(None),
            lambda: r.choice([m.a, m.b, m.c, m.d, m.f, m.n]).is_not(None),
            lambda: exists().where(link.a == m.a),
            lambda: m.id.in_(select(link.m_id).where(link.a == text)),
            lambda: m.links.any(related.a == text),
            lambda: tuple_(m.id, m.p).in_(select(link.m_id, link.a)),
            lambda: m.a == select(link.a).where(link.id == number).scalar_subquery(),
        ]
    )()


def query(m: Any, link: Any, r: Random) -> Any:
    m = aliased(m) if r.random() < 0.3 else m
    columns = r.sample([m.id, m.a, m.b, m.c, m.d, m.f, m.n, m.p], r.randrange(1, 4))
    where, other = condition(m, link, r), r.choice([m.a, m.b, m.p, link.a])
    inner = select(m.id, m.a).where(where).subquery()
    both = union_all(select(m.a.label("v")).where(where), select(other)).subquery()
    return r.choice(
        [
            select(*columns).where(where),
            select(m).where(where),
            select(m, link).join(link, link.a == m.a).where(where),
            select(m.id, link.e).outerjoin(link, link.m_id == m.id).where(where),
            select(func.count()).select_from(m).where(where),
            select(*columns).where(where).distinct(),
            select(m, link.a).join(link, link.m_id == m.id).where(where).distinct(),
            select(m.id).where(where).order_by(m.id).limit(3),
            select(m.id)
            .join(link, link.m_id == m.id)
            .where(where)
            .order_by(r.choice(["e", "p"]), m.id)
            .limit(2),
            select(inner).where(inner.c.a == r.choice(TEXTS)),
            select(both.c.v).where(both.c.v == r.choice(TEXTS)),
        ]
    )


def flat(part: Any) -> Any:
    return part.id if hasattr(part, "__table__") else part


def answer(twin: Twin, seed: str) -> list[Any]:
    engine, member, link = twin
    with Session(engine) as session:
        rows = session.execute(query(member, link, Random(seed)))
        return sorted((tuple(map(flat, row)) for row in rows), key=repr)


@pytest.fixture
def twins(ring: Keyring, tmp_path: Path) -> Iterator[tuple[Twin, Twin]]:
    r, made = Random(1), []
    members: list[dict[str, Any]] = [
        {
            "id": n,
            **{key: r.choice([*TEXTS, None]) for key in "abnp"},
            "c": r.choice([None, *range(0, 40, 3)]),
        }
        | {"d": r.choice([None, *DAYS, date(2020, 2, 29)]), "f": r.choice([True, False, None])}
        for n in ROWS
    ]
    links = [
        {"id": n, "m_id": r.choice([None, *ROWS]), "a": r.choice(TEXTS), "e": r.choice(TEXTS)} for n in ROWS
    ]
    for encrypted in (True, False):
        engine = create_engine(f"sqlite:///{tmp_path / str(encrypted)}.db")
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA case_sensitive_like = 1"))
        member, link = models(encrypted)
        member.metadata.create_all(engine)
        with Session(engine) as session:
            session.add_all([member(**row) for row in members])
            session.flush()
            session.add_all([link(**row) for row in links])
            session.commit()
        made.append((engine, member, link))
    yield made[0], made[1]
    for engine, *_ in made:
        engine.dispose()


def test_a_random_query_answers_as_in_plaintext_or_is_refused(twins: tuple[Twin, Twin]) -> None:
    encrypted, plain = twins
    seen: Counter[str] = Counter()
    for seed in map(str, range(QUERIES)):
        try:
            found = answer(encrypted, seed)
        except OperatorRefused:
            seen["refused"] += 1
            continue
        assert found == answer(plain, seed), f"query {seed}"
        seen["answered" if found else "empty"] += 1
    assert seen["answered"] > QUERIES / 4
