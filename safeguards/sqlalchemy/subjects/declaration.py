"""What ``subject=`` declares: a kind of person, and the attribute of the same row that holds their id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import CHAR, NCHAR, Column, ColumnElement, Label, Table, Uuid
from sqlalchemy.types import TypeEngine

from safeguards.errors import InputError, OperatorRefused
from safeguards.values import SubjectId

if TYPE_CHECKING:
    from safeguards.sqlalchemy.types import Encrypted

_COLUMNS = "safeguards.subjects"
RAISE, VALUE = "raise", "value"


@dataclass(frozen=True, slots=True)
class Subject:
    """``"member:id"``: persons of kind ``member``, whose id is in the attribute ``id``."""

    kind: str
    attribute: str


def declared(text: str | None, field: str) -> Subject | None:
    """Read a declaration; a bare attribute takes the field id's first part as the kind.

    Raises:
        InputError: it names no kind or no attribute.
    """
    if text is None:
        return None
    kind, separator, attribute = text.rpartition(":") if isinstance(text, str) else ("", "", "")
    kind = kind if separator else field.partition(".")[0]
    if not attribute.isidentifier():
        raise InputError(
            f'field {field}: subject= names a kind and the attribute that holds the id, as in "member:id"'
        )
    return Subject(SubjectId(kind, attribute).kind, attribute)


def check(kind: Encrypted) -> None:
    """Refuse what does not go together.

    Raises:
        InputError: search without the opt-in, or an unknown way to read what was erased.
    """
    if kind.erased not in {RAISE, VALUE}:
        raise InputError(f"field {kind.field}: erased= is {RAISE!r} or {VALUE!r}")
    if kind.subject is not None and kind.cipher.beside:
        raise InputError(
            f"field {kind.field}: n-grams stand in a table of their own, which the person's key does not "
            "protect: an Ngram and subject= do not go together"
        )
    if kind.subject is not None and kind.search is not None and not kind.tags_outlive_subject:
        raise InputError(
            f"field {kind.field}: search tags in backups go on telling who can guess a value, after the "
            "person's key is destroyed: leave search= out, or accept it with tags_outlive_subject=True"
        )


def learn(table: Table, attribute: str, column: Column[Any]) -> None:
    """Remember which column of a table a mapped attribute is."""
    table.info.setdefault(_COLUMNS, {})[attribute] = column.key


def id_column(table: Table, kind: Encrypted) -> Column[Any]:
    """Return the column that holds the ids of the persons to whom values belong.

    Raises:
        InputError: the table has none of that name.
    """
    attribute = kind.declared_subject.attribute  # type: ignore[union-attr]
    key = table.info.get(_COLUMNS, {}).get(attribute, attribute)
    found: Column[Any] | None = table.c.get(key)
    if found is None:
        raise InputError(
            f"field {kind.field}: subject={kind.subject!r}, and table {table.name} has no column {attribute}"
        )
    return found


def as_stored(kind: TypeEngine[Any], person: Any, dialect: str) -> Any:
    """Return an id as a column of this type gives it back as text, where it may be written in several ways.

    A number as text, a UUID in capitals, CHAR with trailing blanks, which SQLite alone keeps: whoever is
    written under one spelling must be found under the other. What the type cannot read stays as it is.
    """
    if not isinstance(person, str):
        return person
    if isinstance(kind, (CHAR, NCHAR)):
        return person if dialect == "sqlite" else person.rstrip(" ")
    try:
        if isinstance(kind, Uuid):
            return UUID(person)
        return int(person) if kind.python_type is int else person
    except (ValueError, NotImplementedError):
        return person


def has_id_column(table: Table, kind: Encrypted) -> bool:
    """Say whether a table has the column of ids; one that a job makes for DDL has none."""
    try:
        id_column(table, kind)
    except InputError:
        return False
    return True


def id_beside(element: ColumnElement[Any], kind: Encrypted) -> ColumnElement[Any]:
    """Return the id that stands in the same row as a selected value.

    Raises:
        OperatorRefused: the row does not carry it, so that nobody could tell whose the value is.
    """
    while isinstance(element, Label):
        element = element.element
    source: Any = getattr(element, "table", None)
    found: ColumnElement[Any] | None = None
    if isinstance(source, Table):
        found = source.c[id_column(source, kind).key]
    elif source is not None and (inner := getattr(element, "_proxies", None)):
        found = source.corresponding_column(id_beside(inner[0], kind))
    if found is None:
        raise OperatorRefused(
            f"field {kind.field} belongs to a {kind.declared_subject.kind}: select "  # type: ignore[union-attr]
            f"{kind.declared_subject.attribute} beside it in the subquery, or select the column itself"  # type: ignore[union-attr]
        )
    return found
