"""Counts of what really went through, and the manifest that is made of them."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pyspark.sql
from pyspark.sql import DataFrame
from pyspark.sql import functions as f

from safeguards.errors import InputError
from safeguards.pipeline import Chain, Counts, Manifest
from safeguards_spark.work import COUNTED, Key

NAME = "Spark DataFrame"
_ROWS = "rows"
PATIENCE_SECONDS = 60.0


class Observation:
    """Takes the counts of one ``protect``; they come with the first action that reads its result.

    Counts are Spark's observed metrics: a task that was tried again, or twice at once, counts once.
    """

    def __init__(self) -> None:
        self._before, self._after = pyspark.sql.Observation(), pyspark.sql.Observation()
        self._chain: Chain | None = None
        self._base: Manifest | None = None
        self._counted: tuple[Key, ...] = ()

    def begin(self, df: DataFrame, chain: Chain, base: Manifest, counted: tuple[Key, ...]) -> DataFrame:
        """Watch the rows that go in. For ``protect``."""
        if self._chain is not None:
            raise InputError("an Observation takes the counts of one protect(): make another one")
        self._chain, self._base, self._counted = chain, base, counted
        return df.observe(self._before, f.count(f.lit(1)).alias(_ROWS))

    def end(self, df: DataFrame) -> DataFrame:
        """Watch the rows that come out, and the counts between them. For ``protect``."""
        numbers = [f.sum(f.col(COUNTED)[place]).alias(str(place)) for place in range(len(self._counted) + 1)]
        rows = f.count(f.when(f.col(COUNTED).isNull(), f.lit(1))).alias(_ROWS)
        return df.observe(self._after, rows, *numbers)

    def manifest(self, *, seconds: float = PATIENCE_SECONDS) -> Manifest:
        """Return what the pipeline did, after the action that wrote its result.

        Raises:
            InputError: there was no action within ``seconds``, or it did not read the whole result.
            SafeguardsError: a step refuses the whole.
        """
        chain, base = self._chain, self._base
        if chain is None or base is None:
            raise InputError("hand this Observation to protect(..., observation=) first")
        before, after = _taken(self._before, seconds), _taken(self._after, seconds)
        rows, seen = before[_ROWS], after["0"] or 0
        if rows != seen:
            raise InputError(
                f"the first action read {rows} rows and counted {seen} of them to the end: write the whole "
                "result before anything that stops early, such as show() or limit()"
            )
        counts = [Counts() for _ in chain.running]
        for place, (step, *key) in enumerate(self._counted, 1):
            counts[step][(key[0], key[1])] = after[str(place)] or 0
        records = [
            record
            for running, counted in zip(chain.running, counts, strict=True)
            for record in running.finish(rows, counted)
        ]
        return replace(
            base,
            source=NAME,
            rows_in=rows,
            rows_out=after[_ROWS],
            columns=records,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )


def manifest(observation: Observation, *, seconds: float = PATIENCE_SECONDS) -> Manifest:
    """Return the manifest of the ``protect`` that this observation was handed to; see its ``manifest``."""
    return observation.manifest(seconds=seconds)


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
