"""The step that gives each column its transform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pyarrow as pa

from safeguards.errors import InputError, SafeguardsError
from safeguards.pipeline import rules
from safeguards.pipeline.manifest import ColumnRecord
from safeguards.pipeline.step import Counts
from safeguards.pseudonyms import Domain, Drop, Keep, Token, Transform
from safeguards.pseudonyms.column import Unfit
from safeguards.pseudonyms.transform import Bound

Unlisted = Literal["refuse", "drop", "keep"]
_UNLISTED = ("refuse", "drop", "keep")
NULLS = "nulls"


@dataclass(frozen=True)
class Pseudonymise:
    """Transform columns by name.

    Args:
        columns: column to transform; all of them must be there.
        domain: the scope of keyed pseudonyms.
        unlisted: what becomes of columns not named: ``refuse`` the whole table, ``drop`` or ``keep`` them.

    Raises:
        InputError: a setting is none of these, or the transforms break a rule of ``rules.py``.
    """

    columns: Mapping[str, Transform]
    domain: Domain | None = None
    unlisted: Unlisted = "refuse"

    def __post_init__(self) -> None:
        if self.unlisted not in _UNLISTED:
            raise InputError(f"unlisted={self.unlisted!r} is none of {', '.join(_UNLISTED)}")
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
        planned = self._plan(schema)
        rules.check_declared(planned)
        return PseudonymiseRunning(schema, planned, self.domain)

    def describe(self) -> Mapping[str, Any]:
        """Return the step's name and what became of unlisted columns."""
        return {"step": "pseudonymise", "unlisted": self.unlisted}

    def _plan(self, schema: pa.Schema) -> dict[str, Transform]:
        missing = [name for name in self.columns if name not in schema.names]
        if missing:
            raise InputError(f"no column {missing[0]!r}; the columns are: {', '.join(schema.names)}")
        unlisted = [name for name in schema.names if name not in self.columns]
        if unlisted and self.unlisted == "refuse":
            raise InputError(
                f"column {unlisted[0]!r} is not listed{rules.index_hint(unlisted[0])}: give it a transform, "
                'or say unlisted="drop" or "keep"'
            )
        rest: Transform = Keep() if self.unlisted == "keep" else Drop()
        return {name: self.columns.get(name, rest) for name in schema.names}


class PseudonymiseRunning:
    """The step at work: keys in hand, counting rows."""

    def __init__(self, schema: pa.Schema, planned: Mapping[str, Transform], domain: Domain | None) -> None:
        self._columns = [_Column(field, planned[field.name], domain, schema) for field in schema]
        kept = [(column.name, column.output) for column in self._columns if column.output is not None]
        self.schema = pa.schema(kept)

    def apply(self, batch: pa.RecordBatch, before: int = 0) -> tuple[pa.RecordBatch, Counts]:
        """Transform a batch and count its NULLs.

        Raises:
            InputError: a value has no place in its transform; the message tells its row, not the value.
            AlreadyProtected: a column holds ciphertexts or tokens.
        """
        results = [column.apply(batch, before) for column in self._columns]
        counts = Counts({(column.name, NULLS): batch[column.name].null_count for column in self._columns})
        kept = [result for result in results if result is not None]
        return pa.RecordBatch.from_arrays(kept, schema=self.schema), counts

    def finish(self, rows: int, counts: Counts) -> Sequence[ColumnRecord]:
        """Return one record a column."""
        return [column.record(rows, counts[column.name, NULLS]) for column in self._columns]


class _Column:
    def __init__(
        self, field: pa.Field[Any], transform: Transform, domain: Domain | None, schema: pa.Schema
    ) -> None:
        self.name = field.name
        self._kind = field.type
        self._transform = transform
        self._domain = domain if transform.keyed else None
        if missing := [name for name in transform.beside if name not in schema.names]:
            raise InputError(f"column {self.name!r}: no column {missing[0]!r}, which {transform.name} reads")
        try:
            self.output = transform.output(field.type)
        except InputError as error:
            raise InputError(f"column {self.name!r} {error}") from None
        self._bound: Bound = transform.bind(domain)

    def apply(self, batch: pa.RecordBatch, before: int) -> Any:
        if self.output is None:
            return None
        values = batch[self.name]
        try:
            rules.check_values(values, self._transform)
            return self._bound.apply(values, *(batch[name] for name in self._transform.beside))
        except Unfit as error:
            raise InputError(f"column {self.name!r}, row {before + error.row}: {error}") from None
        except InputError as error:
            raise type(error)(f"column {self.name!r} {error}") from None
        except (pa.ArrowException, ValueError) as error:
            # The library's own message may quote the value.
            raise _Failed(self.name, type(error).__name__) from None

    def record(self, rows: int, nulls: int) -> ColumnRecord:
        transform = self._transform
        odds = transform.collision_odds(rows - nulls) if isinstance(transform, Token) else None
        return ColumnRecord(
            column=self.name,
            transform=transform.name,
            item=transform.item,
            parameters=transform.parameters(),
            **asdict(transform.traits),
            input_type=str(self._kind),
            output_type=None if self.output is None else str(self.output),
            rows=rows,
            nulls=nulls,
            domain=self._domain.name if self._domain else None,
            key_id=self._bound.key_id,
            collision_odds=odds,
        )


class _Failed(SafeguardsError):
    def __init__(self, column: str, kind: str) -> None:
        super().__init__(f"column {column!r} could not be transformed ({kind}); nothing was written")
