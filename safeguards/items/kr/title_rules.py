"""Rules that find titles: behind a label, beside a name, in brackets, and where somebody works as one."""

from __future__ import annotations

from collections.abc import Iterator

from safeguards.items.item import Candidate
from safeguards.items.kr import title_patterns as p
from safeguards.items.kr.title_fields import labelled
from safeguards.items.kr.title_judge import is_title, title_in, trimmed
from safeguards.items.kr.title_words import DRAFTERS, NO_NAMES, NOUNS, UNIFORMED, WEAK


def candidates(text: str) -> Iterator[Candidate]:
    """Yield titles, without the names beside them."""
    yield from labelled(text)
    yield from _beside(text)
    yield from _becoming(text)
    for start, end in p.cells_under_titles(text):
        title, skipped = title_in(text[start:end].strip())
        if title:
            yield Candidate(
                start + skipped, start + skipped + len(title), 0.9, "value under the heading of titles"
            )
    for rule, score, reason in (
        (p.DOCTOR, 0.9, "physician's specialty"),
        (p.BRACKETED, 0.8, "title in brackets"),
        (p.LISTED, 0.8, "title behind a department"),
        (p.UNIT_OF, 0.8, "title behind a department"),
        (p.NOW, 0.9, "what somebody works as"),
        (p.ACCUSED, 0.75, "occupation behind a person's number"),
        (p.WORKS, 0.85, "what somebody works as"),
        (p.CAREER, 0.7, "title in a career"),
        (p.SELF, 0.85, "what somebody says to be"),
        (p.YEARS_OF, 0.75, "title with years of service"),
        (p.EMPLOYER, 0.8, "title behind an employer"),
    ):
        for found in rule.finditer(text):
            title = "" if found["title"].endswith(("을", "를")) else trimmed(found["title"])
            certain = rule in (p.WORKS, p.ACCUSED, p.NOW, p.SELF) or title not in WEAK
            if title and certain and not p.DECIDES.match(text, found.end()):
                yield Candidate(found.start("title"), found.start("title") + len(title), score, reason)


def _becoming(text: str) -> Iterator[Candidate]:
    for found in p.BECOMES.finditer(text):
        words = p.BECOMING.search(text, max(0, found.start() - p.BECOMING_REACH), found.start())
        title = trimmed(words["title"]) if words and not words["title"].endswith(("을", "를")) else ""
        if words and title:
            start = words.start("title")
            yield Candidate(start, start + len(title), 0.8, "what somebody becomes")


def _beside(text: str) -> Iterator[Candidate]:
    for found in p.AFTER_NAME.finditer(text):
        title = trimmed(p.ADDRESSED.sub("", found["title"]))
        if (
            title
            and title not in NOUNS
            and found["name"] not in NO_NAMES
            and not p.DECIDES.match(text, found.end("title"))
        ):
            yield Candidate(
                found.start("title"), found.start("title") + len(title), 0.9, "title behind a name"
            )
    for found in p.BEFORE_NAME.finditer(text):
        title = found["title"]
        unit = p.UNIT.search(text, max(0, found.start() - p.UNIT_LENGTH), found.start()) is not None
        ranked = title in UNIFORMED and unit
        if is_title(title) and (ranked or title not in NOUNS) and found["name"] not in NO_NAMES:
            weak = (
                title in WEAK
                or title.endswith("담당자")
                or (title in DRAFTERS and p.APPROVAL.match(text, found.end()))
            )
            score = p.WEAK_SCORE if weak and not ranked else 0.8
            yield Candidate(*found.span("title"), score, "title before a name")
