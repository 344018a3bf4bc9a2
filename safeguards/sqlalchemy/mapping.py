"""What happens when an encrypted column joins a table: one column a field, and its index on the tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Constraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    event,
)

from safeguards.errors import InputError
from safeguards.keys import registry
from safeguards.sqlalchemy.hygiene import protect_table
from safeguards.sqlalchemy.lifecycle import PLAINTEXT
from safeguards.sqlalchemy.ngrams.side import want_side
from safeguards.sqlalchemy.tag import TagOf

if TYPE_CHECKING:
    from safeguards.sqlalchemy.types import Encrypted

_FIELDS = "safeguards.fields"
_UNIQUE = "safeguards.unique"


def watch(column: Any) -> None:
    """Prepare a column for the moment when it joins its table."""
    event.listen(column, "before_parent_attach", _take_index)
    event.listen(column, "after_parent_attach", _join)


def is_encrypted(column: Any) -> bool:
    """Say whether an SQL element carries the values of an encrypted field, as plaintext columns do not."""
    from safeguards.sqlalchemy.types import Encrypted

    kind = getattr(column, "type", None)
    return isinstance(kind, Encrypted) and kind.state != PLAINTEXT


def _take_index(column: Column[Any], table: Table) -> None:
    # SQLAlchemy would index the ciphertext, which is different for every row; ours goes on the tag.
    kind = _kind(column)
    if kind.state == PLAINTEXT:
        return
    if column.primary_key:
        raise InputError(f"field {kind.field}: an encrypted column cannot be a primary key of {table.name}")
    if not kind.cipher.slices and (column.unique or column.index):
        raise InputError(
            f"field {kind.field}: unique= and index= need search=Exact(): only tags can be compared"
        )
    if column.unique and (kind.cipher.exact is None or kind.cipher.exact.approximate):
        raise InputError(
            f"field {kind.field}: unique= needs search=Exact() of 128 bits: unequal values share other tags"
        )
    if column.server_default is not None or column.server_onupdate is not None:
        raise InputError(
            f"field {kind.field}: a default of the database would be stored in plain; use default="
        )
    if any(not (each.is_scalar or each.is_callable) for each in (column.default, column.onupdate) if each):
        raise InputError(
            f"field {kind.field}: a default that the database computes would be stored in plain; give a "
            "value or a Python function"
        )
    column.info.setdefault(_UNIQUE, bool(column.unique))
    column.unique = column.index = None


def _join(column: Column[Any], table: Table) -> None:
    kind = _kind(column)
    _claim(table, column, str(kind.field))
    protect_table(table.name)
    if kind.state == PLAINTEXT:
        if kind.declared_subject is not None:
            _register(table)
        return
    registry.want(kind.keyring)
    if kind.declared_subject is not None:
        _join_subject(column, table, kind)
    for where in kind.cipher.slices:
        exact = where is kind.cipher.exact
        # The flag keeps `to_metadata` from copying the index, which the copied column makes itself.
        index = Index(None, TagOf(column, where), unique=exact and column.info[_UNIQUE], _column_flag=True)
        if not exact:
            index.name = _named(index.name, where.search.name)
    if kind.cipher.beside:
        _join_ngrams(column, table)


def _join_ngrams(column: Column[Any], table: Table) -> None:
    from safeguards.sqlalchemy.ngrams.events import listen

    want_side(column, table)
    listen()


def _register(table: Table) -> None:
    from safeguards.sqlalchemy.subjects.overwrite import register_table

    register_table(table)


def _join_subject(column: Column[Any], table: Table, kind: Encrypted) -> None:
    default, onupdate = column.default, column.onupdate
    if onupdate is not None or (default is not None and not default.is_scalar):
        raise InputError(
            f"field {kind.field} belongs to a {kind.declared_subject.kind}: a default= that is computed and "  # type: ignore[union-attr]
            "an onupdate= come too late to be bound to them; set the value in Python"
        )
    _register(table)


def _named(name: Any, search: str) -> Any:
    """Add a search's name to that of an index, which stays one that SQLAlchemy may cut to length."""
    return type(name)(f"{name}_{search}")


def _claim(table: Table, column: Column[Any], field: str) -> None:
    """Refuse a field id on a second column: values could be swapped between the two."""
    place = f"{table.fullname}.{column.name}"
    owner = table.metadata.info.setdefault(_FIELDS, {}).setdefault(field, place)
    if owner != place:
        raise InputError(
            f"field {field} is already the id of {owner}; give {place} an id of its own "
            "(a mixin takes its field ids from the class that uses it)"
        )


def _kind(column: Column[Any]) -> Encrypted:
    return column.type  # type: ignore[return-value]


@event.listens_for(UniqueConstraint, "after_parent_attach")
@event.listens_for(PrimaryKeyConstraint, "after_parent_attach")
@event.listens_for(ForeignKeyConstraint, "after_parent_attach")
def _refuse_constraint(constraint: Constraint, _table: Any) -> None:
    for column in getattr(constraint, "columns", ()):
        if is_encrypted(column):
            raise InputError(
                f"column {column.name} is encrypted: a {type(constraint).__name__} would compare "
                "ciphertexts; use unique=True with search=Exact(), or join by Exact(group=...)"
            )


@event.listens_for(Index, "after_parent_attach")
def _refuse_index(index: Index, _table: Any) -> None:
    for expression in index.expressions:
        if is_encrypted(expression):
            raise InputError(
                f"index {index.name} is on an encrypted column: ciphertexts cannot be looked up; "
                "search=Exact() makes the index that can"
            )
