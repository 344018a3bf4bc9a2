"""One pass of a pipeline over one source, and the record of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from safeguards.errors import InputError
from safeguards.keys import resolve
from safeguards.pipeline import rules
from safeguards.pipeline.failure import Failure
from safeguards.pipeline.manifest import ColumnRecord, Manifest, fingerprint
from safeguards.pipeline.pseudonymise import PseudonymiseRunning
from safeguards.pipeline.shared import ROWS_AT_ONCE, Done, Work, in_processes, start, transformed
from safeguards.pipeline.step import Counts, Running, Step, Telling
from safeguards.pseudonyms import Domain
from safeguards.tables import Source, told_by

if TYPE_CHECKING:
    from safeguards.pipeline.pipeline import Pipeline

Advance = Callable[[int, int | None], object]


class Run:
    """One pass over one source; ``counts`` holds what each step has counted so far.

    ``whole`` is False where the source is a part of what is judged together, and ``schema`` what all its
    parts are read as.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        source: Source,
        advance: Advance | None = None,
        processes: int = 1,
        *,
        schema: pa.Schema | None = None,
        whole: bool = True,
    ) -> None:
        self._pipeline = pipeline
        self._source = source
        self._advance = advance
        self._processes = processes
        self._whole = whole
        self._rows_in = self._rows_out = 0
        self._manifest: Manifest | None = None
        self.counts = [Counts() for _ in pipeline.steps]
        self._nulls_out = Counter[str]()
        metadata = told_by(source)
        rules.check_history_regime(pipeline.regime, metadata)
        self._work = Work(pipeline.steps, (schema or source.schema).remove_metadata(), metadata)
        self._running = start(self._work.steps, self._work.schema, metadata)
        self.schema = self._running[-1].schema if self._running else self._work.schema
        self._watching = [gate.watch(self.schema) for gate in pipeline.gates]
        self._domain = _domain_record(pipeline.domain)

    def paths(self) -> set[str]:
        """Return the columns and parts of columns that are transformed."""
        steps = (step for step in self._running if isinstance(step, PseudonymiseRunning))
        return {part.name for step in steps for part in step.parts()}

    def batches(self) -> Generator[pa.RecordBatch, None, None]:
        """Yield what leaves; after the last of it the gates judge, and the record stands."""
        total = self._source.rows() if self._advance else None
        for rows, batch, counted in self._transformed():
            for counts, more in zip(self.counts, counted, strict=True):
                counts.update(more)
            self._rows_in += rows
            self._rows_out += batch.num_rows
            self._nulls_out.update({name: batch[name].null_count for name in batch.schema.names})
            for watching in self._watching:
                Failure.told("a gate", watching.see, batch)
            yield batch
            if self._advance:
                self._advance(self._rows_in, total)
        if self._whole:
            self.refuse_unmet(self.counts)
        gates = [
            {**gate.describe(), "evidence": dict(Failure.told("a gate", watching.judge))}
            for gate, watching in zip(self._pipeline.gates, self._watching, strict=True)
        ]
        nulls = {name: self._nulls_out[name] for name in self.schema.names}
        self._manifest = self.conclude(self._rows_in, self._rows_out, self.counts, nulls, gates)

    def _transformed(self) -> Iterator[Done]:
        if self._processes > 1:
            batches = self._source.batches(size=ROWS_AT_ONCE)
            yield from in_processes(self._work, batches, self._processes)
            return
        before = 0
        for batch in self._source.batches():
            yield transformed(self._running, batch, before)
            before += batch.num_rows

    def manifest(self) -> Manifest:
        """Return the record, once all batches were taken."""
        assert self._manifest is not None
        return self._manifest

    def refuse_stream(self) -> None:
        """Refuse to let rows leave one by one where the whole may be refused at its end.

        Raises:
            InputError: a path into JSON documents may meet nothing, and what no path names is kept.
        """
        if any(isinstance(running, PseudonymiseRunning) and running.keeps for running in self._running):
            raise InputError(
                "rows leave before the end, and a mistyped path into JSON that keeps all else would let a "
                'value pass: say unlisted="refuse" and name the members to keep, or run it over a file'
            )

    def refuse_unmet(self, counts: Sequence[Counts]) -> None:
        """Refuse a path that met nothing where all else is kept: what it means would pass as it is.

        Raises:
            InputError: there is such a path into JSON documents.
        """
        for running, counted in zip(self._running, counts, strict=True):
            if isinstance(running, PseudonymiseRunning) and (paths := running.unmet(counted)):
                raise InputError(
                    f"column {paths[0]!r}: no document has such a member, and what no path names is kept: "
                    'correct the path, or say unlisted="refuse" and name the members to keep; nothing was '
                    "written"
                )

    def conclude(
        self,
        rows_in: int,
        rows_out: int,
        counts: Sequence[Counts],
        nulls_out: Mapping[str, int],
        gates: Sequence[Mapping[str, Any]],
    ) -> Manifest:
        """Return the record of so many rows and counts."""
        return Manifest(
            source=self._source.name,
            rows_in=rows_in,
            rows_out=rows_out,
            nulls_out=nulls_out,
            input_schema=fingerprint(self._source.schema),
            output_schema=fingerprint(self.schema),
            columns=[
                record
                for running, counted in zip(self._running, counts, strict=True)
                for record in Failure.told("a step", _finished, running, rows_in, counted)
            ],
            steps=[
                Failure.told("a step", _described, *part)
                for part in zip(self._pipeline.steps, self._running, counts, strict=True)
            ],
            purpose=self._pipeline.purpose,
            domain=self._domain,
            regime=self._pipeline.regime,
            gates=gates,
        )


def _finished(running: Running, rows: int, counts: Counts) -> list[ColumnRecord]:
    return [*running.finish(rows, counts)]


def _described(step: Step, running: Running, counts: Counts) -> dict[str, Any]:
    evidence = {"evidence": dict(running.evidence(counts))} if isinstance(running, Telling) else {}
    return {**step.describe(), **evidence}


def _domain_record(domain: Domain | None) -> dict[str, object] | None:
    if domain is None:
        return None
    return {
        "name": domain.name,
        "epoch": domain.epoch,
        "regime": domain.regime,
        "keyring": domain.keyring_name,
        "keyring_id": resolve(domain.keyring_name).id,
        "kept_apart": domain.kept_apart,
        "statement": "kept apart" if domain.kept_apart else "not kept apart",
    }
