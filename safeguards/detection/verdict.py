"""What classification says of a column: counts and shares, never a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ColumnVerdict:
    """One column's verdict.

    ``entity`` is what the column as a whole holds, or None. ``confidence``, in 0..1, is the lower end of the
    95% interval of ``share`` times the certainty of a single value; it grows with the sample. ``share`` is
    ``hits`` of ``rows``, the cells that were looked at and not empty. Of running text, ``share`` is that of
    cells in which anything was found, and ``confidence`` the certainty of the entity that is surest.
    ``entities`` lists what stands inside the cells, each with the share of cells that hold it; ``traces``
    what stands in too few of them to say more, with the number of cells. ``interval`` holds both ends of the
    95% interval (Wilson) of ``share``; ``distinct`` is the number of different cells for each of ``rows``.
    Of nested values (JSON, structs), ``column`` is a path, and ``within`` the column of the table it is in.
    """

    column: str
    entity: str | None
    confidence: float
    share: float
    reason: str
    hits: int
    rows: int
    item: str | None = None
    entities: Mapping[str, float] = field(default_factory=dict)
    traces: Mapping[str, int] = field(default_factory=dict)
    interval: tuple[float, float] = (0.0, 1.0)
    distinct: float = 0.0
    within: str | None = None

    @property
    def table_column(self) -> str:
        """The column of the table: ``column``, or the one in which its path begins."""
        return self.column if self.within is None else self.within
