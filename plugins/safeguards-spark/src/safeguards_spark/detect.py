"""Personal data in the columns of a DataFrame, counted by Spark."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as f
from pyspark.sql import types as spark

from safeguards.detection import Detector
from safeguards.errors import InputError
from safeguards_spark.risk import quoted
from safeguards_spark.work import Telling

_KINDS: dict[str, Any] = {
    "place": pa.int32(),
    "entity": pa.string(),
    "rows": pa.int64(),
    "spans": pa.int64(),
}
_COUNTS = pa.schema(_KINDS)
_SCHEMA = "place int, entity string, rows bigint, spans bigint"


@dataclass(frozen=True, slots=True)
class Found:
    """How often an entity is in a column: in ``rows`` of its ``cells`` (those not NULL), ``spans`` times."""

    column: str
    entity: str
    rows: int
    spans: int
    cells: int


def detect(
    df: DataFrame, columns: Sequence[str] | None = None, *, detector: Detector | None = None
) -> list[Found]:
    """Search columns of text, every row of them, and return what is in them; no value leaves the workers.

    Args:
        df: the rows.
        columns: the columns to search; all that hold text by default.
        detector: what to look for, and how surely; ``Detector()`` by default.

    Raises:
        InputError: a column is missing or holds no text, or there is none.
    """
    names = _texts(df, columns)
    task = _Search(pickle.dumps(detector or Detector()))
    counted = (
        df.select(*(quoted(name).alias(str(place)) for place, name in enumerate(names)))
        .mapInArrow(task.run, _SCHEMA)
        .groupBy("place", "entity")
        .agg(f.sum("rows").alias("rows"), f.sum("spans").alias("spans"))
        .collect()
    )
    cells = {row["place"]: row["rows"] for row in counted if row["entity"] is None}
    found = [
        Found(names[row["place"]], row["entity"], row["rows"], row["spans"], cells[row["place"]])
        for row in counted
        if row["entity"] is not None
    ]
    return sorted(found, key=lambda each: (names.index(each.column), -each.rows, each.entity))


def _texts(df: DataFrame, columns: Sequence[str] | None) -> list[str]:
    texts = [each.name for each in df.schema.fields if isinstance(each.dataType, spark.StringType)]
    if isinstance(columns, str):
        raise InputError("columns needs a list of column names, not one text")
    names = texts if columns is None else list(columns)
    if unfit := [name for name in names if name not in texts]:
        problem = "does not hold text" if unfit[0] in df.columns else "is not in the DataFrame"
        raise InputError(f"column {unfit[0]!r} {problem}; those that do: {', '.join(texts) or 'none'}")
    if doubled := [name for name in names if df.columns.count(name) > 1 or names.count(name) > 1]:
        raise InputError(f"column {doubled[0]!r} is named more than once")
    if not names:
        raise InputError("the DataFrame has no column of text")
    return names


@dataclass(frozen=True)
class _Search:
    """The work of a task: counts of each batch, and the number of cells under the entity NULL."""

    detector: bytes

    def run(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            with Telling():
                counts = self._counts(batch)
            yield counts

    def _counts(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        counted: list[tuple[int, str | None, int, int]] = []
        for place, values in enumerate(batch.columns):
            found = _detector(self.detector).detect_column(values)
            spans = Counter(found["entity"].to_pylist())
            pairs = set(zip(found["row"].to_pylist(), found["entity"].to_pylist(), strict=True))
            rows = Counter(entity for _, entity in pairs)
            counted.append((place, None, len(values) - values.null_count, 0))
            counted += [(place, entity, rows[entity], spans[entity]) for entity in spans]
        arrays = [
            pa.array(part, field.type)
            for part, field in zip(zip(*counted, strict=True), _COUNTS, strict=True)
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=_COUNTS)


@lru_cache(maxsize=4)
def _detector(pickled: bytes) -> Detector:
    """Make a detector once a worker: its rules are compiled."""
    made: Detector = pickle.loads(pickled)  # noqa: S301 - from this package's own driver
    return made
