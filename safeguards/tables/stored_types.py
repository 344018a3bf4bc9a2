"""What columns really hold where the declared type binds nobody: all of SQLite's, and MariaDB's Booleans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from safeguards.errors import InputError
from safeguards.tables.sql_types import MARIADB, stored_type, to_array

_KINDS = ("integer", "real", "text", "blob")
_OF_PYTHON = {int: "integer", float: "real", str: "text", bytes: "blob", type(None): "null"}
_SECONDS = "%Y-%m-%d %H:%M:%S"
# Every decimal of so many digits survives being a double, which is what SQLite makes of it.
_EXACT_DIGITS = 15


def stored(
    engine: Engine, table: sa.TableClause, columns: Sequence[str], declared: Sequence[pa.DataType]
) -> list[pa.DataType]:
    """Return the Arrow type of each column by all of its values; at most one pass over the table."""
    if engine.dialect.name == "sqlite":
        return _of_sqlite(engine, table, columns, declared)
    if engine.dialect.name in MARIADB:
        return _of_mariadb(engine, table, columns, declared)
    return list(declared)


def _of_mariadb(
    engine: Engine, table: sa.TableClause, columns: Sequence[str], declared: Sequence[pa.DataType]
) -> list[pa.DataType]:
    """BOOLEAN is TINYINT(1) there, which takes -128 to 127."""
    pairs = list(zip(columns, declared, strict=True))
    flags = [
        sa.exists().where(_unclean(table.c[name], kind)).label(f"f{at}")
        for at, (name, kind) in enumerate(pairs)
        if pa.types.is_boolean(kind)
    ]
    if not flags:
        return list(declared)
    with engine.connect() as connection:
        numbers = iter(connection.execute(sa.select(*flags)).one())
    return [pa.int64() if pa.types.is_boolean(kind) and next(numbers) else kind for _, kind in pairs]


def _of_sqlite(
    engine: Engine, table: sa.TableClause, columns: Sequence[str], declared: Sequence[pa.DataType]
) -> list[pa.DataType]:
    flags = [
        sa.func.coalesce(sa.func.max(test), 0)
        for name, kind in zip(columns, declared, strict=True)
        for test in (
            *(sa.func.typeof(table.c[name]) == stored for stored in _KINDS),
            _unclean(table.c[name], kind),
        )
    ]
    with engine.connect() as connection:
        row = connection.execute(sa.select(*flags).select_from(table)).one()
    width = len(_KINDS) + 1
    return [
        stored_type(kind, {name for name, flag in zip(_KINDS, part, strict=False) if flag}, not part[-1])
        for kind, part in zip(
            declared, (row[start : start + width] for start in range(0, len(row), width)), strict=True
        )
    ]


def seen(engine: Engine, declared: pa.DataType, values: Sequence[Any]) -> pa.DataType:
    """Return the Arrow type for ``values``, which were drawn from a column declared as ``declared``."""
    if engine.dialect.name != "sqlite":
        truths = engine.dialect.name in MARIADB and pa.types.is_boolean(declared)
        return pa.int64() if truths and not _fits(declared, values) else declared
    kinds = {_OF_PYTHON[kind] for kind in set(map(type, values))}
    return stored_type(declared, kinds, _fits(declared, values))


def _unclean(column: sa.ColumnClause[Any], declared: pa.DataType) -> sa.ColumnElement[Any]:
    """Build a test that is 1 for a value that has not the declared date, Boolean or decimal form."""
    if pa.types.is_date(declared):
        return _no_day(column)
    if pa.types.is_timestamp(declared):
        form = sa.func.strftime(_SECONDS, column).is_distinct_from(sa.func.substr(column, 1, 19))
        return form | _no_day(sa.func.substr(column, 1, 10)) | sa.func.length(column).not_in((19, 26))
    if pa.types.is_boolean(declared):
        return column.not_in((0, 1))
    if pa.types.is_decimal(declared):
        limit = 10 ** (min(declared.precision, _EXACT_DIGITS) - declared.scale)
        return sa.or_(sa.func.round(column, declared.scale) != column, sa.func.abs(column) >= limit)
    return sa.literal(0)


def _no_day(text: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    # By way of the day's number: SQLite takes 30 February for a day until it counts.
    return sa.func.date(sa.func.julianday(text)).is_distinct_from(text)


def _fits(declared: pa.DataType, values: Sequence[Any]) -> bool:
    try:
        to_array(values, declared, "", "")
    except InputError:
        return False
    return True
