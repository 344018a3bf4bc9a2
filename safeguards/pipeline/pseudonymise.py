"""The step that gives each column its transform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from safeguards.errors import InputError, offer
from safeguards.pipeline import rules
from safeguards.pipeline.manifest import ColumnRecord
from safeguards.pipeline.nested.nested import field_of, plan_column
from safeguards.pipeline.nested.part import Part, declared
from safeguards.pipeline.nested.paths import Branch, select
from safeguards.pipeline.nested.place import At, Node, Scope
from safeguards.pipeline.step import Counts, by_column
from safeguards.pseudonyms import Domain, Drop, Keep, Noise, Transform

Unlisted = Literal["refuse", "drop", "keep"]
_UNLISTED = ("refuse", "drop", "keep")


@dataclass(frozen=True)
class Pseudonymise:
    """Transform columns, and parts of nested ones, by name.

    Args:
        columns: column, or path into one (see :mod:`safeguards.pipeline.nested.paths`), to transform; all
            columns and fields must be there.
        domain: the scope of keyed pseudonyms.
        unlisted: what becomes of columns, fields and JSON members not named: ``refuse`` the whole table,
            ``drop`` or ``keep`` them.

    Raises:
        InputError: a setting is none of these, or the transforms break a rule of ``rules.py``.
    """

    columns: Mapping[str, Transform]
    domain: Domain | None = None
    unlisted: Unlisted = "refuse"

    def __post_init__(self) -> None:
        if self.unlisted not in _UNLISTED:
            raise InputError(f"unlisted={self.unlisted!r} is none of {offer(self.unlisted, _UNLISTED)}")
        for name, transform in self.columns.items():
            if not isinstance(transform, Transform):
                raise InputError(
                    f"column {name!r}: {transform!r} is no transform; use Token(), Drop() and the like"
                )
            if transform.keyed and self.domain is None:
                raise InputError(
                    f'column {name!r}: {transform.name} is keyed: name a domain, such as domain="ads-2026"'
                )
        rules.check_declared(self.columns)
        object.__setattr__(self, "columns", dict(self.columns))

    @property
    def keyed(self) -> bool:
        """Whether a column's transform needs the domain's keys."""
        return any(transform.keyed for transform in self.columns.values())

    @property
    def keyrings(self) -> tuple[str, ...]:
        """The names of the keyrings that a worker needs."""
        return (self.domain.keyring_name,) if self.domain is not None and self.keyed else ()

    def start(self, schema: pa.Schema, metadata: Mapping[str, str]) -> PseudonymiseRunning:
        """Fit the transforms to a schema and take their keys.

        Raises:
            InputError: a column is missing, not listed, or of a type that its transform does not take.
            AlreadyProtected: the source's manifest says that a column was transformed before.
            KeyringError: the domain's keyring is not there.
        """
        rules.check_history(self.columns, metadata)
        columns = self._plan(schema)
        rules.check_declared(declared(part for node in columns for part in node.parts()))
        return PseudonymiseRunning(schema, columns)

    def describe(self) -> Mapping[str, Any]:
        """Return the step's name, what became of unlisted columns, and what noise tells of a row at most."""
        told: dict[str, Any] = {"step": "pseudonymise", "unlisted": self.unlisted}
        noisy = [transform for transform in self.columns.values() if isinstance(transform, Noise)]
        if noisy:  # by the composition theorem; each run spends it anew
            told["budget_a_row"] = {
                "epsilon": sum(transform.epsilon for transform in noisy),
                "delta": sum(transform.delta or 0.0 for transform in noisy),
            }
        return told

    def _plan(self, schema: pa.Schema) -> list[Node]:
        branches = select(self.columns, schema.names)
        scope = Scope(self.domain, schema.names, self._rest())
        for name in schema.names:
            if name not in branches:
                branches[name] = Branch(name, transform=scope.rest_of(name, rules.index_hint(name)))
        return [plan_column(branches[field.name], field, scope) for field in schema]

    def _rest(self) -> Transform | None:
        return {"refuse": None, "drop": Drop(), "keep": Keep()}[self.unlisted]


class PseudonymiseRunning:
    """The step at work: keys in hand, counting rows."""

    def __init__(self, schema: pa.Schema, columns: Sequence[Node]) -> None:
        self._columns = dict(zip(schema.names, columns, strict=True))
        self.schema = pa.schema(
            [
                field_of(schema.field(name), node)
                for name, node in self._columns.items()
                if node.output is not None
            ]
        )

    def apply(self, batch: pa.RecordBatch, before: int = 0) -> tuple[pa.RecordBatch, Counts]:
        """Transform a batch and count its values and NULLs.

        Raises:
            InputError: a value has no place in its transform; the message tells its row, not the value.
            AlreadyProtected: a column holds ciphertexts or tokens.
        """
        at = At(batch, before, Counts())
        results = [node.apply(batch[name], at) for name, node in self._columns.items()]
        kept = [result for result in results if result is not None]
        return pa.RecordBatch.from_arrays(kept, schema=self.schema), at.counts

    @property
    def keeps(self) -> bool:
        """Whether JSON documents keep members that no path names."""
        return any(node.keeps for node in self._columns.values())

    def parts(self) -> list[Part]:
        """Return all parts that have a transform."""
        return [part for node in self._columns.values() for part in node.parts()]

    def unmet(self, counts: Counts) -> list[str]:
        """Return the paths that no JSON document had, where it keeps what no path names."""
        return [name for node in self._columns.values() for name in node.unmet(counts)]

    def finish(self, rows: int, counts: Counts) -> Sequence[ColumnRecord]:
        """Return one record a column, or a path into one."""
        own = by_column(counts)
        return [part.record(rows, own[part.name]) for part in self.parts()]
