"""The two transforms that change nothing: keep a column, or leave it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa

from safeguards.pseudonyms.column import trimmed
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.transform import Bound, Traits, Transform


@dataclass(frozen=True)
class Keep(Transform):
    """The column passes as it is."""

    name: ClassVar[str] = "keep"

    @property
    def traits(self) -> Traits:
        """Nothing is lost."""
        return Traits(injective=True, reversible=True, type_preserving=True, length_preserving=True)

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return the same type."""
        return kind

    def bind(self, domain: Domain | None) -> Bound:
        """Need nothing."""
        return Bound(trimmed)


@dataclass(frozen=True)
class Drop(Transform):
    """The column is left out."""

    name: ClassVar[str] = "drop"

    @property
    def traits(self) -> Traits:
        """Everything is lost."""
        return Traits(lossy=True, length_preserving=True)

    def width(self, longest: int | None) -> int | None:
        """Return 0."""
        return 0

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return None: no column."""
        return None

    def bind(self, domain: Domain | None) -> Bound:
        """Need nothing."""
        return Bound(_nothing)


def _nothing(values: Any) -> Any:
    return pa.nulls(len(values))
