"""What a pipeline is made of: steps over batches, and gates over the whole; other rooms can supply both."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import pyarrow as pa

if TYPE_CHECKING:
    from safeguards.pipeline.manifest import ColumnRecord

Counts = Counter[tuple[str, str]]
"""Numbers by column and what was counted, which add up over batches, such as ("email", "nulls")."""


NULLS = "nulls"
"""What the NULLs of a column are counted under."""


def by_column(counts: Counts) -> Mapping[str, Counts]:
    """Return the counts of each column, none for any other; so that each is looked at once."""
    found: dict[str, Counts] = defaultdict(Counts)
    for (column, what), number in counts.items():
        found[column][column, what] = number
    return found


def told(counts: Counts, column: str, beginning: str) -> dict[str, int]:
    """Return what was counted of a column under names that begin so, by the rest of the name, sorted."""
    found = {
        what.removeprefix(beginning): number
        for (of, what), number in counts.items()
        if of == column and what.startswith(beginning)
    }
    return dict(sorted(found.items()))


class Running(Protocol):
    """One step at work, in one process: keys in hand, and nothing that a batch changes.

    It may have ``filters`` besides, which is true where batches come out with fewer or more rows; without it
    such a batch is refused, so that no row is lost unseen.
    """

    @property
    def schema(self) -> pa.Schema:
        """The schema of the batches that come out."""

    def apply(self, batch: pa.RecordBatch, before: int = 0) -> tuple[pa.RecordBatch, Counts]:
        """Return what becomes of a batch, and counts; the input is not changed.

        A batch comes out alike whatever came before it; ``before`` rows did, for messages alone.
        """

    def finish(self, rows: int, counts: Counts) -> Sequence[ColumnRecord]:
        """Say what was done to each column of so many rows; raise to refuse the whole result."""


@runtime_checkable
class Telling(Protocol):
    """What a step at work has besides, where the manifest is to tell of the run and not of columns alone."""

    def evidence(self, counts: Counts) -> Mapping[str, Any]:
        """Return what the manifest states of the run beside the step's settings; never a value."""


class Step(Protocol):
    """A part of a pipeline: data that can be pickled, which names keys and never holds one.

    A step may have ``judges`` besides, which is true where ``finish`` may refuse the whole, so that a stream
    is refused before it starts; and ``keyrings``, the names of the keyrings that it asks for.
    """

    def start(self, schema: pa.Schema, metadata: Mapping[str, str]) -> Running:
        """Begin work on batches of ``schema``; ``metadata`` is what their source tells of itself.

        Raises:
            InputError: the step does not fit such batches.
        """

    def describe(self) -> Mapping[str, Any]:
        """Return the settings that the manifest states of the step as a whole."""


class Watching(Protocol):
    """One gate at work: it sees every batch that is about to leave, in one process."""

    def see(self, batch: pa.RecordBatch) -> None:
        """Take the next batch into account."""

    def judge(self) -> Mapping[str, Any]:
        """Return, after the last batch, the evidence for the manifest.

        Raises:
            GateRefused: the result may not leave; nothing appears under its name.
        """


@runtime_checkable
class Gate(Protocol):
    """The last parts of a pipeline: each judges the whole result, which waits for it unseen."""

    def watch(self, schema: pa.Schema) -> Watching:
        """Begin to watch batches of ``schema``.

        Raises:
            InputError: the gate does not fit such batches.
        """

    def describe(self) -> Mapping[str, Any]:
        """Return the settings that the manifest states."""
