"""What a pipeline would break of a schema is told before a row is read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import faker
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from safeguards.errors import InputError
from safeguards.pipeline import ConstraintsBroken, Detect, Pipeline, Pseudonymise, check_constraints
from safeguards.pseudonyms import (
    DateShift,
    Domain,
    Drop,
    FormatPreserving,
    FormatPreservingInteger,
    Generalise,
    Keep,
    Mask,
    Suppress,
    Surrogate,
    Token,
    Transform,
)


class Grade(Enum):
    """Of members."""

    PLAIN = "일반"
    GOOD = "우수"


def table(*parts: Any, name: str = "t") -> sa.Table:
    return sa.Table(name, sa.MetaData(), *parts)


def problems(columns: Mapping[str, Any], schema: Any, **settings: Any) -> tuple[str, ...]:
    try:
        check_constraints(Pipeline(columns, domain="d", **settings), schema)
    except ConstraintsBroken as broken:
        return broken.problems
    return ()


def text(name: str = "a", length: int | None = None, **settings: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), **settings)


GOOD: dict[str, tuple[Any, list[Any]]] = {
    "a kept column may be anything": (Keep(), [sa.Column("a", JSONB, nullable=False)]),
    "a token in a column that is wide enough": (
        Token(length=16),
        [text(length=30, nullable=False, unique=True)],
    ),
    "a token in a column without bound": (Token(), [sa.Column("a", sa.Text, primary_key=True)]),
    "as long as it was": (FormatPreserving(), [text(length=4, unique=True)]),
    "a name as long as they may be": (Surrogate(item="person_name"), [text(length=40, unique=True)]),
    "an address as long as they may be": (Surrogate(item="kr_address"), [text(length=255)]),
    "a number stays one": (FormatPreservingInteger(), [sa.Column("a", sa.BigInteger, primary_key=True)]),
    "bounds keep the type": (Generalise(top=80), [sa.Column("a", sa.Integer, nullable=False)]),
    "a column that may be NULL is left out": (Drop(), [text(unique=True)]),
    "a column with a default is left out": (Drop(), [text(nullable=False, server_default="x")]),
    "a generated column is left out": (
        Drop(),
        [sa.Column("a", sa.Integer, sa.Computed("1 + 1"), nullable=False)],
    ),
    "NULL stays NULL": (Token(), [text(), sa.CheckConstraint("a IS NOT NULL")]),
    "a CHECK of another column": (Token(), [text(), sa.CheckConstraint("other > 'a'")]),
    "a CHECK of a kept column": (Keep(), [text(), sa.CheckConstraint("length(a) = 3")]),
    "an enumeration that is kept": (Keep(), [sa.Column("a", sa.Enum(Grade))]),
    "an index that is not unique": (Mask(), [text(), sa.Index("i", "a")]),
    "a function of a kept column is unique": (
        Keep(),
        [text(), sa.Index("i", sa.text("lower(a)"), unique=True)],
    ),
}


@pytest.mark.parametrize("case", GOOD)
def test_what_a_schema_takes(case: str) -> None:
    transform, parts = GOOD[case]
    assert problems({"a": transform}, table(*parts)) == ()


BAD: dict[str, tuple[Any, list[Any], str]] = {
    "a primary key": (
        Mask(),
        [text(primary_key=True)],
        "t.a: is PRIMARY KEY, but mask may make different values one",
    ),
    "a unique column": (
        Generalise(groups={"가": "나"}),
        [text(unique=True)],
        "t.a: is UNIQUE, but generalise",
    ),
    "a unique index": (Mask(), [text(), sa.Index("i", "a", unique=True)], "t.a: is UNIQUE, but mask"),
    "a unique index on a function": (
        Token(),
        [column := text(), sa.Index("i", sa.func.lower(column), unique=True)],
        "t.a: is UNIQUE, but token in domain 'd' changes what its expression is made of",
    ),
    "a text too long": (
        Token(),
        [text(length=20)],
        "t.a: is VARCHAR(20), but token in domain 'd' makes 35 characters",
    ),
    "a label that is too long": (
        Generalise(years=10),
        [text(length=8)],
        "generalise makes 9 characters: widen the column",
    ),
    "a text of unknown length": (
        Surrogate(faker="company", locale="ko_KR", version=faker.VERSION),
        [text(length=40)],
        "how long surrogate in domain 'd' makes values is not known",
    ),
    "a surrogate that is too long": (
        Surrogate(item="email"),
        [text(length=100)],
        "surrogate of email in domain 'd' makes 183 characters: widen the column",
    ),
    "text for a number": (
        Token(),
        [sa.Column("a", sa.Integer)],
        "t.a: is INTEGER, a whole number, but token",
    ),
    "text for a date": (
        Generalise(years=1),
        [sa.Column("a", sa.Date)],
        "t.a: is DATE, a date, but generalise makes text",
    ),
    "text for a UUID": (Token(), [sa.Column("a", sa.Uuid)], "but token in domain 'd' makes text"),
    "text for JSON": (Mask(), [sa.Column("a", JSONB)], "t.a: is JSONB, but mask makes text"),
    "an enumeration": (Mask(), [sa.Column("a", sa.Enum(Grade))], "t.a: is an enumeration, which mask leaves"),
    "no column where one must be": (
        Drop(),
        [text(nullable=False)],
        "t.a: is NOT NULL, but the result has no such",
    ),
    "no primary key": (
        Drop(),
        [text(primary_key=True)],
        "t.a: is NOT NULL, but the result has no such column",
    ),
    "a generated column": (
        Keep(),
        [sa.Column("a", sa.Integer, sa.Computed("1 + 1"))],
        "t.a: is generated by the database, which takes no value for it: use Drop()",
    ),
    "an identity": (
        FormatPreservingInteger(),
        [sa.Column("a", sa.Integer, sa.Identity(always=True), primary_key=True)],
        "t.a: is generated by the database",
    ),
    "a type that the transform does not take": (
        FormatPreserving(),
        [sa.Column("a", sa.Integer)],
        "t.a: is int64: cast it to text first",
    ),
    "a CHECK in SQL": (
        Token(),
        [text(), sa.CheckConstraint("length(a) < 9", name="short")],
        "t.a: the CHECK short reads",
    ),
    "a CHECK in quotes": (
        Token(),
        [text(), sa.CheckConstraint('length("a") < 9')],
        "t.a: the CHECK reads its values",
    ),
    "a CHECK in capitals": (
        Token(),
        [text(), sa.CheckConstraint("A <> 'x'")],
        "t.a: the CHECK reads its values",
    ),
    "a CHECK with NULL and more": (
        Token(),
        [text(), sa.CheckConstraint("a IS NULL OR a > 'x'")],
        "t.a: the CHECK reads its values",
    ),
    "a CHECK of columns": (
        Token(),
        [column := text(), sa.CheckConstraint(column > "x")],
        "t.a: the CHECK reads",
    ),
    "an exclusion": (
        Token(),
        [column := text(), ExcludeConstraint((column, "="))],
        "t.a: the ExcludeConstraint reads",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_would_break_a_schema(case: str) -> None:
    transform, parts, message = BAD[case]
    found = problems({"a": transform}, table(*parts))
    assert len(found) == 1
    assert message in found[0]


@pytest.mark.parametrize(
    ("transform", "told"),
    [
        (Suppress(), "suppress"),
        (Surrogate(item="person_name", other="null"), "surrogate"),
        (DateShift(subject="who", without_subject="null"), "date_shift"),
    ],
)
def test_own_transforms_that_make_nulls_tell_so(transform: Transform, told: str) -> None:
    found = problems({"a": transform, "who": Drop()}, table(text(nullable=False), text("who")))
    assert any(f"is NOT NULL, but {told}" in one and "may make NULLs" in one for one in found), found


@pytest.mark.parametrize("word", ["'a'", "'it''s a'", "abc", "ab", "b"])
def test_a_word_within_a_text_or_another_word_is_no_column(word: str) -> None:
    assert problems({"a": Token()}, table(text(), sa.CheckConstraint(f"other <> {word}"))) == ()


def test_every_part_of_a_key_must_stay_different() -> None:
    pair = table(text("a"), text("b"), sa.UniqueConstraint("a", "b"))
    assert problems({"a": Token(), "b": Keep()}, pair) == ()
    assert [found[:3] for found in problems({"a": Token(), "b": Mask()}, pair)] == ["t.b"]


def test_a_column_that_is_not_listed_missing_or_unknown_is_a_problem() -> None:
    one = table(text("a"), text("b"))
    assert problems({"a": Keep()}, one) == (
        't.b: is not listed: give it a transform, or say unlisted="drop" or "keep"',
    )
    assert problems({"a": Keep()}, one, unlisted="drop") == ()
    assert problems({"a": Keep(), "c": Drop()}, one, unlisted="keep") == (
        "t.c: there is no such column: correct the pipeline",
    )


def test_a_transform_that_makes_nulls_is_none_for_a_column_that_takes_none() -> None:
    assert problems({"a": Suppress()}, table(text())) == ()
    found = problems({"a": Suppress()}, table(text(nullable=False)))
    assert found == (
        "t.a: is NOT NULL, but suppress may make NULLs: use another transform, or let it be NULL",
    )
    assert problems({"a": Suppress(value="none")}, table(text(nullable=False))) == ()


class Unknown:
    """A step that tells its columns, but not what it does to them."""

    columns = ("a",)

    def start(self, schema: Any, metadata: Any) -> Any:
        raise AssertionError("nothing is started for a check")

    def describe(self) -> dict[str, str]:
        return {"step": "unknown"}


def test_a_step_of_another_room_is_not_trusted_with_a_key() -> None:
    steps = [Pseudonymise({"a": Keep(), "b": Keep()}), Unknown()]
    one = table(text("a", unique=True), text("b", unique=True))
    with pytest.raises(ConstraintsBroken) as caught:
        check_constraints(Pipeline(steps), one)
    assert caught.value.problems == (
        "t.a: is UNIQUE, but a step or a path whose transforms are not told may make different values one: "
        "use an injective transform, such as Token() or FormatPreserving(), drop the column, or leave the "
        "constraint out (--constraints leave)",
    )


def test_a_column_of_paths_is_known_but_not_trusted_with_a_key() -> None:
    payload = sa.Column("a", sa.Text, unique=True)
    (problem,) = problems({"a.user.email": Token()}, table(payload))
    assert problem.startswith("t.a: is UNIQUE, but a step or a path whose transforms are not told")
    assert problems({"a.user.email": Token()}, table(sa.Column("a", sa.Text))) == ()


def test_a_step_that_only_looks_changes_nothing() -> None:
    check_constraints(
        Pipeline([Pseudonymise({"a": Keep()}), Detect()]), table(text("a", length=3, unique=True))
    )


def test_steps_add_up() -> None:
    domain = Domain("d")
    twice = [Pseudonymise({"a": FormatPreserving()}, domain), Pseudonymise({"a": Token(length=16)}, domain)]
    check_constraints(Pipeline(twice), table(text(length=30, unique=True)))
    with pytest.raises(
        ConstraintsBroken, match="format_preserving in domain 'd', then token in domain 'd' makes"
    ):
        check_constraints(Pipeline(twice), table(text(length=20)))


PARENT = [text("id", primary_key=True)]


def two(child: Any, parent: Any, schema: sa.MetaData | None = None) -> tuple[str, ...]:
    metadata = sa.MetaData()
    sa.Table("parent", metadata, sa.Column("id", sa.Text, primary_key=True))
    sa.Table("child", metadata, sa.Column("parent_id", sa.Text, sa.ForeignKey("parent.id")))
    pipelines = {"child": Pipeline({"parent_id": child}, domain="d")}
    if parent is not None:
        pipelines["parent"] = Pipeline({"id": parent}, domain="d")
    try:
        check_constraints(pipelines, metadata)
    except ConstraintsBroken as broken:
        return broken.problems
    return ()


@pytest.mark.parametrize("transform", [Keep(), Token(), FormatPreserving(alphabet="hangul")])
def test_equal_transforms_of_both_sides_keep_a_reference(transform: Any) -> None:
    assert two(transform, transform) == ()
    assert two(Drop(), transform) == ()


@pytest.mark.parametrize(
    ("child", "parent", "message"),
    [
        (
            Keep(),
            Token(),
            "child.parent_id: refers to parent.id, but keep and token in domain 'd' do not give",
        ),
        (Token(length=20), Token(), "use one transform, with the same settings and domain, for both"),
        (Token(length=20), Token(), "and token in domain 'd' (other length) do not give"),
        (Token(item="email"), Token(), "but token of email in domain 'd' and token in domain 'd'"),
        (Token(), None, "child.parent_id: refers to parent.id, whose pipeline is not known"),
    ],
)
def test_sides_that_would_not_meet_are_refused(child: Any, parent: Any, message: str) -> None:
    (found,) = two(child, parent)
    assert message in found


def test_a_kept_reference_into_a_table_that_is_not_changed_is_none_of_our_business() -> None:
    assert two(Keep(), None) == ()


def test_a_parent_that_goes_takes_its_children_along() -> None:
    gone = "child.parent_id: refers to parent.id, which the result has not: keep both columns or drop both"
    assert gone in two(Token(), Drop())


class Base(DeclarativeBase):
    """A mapping of one class."""


class Members(Base):
    __tablename__ = "회원"
    이메일: Mapped[str] = mapped_column(sa.String(20), primary_key=True)


def test_a_mapped_class_its_base_and_its_metadata_are_all_schemas() -> None:
    pipeline = Pipeline({"이메일": Token(item="email")}, domain="d")
    for given, schema in (
        (pipeline, Members),
        ({"회원": pipeline}, Base),
        ({"회원": pipeline}, Base.metadata),
    ):
        with pytest.raises(ConstraintsBroken, match="회원.이메일: is VARCHAR.20., but token of email"):
            check_constraints(given, schema)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pipelines", "schema", "message"),
    [
        (Pipeline({"a": Keep()}), Base, "one pipeline goes with one table"),
        (Pipeline({"a": Keep()}), 7, "one pipeline goes with one table"),
        ({"회원": Pipeline({"a": Keep()})}, 7, "pass sqlalchemy.MetaData"),
        ({"없음": Pipeline({"a": Keep()})}, Base, "no table '없음' in the schema; it has: 회원"),
    ],
)
def test_what_is_no_schema_is_refused(pipelines: Any, schema: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_constraints(pipelines, schema)


def test_no_message_holds_a_value_of_the_settings() -> None:
    groups = Generalise(groups={"secret": "나"})
    assert "secret" not in "; ".join(problems({"a": groups}, table(text(unique=True, length=3))))
