"""How one item is found in folded text, compiled once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from safeguards.detection.context import compile_labels
from safeguards.detection.selecting import Requirements, requirements
from safeguards.items.item import Candidate, Item

LOOSE_BELOW = 0.5
"""Thresholds below this need the item's loose anchor."""

EVADED_DIGITS = 6
"""Shorter numbers are not written evasively, and would be found in what is none."""

LONGEST_GATE = 1_500
"""Characters of an anchor that is worth looking for in Python before the rules are."""

Finder = Callable[[str], Iterable[Candidate]]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one item is found.

    Folded texts without a match of ``anchor`` hold none scored ``threshold`` or more, nor do those that do
    not meet ``needs``; ``gate`` is the anchor, compiled, where looking first is cheaper than finding.
    ``evadable`` says that evasive spellings of it are read too: the item is one pattern of many digits, or an
    address with an at sign.
    """

    item: Item
    threshold: float
    anchor: str
    needs: Requirements
    gate: re.Pattern[str] | None
    find: Finder
    evadable: bool

    def may_match(self, text: str, digits: int) -> bool:
        """Say whether folded text with so many digits may hold the item."""
        return self.needs.met_by(text, digits) and (self.gate is None or self.gate.search(text) is not None)

    def candidates(self, text: str) -> Iterator[Candidate]:
        """Yield what reaches the threshold in folded text."""
        threshold = self.threshold
        for found in self.find(text):
            if found.score >= threshold:
                yield found


def compile_rule(item: Item, threshold: float) -> Rule:
    """Compile the rule of an item; it holds no state and may be shared by threads."""
    loose = item.loose_anchor if threshold < LOOSE_BELOW else None
    anchor = (item.anchor if loose is None else loose) or ""
    gate = re.compile(anchor) if anchor and len(anchor) <= LONGEST_GATE else None
    find = item.candidates or _pattern_finder(item)
    anchor = anchor or item.pattern or ""
    needs = requirements(anchor)
    evadable = item.pattern is not None and (needs.digits >= EVADED_DIGITS or "@" in needs.characters)
    return Rule(item, threshold, anchor, needs, gate, find, evadable)


def _pattern_finder(item: Item) -> Finder:
    finditer, validate, judge = re.compile(_bounded(item)).finditer, item.validate, compile_labels(item).judge

    def find(text: str) -> Iterator[Candidate]:
        for found in finditer(text):
            verdict = validate(found.group())
            if verdict and not _is_fraction(text, found):
                start, end = found.span()
                yield Candidate(start, end, *judge(text, start, end, verdict))

    return find


def _is_fraction(text: str, found: re.Match[str]) -> bool:
    start = found.start()
    return start > 1 and text[start - 1] == "." and text[start - 2].isdigit() and found.group().isdigit()


def _bounded(item: Item) -> str:
    """Return the item's pattern between boundaries: what follows or precedes may be Hangul, but no letter or
    digit, also not beyond a character that glues.
    """
    glue = f"[{re.escape(item.glue)}]" if item.glue else "(?!)"
    before = f"(?<![0-9A-Za-z_])(?<![0-9A-Za-z]{glue})" if item.glue else "(?<![0-9A-Za-z_])"
    after = f"(?![0-9A-Za-z_])(?!{glue}[0-9A-Za-z])" if item.glue else "(?![0-9A-Za-z_])"
    return f"{before}(?:{item.pattern}){after}"
