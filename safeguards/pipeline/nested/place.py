"""Where a part of a table stands: in which rows, and in which table with which settings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pipeline.nested.paths import Branch
from safeguards.pipeline.step import Counts
from safeguards.pseudonyms import Domain, Transform

if TYPE_CHECKING:
    from safeguards.pipeline.nested.part import Part

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scope:
    """What all parts of one step share: the domain, the source's columns, and the rest's transform.

    ``rest`` is that of parts which nothing names, None where they are refused.
    """

    domain: Domain | None
    columns: Collection[str]
    rest: Transform | None

    def asked(self, branch: Branch, name: str) -> Branch:
        """Return what is asked of a struct's field.

        Raises:
            InputError: nothing names it, and such are refused.
        """
        if name in branch.members:
            return branch.members[name]
        field = branch.member(name)
        field.transform = self.rest_of(field.name)
        return field

    def rest_of(self, name: str, hint: str = "") -> Transform:
        """Return the transform of a part that nothing names.

        Raises:
            InputError: such parts are refused.
        """
        if self.rest is None:
            raise InputError(
                f'column {name!r} is not listed{hint}: give it a transform, or say unlisted="drop" or "keep"'
            )
        return self.rest


@dataclass(frozen=True, slots=True)
class At:
    """Where the elements of an array stand: in which rows of a batch, which came after ``before`` rows.

    ``rows`` is None for a column itself, whose element n stands in row n. ``counts`` are the batch's.
    """

    batch: pa.RecordBatch
    before: int
    counts: Counts
    rows: Places | None = None

    def row(self, place: int) -> int:
        """Return, of an element counted from 0, the source's row, counted from 1."""
        return self.before + 1 + (place if self.rows is None else int(self.rows[place]))

    def beside(self, column: str) -> Any:
        """Return another column's value for each element."""
        values: Any = self.batch[column]
        return values if self.rows is None else values.take(pa.array(self.rows))

    def within(self, parents: Places) -> At:
        """Return the same for an array whose element n is a part of this one's element ``parents[n]``."""
        return At(self.batch, self.before, self.counts, parents if self.rows is None else self.rows[parents])


class Node(Protocol):
    """A column or a part of one at work."""

    @property
    def output(self) -> pa.DataType | None:
        """The type afterwards, None where it is left out."""

    def apply(self, values: Any, at: At) -> Any:
        """Return what becomes of an array."""

    def parts(self) -> Sequence[Part]:
        """Return the parts that have a transform, in order."""

    @property
    def keeps(self) -> bool:
        """Whether documents keep members that no path names, and so a mistyped path would let one pass."""

    def unmet(self, counts: Counts) -> Iterator[str]:
        """Yield the paths that no document had, where it keeps what no path names: they may be mistyped."""
