"""SQL over the rows of one table, found by their key; values pass to the driver as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, TableClause, and_, bindparam, column, or_, select, table, tuple_
from sqlalchemy.sql.elements import BindParameter, quoted_name
from sqlalchemy.types import NULLTYPE

from safeguards.sqlalchemy.backfill.facts import Facts

# Above every first byte of UTF-8 text and below that of every envelope.
PLAIN_END = b"\xf8"


def table_of(facts: Facts) -> TableClause:
    """Return the table with its key and the column, all untyped, so that no driver converts keys."""
    names = dict.fromkeys((*facts.key, facts.column))
    own = [column(quoted_name(name, quote=True), NULLTYPE) for name in names]
    schema = quoted_name(facts.schema, quote=True) if facts.schema else None
    return table(quoted_name(facts.table, quote=True), *own, schema=schema)


def match_key(rows: TableClause, key: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that picks one row by ``:key0``, ``:key1`` and so on."""
    return and_(*(rows.c[name] == _parameter(f"key{at}") for at, name in enumerate(key)))


def page(
    keys: Sequence[ColumnElement[Any]], value: ColumnElement[Any], *, first: bool, by_tuple: bool
) -> Select[Any]:
    """Return the SELECT of the key's columns and ``value`` for the next ``:rows`` rows in the key's order.

    Unless it is the ``first``, the page begins after ``:key0`` and so on. ``by_tuple`` compares row values,
    which MariaDB does not answer from an index.
    """
    statement = select(*(part.label(f"key{at}") for at, part in enumerate(keys)), value.label("value"))
    if not first:
        statement = statement.where(_after(keys, by_tuple))
    return statement.order_by(*keys).limit(bindparam("rows"))


def is_plain(stored: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a binary column still holds plain text in a row."""
    return stored < bindparam("plain_end", PLAIN_END, type_=NULLTYPE)


def _after(keys: Sequence[ColumnElement[Any]], by_tuple: bool) -> ColumnElement[bool]:
    if len(keys) > 1 and by_tuple:
        marks = tuple_(*(_parameter(f"key{at}") for at in range(len(keys))), types=[NULLTYPE] * len(keys))
        return tuple_(*keys) > marks
    return or_(
        *(
            and_(
                *(keys[at] == _parameter(f"key{at}") for at in range(last)),
                keys[last] > _parameter(f"key{last}"),
            )
            for last in range(len(keys))
        )
    )


def _parameter(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=NULLTYPE)
