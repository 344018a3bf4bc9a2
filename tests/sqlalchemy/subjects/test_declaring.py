"""What ``subject=`` takes, and what does not go with it."""

from __future__ import annotations

import copy
import pickle

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, Text, select
from sqlalchemy.orm import DeclarativeBase, Mapped, configure_mappers, mapped_column

from safeguards.errors import InputError
from safeguards.sqlalchemy import Encrypted, Exact, Ngram


def test_a_bare_attribute_takes_the_kind_from_the_field_id() -> None:
    kind = Encrypted("member.note", subject="id")
    assert (kind.declared_subject.kind, kind.declared_subject.attribute) == ("member", "id")
    assert repr(kind) == "Encrypted('member.note', String(), subject='id')"


@pytest.mark.parametrize("subject", ["", "member:", ":id", "member:a b", "mem ber:id", 5])
def test_what_names_no_kind_and_attribute_is_refused(subject: object) -> None:
    with pytest.raises(InputError):
        Encrypted("member.note", subject=subject)  # type: ignore[arg-type]


def test_search_needs_an_explicit_opt_in() -> None:
    with pytest.raises(InputError, match="tags_outlive_subject=True"):
        Encrypted("member.phone", search=Exact(), subject="id")
    kind = Encrypted("member.phone", search=Exact(), subject="id", tags_outlive_subject=True)
    assert "tags_outlive_subject=True" in repr(kind)


def test_n_grams_and_a_subject_do_not_go_together() -> None:
    with pytest.raises(InputError, match="an Ngram and subject= do not go together"):
        Encrypted("member.note", Text, search=Ngram(2), subject="id", tags_outlive_subject=True)


def test_an_unknown_way_to_read_erased_values_is_refused() -> None:
    with pytest.raises(InputError, match="erased= is 'raise' or 'value'"):
        Encrypted("member.note", subject="id", erased="null")


def test_types_travel_as_their_declarations() -> None:
    kind = Encrypted("member.note", subject="member:id", erased="value")
    for twin in (copy.copy(kind), pickle.loads(pickle.dumps(kind))):
        assert repr(twin) == repr(kind)
        assert twin.cipher.kind == "member"
    assert (
        kind._static_cache_key
        != Encrypted("member.note", subject="other:id", erased="value")._static_cache_key
    )


def test_a_class_without_that_attribute_is_refused_when_it_is_mapped() -> None:
    class Base(DeclarativeBase):
        pass

    class Note(Base):
        __tablename__ = "note"
        id: Mapped[int] = mapped_column(primary_key=True)
        body: Mapped[str] = mapped_column(Encrypted("note.body", subject="member:member_id"))

    with pytest.raises(InputError, match="Note has no attribute member_id"):
        configure_mappers()
    Base.registry.dispose()


def test_a_table_without_that_column_is_refused_when_it_is_read() -> None:
    kind = Encrypted("note.body", subject="member:member_id")
    table = Table("note", MetaData(), Column("id", Integer, primary_key=True), Column("body", kind))
    with pytest.raises(InputError, match="table note has no column member_id"):
        select(table.c.body).compile()


@pytest.mark.parametrize("option", [{"default": lambda: "x"}, {"onupdate": "x"}])
def test_defaults_that_come_too_late_are_refused(option: dict[str, object]) -> None:
    with pytest.raises(InputError, match="come too late to be bound"):
        Table("note", MetaData(), Column("body", Encrypted("note.body", String, subject="id"), **option))
