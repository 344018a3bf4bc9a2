"""The side table of a column with an Ngram: the row's primary key, and the tag of one of its n-grams."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from sqlalchemy import Alias, Column, ForeignKeyConstraint, Index, LargeBinary, Table, TableSample, event

from safeguards.errors import InputError
from safeguards.fields import Ngram, Slice
from safeguards.sqlalchemy.hygiene import protect_table
from safeguards.sqlalchemy.lifecycle import PLAINTEXT

if TYPE_CHECKING:
    from safeguards.sqlalchemy.types import Encrypted

_SIDES = "safeguards.ngrams"
_SUFFIX = "ngram"
_TAG = "tag"
_NAME_BYTES = 63  # PostgreSQL's limit; MariaDB's is 64 letters
_HASH_DIGITS = 8
# What the foreign key needs to be alike in both tables.
_LIKE_THE_OWNER = ("engine", "charset", "default_charset", "collate", "default_collate")
_complete: WeakSet[Table] = WeakSet()


@dataclass(frozen=True)
class Side:
    """A column and its side table. The two lists of key columns go in pairs."""

    column: Column[Any]
    table: Table

    @property
    def kind(self) -> Encrypted:
        """The column's type."""
        return self.column.type  # type: ignore[return-value]

    @property
    def where(self) -> Slice:
        """What makes the tags."""
        return self.kind.cipher.beside[0]

    @property
    def search(self) -> Ngram:
        """The column's declaration."""
        return self.where.search  # type: ignore[return-value]

    @cached_property
    def keys(self) -> list[Column[Any]]:
        """The primary key of the column's own table."""
        return list(self.column.table.primary_key.columns)

    @cached_property
    def own_keys(self) -> list[Column[Any]]:
        """The same columns in the side table."""
        return [self.table.c[key.key] for key in self.keys]

    @cached_property
    def tag(self) -> Column[Any]:
        """The side table's column of tags."""
        return self.table.c[_tag_name(self.keys)]

    def tags_of(self, value: Any) -> set[bytes]:
        """Return the tags that a plain value has; none for what is no text, such as NULL."""
        if not isinstance(value, str):
            return set()
        form_tag, where = self.kind.cipher.form_tag, self.where
        return {form_tag(where, gram.encode()) for gram in self.search.grams(value)}


def sides_of(table: Any) -> list[Side]:
    """Return the side tables of a table, an alias of one, or none of what is something else."""
    found = _registered(table_of(table))
    return [] if found is None else list(found.values())


def side_of(column: Any) -> Side | None:
    """Return the side of a table's own column, or of an alias's; None where there is no such thing."""
    found = _registered(table_of(getattr(column, "table", None)))
    return None if found is None else found.get(column.key)


def table_of(source: Any) -> Any:
    """Return the table behind an alias."""
    while isinstance(source, (Alias, TableSample)):
        source = source.element
    return source


def _registered(table: Any) -> dict[str, Side] | None:
    metadata = getattr(table, "metadata", None)
    found: dict[str, dict[str, Side]] | None = None if metadata is None else metadata.info.get(_SIDES)
    return None if found is None else found.get(table.key)


def want_side(column: Column[Any], table: Table) -> None:
    """Build the side table of a column that joins a complete table; other tables see to it at their end."""
    if table in _complete:
        _build(column, table)


@event.listens_for(Table, "after_parent_attach")
def _table_is_complete(table: Table, _metadata: Any) -> None:
    for column in list(table.columns):
        if _wants(column):
            _build(column, table)
    _complete.add(table)


def _wants(column: Column[Any]) -> bool:
    from safeguards.sqlalchemy.types import Encrypted

    kind = column.type
    return isinstance(kind, Encrypted) and kind.state != PLAINTEXT and bool(kind.cipher.beside)


def _build(column: Column[Any], table: Table) -> None:
    keys = list(table.primary_key.columns)
    if not keys:  # the comparator refuses what needs the side table
        return
    name = _side_name(table.name, column.name)
    sides = table.metadata.info.setdefault(_SIDES, {}).setdefault(table.key, {})
    key = f"{table.schema}.{name}" if table.schema else name
    made = table.metadata.tables.get(key)
    if made is None:
        made = _new(name, column, keys)
    elif not {*(each.key for each in keys), _tag_name(keys)} <= set(made.c.keys()):
        raise InputError(
            f"field {column.type.field}: its n-grams need a table named {name}, and there is another one: "  # type: ignore[attr-defined]
            "rename that one"
        )
    protect_table(name)
    sides[column.key] = Side(column, made)


def _new(name: str, column: Column[Any], keys: list[Column[Any]]) -> Table:
    table = column.table
    width = column.type.cipher.beside[0].width  # type: ignore[attr-defined]
    own: list[Any] = [
        Column(key.name, key.type, key=key.key, primary_key=True, autoincrement=False) for key in keys
    ]
    tag: Column[Any] = Column(_tag_name(keys), _binary(width), primary_key=True)
    link = ForeignKeyConstraint([key.key for key in keys], keys, ondelete="CASCADE", onupdate="CASCADE")
    # Rows are found by the tag, and what they give is the key: with both in the index, no row is read.
    index = Index(None, tag, *own)
    options = {"sqlite_with_rowid": False, **dict(_alike(table))}
    return Table(name, table.metadata, *own, tag, link, index, schema=table.schema, **options)


def _binary(width: int) -> Any:
    from sqlalchemy.dialects.mysql import VARBINARY  # here, since few programs have side tables

    return LargeBinary().with_variant(VARBINARY(width), "mysql", "mariadb")


def _alike(table: Table) -> Iterator[tuple[str, Any]]:
    for name, value in table.kwargs.items():
        dialect, _, option = name.partition("_")
        if dialect in {"mysql", "mariadb"} and option.lower() in _LIKE_THE_OWNER:
            yield name, value


def _tag_name(keys: list[Column[Any]]) -> str:
    return f"{_SUFFIX}_{_TAG}" if any(_TAG in {key.key, key.name} for key in keys) else _TAG


def _side_name(table: str, column: str) -> str:
    """Return ``TABLE__COLUMN__ngram``; a name that databases would cut ends with a hash of the whole."""
    name = f"{table}__{column}__{_SUFFIX}"
    if len(name.encode()) <= _NAME_BYTES:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH_DIGITS]
    room = _NAME_BYTES - len(digest) - 1
    return f"{name.encode()[:room].decode(errors='ignore')}_{digest}"
