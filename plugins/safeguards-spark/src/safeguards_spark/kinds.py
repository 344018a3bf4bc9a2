"""Spark's types as Arrow's and back: what columns are when steps see them, and what comes out.

A moment is handed to steps in UTC, as Spark stores it, whatever the session's time zone is: results are the
same in every session, and the same as over the Parquet file that Spark would write.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.types as arrow
from pyspark.sql import types as spark

from safeguards.errors import InputError
from safeguards.tables.source import refuse_duplicates

UTC = "UTC"

_PLAIN: dict[type[spark.DataType], pa.DataType] = {
    spark.BooleanType: pa.bool_(),
    spark.ByteType: pa.int8(),
    spark.ShortType: pa.int16(),
    spark.IntegerType: pa.int32(),
    spark.LongType: pa.int64(),
    spark.FloatType: pa.float32(),
    spark.DoubleType: pa.float64(),
    spark.StringType: pa.string(),
    spark.CharType: pa.string(),
    spark.VarcharType: pa.string(),
    spark.BinaryType: pa.binary(),
    spark.DateType: pa.date32(),
    spark.TimestampType: pa.timestamp("us", UTC),
    spark.TimestampNTZType: pa.timestamp("us"),
    spark.DayTimeIntervalType: pa.duration("us"),
    spark.NullType: pa.null(),
}
if hasattr(spark, "TimeType"):  # from Spark 4.1 on
    _PLAIN[spark.TimeType] = pa.time64("ns")

_BACK: tuple[tuple[Callable[[pa.DataType], bool], Callable[[], spark.DataType]], ...] = (
    (arrow.is_boolean, spark.BooleanType),
    (arrow.is_int8, spark.ByteType),
    (lambda kind: kind in (pa.int16(), pa.uint8()), spark.ShortType),
    (lambda kind: kind in (pa.int32(), pa.uint16()), spark.IntegerType),
    (lambda kind: kind in (pa.int64(), pa.uint32()), spark.LongType),
    (lambda kind: kind in (pa.float16(), pa.float32()), spark.FloatType),
    (arrow.is_float64, spark.DoubleType),
    (lambda kind: kind in (pa.string(), pa.large_string(), pa.string_view()), spark.StringType),
    (lambda kind: kind in (pa.binary(), pa.large_binary(), pa.binary_view()), spark.BinaryType),
    (arrow.is_fixed_size_binary, spark.BinaryType),
    (arrow.is_date, spark.DateType),
    (lambda kind: arrow.is_timestamp(kind) and kind.tz is None, spark.TimestampNTZType),
    (arrow.is_timestamp, spark.TimestampType),
    (arrow.is_duration, spark.DayTimeIntervalType),
    (arrow.is_null, spark.NullType),
)


def to_arrow(schema: spark.StructType) -> pa.Schema:
    """Return the schema that steps see.

    Raises:
        InputError: two columns share a name, or one is of a type that Arrow has not.
    """
    refuse_duplicates(schema.names, "the DataFrame")
    return pa.schema([pa.field(each.name, _to(each.dataType, each.name)) for each in schema.fields])


def from_arrow(schema: pa.Schema) -> spark.StructType:
    """Return the schema of the result; no metadata of the input's columns is left, which may quote values.

    Raises:
        InputError: a column is of a type that Spark has not.
    """
    return spark.StructType(
        [spark.StructField(each.name, _from(each.type, each.name), nullable=True) for each in schema]
    )


def _to(kind: spark.DataType, column: str) -> pa.DataType:
    if isinstance(kind, spark.DecimalType):
        return pa.decimal128(kind.precision, kind.scale)
    if isinstance(kind, spark.ArrayType):
        return pa.list_(pa.field("element", _to(kind.elementType, column)))
    if isinstance(kind, spark.MapType):
        return pa.map_(_to(kind.keyType, column), _to(kind.valueType, column))
    if isinstance(kind, spark.StructType):
        refuse_duplicates(kind.names, f"column {column!r}")
        return pa.struct([pa.field(each.name, _to(each.dataType, column)) for each in kind.fields])
    found = _PLAIN.get(type(kind))
    if found is None:
        raise InputError(f"column {column!r} is {kind.simpleString()}, which Arrow has not: cast or drop it")
    return found


def _from(kind: pa.DataType, column: str) -> spark.DataType:
    if arrow.is_decimal(kind):
        return spark.DecimalType(kind.precision, kind.scale)
    if arrow.is_dictionary(kind):
        return _from(kind.value_type, column)
    if arrow.is_map(kind):
        return spark.MapType(_from(kind.key_type, column), _from(kind.item_type, column))
    if arrow.is_struct(kind):
        inner: list[Any] = [spark.StructField(each.name, _from(each.type, column)) for each in kind]
        return spark.StructType(inner)
    if arrow.is_list(kind) or arrow.is_large_list(kind) or arrow.is_fixed_size_list(kind):
        return spark.ArrayType(_from(kind.value_type, column))
    if arrow.is_time(kind) and hasattr(spark, "TimeType"):
        return spark.TimeType()
    for fits, made in _BACK:
        if fits(kind):
            return made()
    raise InputError(f"column {column!r} would become {kind}, which Spark has not: take another transform")
