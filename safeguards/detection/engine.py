"""Every rule's candidates in one text, on `re`: the reference, linear in the text's length.

The native pass over a column only says which of its rows are worth reading and for which rules; both lead
here, so that a column and a text give the same spans.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from safeguards.detection.alike import SPELLINGS, UNUSUAL
from safeguards.detection.evasions import CERTAINTY, EVASIVE, Reading, readings, readings_of
from safeguards.detection.folding import FoldedText, fold_text
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

    def spans(self, text: str) -> list[Span]:
        """Return what is found in ``text``, without overlaps, in its order."""
        folded = fold_text(text)
        digits = digits_in(folded.text)
        rules = [rule for rule in self.rules if rule.may_match(folded.text, digits)]
        return resolve(self._found(folded, rules, readings(folded.text)))

    def spans_at(self, folded: FoldedText, places: Sequence[int]) -> list[Span]:
        """Return the same, given the places of the selector's expressions that match in the folded text."""
        first = len(self.rules)
        rules = [self.rules[place] for place in places if place < first]
        kinds = [place - first for place in places if first <= place < self.everything]
        read = chain.from_iterable(readings_of(kind, folded.text) for kind in kinds)
        return resolve(self._found(folded, rules, read))

    def selector(self, backend: str) -> Selector:
        """Return what selects the rows of a column at which `spans_at` should look.

        Its expressions read text as it is: one for each rule, one for each kind of evasive spelling, and one,
        at the place `everything`, for unusual characters, with which any may match once they are folded.
        """
        anchors = [rule.anchor for rule in self.rules]
        native = (supersets(expression, 0, SPELLINGS) for expression in (*anchors, *EVASIVE))
        return Selector([*native, superset(UNUSUAL)], backend)

    def _found(self, folded: FoldedText, rules: Iterable[Rule], read: Iterable[Reading]) -> Iterator[Span]:
        text, allows = folded.text, self._lists.allows
        for rule in rules:
            item = rule.item
            for start, end, score, reason in rule.candidates(text):
                if not allows(item, text[start:end]):
                    yield Span(item.entity, *folded.original(start, end), score, reason)
        for reading in read:
            for span in self._read(reading):
                start, end = folded.original(span.start, span.end)
                yield span._replace(start=start, end=end)

    def _read(self, reading: Reading) -> Iterator[Span]:
        """Yield what stands in a reading, in offsets of the folded text."""
        text, allows = reading.text, self._lists.allows
        digits = digits_in(text)
        for rule in self._evadable:
            if not rule.may_match(text, digits):
                continue
            for found in rule.candidates(text):
                score = found.score * CERTAINTY
                if score < rule.threshold or not reading.changed(found.start, found.end):
                    continue
                if not allows(rule.item, text[found.start : found.end]):
                    start, end = reading.original(found.start, found.end)
                    yield Span(rule.item.entity, start, end, score, f"{found.reason}; {reading.name}")
