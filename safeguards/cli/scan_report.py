"""What `safeguards scan` found: tables for people, one document for programs, never a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import click

from safeguards.cli.output import print_table
from safeguards.detection.scan import Finding, TableScan

ADVERSE = 1
INCOMPLETE = 2
NO_ROWS = "no rows; nothing to scan"
_COLUMNS = ("column", "holds", "item", "confidence", "share", "law", "at rest")


@dataclass
class Result:
    """What one run found, in a database or in files.

    ``unread`` maps the files of a folder that could not be read to why.
    """

    target: str
    database: bool
    tables: list[TableScan] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 done; 1 something that must be encrypted stands in plain text; 2 a file could not be read."""
        if any(table.adverse for table in self.tables):
            return ADVERSE
        return INCOMPLETE if self.unread else 0


def print_result(result: Result) -> None:
    """Print a table for each table with findings, and a line for each without."""
    for table in result.tables:
        title = f"{table.table}: {_size(table)}"
        rows = [_row(finding, result) for finding in table.findings if finding.found]
        if rows:
            print_table(title, (*_COLUMNS, "declare" if result.database else "in a pipeline"), rows)
        else:
            click.echo(title if table.empty else f"{title}: nothing found in {len(table.findings)} columns")
    for name, error in result.unread.items():
        click.echo(f"not read: {name}: {error}")


def _size(table: TableScan) -> str:
    if table.empty:
        return NO_ROWS
    of = f" of {table.rows:,}" if table.rows is not None else ""
    return f"{table.sampled:,}{of} rows looked at"


def _row(finding: Finding, result: Result) -> tuple[str, ...]:
    verdict = finding.verdict
    law = finding.legal_class.value if finding.legal_class else ""
    states = [f"encrypted ({finding.encrypted:.0%})"] if finding.encrypted else []
    if finding.must_encrypt:
        states.append("MUST be encrypted")
    elif finding.items:
        states.append("plain")
    optional = "optional: " if result.database and finding.proposal and not finding.must_encrypt else ""
    return (
        verdict.column,
        verdict.entity or verdict.reason,
        ", ".join(item.id for item in finding.items),
        f"{verdict.confidence:.2f}" if verdict.hits else "",
        f"{verdict.share:.1%}" if verdict.hits else "",
        law,
        ", ".join(states),
        f"{optional}{finding.proposal or ''}",
    )


def document(result: Result) -> dict[str, Any]:
    """Return the findings as one JSON document; its keys stay as they are from release to release."""
    return {
        "target": result.target,
        "tables": [_table_document(table) for table in result.tables],
        "unread": [{"file": name, "error": error} for name, error in result.unread.items()],
        "adverse": result.exit_code == ADVERSE,
    }


def _table_document(table: TableScan) -> dict[str, Any]:
    return {
        "table": table.table,
        "rows": table.rows,
        "sampled": table.sampled,
        "empty": table.empty,
        "columns": [_column_document(finding) for finding in table.findings],
    }


def _column_document(finding: Finding) -> dict[str, Any]:
    verdict = finding.verdict
    return {
        "column": verdict.column,
        "sql_type": finding.sql_type or None,
        "entity": verdict.entity,
        "item": verdict.item,
        "items": [item.id for item in finding.items],
        "confidence": verdict.confidence,
        "share": verdict.share,
        "hits": verdict.hits,
        "rows": verdict.rows,
        "reason": verdict.reason,
        "entities": dict(verdict.entities),
        "traces": dict(verdict.traces),
        "legal_class": finding.legal_class.value if finding.legal_class else None,
        "must_encrypt": finding.must_encrypt,
        "encrypted": finding.encrypted,
        "proposal": finding.proposal,
    }
