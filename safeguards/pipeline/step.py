"""What a pipeline is made of: steps, which other rooms can supply too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    from safeguards.pipeline.manifest import ColumnRecord


class Running(Protocol):
    """One step at work on one stream of batches."""

    @property
    def schema(self) -> pa.Schema:
        """The schema of the batches that come out."""

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Take the next batch and return what becomes of it; the input is not changed."""

    def finish(self) -> Sequence[ColumnRecord]:
        """Say, after the last batch, what was done to each column; raise to refuse the whole result."""


class Step(Protocol):
    """A part of a pipeline: data that can be pickled, which names keys and never holds one."""

    def start(self, schema: pa.Schema, metadata: Mapping[str, str]) -> Running:
        """Begin work on batches of ``schema``; ``metadata`` is what their source tells of itself.

        Raises:
            InputError: the step does not fit such batches.
        """

    def describe(self) -> Mapping[str, Any]:
        """Return the settings that the manifest states of the step as a whole."""
