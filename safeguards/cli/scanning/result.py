"""What one run of `safeguards scan` found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from safeguards.detection.lines import TextScan
from safeguards.detection.scan import Finding, TableScan
from safeguards.errors import InputError
from safeguards.items.item import Item

ADVERSE = 1
INCOMPLETE = 2
NO_ROWS = "no rows; nothing to scan"
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """One entity in one column of a table, or in one text file, where ``column`` is empty.

    ``item`` is None for an entity that no item bears; ``places`` counts those in a text; ``trace`` says that
    too few cells hold it to say more of the column.
    """

    table: str
    column: str
    entity: str
    item: Item | None
    places: int = 0
    trace: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """What a baseline knows it by: never a value."""
        return self.table, self.column, self.entity


@dataclass
class Result:
    """Tables of a database, of files or of models, and texts.

    ``unread`` maps what could not be read to why; ``passed_over`` counts a folder's files of other kinds by
    their endings; ``models`` says that declarations were scanned.
    """

    target: str
    database: bool
    tables: list[TableScan] = field(default_factory=list)
    texts: list[TextScan] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    passed_over: Counter[str] = field(default_factory=Counter)
    models: bool = False

    @property
    def findings(self) -> Iterator[tuple[TableScan, Finding]]:
        """Every column with something to report, with its table."""
        return ((table, found) for table in self.tables for found in table.findings if found.found)

    @property
    def seen(self) -> Iterator[Seen]:
        """Every entity that stands in plain text somewhere."""
        for table, finding in self.findings:
            items = {item.entity: item for item in reversed(finding.items)}
            traces = finding.verdict.traces
            for entity in finding.entities:
                place = (table.place, finding.verdict.column, entity)
                yield Seen(*place, items.get(entity), trace=entity in traces)
        for text in self.texts:
            items = {item.entity: item for item in text.items}
            for entity, count in text.counts.items():
                yield Seen(text.file, "", entity, items.get(entity), places=count)

    def not_read(self, name: str, why: str) -> None:
        """Note what could not be read; a message that begins with the name does not repeat it."""
        own = next((own for own in (name, Path(name).name) if why.startswith((f"{own}: ", f"{own}, "))), None)
        self.unread[name] = why if own is None else why[len(own) + 2 :]

    def refuse_nothing(self) -> None:
        """Raise InputError: a run that could not look at a single row is no clean bill of health."""
        if self.unread or self.texts:
            return
        if not self.tables:
            raise InputError(f"{self.target} has no tables; nothing was scanned")
        if all(table.empty for table in self.tables):
            names = ", ".join(table.table for table in self.tables[:_LISTED])
            raise InputError(f"{names}: {NO_ROWS}")
