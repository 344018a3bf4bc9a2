"""A directory of parts: each becomes a part of the same name, and a run that was killed is resumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from safeguards.errors import GateRefused, InputError, SafeguardsError
from safeguards.pipeline.directories.folder import Folder, parts_of
from safeguards.pipeline.directories.identity import identity
from safeguards.pipeline.directories.journal import Finished, Journal
from safeguards.pipeline.failure import Failure
from safeguards.pipeline.manifest import METADATA_KEY, Manifest, digest, fingerprint
from safeguards.pipeline.run import Advance, Run
from safeguards.pipeline.step import Counts, Step
from safeguards.pipeline.workers import Workers
from safeguards.tables import open_file, write_file
from safeguards.tables.json_lines import is_nested_json

if TYPE_CHECKING:
    from safeguards.pipeline.pipeline import Pipeline

Told = Callable[[str, str], object]
"""Called with a part's name, and whether it was ``kept``, ``made`` or ``made anew``."""


def run_directory(
    pipeline: Pipeline,
    source: Path,
    target: Path,
    processes: int,
    advance: Advance | None,
    told: Told | None,
) -> Manifest:
    """Transform each file of ``source`` into one of ``target``; see ``Pipeline.run_directory``."""
    parts = parts_of(source)
    if target.resolve() == source.resolve() or source.resolve() in target.resolve().parents:
        raise InputError(f"{target}: is the source, or lies in it; name another directory")
    job = _Job(pipeline, source, parts[0])
    folder, names = Folder(target), [part.name for part in parts]
    with folder.opened() as journal:
        folder.check(names, journal.finished)
        folder.sweep(names)
        open_parts = _open_parts(job, folder, journal, parts, told)
        rows = sum(journal.finished[name].rows[1] for name in names if source / name not in open_parts)
        with ExitStack() as stack:
            for finished in _made(job, folder, open_parts, processes, stack):
                journal.add(finished)
                rows += finished.rows[1]
                if advance:
                    advance(rows, None)
        done = [journal.finished[name] for name in names]
        before = folder.complete()
        if before is not None and not open_parts and before.parts == _told_of(done):
            return before
        try:
            manifest = job.manifest(done, folder)
        except (GateRefused, InputError):
            folder.sweep(())  # what may not leave is not left lying there either
            raise
        folder.finish(manifest)
    return manifest


class _Job:
    """What all parts have in common: schema, pipeline and keys."""

    def __init__(self, pipeline: Pipeline, source: Path, first: Path) -> None:
        rows = open_file(first)
        self.pipeline, self.source = pipeline, source
        self._run = Run(pipeline, rows)
        if not self._run.schema.names:
            raise InputError("every column is dropped; there is nothing to write")
        self.schema = rows.schema.remove_metadata()
        self.identity = identity(pipeline.steps, pipeline.gates, pipeline.purpose)
        empty = self._run.conclude(0, 0, [Counts() for _ in pipeline.steps], {}, ())
        self.keys: Mapping[str, Any] = {
            "keyring": empty.domain and empty.domain["keyring_id"],
            "columns": {one.column: one.key_id for one in empty.columns if one.key_id is not None},
        }

    def same(self, finished: Finished, part: Path) -> bool:
        """Say whether a part was made of the same input, by the same pipeline, with the same keys."""
        made = (finished.pipeline, finished.keys, len(finished.counts))
        ours = (self.identity, self.keys, len(self.pipeline.steps))
        return made == ours and finished.input == digest(part)

    def work(self) -> PartWork:
        """Return the work on one part, as data."""
        return PartWork(self.pipeline.steps, self.pipeline.purpose, self.schema, self.identity, self.keys)

    def manifest(self, done: Sequence[Finished], folder: Folder) -> Manifest:
        """Return the joint record; counts add up, and gates judge what leaves by reading it back."""
        counts = [Counts() for _ in self.pipeline.steps]
        nulls = Counter[str]()
        for finished in done:
            for total, more in zip(counts, finished.counts, strict=True):
                total.update({(column, what): number for column, what, number in more})
            nulls.update(finished.nulls_out)
        self._run.refuse_unmet(counts)
        gates = self._judged(done, folder) if self.pipeline.gates else []
        rows_in, rows_out = (sum(one.rows[1] for one in done), sum(one.rows_out for one in done))
        nulls_out = {name: nulls[name] for name in self._run.schema.names}
        whole = self._run.conclude(rows_in, rows_out, counts, nulls_out, gates)
        return replace(whole, source=self.source.name, parts=_told_of(done))

    def _judged(self, done: Sequence[Finished], folder: Folder) -> list[Mapping[str, Any]]:
        watching = [gate.watch(self._run.schema) for gate in self.pipeline.gates]
        for finished in done:
            place = folder.place(finished.part, finished.output)
            if place is None:
                raise SafeguardsError(f"{folder.path}: {finished.part} was changed meanwhile; run it again")
            for batch in open_file(place).batches():
                for one in watching:
                    Failure.told("a gate", one.see, _as(batch, self._run.schema))
        evidence = [dict(Failure.told("a gate", one.judge)) for one in watching]
        pairs = zip(self.pipeline.gates, evidence, strict=True)
        return [{**gate.describe(), "evidence": found} for gate, found in pairs]


