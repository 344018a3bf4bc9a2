"""Values as an INSERT takes them: those that a database would round, cut, change or refuse are refused here.

A database's own words about such a value name no column, or quote the value.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from safeguards.errors import InputError
from safeguards.tables.sql_types import MARIADB, arrow_type, kind_of, length_of, to_array

CALLED = "safeguards.called"
"""The key, in a table's ``info``, of the name that messages call it by."""

# The bits of whole numbers, narrow types first: some are kinds of others.
_BITS: tuple[tuple[type[sa.types.TypeEngine[Any]], int], ...] = (
    (mysql.TINYINT, 8),
    (mysql.MEDIUMINT, 24),
    (sa.SmallInteger, 16),
    (sa.BigInteger, 64),
    (sa.Integer, 32),
)


def bindable(batch: pa.RecordBatch, table: sa.Table, dialect: str, before: int = 0) -> list[dict[str, Any]]:
    """Return the rows of a batch as an INSERT takes them; ``before`` it so many rows went in.

    Raises:
        InputError: a value has no place in its column as it is; the message names the column.
    """
    called = table.info.get(CALLED, table.name)
    for name in batch.schema.names if dialect == "postgresql" else ():
        _refuse_nul(batch[name], f"{called}.{name}", before)
    columns = [_values(batch[name], table.columns[name], called, dialect) for name in batch.schema.names]
    return [dict(zip(batch.schema.names, row, strict=True)) for row in zip(*columns, strict=True)]


def _refuse_nul(values: Any, column: str, before: int) -> None:
    kind = values.type
    if pa.types.is_dictionary(kind):
        _refuse_nul(values.dictionary_decode(), column, before)
    elif kind_of(kind) == "text" and not pa.types.is_null(kind):
        row = pc.index(pc.match_substring(values.cast(pa.large_string()), "\0"), True).as_py()
        if row >= 0:
            raise InputError(
                f"{column}, row {before + row + 1}: the text holds a NUL character (U+0000), which "
                "PostgreSQL does not take: remove it first; nothing was written"
            )


def _values(values: Any, column: sa.Column[Any], table: str, dialect: str) -> list[Any]:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _values(values.dictionary_decode(), column, table, dialect)
    called, what = f"{table}.{column.name}", kind_of(kind)
    if what == "text" and not pa.types.is_null(kind):
        _refuse_longer(values, column, called)
    if pa.types.is_timestamp(kind):
        values = _moments(values, called, naive=dialect != "postgresql")
    if dialect != "sqlite" and what in {"number", "whole number"}:
        values = _numbers(values, column, called, dialect)
    found = _listed(values, called)
    numbers = pa.types.is_decimal(kind) or pa.types.is_uint64(kind)
    if dialect == "sqlite" and numbers and not all(map(_exact_in_sqlite, found)):
        raise InputError(
            f"{called}: a number has more digits than SQLite holds exactly: round it, or write to another "
            "database"
        )
    return found


def _listed(values: Any, called: str) -> list[Any]:
    try:
        return list(values.to_pylist())
    except (OverflowError, ValueError):
        raise InputError(
            f"{called}: a date is before the year 1 or after 9999: correct it first; nothing was written"
        ) from None


def _refuse_longer(values: Any, column: sa.Column[Any], called: str) -> None:
    """Some databases would cut a text, and SQLite would not mind."""
    limit = length_of(column.type)
    longest = limit and pc.max(pc.utf8_length(values.cast(pa.large_string()))).as_py()
    if limit is not None and longest is not None and longest > limit:
        raise InputError(f"{called} is {column.type}, but a value has {longest} characters: widen the column")


def _exact_in_sqlite(number: Decimal | int | None) -> bool:
    """Say whether a decimal survives being a float, which is what SQLite makes of it."""
    return number is None or Decimal(repr(float(number))) == number


def _numbers(values: Any, column: sa.Column[Any], called: str, dialect: str) -> Any:
    """Return numbers as what the column holds: of decimals PostgreSQL and MariaDB would round the others."""
    declared, exact = column.type, arrow_type(column.type)
    if (
        pa.types.is_floating(values.type)
        and dialect in MARIADB
        and pc.all(pc.is_finite(values)).as_py() is False
    ):
        raise InputError(f"{called}: a number is infinite or none (NaN), which MariaDB does not hold")
    bits = next((bits for kind, bits in _BITS if isinstance(declared, kind)), None)
    if bits is not None and pa.types.is_integer(values.type):
        low = 0 if getattr(declared, "unsigned", False) else -(2 ** (bits - 1))
        least, most = pc.min(values).as_py(), pc.max(values).as_py()
        if least is not None and not low <= least <= most < low + 2**bits:
            raise InputError(f"{called} is {declared}, which is too narrow for a number: widen the column")
    if not pa.types.is_decimal(exact) or values.type == exact:
        return values
    try:
        return to_array(values.to_pylist(), exact, column.name, called)
    except InputError:
        raise InputError(
            f"{called} is {declared}, which does not hold a number exactly: round it, or widen the column; "
            "nothing was written"
        ) from None


def _moments(values: Any, called: str, *, naive: bool) -> Any:
    zone = values.type.tz and "UTC"  # which is only another label: a moment is counted in UTC
    try:
        found = values.cast(pa.timestamp("us", zone))
    except pa.ArrowInvalid:
        raise InputError(
            f"{called}: a moment is finer than the microseconds of a database; round it first"
        ) from None
    # Databases without time zones hold moments in UTC.
    return found.cast(pa.timestamp("us")) if naive else found
