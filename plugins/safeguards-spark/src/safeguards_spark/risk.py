"""Re-identification risk of a DataFrame, counted by Spark: the figures of ``safeguards.risk.measure``."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as f
from pyspark.sql import types as spark

from safeguards.errors import InputError
from safeguards.risk import Classes, Risk

_SIZE, _CLASSES = "size", "classes"
_BINARY = "UTF8_BINARY"


def measure(df: DataFrame, quasi_identifiers: Sequence[str], *, person: str | None = None) -> Risk:
    """Measure a DataFrame over the combination of its quasi-identifiers; only counts come back.

    NULL counts as a value of its own. Without ``person`` every row counts as somebody else. Where ``df``
    makes other values each time that it is computed, by Noise or Encrypt, measure what was written.

    Raises:
        InputError: no column is named, one is named twice, missing, ambiguous or nested.
    """
    classes = Classes.of(quasi_identifiers, person)
    keys = [_key(df, name).alias(f"q{place}") for place, name in enumerate(classes.quasi_identifiers)]
    names = [f"q{place}" for place in range(len(keys))]
    if person is None:
        rows = df.select(*keys)
    else:
        rows = df.select(*keys, _key(df, person).alias("person")).distinct()
    sizes = rows.groupBy(*names).agg(f.count(f.lit(1)).alias(_SIZE))
    found = sizes.groupBy(_SIZE).agg(f.count(f.lit(1)).alias(_CLASSES)).collect()
    return Risk.of_histogram(classes, {row[_SIZE]: row[_CLASSES] for row in found})


def quoted(name: str) -> Column:
    """Return a column by its exact name, which may hold dots."""
    escaped = name.replace("`", "``")
    return f.col(f"`{escaped}`")


def _key(df: DataFrame, name: str) -> Column:
    fields = [field for field in df.schema.fields if field.name == name]
    if len(fields) != 1:
        problem = "is not in the DataFrame" if not fields else "is in the DataFrame more than once"
        raise InputError(f"column {name!r} {problem}; its columns: {', '.join(dict.fromkeys(df.columns))}")
    kind = fields[0].dataType
    if isinstance(kind, spark.ArrayType | spark.MapType | spark.StructType):
        raise InputError(f"column {name!r} is nested ({kind.simpleString()}); flatten it first")
    # A collation that takes different texts for equal would make classes look larger than they are.
    folds = isinstance(kind, spark.StringType) and getattr(kind, "collation", _BINARY) != _BINARY
    return f.collate(quoted(name), _BINARY) if folds else quoted(name)
