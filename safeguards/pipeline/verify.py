"""Read an output back and compare it with its manifest: what it says must be what is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.errors import GateRefused, InputError
from safeguards.pipeline.directories.folder import MANIFEST, SUCCESS, entries
from safeguards.pipeline.gates import GATES, gates_from
from safeguards.pipeline.manifest import Manifest, digest, fingerprint
from safeguards.pipeline.promises import holds_of
from safeguards.pipeline.step import Watching
from safeguards.tables import Source, open_file
from safeguards.tables.files import kind_of

_EXACT = ".parquet"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as the manifest says: where, what it says, and what is there; never a value."""

    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.where}: the manifest says {self.expected}, there is {self.found}"


def verify(output: str | Path, manifest: str | Path | None = None) -> list[Difference]:
    """Compare a file, or a directory that ``run_directory`` wrote, with its manifest.

    Compared are the bytes' SHA-256 where it is stated, columns and their types, rows, NULLs, of each column
    whether its values are what its transform makes, and what the gates find now. Text files have no types.

    Args:
        output: the file or the directory.
        manifest: the manifest's file; a Parquet file carries its own, and a directory holds it.

    Returns:
        Every difference; an empty list where all is as stated.

    Raises:
        InputError: there is no output, no manifest, or one of them cannot be read.
    """
    location = Path(output)
    if location.is_dir():
        record = Manifest.read(manifest or location / MANIFEST)
        return [*_of_directory(location, record)]
    if manifest is None and kind_of(location) != _EXACT:
        raise InputError(f"{location.name}: only Parquet files carry a manifest; name the one beside it")
    record = Manifest.read(manifest or location)
    return [
        *_of_bytes(location.name, location, (record.output or {}).get("sha256")),
        *_of_rows(location, record),
    ]


def _of_rows(path: Path, record: Manifest) -> Iterator[Difference]:
    source = open_file(path)
    yield from _of_schema(path, source, record)
    found = _Found(record, source.schema, kind_of(path))
    found.add(source)
    yield from found.differences()


def _of_directory(folder: Path, record: Manifest) -> Iterator[Difference]:
    if not (folder / SUCCESS).exists():
        yield Difference(f"directory {folder.name}", f"it is complete ({SUCCESS})", "no such marker")
    stated = {part["part"]: part for part in record.parts}
    there = {path.name for path in entries(folder)}
    for name in sorted(there - stated.keys()):
        yield Difference(f"part {name}", "no such part", "one")
    found = None
    for name, part in stated.items():
        path = folder / name
        if name not in there:
            yield Difference(f"part {name}", f"{part['rows_out']} rows", "no such file")
            continue
        yield from _of_bytes(f"part {name}", path, part["output"])
        source = open_file(path)
        yield from _of_schema(path, source, record)
        found = found or _Found(record, source.schema, kind_of(path))
        rows = found.add(source)
        if rows != part["rows_out"]:
            yield Difference(f"part {name}", f"{part['rows_out']} rows", f"{rows}")
    if found is not None:
        yield from found.differences()


def _of_bytes(where: str, path: Path, stated: str | None) -> Iterator[Difference]:
    try:
        found = digest(path) if stated is not None else None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if found != stated:
        yield Difference(where, f"SHA-256 {stated}", f"{found}")


def _of_schema(path: Path, source: Source, record: Manifest) -> Iterator[Difference]:
    stated = dict(record.output_schema["columns"])
    there = dict(fingerprint(source.schema)["columns"])
    gone = {one.column: one.transform for one in record.columns if one.output_type is None}
    for name in there.keys() - stated.keys():
        yield Difference(f"column {name!r}", f"it was left out ({gone.get(name, 'not listed')})", "it")
    for name in stated.keys() - there.keys():
        yield Difference(f"column {name!r}", stated[name], "no such column")
    for name in stated.keys() & there.keys():
        if kind_of(path) == _EXACT and stated[name] != there[name]:
            yield Difference(f"column {name!r}", f"type {stated[name]}", there[name])
    if stated.keys() == there.keys() and [*stated] != [*there]:
        yield Difference("columns", f"the order {', '.join(stated)}", ", ".join(there))


class _Found:
    """What is counted while an output is read back."""

    def __init__(self, record: Manifest, schema: pa.Schema, kind: str) -> None:
        self._record, self._kind = record, kind
        self._rows = 0
        self._nulls = Counter[str]()
        self._misses = Counter[str]()
        self._first: dict[str, int] = {}
        # The last step that worked on a column says what its values are.
        last = {one.column: one for one in record.columns}
        self._holds = {name: holds for name, one in last.items() if (holds := holds_of(one)) is not None}
        self._gates = [_Judged(stated, schema) for stated in record.gates if stated.get("gate") in GATES]

    def add(self, source: Source) -> int:
        """Read a source, and return its rows."""
        before = self._rows
        for batch in source.batches():
            for name in batch.schema.names:
                self._nulls[name] += batch[name].null_count
                if name in self._holds:
                    self._check(name, batch[name])
            for gate in self._gates:
                gate.see(batch)
            self._rows += batch.num_rows
        return self._rows - before

    def differences(self) -> Iterator[Difference]:
        """Yield what is not as stated of rows, NULLs and values."""
        record = self._record
        if self._rows != record.rows_out:
            yield Difference("rows", f"{record.rows_out}", f"{self._rows}")
        for name, stated in (record.nulls_out or {}).items():
            if name in self._nulls and not self._as_many(name, stated):
                yield Difference(f"column {name!r}", f"{stated} NULLs", f"{self._nulls[name]}")
        last = {one.column: one for one in record.columns}
        for name, misses in self._misses.items():
            told = last[name].transform + (f" of {last[name].item}" if last[name].item else "")
            row = self._first[name]
            yield Difference(f"column {name!r}", told, f"{misses} values of another form, first in row {row}")
        for gate in self._gates:
            yield from gate.differences()

    def _check(self, name: str, values: Any) -> None:
        held = pc.fill_null(self._holds[name](values), True)
        if misses := held.false_count:
            self._misses[name] += misses
            self._first.setdefault(name, self._rows + pc.index(held, False).as_py() + 1)

    def _as_many(self, name: str, stated: int) -> bool:
        found = self._nulls[name]
        kind = dict(self._record.output_schema["columns"]).get(name, "")
        # JSON has no word for NaN, which is written as null.
        return found == stated or (
            found > stated
            and self._kind in {".jsonl", ".ndjson"}
            and kind in {"float", "double", "halffloat"}
        )


class _Judged:
    """A gate that judges an output again."""

    def __init__(self, stated: Mapping[str, Any], schema: pa.Schema) -> None:
        self._name = f"gate {stated['gate']}"
        self._evidence = stated.get("evidence", {})
        settings = {name: value for name, value in stated.items() if name != "evidence"}
        self._watching: Watching | None = None
        with suppress(InputError):  # of a column that is gone, which is a difference of its own
            self._watching = gates_from([settings], "manifest")[0].watch(schema)

    def see(self, batch: pa.RecordBatch) -> None:
        if self._watching is not None:
            self._watching.see(batch)

    def differences(self) -> Iterator[Difference]:
        if self._watching is None:
            yield Difference(self._name, _listed(self._evidence), "no such columns to judge")
            return
        try:
            found = _listed(self._watching.judge())
        except GateRefused as refusal:
            found = f"what it refuses: {refusal}"
        if found != _listed(self._evidence):
            yield Difference(self._name, _listed(self._evidence), found)


def _listed(evidence: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in evidence.items())
