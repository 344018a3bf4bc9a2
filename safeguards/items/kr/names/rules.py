"""The rules for names in one text: drafts, their probability, and names that are sure elsewhere in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from safeguards.items.item import Candidate
from safeguards.items.kr.names.anchors import ANCHOR
from safeguards.items.kr.names.drafts import Draft, drafts
from safeguards.items.kr.names.latin import TAIL, latin_names
from safeguards.items.kr.names.model import odds, probability
from safeguards.items.kr.names.reasons import reason

LEAST = 0.05
"""Less likely names are not even candidates."""

UNANCHORED = 0.49
"""The most a name can score in a text without the anchor."""

REPEATED = 0.9
"""How sure a name is that is sure elsewhere in the text."""

Scored = tuple[Draft, float]

_ANCHOR = re.compile(ANCHOR)
_HANJA = re.compile(r" ?\(([㐀-鿿]{2,5})(?=[)·,・])")
_FAMILIAR = frozenset({"full", "other", "several"})


def candidates(text: str) -> Iterator[Candidate]:
    """Yield the names of ``text`` with the probability of each."""
    yield from judged(text, ((draft, odds(draft.kind, draft.features)) for draft in drafts(text)))


def judged(text: str, scored: Iterable[Scored]) -> Iterator[Candidate]:
    """Yield candidates from drafts and their log-odds: the likeliest of each word, and what follows from it."""
    found = [*_likeliest(text, scored), *latin_names(text)]
    found = list(_spread_certainty(text, found))
    sure = any(candidate.score >= UNANCHORED for candidate in found)
    if sure and _ANCHOR.search(text) is None:
        found = [Candidate(c.start, c.end, min(c.score, UNANCHORED), c.reason) for c in found]
    yield from found


def _likeliest(text: str, scored: Iterable[Scored]) -> Iterator[Candidate]:
    best: dict[tuple[int, str], Scored] = {}
    for draft, value in scored:
        key = draft.place, "several" if draft.kind == "several" else ""
        if value > -3.0 and (key not in best or value > best[key][1]):
            best[key] = draft, value
    for draft, value in best.values():
        yield from _with_spellings(text, draft, probability(value))


def _with_spellings(text: str, draft: Draft, score: float) -> Iterator[Candidate]:
    """Yield the draft, with its Latin spelling in brackets, and the Chinese characters behind it."""
    said = reason(draft)
    tail = TAIL.match(text, draft.end) if draft.kind in _FAMILIAR else None
    yield Candidate(draft.start, tail.end() if tail else draft.end, score, said)
    hanja = _HANJA.match(text, draft.end) if draft.kind in _FAMILIAR else None
    if hanja:
        yield Candidate(*hanja.span(1), score * REPEATED, "Chinese characters of the name before them")


def _spread_certainty(text: str, found: list[Candidate]) -> Iterator[Candidate]:
    """Yield all candidates, those raised whose name is sure elsewhere in the text."""
    best: dict[str, float] = {}
    for candidate in found:
        name = text[candidate.start : candidate.end]
        best[name] = max(best.get(name, 0.0), candidate.score)
    for candidate in found:
        name = text[candidate.start : candidate.end]
        top = best[name] * REPEATED
        if top > candidate.score and len(name) > 1:
            yield Candidate(candidate.start, candidate.end, top, f"{candidate.reason}, sure elsewhere")
        else:
            yield candidate
