"""What `safeguards scan` found, as tables for people, never a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import click

from safeguards.cli.output import print_table
from safeguards.cli.scanning.gate import Gate
from safeguards.cli.scanning.result import NO_ROWS, Result
from safeguards.detection.lines import TextScan
from safeguards.detection.scan import Finding, TableScan

_COLUMNS = ("column", "holds", "item", "confidence", "share", "law", "at rest")
_PLACES = ("entity", "line", "column", "score", "why")
_SHOWN = 20
_GONE = 5
_ENDINGS = 8


def _clean(name: str) -> str:
    """Return a name without what moves a terminal's cursor: names come from whoever made the data."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in name)


def show(result: Result, gate: Gate) -> None:
    """Print a table for each table with findings, a line for each without, and what the baseline says."""
    names = Counter(table.table for table in result.tables)
    for table in result.tables:
        _show_table(table.table if names[table.table] == 1 else table.place, table)
    for text in result.texts:
        _show_text(text)
    clean = sum(not text.counts for text in result.texts)
    if clean:
        click.echo(f"nothing found in {clean:,} text{'s' if clean > 1 else ''}")
    for name, error in result.unread.items():
        click.echo(_clean(f"not read: {name}: {error}"))
    if result.passed_over:
        _show_passed_over(result.passed_over)
    if gate.baseline is not None:
        _show_baseline(result, gate)


def _show_table(name: str, table: TableScan) -> None:
    title = f"{_clean(name)}: {_size(table)}"
    rows = [_row(finding, table.of_database) for finding in table.findings if finding.found]
    if rows:
        last = "declare" if table.of_database else "in a pipeline"
        print_table(title, (*_COLUMNS, last), rows)
    else:
        click.echo(title if table.empty else f"{title}: nothing found in {len(table.findings)} columns")


def _size(table: TableScan) -> str:
    if table.empty:
        return NO_ROWS
    if table.declared and not table.sampled:
        return "declared; no row looked at"
    of = f" of {table.rows:,}" if table.rows is not None else ""
    return f"{table.sampled:,}{of} rows looked at"


def _row(finding: Finding, of_database: bool) -> tuple[str, ...]:
    verdict = finding.verdict
    law = finding.legal_class.value if finding.legal_class else ""
    optional = of_database and finding.proposal and not finding.must_encrypt
    return (
        _clean(verdict.column),
        verdict.entity or verdict.reason,
        ", ".join(item.id for item in finding.items),
        f"{verdict.confidence:.2f}" if verdict.hits else "",
        f"{verdict.share:.1%}" if verdict.hits else "",
        law,
        ", ".join(_states(finding)),
        f"{'optional: ' if optional else ''}{finding.proposal or ''}",
    )


def _states(finding: Finding) -> Iterable[str]:
    if finding.encrypted:
        yield f"encrypted ({finding.encrypted:.0%})"
    if finding.protection:
        yield f"declared {finding.protection}"
    if finding.must_encrypt:
        yield "MUST be encrypted"
    elif finding.items:
        yield "plain"


def _show_text(text: TextScan) -> None:
    if not text.counts:
        return
    counts = ", ".join(f"{entity} {count:,}" for entity, count in text.counts.items())
    rows = [
        (place.entity, place.line, place.column, f"{place.score:.2f}", place.reason)
        for place in text.places[:_SHOWN]
    ]
    lines = f"{text.lines:,} line{'' if text.lines == 1 else 's'}"
    print_table(f"{_clean(text.file)}: {counts} in {lines}", _PLACES, rows)
    more = sum(text.counts.values()) - len(rows)
    if more:
        click.echo(f"and {more:,} more; --format json tells the places of {len(text.places):,}")


def _show_passed_over(kinds: Counter[str]) -> None:
    count = kinds.total()
    endings = ", ".join(f"{ending} {each:,}" for ending, each in kinds.most_common(_ENDINGS))
    click.echo(
        f"not looked at: {count:,} file{'' if count == 1 else 's'} of other kinds ({endings}"
        f"{', ...' if len(kinds) > _ENDINGS else ''}); --text looks at texts"
    )


def _show_baseline(result: Result, gate: Gate) -> None:
    known, failing = sum(map(gate.known, result.seen)), gate.failing(result)
    click.echo(f"baseline: {known:,} known, {len(failing):,} new")
    for seen in failing:
        place = f"{seen.table}.{seen.column}" if seen.column else seen.table
        click.echo(_clean(f"new: {seen.entity} in {place}"))
    gone = gate.baseline.gone(result.seen) if gate.baseline else []
    if gone:
        names = ", ".join(f"{entity} in {table}" for table, _, entity in gone[:_GONE])
        click.echo(f"no longer found: {len(gone):,} ({names}); --update-baseline forgets them")
