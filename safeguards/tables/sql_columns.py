"""Columns of a table: which SQL type holds what an Arrow column holds."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.ext.compiler import compiles

from safeguards.errors import InputError
from safeguards.tables.sql_types import MARIADB, kind_of, takes

# InnoDB's rows hold 65,535 bytes and its keys 3,072; a character takes four.
_LONGEST_VARCHAR = 4_000
_LARGEST_PRECISION = 38
_UNSIGNED_DIGITS = 20
# Compared by code points, white space at the end included: pseudonyms that differ stay different.
_COLLATIONS = {"mariadb": "utf8mb4_nopad_bin", "mysql": "utf8mb4_0900_bin"}


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


def text_type(width: int | None) -> sa.types.TypeEngine[Any]:
    """Return the type of texts: VARCHAR for those of a known length, which keys need on MariaDB."""
    known = width is not None and width <= _LONGEST_VARCHAR
    plain: sa.String = sa.String(width) if known else sa.Text()
    return plain.with_variant(_Exact(plain.length), *MARIADB)


class _Exact(sa.String):
    """Text that is compared by code points, by the name that the server's own kind has for it."""


@compiles(_Exact, *MARIADB)
def _spelt(kind: _Exact, compiler: Any, **_: object) -> str:
    # A URL may say mysql where MariaDB answers.
    collation = _COLLATIONS["mariadb" if compiler.dialect.is_mariadb else "mysql"]
    held = "LONGTEXT" if kind.length is None else f"VARCHAR({kind.length})"
    return f"{held} CHARACTER SET utf8mb4 COLLATE {collation}"


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
