"""A pipeline over a DataFrame."""

from __future__ import annotations

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as f

from safeguards.errors import InputError
from safeguards.pipeline import Parcel, Pipeline
from safeguards.pipeline.run import Run
from safeguards.tables.arrow_frames import TableFrame
from safeguards_spark import kinds
from safeguards_spark.observation import Observation
from safeguards_spark.work import COUNTED, Task

NAME = "Spark DataFrame"


def protect(df: DataFrame, pipeline: Pipeline, *, observation: Observation | None = None) -> DataFrame:
    """Return the DataFrame that a pipeline makes of ``df``; lazily, as all of Spark's transformations.

    Values are those that ``pipeline.run`` gives on one machine. A task carries the steps, the names of their
    keyrings and the data keys as their provider wrapped them. Each Python worker asks the provider once, with
    its own credentials; key files and the packages of provider, plugin and toolkit must be on it.

    Args:
        df: the rows, of unique column names.
        pipeline: steps that judge no whole; :func:`safeguards_spark.release` judges what is about to leave.
        observation: takes the counts for a manifest, once the result was written.

    Raises:
        InputError: the columns do not fit the steps, there are gates, or a path into JSON keeps all else.
        KeyringError: a keyring is not there.
    """
    if pipeline.gates or any(getattr(step, "judges", False) for step in pipeline.steps):
        raise InputError(
            "a gate judges the whole, and this is read later: leave gates out, and release(df, target, gate)"
        )
    schema = kinds.to_arrow(df.schema)
    run = Run(pipeline, TableFrame(schema.empty_table(), NAME))
    run.refuse_stream()
    if not run.schema.names:
        raise InputError("every column is dropped; there is nothing to write")
    parcel = Parcel.of(pipeline.steps, schema)
    # By place: mapInArrow looks columns up by name, and trips over dots and over names alike but for case.
    rows = df.toDF(*map(str, range(len(df.columns))))
    if observation is None:
        made = kinds.from_arrow(run.schema)
        return rows.mapInArrow(Task(parcel, kinds.to_arrow(made)).run, made)
    if COUNTED in run.schema.names:
        raise InputError(f"column {COUNTED!r} is this package's own: rename it")
    made = kinds.from_arrow(run.schema.append(pa.field(COUNTED, pa.string())))
    begun = observation.begin(rows, run)
    shown = observation.end(begun.mapInArrow(Task(parcel, kinds.to_arrow(made), counted=True).run, made))
    return shown.where(f.col(COUNTED).isNull()).drop(COUNTED)
