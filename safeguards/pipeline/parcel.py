"""A pipeline's steps as they travel to workers: data, with keys only as their provider wrapped them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from safeguards.errors import KeyringError
from safeguards.keys import WrappedKeyring, registered, resolve, use_wrapped
from safeguards.pipeline.shared import start, transformed
from safeguards.pipeline.step import Counts, Step
from safeguards.pseudonyms.domain import PSEUDONYMS


@dataclass(frozen=True)
class Parcel:
    """Steps, the schema they begin with, and the keyrings they name. It can be pickled, and holds no key.

    A step says which keyrings it names by an attribute ``keyrings``, a sequence of names; one without it
    names none.
    """

    steps: tuple[Step, ...]
    schema: pa.Schema
    metadata: Mapping[str, str] = field(default_factory=dict)
    keyrings: Mapping[str, WrappedKeyring] = field(default_factory=dict)

    @classmethod
    def of(
        cls, steps: Sequence[Step], schema: pa.Schema, metadata: Mapping[str, str] | None = None
    ) -> Parcel:
        """Pack steps, with the keys of this process's keyrings as their provider wrapped them.

        Raises:
            KeyringError: a keyring is not there, or its store cannot be read.
        """
        names = dict.fromkeys(name for step in steps for name in getattr(step, "keyrings", ()))
        wrapped = {name: resolve(name).wrapped() for name in names}
        return cls(tuple(steps), schema, dict(metadata or {}), wrapped)

    def open(self) -> Chain:
        """Begin work where the parcel arrived; the first time in a process, its provider unwraps the keys.

        Raises:
            KeyringError: the provider does not unwrap them here, or the names mean other keyrings here.
        """
        use_wrapped(self.keyrings)
        if self.keyrings and PSEUDONYMS not in self.keyrings and registered(PSEUDONYMS):
            raise KeyringError(
                f"this worker's environment names a keyring {PSEUDONYMS!r}, which the sender's does not: the "
                'same domain would give other pseudonyms; name it in both, or Domain(..., keyring="default")'
            )
        return Chain(self.steps, self.schema, self.metadata)


class Chain:
    """Steps at work one after the other, in one process, which adds up what each of them counts."""

    def __init__(self, steps: Sequence[Step], schema: pa.Schema, metadata: Mapping[str, str]) -> None:
        self.running = start(steps, schema, metadata)
        self.schema: pa.Schema = self.running[-1].schema if self.running else schema
        self.rows_in = 0
        self.counts = [Counts() for _ in steps]
        self.nulls_out = Counter(dict.fromkeys(self.schema.names, 0))

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return what becomes of the next batch."""
        rows, batch, counted = transformed(self.running, batch, self.rows_in)
        self.rows_in += rows
        for counts, more in zip(self.counts, counted, strict=True):
            counts.update(more)
        for name in self.schema.names:
            self.nulls_out[name] += batch[name].null_count
        return batch
