"""A pipeline: steps in a row, over whatever holds rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy.engine import Engine

from safeguards.errors import InputError
from safeguards.keys import resolve
from safeguards.pipeline import rules
from safeguards.pipeline.declared import from_document, read_document
from safeguards.pipeline.into_table import Constraints, IfExists, TableTarget
from safeguards.pipeline.manifest import METADATA_KEY, Manifest, digest, fingerprint
from safeguards.pipeline.pseudonymise import Pseudonymise, Unlisted
from safeguards.pipeline.step import Counts, Gate, Running, Step
from safeguards.pseudonyms import Domain, Transform
from safeguards.pseudonyms.domain import SAFEGUARD, Regime
from safeguards.tables import (
    Source,
    is_frame,
    is_stream,
    open_file,
    open_frame,
    stream_like,
    to_like,
    write_file,
)
from safeguards.tables.writing import whole_file

Path_ = str | os.PathLike[str]
Advance = Callable[[int, int | None], object]


class Pipeline:
    """Steps over batches of rows, with a manifest of what they did.

    Args:
        steps: column to transform, which is one :class:`Pseudonymise` step, or steps in order, gates last.
        domain: the scope of keyed pseudonyms, by name or as a :class:`Domain`; with a mapping only.
        purpose: what the result is for; goes into the manifest.
        unlisted: ``refuse`` (the default), ``drop`` or ``keep`` columns not named; with a mapping only.

    Raises:
        InputError: a column's transform is none, is keyed without a domain, or breaks a rule; a step follows
            a gate; domains of both regimes are used; or a research domain has no purpose.
    """

    def __init__(
        self,
        steps: Mapping[str, Transform] | Sequence[Step | Gate],
        *,
        domain: str | Domain | None = None,
        purpose: str | None = None,
        unlisted: Unlisted = "refuse",
    ) -> None:
        scope = Domain(domain) if isinstance(domain, str) else domain
        if isinstance(steps, Mapping):
            steps = [Pseudonymise(steps, scope, unlisted)]
        elif domain is not None or unlisted != "refuse":
            raise InputError("domain= and unlisted= go with a mapping of columns; give them to the steps")
        parts = tuple(steps)
        self.gates: tuple[Gate, ...] = tuple(part for part in parts if isinstance(part, Gate))
        self.steps: tuple[Step, ...] = tuple(part for part in parts if not isinstance(part, Gate))
        self.purpose = purpose
        if parts[: len(self.steps)] != self.steps:
            raise InputError("gates judge what leaves: put them after all steps")
        rules.check_regime(self.regime, purpose)

    @classmethod
    def from_toml(cls, path: Path_) -> Pipeline:
        """Read a pipeline from a TOML file; see :mod:`safeguards.pipeline.declared`.

        Raises:
            InputError: the file is missing or says something unknown.
        """
        columns, settings = from_document(read_document(Path(path)), Path(path).name)
        return cls(columns, **settings)

    @property
    def domain(self) -> Domain | None:
        """The domain that keyed pseudonyms are made in, None where there are none."""
        keyed = (step for step in self.steps if isinstance(step, Pseudonymise) and step.keyed)
        return next((step.domain for step in keyed), None)

    @property
    def regime(self) -> Regime:
        """The regime of the domains that its steps use.

        Raises:
            InputError: they use both.
        """
        domains = (step.domain for step in self.steps if isinstance(step, Pseudonymise))
        regimes = {domain.regime for domain in domains if domain is not None}
        if len(regimes) > 1:
            raise InputError("a pipeline works under one regime: safeguard or research")
        return regimes.pop() if regimes else SAFEGUARD

    def run(self, table: Any, *, manifest: Path_ | None = None) -> Any:
        """Transform a frame; the same kind comes out, and the rows that came in are not changed.

        Arrow tables, batches, readers and data sets, pandas and polars frames, relations of DuckDB, and
        frames of narwhals. A reader and a lazy frame of polars are worked on while the result is read, in
        memory that does not grow; a lazy frame each time that it is run. All other results are held in
        memory: to write more than fits, use :meth:`run_file`, which takes the same frames.

        Arrow tables, batches and data sets carry the manifest in their schema's metadata too.

        Args:
            table: the rows.
            manifest: a file to write the manifest to; for a reader or a lazy frame when all of it was read.

        Raises:
            InputError: the table does not fit the steps, or a reader or lazy frame is to pass a gate.
            AlreadyProtected: it holds ciphertexts or tokens.
            GateRefused: a gate judges that the result may not leave.
        """
        if self.gates and is_stream(table):
            raise InputError("a gate judges the whole before any of it leaves: pass a table, or use run_file")
        source = open_frame(table)
        run = _Run(self, source)
        if is_stream(table):
            return stream_like(run.schema, lambda: _recorded(_Run(self, source), manifest), table)
        result = pa.Table.from_batches(list(run.batches()), run.schema)
        record = run.manifest()
        if manifest is not None:
            record.write(manifest)
        return to_like(result.replace_schema_metadata({METADATA_KEY: record.to_json()}), table)

    def run_file(
        self,
        source: Path_ | Source | Any,
        target: Path_,
        *,
        manifest: Path_ | None = None,
        advance: Advance | None = None,
    ) -> Manifest:
        """Transform a file, a frame or a table of a database into a file; memory does not grow with its size.

        The target appears when all of it is written, or never; a Parquet file carries the manifest.

        Args:
            source: a path, a source of :mod:`safeguards.tables`, or a frame as :meth:`run` takes it.
            target: a path; its ending says the kind of file.
            manifest: a file to write the manifest to.
            advance: called with rows done, and their total where it is known.

        Raises:
            InputError: the source does not fit the steps, or two of the files are one.
            AlreadyProtected: the source holds ciphertexts or tokens.
            GateRefused: a gate judges that the result may not leave; nothing is written.
        """
        rows = _opened(source)
        _refuse_same(rows, target, manifest)
        run = _Run(self, rows, advance)
        if not run.schema.names:
            raise InputError("every column is dropped; there is nothing to write")
        with whole_file(Path(manifest)) if manifest is not None else nullcontext() as record:
            write_file(
                target, run.schema, run.batches(), metadata=lambda: {METADATA_KEY: run.manifest().to_json()}
            )
            if record is None:
                return run.manifest()
            done = replace(run.manifest(), output={"sha256": digest(target)})
            record.write(done.to_json().encode())
        return done

    def run_table(
        self,
        source: Path_ | Source | Any,
        target: str | Engine,
        table: str,
        *,
        if_exists: IfExists = "refuse",
        constraints: Constraints = "carry",
        beside: Mapping[str, Pipeline] | None = None,
        manifest: Path_ | None = None,
        advance: Advance | None = None,
    ) -> Manifest:
        """Transform a file, a frame or a table of a database into a table, in memory that does not grow.

        The table is made where there is none, with columns as wide as the pseudonyms, and appears when all
        rows are in it, or never. A table that is there takes all rows or none. Constraints are checked before
        the first row is read: see :func:`~safeguards.pipeline.check_constraints`.

        Args:
            source: as in :meth:`run_file`; that of :func:`safeguards.tables.open_database` tells its
                constraints.
            target: a database URL, or an engine of SQLAlchemy; a file of SQLite may be new.
            table: the table's name; ``schema.table`` outside the default schema of PostgreSQL.
            if_exists: ``refuse`` a table that has rows, or ``append`` to them.
            constraints: ``carry`` the primary key, UNIQUE, NOT NULL and CHECK of the source's table, or
                ``leave`` them out of a table that is made.
            beside: the pipelines of other tables, by name, that foreign keys lead to; those whose table is in
                the target already are carried.
            manifest: a file to write the manifest to.
            advance: called with rows done, and their total where it is known.

        Raises:
            ConstraintsBroken: the result would break constraints; one line names them all.
            InputError: the source does not fit the steps, the table has rows, or a row breaks a constraint.
            AlreadyProtected: the source holds ciphertexts or tokens.
            GateRefused: a gate judges that the result may not leave; nothing is written.
        """
        rows = _opened(source)
        place = TableTarget(target, table, if_exists, constraints, beside)
        run = _Run(self, rows, advance)
        if not run.schema.names:
            raise InputError("every column is dropped; there is nothing to write")
        plan = place.plan(self, rows, run.schema)
        with whole_file(Path(manifest)) if manifest is not None else nullcontext() as record:
            plan.fill(run.batches())
            done = replace(run.manifest(), output=place.told)
            if record is not None:
                record.write(done.to_json().encode())
        return done


class _Run:
    """One pass over one source."""

    def __init__(self, pipeline: Pipeline, source: Source, advance: Advance | None = None) -> None:
        self._pipeline = pipeline
        self._source = source
        self._advance = advance
        self._rows_in = self._rows_out = 0
        self._manifest: Manifest | None = None
        self._running: list[Running] = []
        self._counts = [Counts() for _ in pipeline.steps]
        metadata = _told(source)
        rules.check_history_regime(pipeline.regime, metadata)
        self.schema = source.schema.remove_metadata()
        for step in pipeline.steps:
            running = step.start(self.schema, metadata)
            self._running.append(running)
            self.schema = running.schema
        self._watching = [gate.watch(self.schema) for gate in pipeline.gates]
        self._domain = _domain_record(pipeline.domain)

    def batches(self) -> Iterator[pa.RecordBatch]:
        total = self._source.rows() if self._advance else None
        for batch in self._source.batches():
            before, self._rows_in = self._rows_in, self._rows_in + batch.num_rows
            for running, counted in zip(self._running, self._counts, strict=True):
                batch, counts = running.apply(batch, before)
                counted.update(counts)
            self._rows_out += batch.num_rows
            for watching in self._watching:
                watching.see(batch)
            yield batch
            if self._advance:
                self._advance(self._rows_in, total)
        self._manifest = self._conclude()

    def manifest(self) -> Manifest:
        """Return the record, once all batches were taken."""
        assert self._manifest is not None
        return self._manifest

    def _conclude(self) -> Manifest:
        return Manifest(
            source=self._source.name,
            rows_in=self._rows_in,
            rows_out=self._rows_out,
            input_schema=fingerprint(self._source.schema),
            output_schema=fingerprint(self.schema),
            columns=[
                record
                for running, counts in zip(self._running, self._counts, strict=True)
                for record in running.finish(self._rows_in, counts)
            ],
            steps=[dict(step.describe()) for step in self._pipeline.steps],
            purpose=self._pipeline.purpose,
            domain=self._domain,
            regime=self._pipeline.regime,
            gates=[
                {**gate.describe(), "evidence": dict(watching.judge())}
                for gate, watching in zip(self._pipeline.gates, self._watching, strict=True)
            ],
        )


def _recorded(run: _Run, manifest: Path_ | None) -> Iterator[pa.RecordBatch]:
    yield from run.batches()
    if manifest is not None:
        run.manifest().write(manifest)


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


def _opened(source: Path_ | Source | Any) -> Source:
    if isinstance(source, str | os.PathLike):
        return open_file(source)
    return source if hasattr(source, "batches") and not is_frame(source) else open_frame(source)


def _told(source: Source) -> dict[str, str]:
    """Return what a source tells of itself: a file's own metadata, or those of its schema."""
    of_schema = {
        key.decode(errors="replace"): value.decode(errors="replace")
        for key, value in (source.schema.metadata or {}).items()
    }
    return {**of_schema, **getattr(source, "metadata", {})}


def _refuse_same(source: Source, target: Path_, manifest: Path_ | None) -> None:
    """Refuse to write one of the three files over another."""
    named = {"source": getattr(source, "path", None), "target": target, "manifest": manifest}
    seen: dict[Path, str] = {}
    for role, path in named.items():
        if path is not None and (other := seen.setdefault(Path(path).resolve(), role)) != role:
            raise InputError(f"{path}: {other} and {role} are one file; name another {role}")
