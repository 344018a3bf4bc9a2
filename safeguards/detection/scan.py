"""Scan the tables of a source: findings with what the law says of them, never a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa

from safeguards.crypto.envelope import is_envelope
from safeguards.detection.detector import SAMPLE_ROWS, Detector
from safeguards.detection.proposal import encrypted_column, transformed_column
from safeguards.detection.verdict import ColumnVerdict
from safeguards.items import all_items
from safeguards.items.item import Item, LegalClass
from safeguards.tables import Source, TableSource

_SEVEREST_FIRST = (
    LegalClass.AUTHENTICATION,
    LegalClass.UNIQUE_IDENTIFIER,
    LegalClass.SENSITIVE,
    LegalClass.FINANCIAL,
    LegalClass.GENERAL,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One column of one table.

    ``items`` are those the column holds or that stand inside its cells; ``encrypted`` is the share of its
    values that are ciphertexts of this toolkit; ``proposal`` is what to declare: for a column of a database
    the one that would encrypt it, optional where the law does not oblige; for one of a file its line in a
    pipeline file.
    """

    table: str
    verdict: ColumnVerdict
    items: tuple[Item, ...]
    sql_type: str
    encrypted: float
    proposal: str | None

    @property
    def must_encrypt(self) -> bool:
        """Whether the law has it encrypted at rest (PIPA 24-2, Notice 7)."""
        return any(item.must_encrypt for item in self.items)

    @property
    def legal_class(self) -> LegalClass | None:
        """The severest class among the items, or None where there is none."""
        classes = {item.legal_class for item in self.items}
        return next((rank for rank in _SEVEREST_FIRST if rank in classes), None)

    @property
    def adverse(self) -> bool:
        """Whether something stands in plain text that the law has encrypted; ciphertexts hold no items."""
        return self.must_encrypt

    @property
    def found(self) -> bool:
        """Whether there is anything to report."""
        return bool(self.items or self.encrypted or self.verdict.traces)


@dataclass(frozen=True, slots=True)
class TableScan:
    """One table: ``rows`` is its exact count where known, ``sampled`` the rows looked at."""

    table: str
    rows: int | None
    sampled: int
    findings: tuple[Finding, ...]

    @property
    def empty(self) -> bool:
        """Whether the table has no row."""
        return self.sampled == 0

    @property
    def adverse(self) -> bool:
        """Whether a finding is adverse."""
        return any(finding.adverse for finding in self.findings)


def scan(
    source: Source,
    detector: Detector,
    rows: int = SAMPLE_ROWS,
    *,
    name: str | None = None,
    advance: Callable[[int, int], None] | None = None,
) -> TableScan:
    """Scan one source by a fair sample of ``rows`` rows.

    ``name`` is the table's, by default the source's; ``advance`` is told the columns done and their number.
    """
    table = name or source.name
    sql_types: Mapping[str, str] = getattr(source, "sql_types", {})
    sample = source.sample(rows)
    findings: list[Finding] = []
    for place, verdict in enumerate(detector.classify_sample(sample, sql_types)):
        items = _items(verdict)
        sql_type = sql_types.get(verdict.column, "")
        if isinstance(source, TableSource):
            proposal = encrypted_column(table, verdict, items, sql_type) if items else None
        else:
            proposal = transformed_column(verdict, items) if items else None
        encrypted = _encrypted_share(sample.column(place))
        findings.append(Finding(table, verdict, items, sql_type, encrypted, proposal))
        if advance is not None:
            advance(place + 1, sample.num_columns)
    return TableScan(table, source.rows(), sample.num_rows, tuple(findings))


def _items(verdict: ColumnVerdict) -> tuple[Item, ...]:
    by_entity = _by_entity()
    entities = [verdict.entity, *verdict.entities] if verdict.entity else list(verdict.entities)
    return tuple(by_entity[entity] for entity in dict.fromkeys(entities) if entity in by_entity)


def _encrypted_share(values: pa.ChunkedArray[Any]) -> float:
    if not (pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type)):
        return 0.0
    present = [value for value in values.to_pylist() if value is not None]
    return round(sum(map(is_envelope, present)) / len(present), 4) if present else 0.0


@cache
def _by_entity() -> dict[str, Item]:
    return {item.entity: item for item in reversed(all_items())}  # the first of several stands for its entity
