"""Scan the tables of a source: findings with what the law says of them, never a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from safeguards.crypto.envelope import is_envelope
from safeguards.detection.detector import SAMPLE_ROWS, Detector
from safeguards.detection.proposal import encrypted_column, pseudonymised_column, transformed_column
from safeguards.detection.verdict import ColumnVerdict
from safeguards.items.intl.password import ITEM as PASSWORD
from safeguards.items.item import Item, LegalClass
from safeguards.tables import Source, TableSource

SEVEREST_FIRST = (
    LegalClass.AUTHENTICATION,
    LegalClass.UNIQUE_IDENTIFIER,
    LegalClass.SENSITIVE,
    LegalClass.FINANCIAL,
    LegalClass.GENERAL,
)
"""Legal classes in the order in which a finding is named after them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One column of one table, or one path in a column of structures.

    ``items`` are those the column holds or that stand inside its cells; ``encrypted`` is the share of its
    values that are ciphertexts of this toolkit; ``proposal`` is what to declare: for a column of a database
    the one that would encrypt it, optional where the law does not oblige; for one of a file its line in a
    pipeline file. ``alternative`` would keep a keyed pseudonym instead, where a value is only compared.
    ``protection`` is what a model declares for the column, where models were scanned.
    """

    table: str
    verdict: ColumnVerdict
    items: tuple[Item, ...]
    sql_type: str
    encrypted: float
    proposal: str | None
    alternative: str | None = None
    protection: str | None = None

    @property
    def must_encrypt(self) -> bool:
        """Whether the law has it encrypted at rest (PIPA 24-2, Notice 7)."""
        return any(item.must_encrypt for item in self.items)

    @property
    def legal_class(self) -> LegalClass | None:
        """The severest class among the items, or None where there is none."""
        return severest(self.items)

    @property
    def adverse(self) -> bool:
        """Whether something stands in plain text that the law has encrypted; ciphertexts hold no items."""
        return self.must_encrypt

    @property
    def found(self) -> bool:
        """Whether there is anything to report."""
        verdict = self.verdict
        return bool(verdict.entities or verdict.traces or self.items or self.encrypted or self.protection)

    @property
    def entities(self) -> tuple[str, ...]:
        """What the column is, what stands inside its cells, and traces; the first is the main one."""
        verdict = self.verdict
        whole = (verdict.entity,) if verdict.entity else ()
        return tuple(dict.fromkeys((*whole, *verdict.entities, *verdict.traces)))


@dataclass(frozen=True, slots=True)
class TableScan:
    """One table: ``rows`` is its exact count where known, ``sampled`` the rows looked at.

    ``file`` is the file it stands in, where a folder was scanned; ``declared`` says that a model declares it,
    and ``of_database`` that a model can.
    """

    table: str
    rows: int | None
    sampled: int
    findings: tuple[Finding, ...]
    file: str | None = None
    declared: bool = False
    of_database: bool = False

    @property
    def empty(self) -> bool:
        """Whether the table has no row."""
        return self.sampled == 0 and not self.declared

    @property
    def adverse(self) -> bool:
        """Whether a finding is adverse."""
        return any(finding.adverse for finding in self.findings)

    @property
    def place(self) -> str:
        """What names the table among all that were scanned."""
        return self.table if self.file is None else self.file


def scan(
    source: Source,
    detector: Detector,
    rows: int = SAMPLE_ROWS,
    *,
    name: str | None = None,
    file: str | None = None,
    advance: Callable[[int, int], None] | None = None,
) -> TableScan:
    """Scan one source by a fair sample of ``rows`` rows.

    ``name`` is the table's, by default the source's; ``file`` the file it stands in; ``advance`` is told the
    columns done and their number.
    """
    table = name or source.name
    sql_types: Mapping[str, str] = getattr(source, "sql_types", {})
    sample = source.sample(rows)
    findings: list[Finding] = []
    columns, of_database = sample.schema.names, isinstance(source, TableSource)
    named = getattr(source, "named", True)
    for verdict in detector.classify_sample(sample, sql_types):
        column = verdict.table_column
        items = items_of(verdict, detector.items)
        encrypted = encrypted_share(sample.column(column))
        found = _finding(table, verdict, items, sql_types.get(column, ""), encrypted, of_database)
        findings.append(found if named else replace(found, proposal=None))
        if advance is not None:
            advance(columns.index(column) + 1, len(columns))
    return TableScan(table, source.rows(), sample.num_rows, tuple(findings), file, of_database=of_database)


def _finding(
    table: str,
    verdict: ColumnVerdict,
    items: tuple[Item, ...],
    sql_type: str,
    encrypted: float,
    of_database: bool,
) -> Finding:
    if not items:
        return Finding(table, verdict, items, sql_type, encrypted, None)
    if not of_database:
        return Finding(table, verdict, items, sql_type, encrypted, transformed_column(verdict, items))
    proposal = encrypted_column(table, verdict, items, sql_type)
    alternative = pseudonymised_column(table, verdict, items)
    return Finding(table, verdict, items, sql_type, encrypted, proposal, alternative)


def items_of(verdict: ColumnVerdict, items: Sequence[Item]) -> tuple[Item, ...]:
    """Return the items of a verdict, the one the column is first; one item stands for each other entity."""
    by_entity = {item.entity: item for item in reversed((*items, PASSWORD))}
    found = [by_entity[entity] for entity in verdict.entities if entity in by_entity]
    if verdict.item is not None:
        own = next(item for item in (*items, PASSWORD) if item.id == verdict.item)
        found = [own, *(item for item in found if item.entity != own.entity)]
    return tuple(found)


def severest(items: Sequence[Item]) -> LegalClass | None:
    """Return the severest legal class among items, or None where there are none."""
    classes = {item.legal_class for item in items}
    return next((rank for rank in SEVEREST_FIRST if rank in classes), None)


def encrypted_share(values: pa.ChunkedArray[Any]) -> float:
    """Return the share of values that are ciphertexts of this toolkit."""
    if not (pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type)):
        return 0.0
    present = [value for value in values.to_pylist() if value is not None]
    return round(sum(map(is_envelope, present)) / len(present), 4) if present else 0.0