@dataclass(frozen=True)
class PartWork:
    """Work on whole parts, as data: called once in each process."""

    steps: Sequence[Step]
    purpose: str | None
    schema: pa.Schema
    identity: str
    keys: Mapping[str, Any]

    def __call__(self) -> Callable[[Path, Path], Finished]:
        """Return what makes one part of another."""
        from safeguards.pipeline.pipeline import Pipeline

        pipeline = Pipeline(self.steps, purpose=self.purpose)

        def work(part: Path, target: Path) -> Finished:
            try:
                return self._finished(pipeline, part, target)
            except SafeguardsError as error:
                failure = Failure.of(error)
                named = failure if part.name in failure.message else failure.named(part.name)
                raise named.error() from None

        return work

    def _finished(self, pipeline: Pipeline, part: Path, target: Path) -> Finished:
        before, fingerprinted = _state(part), digest(part)
        rows = open_file(part)
        _check_schema(rows.schema, self.schema)
        run = Run(pipeline, rows, schema=self.schema, whole=False)
        if any(is_nested_json(one) > is_nested_json(self.schema.field(one.name)) for one in rows.schema):
            _refuse_other_lists(run.paths(), Run(pipeline, rows, whole=False).paths())
        write_file(
            target, run.schema, run.batches(), metadata=lambda: {METADATA_KEY: run.manifest().to_json()}
        )
        if _state(part) != before:
            target.unlink()
            raise SafeguardsError(f"{part.name}: was changed while it was read; run it again")
        done = run.manifest()
        return Finished(
            part=part.name,
            input=fingerprinted,
            pipeline=self.identity,
            keys=self.keys,
            rows=(0, done.rows_in),
            rows_out=done.rows_out,
            nulls_out=done.nulls_out or {},
            counts=[[(*key, number) for key, number in counts.items()] for counts in run.counts],
            output=digest(target),
        )


def _open_parts(
    job: _Job, folder: Folder, journal: Journal, parts: Sequence[Path], told: Told | None
) -> list[Path]:
    """Return the parts that are to be made, first or anew."""
    found = []
    for part in parts:
        finished = journal.finished.get(part.name)
        kept = finished and job.same(finished, part) and folder.keeps(part.name, finished.output)
        if not kept:
            found.append(part)
        if told:
            told(part.name, "kept" if kept else "made anew" if finished else "made")
    return found


def _made(
    job: _Job, folder: Folder, parts: Sequence[Path], processes: int, stack: ExitStack
) -> Iterator[Finished]:
    tasks = ((part, folder.staged(part.name)) for part in parts)
    if processes == 1 or len(parts) < 2:
        work = job.work()()
        yield from (work(*task) for task in tasks)
        return
    yield from stack.enter_context(Workers(job.work(), min(processes, len(parts)))).map(tasks)


def _told_of(done: Sequence[Finished]) -> list[dict[str, Any]]:
    return [
        {
            "part": one.part,
            "rows_in": one.rows[1],
            "rows_out": one.rows_out,
            "input": one.input,
            "output": one.output,
        }
        for one in done
    ]


def _check_schema(schema: pa.Schema, expected: pa.Schema) -> None:
    if schema.remove_metadata() == expected:
        return
    for (name, kind), (other, wanted) in zip(
        fingerprint(schema)["columns"], fingerprint(expected)["columns"], strict=False
    ):
        if name != other:
            raise InputError(f"has column {name!r} where the first part has {other!r}")
        if kind != wanted:
            raise InputError(f"column {name!r} is {kind} where the first part has {wanted}")
    raise InputError(f"has {len(schema)} columns where the first part has {len(expected)}")


def _refuse_other_lists(paths: set[str], own: set[str]) -> None:
    """Raise InputError where only this part has lists, of whose elements a transform would be."""
    for path in sorted(own - paths):
        if path.endswith("[]"):
            column = path.removesuffix("[]")
            raise InputError(f"column {column!r} holds lists where the first part has none: name {path!r}")


def _as(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Return rows read back in the types that they were made in: classes must not depend on the file.

    What text cannot become again, such as a list that JSON lines hold, stays text; it is no class.
    """
    arrays: list[Any] = []
    for field in schema:
        values: Any = batch[field.name]
        with suppress(pa.ArrowException, ValueError):
            values = values.cast(field.type)
        arrays.append(values)
    return pa.RecordBatch.from_arrays(arrays, names=schema.names)


def _state(part: Path) -> tuple[int, int, int]:
    try:
        found = part.stat()
    except OSError as error:
        raise InputError(f"{part.name}: cannot be read ({error.strerror})") from None
    return found.st_size, found.st_mtime_ns, found.st_ino
