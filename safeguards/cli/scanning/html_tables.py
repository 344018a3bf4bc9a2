"""The tables and charts of a scan's HTML report."""

from __future__ import annotations

from collections.abc import Iterator

from safeguards.cli.scanning.wording import CLASSES, WORDS, rows_looked_at
from safeguards.detection.lines import TextScan
from safeguards.detection.scan import Finding, TableScan
from safeguards.items.item import Item
from safeguards.report import Block, Code, Interval, Intervals, Section, Table, Text

_PLACES = 12
_LABEL = 32


def section(table: TableScan, shown: list[Finding]) -> Section:
    """Return what is told of one table: its shares as a chart, its columns, and what is proposed for them."""
    blocks: list[Block] = []
    rows = tuple(
        Interval(
            _short(finding.verdict.column),
            finding.verdict.share,
            *finding.verdict.interval,
            finding.must_encrypt,
        )
        for finding in shown
        if finding.verdict.hits
    )
    if rows:
        blocks.append(Intervals(WORDS["shares"], WORDS["interval"], rows, WORDS["plain"], WORDS["mark"]))
    columns = (
        WORDS["column"], WORDS["holds"], WORDS["share"], WORDS["certainty"], WORDS["law"], WORDS["state"],
    )  # fmt: skip
    blocks.append(Table(size(table), columns, tuple(map(_row, shown))))
    proposals = tuple(line for finding in shown if finding.proposal for line in _proposed(table, finding))
    if proposals:
        blocks.append(Code(WORDS["proposal"], proposals))
    return Section(_titled(table, shown), tuple(blocks))


def _titled(table: TableScan, shown: list[Finding]) -> Text:
    """Return the table's name, with the number of its columns that must be encrypted."""
    if adverse := sum(finding.adverse for finding in shown):
        must = WORDS["must"]
        return Text(f"{table.place} · {must.ko} {adverse}", f"{table.place} · {must.en}: {adverse}")
    return Text.same(table.place)


def _short(name: str) -> str:
    """Return a name that fits above its bar; the table below has it in full."""
    half = _LABEL // 2
    return name if len(name) <= _LABEL else f"{name[:half]}…{name[-half:]}"


def _proposed(table: TableScan, finding: Finding) -> Iterator[str]:
    yield f"{finding.verdict.column}: {finding.proposal}" if table.of_database else str(finding.proposal)


def _row(finding: Finding) -> tuple[Text | str | int, ...]:
    verdict = finding.verdict
    lower, upper = verdict.interval
    share = f"{verdict.share:.1%} ({lower:.1%}–{upper:.1%})" if verdict.hits else ""
    law = CLASSES[finding.legal_class] if finding.legal_class else ""
    return (
        verdict.column, _holds(finding), share, f"{verdict.confidence:.2f}" if verdict.hits else "", law,
        _state(finding),
    )  # fmt: skip


def _holds(finding: Finding) -> Text:
    items = {item.entity: item for item in reversed(finding.items)}
    parts = []
    for entity in finding.entities:
        name = named(items.get(entity), entity)
        share = finding.verdict.entities.get(entity)
        if entity == finding.verdict.entity or share is None:
            parts.append(name)
        else:
            parts.append(Text(f"{name.ko} {share:.1%}", f"{name.en} {share:.1%}"))
    if not parts:
        return Text.same("")
    return Text.joined(parts, ", ")


def _state(finding: Finding) -> Text:
    states = []
    if finding.encrypted:
        share = f" {finding.encrypted:.0%}"
        states.append(Text(WORDS["encrypted"].ko + share, WORDS["encrypted"].en + share))
    if finding.protection:
        states.append(Text.joined([WORDS["declared"], Text.same(finding.protection)]))
    if finding.must_encrypt:
        states.append(WORDS["must_be"])
    elif finding.items:
        states.append(WORDS["in_plain"])
    if finding.items and not finding.verdict.rows:
        states.append(WORDS["by_name"])
    return Text.joined(states, ", ") if states else Text.same("")


def texts_table(texts: list[TextScan]) -> Table:
    """Return the table of what stands in texts, and where."""
    rows: list[tuple[Text | str | int, ...]] = []
    for text in texts:
        items = {item.entity: item for item in text.items}
        for entity, count in text.counts.items():
            places = [place for place in text.places if place.entity == entity][:_PLACES]
            shown = ", ".join(f"{place.line}:{place.column}" for place in places)
            more = count - len(places)
            listed = Text(f"{shown} (+{more:,})", f"{shown} (+{more:,})") if more else Text.same(shown)
            rows.append((text.file, named(items.get(entity), entity), count, listed))
    columns = (WORDS["file"], WORDS["entity"], WORDS["found"], WORDS["places"])
    return Table(WORDS["counted"], columns, tuple(rows))


def named(item: Item | None, entity: str) -> Text:
    """Return an entity's name in both languages."""
    return Text.same(entity) if item is None else Text(item.name_ko, item.name_en)


def size(table: TableScan) -> Text:
    """Say how many rows were looked at."""
    if table.declared and not table.sampled:
        return WORDS["by_name"]
    return rows_looked_at(table.sampled, table.rows)
