"""Counts of what really went through, and the manifest that is made of them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyspark.sql
from pyspark.sql import DataFrame
from pyspark.sql import functions as f

from safeguards.errors import InputError
from safeguards.pipeline import Counts, Manifest
from safeguards.pipeline.run import Run
from safeguards_spark.work import COUNTED, unpacked

_ROWS, _PARTS = "rows", "parts"
PATIENCE_SECONDS = 60.0


class Observation:
    """Takes the counts of one ``protect``; they come with the first action that reads its result.

    Counts are Spark's observed metrics: a task that was tried again, or twice at once, counts once.
    """

    def __init__(self) -> None:
        self._before, self._after = pyspark.sql.Observation(), pyspark.sql.Observation()
        self._run: Run | None = None

    def begin(self, df: DataFrame, run: Run) -> DataFrame:
        """Watch the rows that go in. For ``protect``."""
        if self._run is not None:
            raise InputError("an Observation takes the counts of one protect(): make another one")
        self._run = run
        return df.observe(self._before, f.count(f.lit(1)).alias(_ROWS))

    def end(self, df: DataFrame) -> DataFrame:
        """Watch the rows that come out, and each partition's counts. For ``protect``."""
        rows = f.count(f.when(f.col(COUNTED).isNull(), f.lit(1))).alias(_ROWS)
        return df.observe(self._after, rows, f.collect_list(COUNTED).alias(_PARTS))

    def manifest(
        self, *, gates: Sequence[Mapping[str, Any]] = (), seconds: float = PATIENCE_SECONDS
    ) -> Manifest:
        """Return what the pipeline did, after the action that wrote its result.

        Args:
            gates: what ``release`` returned.
            seconds: how long to wait for an action that another thread has begun.

        Raises:
            InputError: there was no action within ``seconds``, or it did not read the whole result.
        """
        if self._run is None:
            raise InputError("hand this Observation to protect(..., observation=) first")
        before, after = _taken(self._before, seconds), _taken(self._after, seconds)
        rows, counts, nulls = 0, [Counts() for _ in self._run.counts], Counter[str]()
        for part in after[_PARTS]:
            read, counted, out = unpacked(part)
            rows += read
            nulls.update(out)
            for mine, more in zip(counts, counted, strict=True):
                mine.update(more)
        if rows != before[_ROWS]:
            raise InputError(
                f"the first action read {before[_ROWS]} rows and counted {rows} of them to the end: write "
                "the whole result before anything that stops early, such as show() or limit()"
            )
        nulls_out = {name: nulls[name] for name in self._run.schema.names}
        return self._run.conclude(rows, after[_ROWS], counts, nulls_out, list(gates))


def manifest(
    observation: Observation,
    *,
    gates: Sequence[Mapping[str, Any]] = (),
    seconds: float = PATIENCE_SECONDS,
) -> Manifest:
    """Return the manifest of the ``protect`` that this observation was handed to; see its ``manifest``."""
    return observation.manifest(gates=gates, seconds=seconds)


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
