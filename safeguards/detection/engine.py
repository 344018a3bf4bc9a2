"""The reference engine on `re`: every item's candidates in one text, linear in its length.

A faster engine must report the same spans.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from safeguards.detection.context import Labels, compile_labels
from safeguards.items.item import Candidate, Item

Finder = Callable[[str], Iterable[Candidate]]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one item is found; texts without a match of ``anchor`` hold none."""

    entity: str
    anchor: re.Pattern[str]
    find: Finder


def compile_rules(items: Iterable[Item]) -> tuple[Rule, ...]:
    """Compile the items once; the rules hold no state and may be shared by threads."""
    return tuple(
        Rule(item.entity, re.compile(item.anchor), item.candidates or _pattern_finder(item)) for item in items
    )


def _pattern_finder(item: Item) -> Finder:
    expression, labels = re.compile(_bounded(item)), compile_labels(item)

    def find(text: str) -> Iterator[Candidate]:
        for found in expression.finditer(text):
            yield from _judged(item, labels, text, found)

    return find


def _judged(item: Item, labels: Labels, text: str, found: re.Match[str]) -> Iterator[Candidate]:
    verdict = item.validate(found.group())
    if verdict:
        score, reason = labels.judge(text, found.start(), found.end(), verdict)
        yield Candidate(found.start(), found.end(), score, reason)


def _bounded(item: Item) -> str:
    """Return the item's pattern between boundaries: what follows or precedes may be Hangul, but no letter or
    digit, also not beyond a character that glues.
    """
    glue = f"[{re.escape(item.glue)}]" if item.glue else "(?!)"
    before = f"(?<![0-9A-Za-z_])(?<![0-9A-Za-z]{glue})" if item.glue else "(?<![0-9A-Za-z_])"
    after = f"(?![0-9A-Za-z_])(?!{glue}[0-9A-Za-z])" if item.glue else "(?![0-9A-Za-z_])"
    return f"{before}(?:{item.pattern}){after}"
