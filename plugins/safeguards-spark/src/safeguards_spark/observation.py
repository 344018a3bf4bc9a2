"""Counts of what really went through, and the manifest that is made of them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyspark.sql
from pyspark.sql import DataFrame
from pyspark.sql import functions as f

from safeguards.errors import InputError
from safeguards.pipeline import Chain, Counts, Manifest, Pipeline
from safeguards.pipeline.manifest import fingerprint
from safeguards.pipeline.run import domain_record
from safeguards_spark.work import COUNTED, Key

NAME = "Spark DataFrame"
_ROWS = "rows"
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class _Watched:
    pipeline: Pipeline
    chain: Chain
    counted: tuple[Key, ...]


class Observation:
    """Takes the counts of one ``protect``; they come with the first action that reads its result.

    Counts are Spark's observed metrics: a task that was tried again, or twice at once, counts once.
    """

    def __init__(self) -> None:
        self._before, self._after = pyspark.sql.Observation(), pyspark.sql.Observation()
        self._watched: _Watched | None = None

    def begin(self, df: DataFrame, pipeline: Pipeline, chain: Chain, counted: tuple[Key, ...]) -> DataFrame:
        """Watch the rows that go in. For ``protect``."""
        if self._watched is not None:
            raise InputError("an Observation takes the counts of one protect(): make another one")
        self._watched = _Watched(pipeline, chain, counted)
        return df.observe(self._before, f.count(f.lit(1)).alias(_ROWS))

    def end(self, df: DataFrame) -> DataFrame:
        """Watch the rows that come out, and the counts between them. For ``protect``."""
        assert self._watched is not None
        many = 1 + len(self._watched.counted) + len(self._watched.chain.schema.names)
        numbers = [f.sum(f.col(COUNTED)[place]).alias(str(place)) for place in range(many)]
        rows = f.count(f.when(f.col(COUNTED).isNull(), f.lit(1))).alias(_ROWS)
        return df.observe(self._after, rows, *numbers)

    def manifest(
        self, *, gates: Sequence[Mapping[str, Any]] = (), seconds: float = PATIENCE_SECONDS
    ) -> Manifest:
        """Return what the pipeline did, after the action that wrote its result.

        Args:
            gates: what ``release`` returned.
            seconds: how long to wait for an action that another thread has begun.

        Raises:
            InputError: there was no action within ``seconds``, or it did not read the whole result.
            SafeguardsError: a step refuses the whole.
        """
        if self._watched is None:
            raise InputError("hand this Observation to protect(..., observation=) first")
        before, after = _taken(self._before, seconds), _taken(self._after, seconds)
        rows, seen = before[_ROWS], after["0"] or 0
        if rows != seen:
            raise InputError(
                f"the first action read {rows} rows and counted {seen} of them to the end: write the whole "
                "result before anything that stops early, such as show() or limit()"
            )
        numbers = [after[str(place)] or 0 for place in range(1, len(after) - 1)]
        return _manifest(self._watched, rows, after[_ROWS], numbers, gates)


def manifest(
    observation: Observation,
    *,
    gates: Sequence[Mapping[str, Any]] = (),
    seconds: float = PATIENCE_SECONDS,
) -> Manifest:
    """Return the manifest of the ``protect`` that this observation was handed to; see its ``manifest``."""
    return observation.manifest(gates=gates, seconds=seconds)


def _manifest(
    watched: _Watched, rows: int, rows_out: int, numbers: list[int], gates: Sequence[Mapping[str, Any]]
) -> Manifest:
    pipeline, chain = watched.pipeline, watched.chain
    counts = [Counts() for _ in chain.running]
    for (step, column, what), number in zip(watched.counted, numbers, strict=False):
        counts[step][column, what] = number
    return Manifest(
        source=NAME,
        rows_in=rows,
        rows_out=rows_out,
        nulls_out=dict(zip(chain.schema.names, numbers[len(watched.counted) :], strict=True)),
        input_schema=fingerprint(chain.given),
        output_schema=fingerprint(chain.schema),
        columns=[
            record
            for running, counted in zip(chain.running, counts, strict=True)
            for record in running.finish(rows, counted)
        ],
        steps=[dict(step.describe()) for step in pipeline.steps],
        purpose=pipeline.purpose,
        domain=domain_record(pipeline.domain),
        regime=pipeline.regime,
        gates=list(gates),
    )


def _taken(metrics: Any, seconds: float) -> dict[str, Any]:
    """Return observed metrics, and do not wait for an action that nobody starts."""
    found: list[dict[str, Any]] = []
    reader = threading.Thread(target=lambda: found.append(metrics.get), daemon=True)
    reader.start()
    reader.join(seconds)
    if not found:
        raise InputError(
            "nothing was counted: write the result of protect(), or call an action on it, before its manifest"
        )
    return found[0]
