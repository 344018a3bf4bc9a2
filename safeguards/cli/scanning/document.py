"""What `safeguards scan` found, as one JSON document: counts, shares and places, never a value."""

from __future__ import annotations

from typing import Any

from safeguards.cli.scanning.gate import Gate
from safeguards.cli.scanning.result import ADVERSE, Result
from safeguards.detection.lines import TextScan
from safeguards.detection.scan import Finding, TableScan


def document(result: Result, gate: Gate) -> dict[str, Any]:
    """Return the findings; the keys stay as they are from release to release."""
    found: dict[str, Any] = {
        "target": result.target,
        "tables": [_table(table) for table in result.tables],
        "texts": [_text(text) for text in result.texts],
        "unread": [{"file": name, "error": error} for name, error in result.unread.items()],
        "passed_over": dict(result.passed_over),
        "failing": [dict(zip(_KEY, seen.key, strict=True)) for seen in gate.failing(result)],
        "adverse": gate.exit_code(result) == ADVERSE,
    }
    if gate.baseline is not None:
        gone = gate.baseline.gone(result.seen)
        found["baseline"] = {
            "known": sum(map(gate.known, result.seen)),
            "gone": [dict(zip(_KEY, key, strict=True)) for key in gone],
        }
    return found


_KEY = ("table", "column", "entity")


def _table(table: TableScan) -> dict[str, Any]:
    return {
        "table": table.table,
        "file": table.file,
        "rows": table.rows,
        "sampled": table.sampled,
        "empty": table.empty,
        "columns": [_column(finding) for finding in table.findings],
    }


def _column(finding: Finding) -> dict[str, Any]:
    verdict = finding.verdict
    return {
        "column": verdict.column,
        "within": verdict.within,
        "sql_type": finding.sql_type or None,
        "entity": verdict.entity,
        "item": verdict.item,
        "items": [item.id for item in finding.items],
        "confidence": verdict.confidence,
        "share": verdict.share,
        "interval": list(verdict.interval),
        "distinct": verdict.distinct,
        "hits": verdict.hits,
        "rows": verdict.rows,
        "reason": verdict.reason,
        "entities": dict(verdict.entities),
        "traces": dict(verdict.traces),
        "legal_class": finding.legal_class.value if finding.legal_class else None,
        "must_encrypt": finding.must_encrypt,
        "encrypted": finding.encrypted,
        "protection": finding.protection,
        "proposal": finding.proposal,
        "alternative": finding.alternative,
    }


def _text(text: TextScan) -> dict[str, Any]:
    return {
        "file": text.file,
        "lines": text.lines,
        "entities": dict(text.counts),
        "must_encrypt": text.must_encrypt,
        "allowed": text.allowed,
        "places": [
            {
                "entity": place.entity,
                "line": place.line,
                "column": place.column,
                "score": place.score,
                "reason": place.reason,
            }
            for place in text.places
        ],
    }
