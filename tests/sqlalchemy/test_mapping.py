from __future__ import annotations

import pickle
from datetime import date
from typing import Annotated, Any

import pytest
from sqlalchemy import (
    ARRAY,
    Column,
    Computed,
    Date,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    func,
    inspect,
    literal,
    text,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, Session, declared_attr, mapped_column
from sqlalchemy.types import PickleType

from safeguards import InputError
from safeguards.sqlalchemy import Encrypted, Exact

RrnColumn = Annotated[str, mapped_column(Encrypted("d.rrn", item="kr_rrn", search=Exact()), unique=True)]


def table(*columns: Any, metadata: MetaData | None = None, name: str = "t") -> Table:
    return Table(name, metadata or MetaData(), Column("id", Integer, primary_key=True), *columns)


def test_one_field_id_on_two_columns_is_refused_when_it_is_mapped() -> None:
    metadata = MetaData()
    table(Column("a", Encrypted("x.a")), metadata=metadata)
    with pytest.raises(InputError, match=r"x\.a is already the id of t\.a"):
        table(Column("b", Encrypted("x.a")), metadata=metadata, name="u")


def test_a_mixin_that_gives_two_tables_one_field_id_is_refused() -> None:
    class Base(DeclarativeBase):
        pass

    class HasNote:
        note: Mapped[str] = mapped_column(Encrypted("shared.note"))

    class First(HasNote, Base):
        __tablename__ = "first"
        id: Mapped[int] = mapped_column(primary_key=True)

    with pytest.raises(InputError, match="mixin"):

        class Second(HasNote, Base):
            __tablename__ = "second"
            id: Mapped[int] = mapped_column(primary_key=True)


def test_a_mixin_can_take_the_field_id_from_its_class(ring: object) -> None:
    class Base(DeclarativeBase):
        pass

    class HasNote:
        @declared_attr
        def note(cls) -> Mapped[str]:  # noqa: N805
            return mapped_column(Encrypted(f"{cls.__tablename__}.note"))  # type: ignore[attr-defined]

    class First(HasNote, Base):
        __tablename__ = "first"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Second(HasNote, Base):
        __tablename__ = "second"
        id: Mapped[int] = mapped_column(primary_key=True)

    assert [t.c.note.type.field for t in Base.metadata.sorted_tables] == ["first.note", "second.note"]


def test_annotated_and_dataclass_mappings_work(ring: object, sqlite_url: str) -> None:
    class Base(MappedAsDataclass, DeclarativeBase):
        pass

    class D(Base):
        __tablename__ = "d"
        id: Mapped[int] = mapped_column(primary_key=True, init=False)
        rrn: Mapped[RrnColumn]
        birth: Mapped[date | None] = mapped_column(Encrypted("d.birth", Date), default=None)

    engine = create_engine(sqlite_url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(D(rrn="900101-1234567", birth=date(1990, 1, 1)))
        session.commit()
        assert session.query(D).filter(D.rrn == "9001011234567").one().birth == date(1990, 1, 1)
        session.add(D(rrn="9001011234567"))
        with pytest.raises(IntegrityError):
            session.commit()
    engine.dispose()


REFUSED = {
    "a primary key": lambda: Table("t", MetaData(), Column("a", Encrypted("t.a"), primary_key=True)),
    "unique without search": lambda: table(Column("a", Encrypted("t.a"), unique=True)),
    "index without search": lambda: table(Column("a", Encrypted("t.a"), index=True)),
    "an index of its own": lambda: table(Column("a", Encrypted("t.a")), Index("ix", "a")),
    "a unique constraint": lambda: table(
        Column("a", Encrypted("t.a", search=Exact())), UniqueConstraint("a")
    ),
    "a wider unique constraint": lambda: table(Column("a", Encrypted("t.a")), UniqueConstraint("id", "a")),
    "a foreign key": lambda: table(Column("a", Encrypted("t.a"), ForeignKey("u.id"))),
    "a server default": lambda: table(Column("a", Encrypted("t.a"), server_default="x")),
    "a computed default": lambda: table(Column("a", Encrypted("t.a"), default=literal("x"))),
    "an onupdate that it computes": lambda: table(Column("a", Encrypted("t.a"), onupdate=func.now())),
    "a type that cannot be encrypted": lambda: table(Column("a", Encrypted("t.a", PickleType))),
    "an unknown item": lambda: table(Column("a", Encrypted("t.a", item="kr_nothing"))),
    "a search that is no search": lambda: table(Column("a", Encrypted("t.a", search="exact"))),  # type: ignore[arg-type]
    "a search without parentheses": lambda: table(Column("a", Encrypted("t.a", search=Exact))),  # type: ignore[arg-type]
    "a variant": lambda: table(Column("a", String().with_variant(Encrypted("t.a"), "sqlite"))),
    "an array": lambda: table(Column("a", ARRAY(Encrypted("t.a")))),
    "a primary key constraint": lambda: Table(
        "t", MetaData(), Column("a", Encrypted("t.a")), PrimaryKeyConstraint("a")
    ),
    "a bad field id": lambda: table(Column("a", Encrypted("t a"))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_declaration_that_would_compare_ciphertexts_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="field|column|index|item|values"):
        REFUSED[name]()


def test_a_copied_table_has_the_same_index_once() -> None:
    source = table(Column("a", Encrypted("t.a", search=Exact()), unique=True))
    copied = source.to_metadata(MetaData())
    assert [(index.name, index.unique) for index in copied.indexes] == [("ix_t_a", True)]


def test_a_type_says_what_it_is_and_carries_no_key(ring: Any) -> None:
    kind = Encrypted("t.a", String(14), item="kr_rrn", search=Exact(group="rrn"), keyring="default")
    kind.cipher.encrypt("900101-1234567")
    assert repr(kind) == "Encrypted('t.a', String(length=14), item='kr_rrn', search=Exact(group='rrn'))"
    sent = pickle.dumps(kind)
    assert ring.field_key(ring.data_key_id, "t.a").reveal() not in sent
    assert repr(pickle.loads(sent)) == repr(kind)
    key = kind.cipher.current().ring.data_key(ring.data_key_id).reveal()  # type: ignore[union-attr]
    assert str(key) not in repr(vars(kind)) + repr(vars(kind.cipher))


def test_types_are_cached_by_what_they_declare() -> None:
    def key(**options: Any) -> object:
        return Encrypted("t.a", **options)._static_cache_key

    assert key() == key()
    assert key() != key(search=Exact())
    assert key(search=Exact()) != key(search=Exact(group="g"))
    assert key() != key(keyring="tenant")
    assert key() != Encrypted("t.b")._static_cache_key
    shapes = [{"pad": pad} for pad in ("padme", 32, 64, (32, 64))] + [{"compress": size} for size in (1, 32)]
    assert len({key(), *(key(**shape) for shape in shapes)}) == 1 + len(shapes)
    assert key(pad=[32, 64]) == key(pad=(32, 64))


QUERIES = {
    "sqlite": "EXPLAIN QUERY PLAN SELECT id FROM 회원 WHERE substr(회원.\"주민 번호\", 3, 16) = x'00'",
    "postgresql": "EXPLAIN SELECT id FROM 회원 WHERE substr(회원.\"주민 번호\", 3, 16) = '\\x00'::bytea",
    "mysql": "EXPLAIN SELECT id FROM 회원 WHERE 회원.`주민 번호__tag` = x'00'",
}


def test_the_database_searches_by_the_index(ring: object, database_url: str) -> None:
    engine: Engine = create_engine(database_url)
    column = Column("주민 번호", Encrypted("회원.주민번호", item="kr_rrn", search=Exact()))
    members = table(column, Column("뒤", String(5)), name="회원")
    members.create(engine)
    with engine.begin() as connection:
        rows = [{"주민 번호": f"9001011{n:06}", "뒤": "x"} for n in range(2000)]
        connection.execute(members.insert(), rows)
        found = connection.execute(members.select().where(column == "900101-1000007")).all()
        family = "mysql" if engine.dialect.name == "mariadb" else engine.dialect.name
        connection.execute(text("ANALYZE TABLE 회원" if family == "mysql" else "ANALYZE 회원"))
        plan = str(connection.execute(text(QUERIES[family])).all())
    assert [row[0] for row in found] == [8]
    assert str(next(iter(members.indexes)).name) in plan
    engine.dispose()


def test_a_generated_tag_column_stays_out_of_sight_on_mariadb(ring: object, mariadb_url: str) -> None:
    engine = create_engine(mariadb_url)
    table(Column("a", Encrypted("t.a", search=Exact()))).create(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO t VALUES (1, NULL)"))
        assert connection.execute(text("SELECT * FROM t")).keys() == ["id", "a"]  # type: ignore[comparison-overlap]
    engine.dispose()


def test_a_computed_column_over_plain_columns_is_left_alone(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    table(Column("a", Encrypted("t.a")), Column("c", Integer, Computed("id + 1"))).create(engine)
    assert len(inspect(engine).get_columns("t")) == 3
    engine.dispose()
