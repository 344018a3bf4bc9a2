"""Suppression: the column stays and its values go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.errors import InputError
from safeguards.pseudonyms.column import all_of, as_text
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.transform import Bound, Traits, Transform


@dataclass(frozen=True)
class Suppress(Transform):
    """Replace every value by NULL, or by one label, in a column that whoever reads the table expects.

    With a label NULL stays NULL, so it shows who had a value at all; without one nothing shows.

    Args:
        value: the label, a text; without it the column keeps its type and holds NULL alone.

    Raises:
        InputError: the label is no text.
    """

    name: ClassVar[str] = "suppress"

    value: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.value is not None and not isinstance(self.value, str):
            raise InputError("value= is a label, which is text; without it values become NULL")

    @property
    def traits(self) -> Traits:
        """Everything is lost."""
        return Traits(lossy=True, type_preserving=self.value is None, length_preserving=not self.value)

    @property
    def makes_null(self) -> bool:
        """Whether values become NULL."""
        return self.value is None

    def holds(self, values: Any) -> Any | None:
        """Say which are the label; without one, none is."""
        if self.value is None:
            return all_of(values, False)
        return pc.equal(as_text(values), pa.scalar(self.value))

    def width(self, longest: int | None) -> int | None:
        """Return the label's length."""
        return len(self.value or "")

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return the same type for NULL, text for a label."""
        return kind if self.value is None else pa.string()

    def bind(self, domain: Domain | None) -> Bound:
        """Need nothing."""
        return Bound(self._suppressed)

    def _suppressed(self, values: Any) -> Any:
        if self.value is None:
            return pa.nulls(len(values), values.type)
        # A dictionary's value may be NULL where its index is not.
        valid = pc.is_valid(values.dictionary_decode() if pa.types.is_dictionary(values.type) else values)
        return pc.if_else(valid, pa.scalar(self.value, pa.string()), pa.scalar(None, pa.string()))
