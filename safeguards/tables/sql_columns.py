"""Columns of a new table: which SQL type holds what an Arrow column holds, and what is bound to it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from safeguards.errors import InputError
from safeguards.tables.sql_types import MARIADB, arrow_type, kind_of, length_of, takes, to_array

CALLED = "safeguards.called"
"""The key, in a table's ``info``, of the name that messages call it by."""

# InnoDB's rows hold 65,535 bytes and its keys 3,072; a character takes four.
_LONGEST_VARCHAR = 4_000
_LARGEST_PRECISION = 38
_UNSIGNED_DIGITS = 20
# Compared by code points, white space at the end included: pseudonyms that differ stay different.
_EXACT = {"mariadb": "utf8mb4_nopad_bin", "mysql": "utf8mb4_0900_bin"}


def sql_type(kind: pa.DataType, width: int | None = None) -> sa.types.TypeEngine[Any]:
    """Return the SQL type for an Arrow type; texts of at most ``width`` characters become VARCHAR.

    Raises:
        InputError: no SQL type holds such values.
    """
    if pa.types.is_dictionary(kind):
        return sql_type(kind.value_type, width)
    made = _MAKERS.get(kind_of(kind))
    if made is None:
        raise InputError(f"is {kind}, for which a table has no type: flatten it, or use Drop()")
    found: sa.types.TypeEngine[Any] = made(kind, width)
    return found


def refuse_unfit(table: sa.Table, schema: pa.Schema) -> None:
    """Raise InputError where a column of ``table`` cannot hold the Arrow column of its name."""
    for field in schema:
        declared = table.columns[field.name].type
        uuid = isinstance(declared, sa.Uuid) and kind_of(field.type) == "text"
        if not (takes(declared, field.type) or uuid):
            raise InputError(
                f"{table.name}.{field.name} is {declared}, which does not take {field.type}: change the "
                "column or the transform"
            )


def bindable(batch: pa.RecordBatch, table: sa.Table, dialect: str, before: int = 0) -> list[dict[str, Any]]:
    """Return the rows of a batch as an INSERT takes them; ``before`` it so many rows went in.

    Raises:
        InputError: a text is longer than its column, or holds a NUL that PostgreSQL does not take; a number
            does not fit its column exactly, or a moment is finer than microseconds.
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
    kind, limit = values.type, length_of(column.type)
    if pa.types.is_dictionary(kind):
        return _values(values.dictionary_decode(), column, table, dialect)
    if limit is not None and kind_of(kind) == "text" and not pa.types.is_null(kind):
        # Some databases would cut it, and SQLite would not mind.
        longest = pc.max(pc.utf8_length(values.cast(pa.large_string()))).as_py()
        if longest is not None and longest > limit:
            raise InputError(
                f"{table}.{column.name} is {column.type}, but a value has {longest} characters: "
                "widen the column"
            )
    if pa.types.is_timestamp(kind):
        return _moments(values, column.name, table, naive=dialect != "postgresql")
    if dialect != "sqlite" and kind_of(kind) == "number":
        values = _decimals(values, column, table)
    found: list[Any] = values.to_pylist()
    numbers = pa.types.is_decimal(kind) or pa.types.is_uint64(kind)
    if dialect == "sqlite" and numbers and not all(map(_exact_in_sqlite, found)):
        raise InputError(
            f"{table}.{column.name}: a number has more digits than SQLite holds exactly: round it, or write "
            "to another database"
        )
    return found


def _exact_in_sqlite(number: Decimal | int | None) -> bool:
    """Say whether a decimal survives being a float, which is what SQLite makes of it."""
    return number is None or Decimal(repr(float(number))) == number


def _decimals(values: Any, column: sa.Column[Any], table: str) -> Any:
    """Return numbers as what a column of decimals holds: PostgreSQL and MariaDB would round them."""
    declared = arrow_type(column.type)
    if not pa.types.is_decimal(declared) or values.type == declared:
        return values
    try:
        return to_array(values.to_pylist(), declared, column.name, table)
    except InputError:
        raise InputError(
            f"{table}.{column.name} is {column.type}, which does not hold a number exactly: round it, or "
            "widen the column; nothing was written"
        ) from None


def _moments(values: Any, column: str, table: str, *, naive: bool) -> list[Any]:
    zone = values.type.tz and "UTC"  # which is only another label: a moment is counted in UTC
    try:
        found = values.cast(pa.timestamp("us", zone))
    except pa.ArrowInvalid:
        raise InputError(
            f"{table}.{column}: a moment is finer than the microseconds of a database; round it first"
        ) from None
    # Databases without time zones hold moments in UTC.
    return list((found.cast(pa.timestamp("us")) if naive else found).to_pylist())


def text_type(width: int | None) -> sa.types.TypeEngine[Any]:
    """Return the type of texts: VARCHAR for those of a known length, which keys need on MariaDB."""
    if width is not None and width <= _LONGEST_VARCHAR:
        plain: sa.String = sa.String(width)
        return plain.with_variant(_exact("mariadb", width), "mariadb").with_variant(
            _exact("mysql", width), "mysql"
        )
    long = sa.Text()
    return long.with_variant(_exact("mariadb", None), "mariadb").with_variant(_exact("mysql", None), "mysql")


def _exact(dialect: str, width: int | None) -> sa.types.TypeEngine[Any]:
    if width is None:
        return mysql.LONGTEXT(charset="utf8mb4", collation=_EXACT[dialect])
    return mysql.VARCHAR(width, charset="utf8mb4", collation=_EXACT[dialect])


def _whole(kind: pa.DataType, _: int | None) -> sa.types.TypeEngine[Any]:
    if pa.types.is_uint64(kind):
        return sa.Numeric(_UNSIGNED_DIGITS, 0)
    return sa.BigInteger() if kind.bit_width > 32 or pa.types.is_uint32(kind) else sa.Integer()


def _number(kind: pa.DataType, _: int | None) -> sa.types.TypeEngine[Any]:
    if not pa.types.is_decimal(kind):
        return sa.Double()
    if kind.precision > _LARGEST_PRECISION:
        raise InputError(f"is {kind}, of more digits than databases share: round it, or use Drop()")
    return sa.Numeric(kind.precision, kind.scale)


def _moment(kind: Any, _: int | None) -> sa.types.TypeEngine[Any]:
    fine = mysql.DATETIME(fsp=6)
    zoned = postgresql.TIMESTAMP(timezone=kind.tz is not None)
    return sa.DateTime().with_variant(fine, *MARIADB).with_variant(zoned, "postgresql")


def _bytes(_: pa.DataType, __: int | None) -> sa.types.TypeEngine[Any]:
    return sa.LargeBinary().with_variant(mysql.LONGBLOB(), *MARIADB)


_MAKERS: dict[str, Any] = {
    "text": lambda _, width: text_type(width),
    "whole number": _whole,
    "number": _number,
    "date": lambda _, __: sa.Date(),
    "moment": _moment,
    "time of day": lambda _, __: sa.Time().with_variant(mysql.TIME(fsp=6), *MARIADB),
    "Boolean": lambda _, __: sa.Boolean(),
    "bytes": _bytes,
}
