"""SQL over the rows of one table, found by their key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    TableClause,
    Text,
    and_,
    bindparam,
    cast,
    column,
    or_,
    select,
    table,
    tuple_,
)
from sqlalchemy.sql.elements import BindParameter, quoted_name
from sqlalchemy.types import NULLTYPE, UserDefinedType

from safeguards.sqlalchemy.backfill.facts import Facts
from safeguards.sqlalchemy.plain_text import PLAIN_END


def table_of(facts: Facts, *others: str) -> TableClause:
    """Return the table with its key, the column and others, all untyped, so that no driver converts keys."""
    names = dict.fromkeys((*facts.key, facts.column, *others))
    own = [column(quoted_name(name, quote=True), NULLTYPE) for name in names]
    schema = quoted_name(facts.schema, quote=True) if facts.schema else None
    return table(quoted_name(facts.table, quote=True), *own, schema=schema)


class SqlType(UserDefinedType[Any]):
    """A type by the name that the database has for it."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        """Return the name, as it stands."""
        return self.name


@dataclass(frozen=True, slots=True)
class KeyPart:
    """A column of the key; with ``sql_type`` it travels as text, exact for every type of PostgreSQL."""

    column: ColumnElement[Any]
    sql_type: str | None

    @property
    def shown(self) -> ColumnElement[Any]:
        """What to select."""
        return self.column if self.sql_type is None else cast(self.column, Text)

    def given(self, name: str) -> ColumnElement[Any]:
        """Return the parameter that takes back what was selected."""
        parameter: BindParameter[Any] = bindparam(name, type_=NULLTYPE)
        return parameter if self.sql_type is None else cast(parameter, SqlType(self.sql_type))


def key_of(facts: Facts, rows: TableClause) -> list[KeyPart]:
    """Return the parts of the table's key."""
    types = facts.key_types or (None,) * len(facts.key)
    return [KeyPart(rows.c[name], sql_type) for name, sql_type in zip(facts.key, types, strict=True)]


def page(keys: Sequence[KeyPart], value: ColumnElement[Any], *, first: bool, by_tuple: bool) -> Select[Any]:
    """Return the SELECT of the key's columns and ``value`` for the next ``:rows`` rows in the key's order.

    Unless it is the ``first``, the page begins after ``:key0`` and so on. ``by_tuple`` compares row values,
    which MariaDB does not answer from an index.
    """
    shown = (part.shown.label(f"key{at}") for at, part in enumerate(keys))
    statement = select(*shown, value.label("value"))
    if not first:
        statement = statement.where(_after(keys, by_tuple))
    return statement.order_by(*(part.column for part in keys)).limit(bindparam("rows"))


def is_plain(stored: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a binary column still holds plain text in a row."""
    return stored < bindparam("plain_end", PLAIN_END, type_=NULLTYPE)


def _after(keys: Sequence[KeyPart], by_tuple: bool) -> ColumnElement[bool]:
    columns = [part.column for part in keys]
    marks = [part.given(f"key{at}") for at, part in enumerate(keys)]
    if len(keys) > 1 and by_tuple:
        return tuple_(*columns) > tuple_(*marks, types=[NULLTYPE] * len(keys))
    same = [column == mark for column, mark in zip(columns, marks, strict=True)]
    return or_(*(and_(*same[:last], columns[last] > marks[last]) for last in range(len(keys))))
