"""The step that looks for personal data in what passes: it counts, or refuses the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.detection import Detector
from safeguards.detection.options import THRESHOLD
from safeguards.errors import GateRefused, InputError
from safeguards.pipeline.columns import require_columns
from safeguards.pipeline.leaves import leaves
from safeguards.pipeline.manifest import ColumnRecord
from safeguards.pipeline.step import Counts, by_column, told
from safeguards.pseudonyms.column import is_text

OnFind = Literal["count", "refuse"]
_ON_FIND = ("count", "refuse")
_FOUND = "found:"
_TEXTS = "texts"


@dataclass(frozen=True)
class Detect:
    """Run the detector over columns of text, also inside lists, structs and maps; rows pass unchanged.

    Behind ``Pseudonymise`` it checks what leaves. The manifest states how many values of each entity stand in
    each column, in the step's ``evidence``.

    Args:
        columns: columns to read; all that hold text by default.
        entities: entities or item ids to look for; all of them by default.
        on_find: ``count``, or ``refuse``, with which nothing leaves when something is found.
        threshold: the least score, in 0..1, that counts.
        thresholds: entities or item ids with a threshold of their own.
        profile: ``default``, or ``recall``, which finds more names, of which more are none.

    Raises:
        InputError: a setting is none of these.
    """

    columns: Sequence[str] | None = None
    entities: Sequence[str] | None = None
    on_find: OnFind = "count"
    threshold: float = THRESHOLD
    thresholds: Mapping[str, float] | None = None
    profile: str = "default"

    def __post_init__(self) -> None:
        if self.on_find not in _ON_FIND:
            raise InputError(f"on_find={self.on_find!r} is none of {', '.join(_ON_FIND)}")
        for name in ("columns", "entities"):
            given = getattr(self, name)
            if isinstance(given, str) or not isinstance(given, Sequence | None):
                raise InputError(f"{name}= is a list of names")
        if self.columns is not None:
            object.__setattr__(self, "columns", tuple(self.columns))
        self._detector()

    @property
    def judges(self) -> bool:
        """Whether it may refuse the whole at its end, so that nothing may leave before."""
        return self.on_find == "refuse"

    def start(self, schema: pa.Schema, metadata: Mapping[str, str]) -> DetectRunning:
        """Choose the columns, and compile what is looked for.

        Raises:
            InputError: a column is missing, or holds no text.
        """
        if self.columns is None:
            return DetectRunning(
                schema, [each.name for each in schema if _reads(each.type)], self._detector(), self.judges
            )
        require_columns(self.columns, schema)
        for name in self.columns:
            if not _reads(schema.field(name).type):
                raise InputError(f"column {name!r} is {schema.field(name).type}: detection reads text")
        return DetectRunning(schema, self.columns, self._detector(), self.judges)

    def describe(self) -> Mapping[str, Any]:
        """Return the step's settings."""
        return {
            "step": "detect",
            "on_find": self.on_find,
            "entities": None if self.entities is None else list(self.entities),
            "threshold": self.threshold,
            "thresholds": dict(self.thresholds or {}),
            "profile": self.profile,
        }

    def _detector(self) -> Detector:
        return Detector(self.threshold, self.entities, profile=self.profile, thresholds=self.thresholds)


class DetectRunning:
    """The step at work."""

    def __init__(self, schema: pa.Schema, columns: Sequence[str], detector: Detector, refuses: bool) -> None:
        self.schema = schema
        self._columns = columns
        self._detector = detector
        self._refuses = refuses

    def apply(self, batch: pa.RecordBatch, before: int = 0) -> tuple[pa.RecordBatch, Counts]:
        """Count what is found in a batch, and let it pass."""
        counts = Counts()
        for name in self._columns:
            for leaf in leaves(batch[name]):
                if is_text(leaf.type):
                    self._count(name, leaf, counts)
        return batch, counts

    def finish(self, rows: int, counts: Counts) -> Sequence[ColumnRecord]:
        """Refuse the whole where something was found and that was asked for.

        Raises:
            GateRefused: something was found; the message names columns, entities and numbers.
        """
        own = by_column(counts)
        found = {name: entities for name in self._columns if (entities := told(own[name], name, _FOUND))}
        if self._refuses and found:
            parts = (f"column {name!r} ({_list(entities)})" for name, entities in found.items())
            raise GateRefused(f"personal data was found in {'; '.join(parts)}; nothing was written")
        return []

    def evidence(self, counts: Counts) -> Mapping[str, Any]:
        """Return, of each column, how many texts were read and what was found in them."""
        own = by_column(counts)
        return {
            name: {_TEXTS: counts[name, _TEXTS], "found": told(own[name], name, _FOUND)}
            for name in self._columns
        }

    def _count(self, name: str, texts: Any, counts: Counts) -> None:
        counts[name, _TEXTS] += len(texts) - texts.null_count
        found: Any = pc.value_counts(self._detector.detect_column(texts)["entity"])
        for entry in found.to_pylist():
            counts[name, f"{_FOUND}{entry['values']}"] += entry["counts"]


def _reads(kind: pa.DataType) -> bool:
    """Say whether a column may hold text, at whatever depth."""
    if isinstance(kind, pa.BaseExtensionType):
        return _reads(kind.storage_type)
    if pa.types.is_nested(kind):
        return any(_reads(kind.field(place).type) for place in range(kind.num_fields))
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return _reads(kind.value_type)
    return is_text(kind)


def _list(entities: Mapping[str, int]) -> str:
    return ", ".join(f"{entity} {number}" for entity, number in entities.items())
