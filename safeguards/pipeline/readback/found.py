"""What is counted while an output is read back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from safeguards.pipeline.gates import GATES
from safeguards.pipeline.manifest import Manifest
from safeguards.pipeline.readback.difference import Difference, column
from safeguards.pipeline.readback.gates import Judged
from safeguards.pipeline.readback.promised import Part, Promised
from safeguards.pipeline.readback.standing import standing
from safeguards.pipeline.readback.values import Column, Values
from safeguards.tables import Source

TABLE = "table"
"""Stands for the kind of file where the output is a table of a database."""

_WITHOUT_NAN = frozenset({".jsonl", ".ndjson", TABLE})
_FLOATS = frozenset({"float", "double", "halffloat"})


class Found:
    """Rows, NULLs and values of an output of one kind, and what its gates say now."""

    def __init__(self, record: Manifest, schema: pa.Schema, kind: str) -> None:
        self._record, self._kind = record, kind
        self._stated: dict[str, str] = dict(record.output_schema["columns"])
        self._rows = 0
        self._nulls = Counter[str]()
        self._broken = Counter[str]()
        self._whole: dict[str, Promised] = {}
        self._parts: dict[str, list[Part]] = {}
        self._take(record)
        self._gates = [Judged(stated, schema) for stated in record.gates if stated.get("gate") in GATES]

    def _take(self, record: Manifest) -> None:
        told = standing(record)
        nested = {path.column for path in told if path.steps}
        for path, one in told.items():
            if path.column in nested & self._stated.keys():
                part = Part(path, told, self._stated[path.column])
                self._parts.setdefault(path.column, []).append(part)
            elif path.column not in nested:
                self._whole[path.column] = Promised(one)

    def add(self, source: Source) -> int:
        """Read a source, and return its rows."""
        before = self._rows
        for batch in source.batches():
            for name in batch.schema.names:
                self._nulls[name] += batch[name].null_count
                self._see(name, batch)
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
                yield Difference(column(name), f"{stated} NULLs", f"{self._nulls[name]}")
        for name, texts in self._broken.items():
            yield Difference(column(name), "JSON documents", f"{texts} texts that are none")
        for promised in self._whole.values():
            yield from promised.differences()
        for part in (part for parts in self._parts.values() for part in parts):
            yield from part.differences()
        for gate in self._gates:
            yield from gate.differences()

    def _see(self, name: str, batch: pa.RecordBatch) -> None:
        values = batch[name]
        if name in self._whole:
            self._whole[name].see(Values(values, np.arange(len(values), dtype=np.int64)), self._rows)
        if name in self._parts:
            read = Column(values)
            for part in self._parts[name]:
                part.see(read, values.type, self._rows)
            if broken := len(read.broken()):
                self._broken[name] += broken

    def _as_many(self, name: str, stated: int) -> bool:
        found = self._nulls[name]
        # JSON has no word for NaN, which is written as null; SQLite stores it as NULL.
        lost = self._kind in _WITHOUT_NAN and self._stated.get(name) in _FLOATS
        return found == stated or (found > stated and lost)
