"""What `safeguards scan` found, as one HTML page in Korean or English: no script, and never a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from safeguards import __version__
from safeguards.cli.scanning.gate import Gate
from safeguards.cli.scanning.result import Result
from safeguards.cli.scanning.wording import CLASSES, WORDS, rows_looked_at
from safeguards.detection.lines import TextScan
from safeguards.detection.scan import Finding, TableScan
from safeguards.items.item import Item
from safeguards.report import (
    Bar,
    Bars,
    Block,
    Code,
    Document,
    Facts,
    Interval,
    Intervals,
    Notices,
    Section,
    Table,
    Text,
    render,
)  # fmt: skip
from safeguards.report.text import Language
from safeguards.tables.writing import whole_file

_PLACES = 12
_LABEL = 32


def write_report(path: Path, result: Result, judge: Gate, lang: str) -> None:
    """Write the report.

    Raises:
        InputError: the file cannot be written.
    """
    page = render(report(result, judge, datetime.now(UTC)), cast(Language, lang))
    with whole_file(path) as file:
        file.write(page.encode(errors="backslashreplace"))


def report(result: Result, judge: Gate, time: datetime) -> Document:
    """Return the report as a document."""
    found = [finding for _, finding in result.findings if finding.items]
    failing = judge.failing(result)
    summary = [
        (WORDS["tables"], Text.same(f"{len(result.tables):,}")),
        (WORDS["columns"], Text.same(f"{len(found):,}")),
        (WORDS["must"], Text.same(f"{sum(finding.must_encrypt for finding in found):,}")),
        (WORDS["failing"], Text.same(f"{len(failing):,}")),
    ]
    if result.texts:
        summary.insert(1, (WORDS["texts"], Text.same(f"{len(result.texts):,}")))
    facts: list[tuple[Text, Text]] = [
        (WORDS["target"], Text.same(result.target)),
        (WORDS["time"], Text.same(f"{time:%Y-%m-%d %H:%M} UTC")),
        (WORDS["version"], Text.same(f"safeguards {__version__}")),
    ]
    if judge.baseline is not None:
        facts.append((WORDS["known"], Text.same(f"{sum(map(judge.known, result.seen)):,}")))
    return Document(
        _title(result), WORDS["kind"], WORDS["note"], tuple(summary), Facts(tuple(facts)),
        tuple(_sections(result, judge)), WORDS["footer"],
    )  # fmt: skip


def _title(result: Result) -> Text:
    """Return the target's name; of a folder or file the last part of its path, for "." says nothing."""
    path = Path(result.target)
    named = not result.database and not result.models and path.exists()
    return Text.same(path.resolve().name if named else result.target)


def _sections(result: Result, judge: Gate) -> Iterator[Section]:
    yield Section(WORDS["failing"], (_failing(result, judge),))
    yield Section(WORDS["overview"], (_overview(result),))
    for table in result.tables:
        shown = [finding for finding in table.findings if finding.found]
        if shown:
            yield _table(table, shown)
    texts = [text for text in result.texts if text.counts]
    if texts:
        yield Section(WORDS["text_section"], (_texts(texts),))
    clean = [table for table in result.tables if not any(finding.found for finding in table.findings)]
    if clean:
        yield Section(WORDS["clean"], (Facts(tuple((table.place, _size(table)) for table in clean)),))
    if result.unread:
        notices = tuple(Text.same(f"{name}: {error}") for name, error in result.unread.items())
        yield Section(WORDS["unread"], (Notices(notices, WORDS["no_failing"]),), badge="unknown")
    yield Section(WORDS["method"], (Notices((), WORDS["wilson"]), Notices((), WORDS["chance"])))


def _failing(result: Result, judge: Gate) -> Notices:
    notices = []
    for seen in judge.failing(result):
        place = f"{seen.table} › {seen.column}" if seen.column else seen.table
        named = _named(seen.item, seen.entity)
        notices.append(Text(f"{place}: {named.ko}", f"{place}: {named.en}"))
    return Notices(tuple(notices), WORDS["no_failing"])


def _overview(result: Result) -> Block:
    marked = dict.fromkeys(CLASSES, False)
    counts = Counter(finding.legal_class for _, finding in result.findings if finding.legal_class is not None)
    for _, finding in result.findings:
        if finding.legal_class is not None:
            marked[finding.legal_class] |= finding.must_encrypt
    bars = tuple(Bar(name, counts[rank], marked[rank]) for rank, name in CLASSES.items())
    return Bars(
        WORDS["by_class"],
        WORDS["class"],
        WORDS["count"],
        bars if counts else (),
        WORDS["plain"],
        WORDS["mark"],
    )


def _table(table: TableScan, shown: list[Finding]) -> Section:
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
    blocks.append(Table(_size(table), columns, tuple(map(_row, shown))))
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
        named = _named(items.get(entity), entity)
        share = finding.verdict.entities.get(entity)
        if entity == finding.verdict.entity or share is None:
            parts.append(named)
        else:
            parts.append(Text(f"{named.ko} {share:.1%}", f"{named.en} {share:.1%}"))
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


def _texts(texts: list[TextScan]) -> Table:
    rows: list[tuple[Text | str | int, ...]] = []
    for text in texts:
        items = {item.entity: item for item in text.items}
        for entity, count in text.counts.items():
            places = [place for place in text.places if place.entity == entity][:_PLACES]
            shown = ", ".join(f"{place.line}:{place.column}" for place in places)
            more = count - len(places)
            listed = Text(f"{shown} (+{more:,})", f"{shown} (+{more:,})") if more else Text.same(shown)
            rows.append((text.file, _named(items.get(entity), entity), count, listed))
    columns = (WORDS["file"], WORDS["entity"], WORDS["found"], WORDS["places"])
    return Table(WORDS["counted"], columns, tuple(rows))


def _named(item: Item | None, entity: str) -> Text:
    return Text.same(entity) if item is None else Text(item.name_ko, item.name_en)


def _size(table: TableScan) -> Text:
    if table.declared and not table.sampled:
        return WORDS["by_name"]
    return rows_looked_at(table.sampled, table.rows)
