"""What `safeguards scan` found, as one HTML page in Korean or English: no script, and never a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from safeguards import __version__
from safeguards.cli.scanning.gate import Gate
from safeguards.cli.scanning.html_tables import named, section, size, texts_table
from safeguards.cli.scanning.result import Result
from safeguards.cli.scanning.wording import CLASSES, WORDS
from safeguards.report import Bar, Bars, Block, Document, Facts, Notices, Section, Text, render
from safeguards.report.text import Language
from safeguards.tables.writing import whole_file


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
    if result.passed_over:
        facts.append((WORDS["passed_over"], Text.same(f"{result.passed_over.total():,}")))
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
            yield section(table, shown)
    texts = [text for text in result.texts if text.counts]
    if texts:
        yield Section(WORDS["text_section"], (texts_table(texts),))
    clean = [table for table in result.tables if not any(finding.found for finding in table.findings)]
    if clean:
        yield Section(WORDS["clean"], (Facts(tuple((table.place, size(table)) for table in clean)),))
    if result.unread:
        notices = tuple(Text.same(f"{name}: {error}") for name, error in result.unread.items())
        yield Section(WORDS["unread"], (Notices(notices, WORDS["no_failing"]),), badge="unknown")
    yield Section(WORDS["method"], (Notices((), WORDS["wilson"]), Notices((), WORDS["chance"])))


def _failing(result: Result, judge: Gate) -> Notices:
    notices = []
    for seen in judge.failing(result):
        place = f"{seen.table} › {seen.column}" if seen.column else seen.table
        name = named(seen.item, seen.entity)
        notices.append(Text(f"{place}: {name.ko}", f"{place}: {name.en}"))
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
