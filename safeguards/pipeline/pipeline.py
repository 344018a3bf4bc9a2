"""A pipeline: steps in a row, over whatever holds rows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy.engine import Engine

from safeguards.errors import InputError
from safeguards.pipeline import rules
from safeguards.pipeline.database.into_table import Constraints, IfExists, TableTarget
from safeguards.pipeline.declared import from_document, read_document
from safeguards.pipeline.directories.directory import Told, run_directory
from safeguards.pipeline.manifest import METADATA_KEY, Manifest, digest, refuse_other
from safeguards.pipeline.pseudonymise import Pseudonymise, Unlisted
from safeguards.pipeline.run import Advance, Run
from safeguards.pipeline.step import Gate, Step
from safeguards.pipeline.workers import check_processes
from safeguards.pseudonyms import Domain, Transform
from safeguards.pseudonyms.domain import SAFEGUARD, Regime, as_domain
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


class Pipeline:
    """Steps over batches of rows, with a manifest of what they did.

    Args:
        steps: column to transform, which is one :class:`Pseudonymise` step, or steps in order, gates last.
        domain: the scope of keyed pseudonyms, by name or as a :class:`Domain`; with a mapping only.
        purpose: what the result is for; goes into the manifest.
        unlisted: ``refuse`` (the default), ``drop`` or ``keep`` columns not named; with a mapping only.
        gates: judge the whole result before any of it leaves; they may also stand at the end of ``steps``.

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
        gates: Sequence[Gate] = (),
    ) -> None:
        scope = None if domain is None else as_domain(domain)
        if isinstance(steps, str) or not isinstance(steps, Mapping | Sequence):
            raise InputError("a pipeline takes {column: transform}, or a list of steps")
        if isinstance(steps, Mapping):
            steps = [Pseudonymise(steps, scope, unlisted)]
        elif domain is not None or unlisted != "refuse":
            raise InputError("domain= and unlisted= go with a mapping of columns; give them to the steps")
        parts = (*steps, *gates)
        if classes := [part.__name__ for part in parts if isinstance(part, type)]:
            raise InputError(f"a pipeline takes steps, not their classes: write {classes[0]}(...)")
        if wrong := [part for part in parts if not (hasattr(part, "start") or isinstance(part, Gate))]:
            kind = type(wrong[0]).__name__
            raise InputError(f"a pipeline's steps are such as Pseudonymise(...) and gates, not {kind}")
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
        steps, purpose = from_document(read_document(Path(path)), Path(path).name)
        return cls(steps, purpose=purpose)

    @property
    def domain(self) -> Domain | None:
        """The domain that keyed pseudonyms are made in, None where there are none."""
        keyed = (step for step in self.steps if isinstance(step, Pseudonymise) and step.keyed)
        return next((step.domain for step in keyed), None)

    @property
    def judges(self) -> bool:
        """Whether a gate or a step may refuse the whole at its end, so that nothing may leave before."""
        return bool(self.gates) or any(getattr(step, "judges", False) for step in self.steps)

    @property
    def keyrings(self) -> frozenset[str]:
        """The names of the keyrings that its steps ask for."""
        return frozenset().union(*(getattr(step, "keyrings", ()) for step in self.steps))

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
        if self.judges and is_stream(table):
            raise InputError("a gate judges the whole before any of it leaves: pass a table, or use run_file")
        source = open_frame(table)
        refuse_other(manifest)
        run = Run(self, source)
        if is_stream(table):
            run.refuse_stream()
            return stream_like(run.schema, lambda: _recorded(Run(self, source), manifest), table)
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
        processes: int = 1,
    ) -> Manifest:
        """Transform a file, a frame or a table of a database into a file; memory does not grow with its size.

        The target appears when all of it is written, or never; a Parquet file carries the manifest. Other
        ``processes`` open the keyrings by themselves; the rows keep their order, and the result is the same.

        Args:
            source: a path, a source of :mod:`safeguards.tables`, or a frame as :meth:`run` takes it.
            target: a path; its ending says the kind of file.
            manifest: a file to write the manifest to.
            advance: called with rows done, and their total where it is known.
            processes: how many processes share the steps' work; above 1 they are spawned, and a script that
                asks for them needs the guard ``if __name__ == "__main__"``.

        Raises:
            InputError: the source does not fit the steps, or two of the files are one.
            AlreadyProtected: the source holds ciphertexts or tokens.
            GateRefused: a gate judges that the result may not leave; nothing is written.
        """
        rows = _opened(source)
        _refuse_same(rows, target, manifest)
        check_processes(processes)
        run = Run(self, rows, advance, processes)
        if not run.schema.names:
            raise InputError("every column is dropped; there is nothing to write")
        with whole_file(Path(manifest)) if manifest is not None else nullcontext() as record:
            with closing(run.batches()) as batches:
                write_file(
                    target, run.schema, batches, metadata=lambda: {METADATA_KEY: run.manifest().to_json()}
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
        processes: int = 1,
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
            processes: as in :meth:`run_file`.

        Raises:
            ConstraintsBroken: the result would break constraints; one line names them all.
            InputError: the source does not fit the steps, the table has rows, or a row breaks a constraint.
            AlreadyProtected: the source holds ciphertexts or tokens.
            GateRefused: a gate judges that the result may not leave; nothing is written.
        """
        rows = _opened(source)
        refuse_other(manifest)
        place = TableTarget(target, table, if_exists, constraints, beside)
        check_processes(processes)
        run = Run(self, rows, advance, processes)
        if not run.schema.names:
            raise InputError("every column is dropped; there is nothing to write")
        plan = place.plan(self, rows, run.schema)
        with whole_file(Path(manifest)) if manifest is not None else nullcontext() as record:
            with closing(run.batches()) as batches:  # so that reading ends while its connection is open
                plan.fill(batches)
            done = replace(run.manifest(), output={**place.told, **plan.told})
            if record is not None:
                record.write(done.to_json().encode())
        return done

    def run_directory(
        self,
        source: Path_,
        target: Path_,
        *,
        processes: int = 1,
        advance: Advance | None = None,
        told: Told | None = None,
    ) -> Manifest:
        """Transform each file of a directory into one of the same name in another; a killed run is resumed.

        Parts take their names all together, when the last is written and the gates have judged the whole;
        then come the joint manifest ``_manifest.json`` and, at last, ``_SUCCESS``. Files whose names begin
        with ``.`` or ``_`` are no parts. A part that an earlier run finished is kept where its input's
        SHA-256, the pipeline and the key ids are still the same, and made anew elsewhere.

        Args:
            source: a directory of files of one kind, whose columns are the same.
            target: a directory that is made, or that an earlier run of this method wrote to.
            processes: how many processes share the parts, each a part at a time.
            advance: called with rows done, and None.
            told: called with each part's name and ``kept``, ``made`` or ``made anew``.

        Raises:
            InputError: a part does not fit, the target holds other files, or another process writes to it.
            AlreadyProtected: a part holds ciphertexts or tokens.
            GateRefused: a gate judges that the whole may not leave; no part appears.
        """
        check_processes(processes)
        return run_directory(self, Path(source), Path(target), processes, advance, told)


def _recorded(run: Run, manifest: Path_ | None) -> Iterator[pa.RecordBatch]:
    yield from run.batches()
    if manifest is not None:
        run.manifest().write(manifest)


def _opened(source: Path_ | Source | Any) -> Source:
    if isinstance(source, str | os.PathLike):
        return open_file(source)
    return source if hasattr(source, "batches") and not is_frame(source) else open_frame(source)


def _refuse_same(source: Source, target: Path_, manifest: Path_ | None) -> None:
    """Refuse to write one of the three files over another, or a manifest over anything else."""
    named = {"source": getattr(source, "path", None), "target": target, "manifest": manifest}
    seen: dict[Path, str] = {}
    for role, path in named.items():
        if path is not None and (other := seen.setdefault(Path(path).resolve(), role)) != role:
            raise InputError(f"{path}: {other} and {role} are one file; name another {role}")
    refuse_other(manifest)
