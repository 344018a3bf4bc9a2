"""SQL column types as Arrow types, and what drivers return as Arrow columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa
from sqlalchemy import types as sql
from sqlalchemy.dialects.mysql import TINYINT
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import CompileError

from safeguards.errors import InputError

MARIADB = ("mysql", "mariadb")
"""What SQLAlchemy calls its dialects."""

_DECIMAL128, _DECIMAL256 = 38, 76
_BY_PYTHON: dict[type, pa.DataType] = {
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    bytes: pa.binary(),
    date: pa.date32(),
}


def sql_name(declared: sql.TypeEngine[Any], dialect: Dialect) -> str:
    """Return a column's type as SQL spells it."""
    try:
        return str(declared.compile(dialect))
    except CompileError:
        return "UNKNOWN"


def arrow_type(declared: sql.TypeEngine[Any]) -> pa.DataType:
    """Return the Arrow type for a declared SQL type; what has none of its own becomes text."""
    if isinstance(declared, sql.TypeDecorator):
        return arrow_type(declared.impl_instance)
    if isinstance(declared, DOMAIN):
        declared = declared.data_type
    if isinstance(declared, sql.Float | sql.Double):
        return pa.float64()
    if isinstance(declared, sql.Numeric):
        return _decimal(declared.precision, declared.scale or 0)
    if isinstance(declared, sql.DateTime):
        return pa.timestamp("us", tz="UTC" if declared.timezone else None)
    if _is_tiny_truth(declared):
        return pa.bool_()
    if isinstance(declared, sql.BigInteger) and getattr(declared, "unsigned", False):
        return pa.uint64()
    try:
        python: type = declared.python_type
    except NotImplementedError:
        return pa.string()
    return _BY_PYTHON.get(python, pa.string())


def takes(declared: sql.TypeEngine[Any], kind: pa.DataType) -> bool:
    """Say whether a column of an SQL type holds what an Arrow column of type ``kind`` holds."""
    wanted, found = kind_of(declared), kind_of(kind)
    widens = (wanted, found) == ("number", "whole number")
    tiny = _is_tiny_truth(declared) and found == "whole number"
    return wanted == found != "other" or widens or tiny


def _is_tiny_truth(declared: sql.TypeEngine[Any]) -> bool:
    """Say whether a type is what MariaDB makes of BOOLEAN; small whole numbers may be in it all the same."""
    return isinstance(declared, TINYINT) and declared.display_width == 1 and not declared.unsigned


def length_of(declared: sql.TypeEngine[Any]) -> int | None:
    """Return how many characters a text column holds; None for no bound, or for what is no text."""
    declared = declared.impl_instance if isinstance(declared, sql.TypeDecorator) else declared
    length = getattr(declared, "length", None) if isinstance(declared, sql.String) else None
    return length if isinstance(length, int) else None


def kind_of(kind: pa.DataType | sql.TypeEngine[Any] | None) -> str:
    """Say in a word what a column of an SQL or an Arrow type holds; ``other`` where no word is known."""
    if kind is None:
        return "nothing"
    if isinstance(kind, sql.TypeDecorator):
        return kind_of(kind.impl_instance)
    if isinstance(kind, sql.TypeEngine):
        found = arrow_type(kind)
        # What arrow_type reads as text for want of a type of its own, such as JSON, is none to write to.
        plain = isinstance(kind, sql.String | sql.Numeric) and not isinstance(kind, sql.Enum)
        if pa.types.is_string(found) and not plain:
            return "other"
        return "number" if isinstance(kind, sql.Numeric | sql.Float) else kind_of(found)
    if pa.types.is_dictionary(kind):
        return kind_of(kind.value_type)
    return next((word for word, is_such in _WORDS if is_such(kind)), "other")


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def _is_bytes(kind: pa.DataType) -> bool:
    binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)
    return binary or pa.types.is_fixed_size_binary(kind)


_WORDS: tuple[tuple[str, Callable[[pa.DataType], bool]], ...] = (
    ("text", _is_text),
    ("whole number", pa.types.is_integer),
    ("number", _is_number),
    ("date", pa.types.is_date),
    ("moment", pa.types.is_timestamp),
    ("time of day", pa.types.is_time),
    ("Boolean", pa.types.is_boolean),
    ("bytes", _is_bytes),
    ("text", pa.types.is_null),
)


def stored_type(declared: pa.DataType, kinds: Iterable[str], clean: bool) -> pa.DataType:
    """Return the Arrow type for what a column really stores, whatever was declared.

    ``kinds`` are SQLite's ``typeof`` values; ``clean`` says that all values have the declared form, where
    that is a date, a Boolean or a decimal.
    """
    found = set(kinds) - {"null"}
    if not found:
        return declared
    dated = pa.types.is_temporal(declared) and found == {"text"}
    exact = pa.types.is_decimal(declared) and found <= {"integer", "real"}
    if clean and (dated or exact or (pa.types.is_boolean(declared) and found == {"integer"})):
        return declared
    if found == {"integer"}:
        return pa.int64()
    if found <= {"integer", "real"}:
        return pa.float64()
    return pa.binary() if "blob" in found else pa.string()


def to_array(values: Sequence[Any], kind: pa.DataType, column: str, table: str) -> pa.Array[Any]:
    """Return one column of driver values as an Arrow array of type ``kind``.

    Raises:
        InputError: a value does not fit; the message names the column, not the value.
    """
    convert = _converter(kind)
    try:
        return pa.array(
            [None if value is None else convert(value) for value in values] if convert else values, kind
        )
    except (pa.ArrowException, ValueError, TypeError, OverflowError, ArithmeticError):
        raise InputError(f"column {column!r} of {table} holds a value that is no {kind}") from None


def _decimal(precision: int | None, scale: int) -> pa.DataType:
    if precision is None or precision > _DECIMAL256 or scale > precision:
        return pa.string()
    return pa.decimal128(precision, scale) if precision <= _DECIMAL128 else pa.decimal256(precision, scale)


def _converter(kind: pa.DataType) -> Callable[[Any], Any] | None:
    if pa.types.is_string(kind):
        return _text
    if pa.types.is_binary(kind):
        return _bytes
    if pa.types.is_date(kind):
        return _date
    if pa.types.is_timestamp(kind):
        return _moment
    if pa.types.is_boolean(kind):
        return _truth
    if pa.types.is_decimal(kind):
        return _exact
    return float if pa.types.is_floating(kind) else None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_text)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _bytes(value: Any) -> bytes:
    if isinstance(value, UUID):
        return value.bytes
    return str(value).encode() if isinstance(value, str | int | float) else bytes(value)


def _truth(value: Any) -> bool:
    if value not in (0, 1):
        raise ValueError
    return bool(value)


def _exact(value: Any) -> Decimal:
    """SQLite holds decimals as floats: the shortest spelling of one is the decimal that went in."""
    return Decimal(repr(value)) if isinstance(value, int | float) else value


def _date(value: Any) -> date | None:
    if isinstance(value, str):
        return None if value.startswith("0000-00-00") else date.fromisoformat(value)
    return value  # type: ignore[no-any-return]


def _moment(value: Any) -> datetime | None:
    """MariaDB's zero date is no moment: NULL, as its own connectors read it."""
    if isinstance(value, str):
        return None if value.startswith("0000-00-00") else datetime.fromisoformat(value)
    return value  # type: ignore[no-any-return]
