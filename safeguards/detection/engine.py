"""Every rule's candidates in one text, on `re`: the reference, linear in the text's length.

The native pass over a column only says which of its rows are worth reading and for which rules; both lead
here, so that a column and a text give the same spans.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from safeguards.detection.alike import SPELLINGS, UNUSUAL
from safeguards.detection.evasions import CERTAINTY, EVASIVE, Reading, readings
from safeguards.detection.folding import fold_text
from safeguards.detection.lists import Lists
from safeguards.detection.overlap import resolve
from safeguards.detection.rules import Rule
from safeguards.detection.selecting import Selector, digits_in, superset, supersets
from safeguards.detection.span import Span


class Engine:
    """Finds spans by ``rules``, those on the allow list left out."""

    def __init__(self, rules: Sequence[Rule], lists: Lists) -> None:
        self.rules = tuple(rules)
        self._evadable = tuple(rule for rule in self.rules if rule.evadable)
        self._lists = lists
        self.everything = len(self.rules) + len(EVASIVE)

    def spans(self, text: str, places: Sequence[int] | None = None) -> list[Span]:
        """Return what is found in ``text``, without overlaps, in its order.

        ``places`` are the expressions of `selector` that may match in it, by default all.
        """
        if places is None or self.everything in places:
            return resolve(self._found(text, self.rules, None))
        first = len(self.rules)
        rules = [self.rules[place] for place in places if place < first]
        evasions = [place - first for place in places if place >= first]
        return resolve(self._found(text, rules, evasions, anchored=True))

    def selector(self, backend: str) -> Selector:
        """Return what selects the rows of a column at which `spans` should look.

        Its expressions read text as it is: one for each rule, one for each kind of evasive spelling, and one,
        at the place `everything`, for unusual characters, with which any may match once they are folded.
        """
        anchors = [rule.anchor for rule in self.rules]
        native = (supersets(expression, 0, SPELLINGS) for expression in (*anchors, *EVASIVE))
        return Selector([*native, superset(UNUSUAL)], backend)

    def _found(
        self, text: str, rules: Iterable[Rule], evasions: Sequence[int] | None, *, anchored: bool = False
    ) -> Iterator[Span]:
        folded = fold_text(text)
        digits = digits_in(folded.text)
        for rule in rules:
            for found in rule.candidates(folded.text, digits, anchored=anchored):
                if not self._lists.allows(rule.item, folded.text[found.start : found.end]):
                    place = folded.original(found.start, found.end)
                    yield Span(rule.item.entity, *place, found.score, found.reason)
        for reading in readings(folded.text, evasions):
            for span in self._read(reading):
                yield Span(span.entity, *folded.original(span.start, span.end), span.score, span.reason)

    def _read(self, reading: Reading) -> Iterator[Span]:
        """Yield what stands in a reading, in offsets of the folded text."""
        read = reading.folded
        digits = digits_in(read.text)
        for rule in self._evadable:
            for found in rule.candidates(read.text, digits):
                score = found.score * CERTAINTY
                if score < rule.threshold or not reading.changed(found.start, found.end):
                    continue
                if not self._lists.allows(rule.item, read.text[found.start : found.end]):
                    start, end = read.original(found.start, found.end)
                    yield Span(rule.item.entity, start, end, score, f"{found.reason}; {reading.name}")
