"""What a caller asks for: a column and the declaration that its values are encrypted under."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Dialect, MetaData, Table
from sqlalchemy.sql.elements import conv

from safeguards.errors import InputError
from safeguards.fields import Pad, Search
from safeguards.keys.registry import DEFAULT
from safeguards.sqlalchemy.backfill.facts import KINDS
from safeguards.sqlalchemy.backfill.stored import Persons
from safeguards.sqlalchemy.ddl import database_name, tag_index
from safeguards.sqlalchemy.lifecycle import PLAINTEXT, DualRead
from safeguards.sqlalchemy.subjects.declaration import id_column
from safeguards.sqlalchemy.subjects.reading import is_uuid
from safeguards.sqlalchemy.types import Encrypted
from safeguards.values import FieldId


@dataclass(frozen=True, slots=True)
class Target:
    """A column whose existing values are to be encrypted in place.

    Args:
        table: the table, under ``schema`` unless that is the default one.
        column: the column.
        field: the field's rename-proof id; ``TABLE.COLUMN`` by default.
        item: the kind of personal data, such as ``"kr_rrn"``.
        search: ``Exact()``, another search or several of them, or None for no search.
        keyring: the keyring's name.
        declared: a model's own declaration; it overrides the four above, ``pad`` and ``compress``.
        unique: refuse equal values even where the database did not.
        index: the search index's name; ``ix_TABLE_COLUMN`` by default.
        pad: pad values to buckets, as in ``Encrypted``.
        compress: compress values of at least this many bytes, as in ``Encrypted``.
        persons_of: with a model's declaration that has a ``subject``, the column that holds its ids.
    """

    table: str
    column: str
    schema: str | None = None
    field: str | None = None
    item: str | None = None
    search: Search | tuple[Search, ...] | None = None
    keyring: str = DEFAULT
    declared: Encrypted | None = None
    unique: bool = False
    index: str | None = None
    pad: Pad | None = None
    compress: int | None = None
    persons_of: Column[Any] | None = None

    @property
    def label(self) -> str:
        """The column's name for people."""
        return ".".join(part for part in (self.schema, self.table, self.column) if part)

    def encrypted(self, kind: str) -> Encrypted:
        """Return the column type for plain values of a kind of ``KINDS``.

        Raises:
            InputError: the field id or the item is unknown.
        """
        if self.declared is not None:
            return self.declared
        return Encrypted(
            self._field(),
            KINDS[kind],
            item=self.item,
            search=self.search,
            keyring=self.keyring,
            pad=self.pad,
            compress=self.compress,
        )

    def persons(self) -> Persons | None:
        """Return where the rows say whose the values are, if they belong to persons.

        Raises:
            InputError: the table of the declaration has no such column.
        """
        kind = self.declared
        if kind is None or kind.declared_subject is None or self.persons_of is None:
            return None
        state = kind.state
        unbound = isinstance(state, DualRead) and not state.ended()
        return Persons(self.persons_of.name, is_uuid(self.persons_of), unbound)

    def _field(self) -> str:
        if self.field is not None:
            return self.field
        try:
            return FieldId(f"{self.table}.{self.column}")
        except InputError:
            raise InputError(f"the names of {self.label} make no field id: give one with --field") from None


def targets_of(models: object) -> list[Target]:
    """Return a target for every ``Encrypted`` column of a declarative base, a MetaData or a mapped class.

    Columns in state plaintext are not meant yet.

    Raises:
        InputError: the object is none of these, or has no encrypted column.
    """
    found = list(_targets(_tables(models)))
    if not found:
        raise InputError("the models have no Encrypted column: declare one first")
    return found


def column_for(target: Target, kind: Encrypted, dialect: Dialect, *, unique: bool) -> Column[Any]:
    """Return the encrypted column in a table of its own, for DDL."""
    column: Column[Any] = Column(target.column, kind, unique=unique or None)
    Table(target.table, MetaData(), column, schema=target.schema)
    if kind.cipher.slices:
        index = tag_index(column)
        index.name = conv(target.index) if target.index is not None else index.name
        index.name = conv(index_name(dialect, column))  # the name that will be found again
    return column


def index_name(dialect: Dialect, column: Column[Any]) -> str:
    """Return the name that the column's search index gets in the database."""
    return database_name(dialect, tag_index(column).name)


def _tables(models: object) -> list[Table]:
    if isinstance(models, Table):
        return [models]
    if isinstance(getattr(models, "__table__", None), Table):
        return [models.__table__]  # type: ignore[attr-defined]
    metadata = models if isinstance(models, MetaData) else getattr(models, "metadata", None)
    if not isinstance(metadata, MetaData):
        raise InputError(
            "models are named as MODULE:NAME of a declarative base, a MetaData or a mapped class"
        )
    return list(metadata.tables.values())


def _targets(tables: list[Table]) -> Iterator[Target]:
    for table in tables:
        for column in table.columns:
            if isinstance(column.type, Encrypted) and column.type.state != PLAINTEXT:
                yield _declared(table, column, column.type)


def _declared(table: Table, column: Column[Any], kind: Encrypted) -> Target:
    persons = None if kind.declared_subject is None else id_column(table, kind)
    place = table.name, column.name, table.schema
    if not kind.cipher.slices:
        return Target(*place, declared=kind, persons_of=persons)
    index = tag_index(column)
    name = None if index.name is None else str(index.name)
    return Target(*place, declared=kind, unique=bool(index.unique), index=name, persons_of=persons)
