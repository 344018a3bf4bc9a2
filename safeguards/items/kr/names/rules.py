"""The rules for names in one text: drafts, their probability, and names that are sure elsewhere in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from safeguards.items.item import Candidate
from safeguards.items.kr.names.anchors import ANCHOR
from safeguards.items.kr.names.drafts import Draft, drafts
from safeguards.items.kr.names.latin import TAIL, latin_names
from safeguards.items.kr.names.model import odds, probability
from safeguards.items.kr.names.readings import is_plain, readings
from safeguards.items.kr.names.reasons import reason
from safeguards.items.text import SPOKEN_DIGITS

LEAST = -2.2
"""Log-odds (a probability of 0.1) below which a name is no candidate."""

UNANCHORED = 0.49
"""The most a name can score in a text without the anchor."""

REPEATED = 0.9
"""How sure a name is that is sure elsewhere in the text."""

_BEHIND_A_LABEL = ("left: label and colon", "right: line", "cell: line")

Scored = tuple[Draft, float]

_ANCHOR = re.compile(ANCHOR)
_HANJA = re.compile(r" ?\(([㐀-鿿]{2,5})(?=[)·,・])")
_ALOUD = "".join(SPOKEN_DIGITS)
_DIGITS_ALOUD = re.compile(f"[{_ALOUD}]{{3}}[ -]?[{_ALOUD}]{{2,4}}")
_APART = frozenset({"several", "proper noun"})
_FAMILIAR = frozenset({"full", "other", "several", "proper noun"})


def likelihood(hangul: str) -> float:
    """Return in 0..1 how much ``hangul``, which is nothing else, looks like a full name behind a label."""
    for reading in () if is_plain(hangul) else readings(hangul, plain=False):
        if reading.length == len(hangul):
            return probability(odds(reading.kind, (*reading.features, *_BEHIND_A_LABEL)))
    return 0.0


def candidates(text: str) -> Iterator[Candidate]:
    """Yield the names of ``text`` with the probability of each."""
    yield from judged(text, ((draft, odds(draft.kind, draft.features)) for draft in drafts(text)))


def judged(text: str, scored: Iterable[Scored]) -> Iterator[Candidate]:
    """Yield candidates from drafts and their log-odds: the likeliest of each word."""
    found = [*_named(text, _likeliest(scored)), *latin_names(text)]
    if any(candidate.score > UNANCHORED for candidate in found) and _ANCHOR.search(text) is None:
        found = [Candidate(c.start, c.end, min(c.score, UNANCHORED), c.reason) for c in found]
    yield from found


def _likeliest(scored: Iterable[Scored]) -> list[Scored]:
    """Return of each word the likeliest reading, and the likeliest name of several words."""
    best: dict[tuple[int, str], Scored] = {}
    for draft, value in scored:
        key = draft.place, draft.kind if draft.kind in _APART else ""
        if key not in best or value > best[key][1]:
            best[key] = draft, value
    return list(best.values())


def _named(text: str, found: list[Scored]) -> Iterator[Candidate]:
    """Yield the likely drafts, and unlikely ones whose name is sure elsewhere in the text."""
    found = [(draft, value) for draft, value in found if not _is_read_aloud(text, draft)]
    surest: dict[str, float] = {}
    for draft, value in found:
        if value > LEAST and draft.end - draft.start > 1:
            name = text[draft.start : draft.end]
            surest[name] = max(surest.get(name, value), value)
    for draft, value in found:
        score = probability(value)
        elsewhere = REPEATED * probability(surest.get(text[draft.start : draft.end], value))
        if max(score, elsewhere) > probability(LEAST):
            yield from _with_spellings(text, draft, score, elsewhere)


def _is_read_aloud(text: str, draft: Draft) -> bool:
    """Say whether the draft is the end of a number read aloud: 이공공공 이일일이 names nobody."""
    return any(
        _DIGITS_ALOUD.fullmatch(text, before, draft.end)
        for before in range(max(0, draft.start - 4), max(0, draft.start - 2))
    )


def _with_spellings(text: str, draft: Draft, score: float, elsewhere: float) -> Iterator[Candidate]:
    """Yield the draft, with its Latin spelling in brackets, and the Chinese characters behind it."""
    said = reason(draft)
    if elsewhere > score:
        score, said = elsewhere, f"{said}, sure elsewhere"
    full = draft.kind in _FAMILIAR and text[draft.end : draft.end + 2].strip()[:1] == "("
    tail = TAIL.match(text, draft.end) if full else None
    yield Candidate(draft.start, tail.end() if tail else draft.end, score, said)
    hanja = _HANJA.match(text, draft.end) if full and not said.count("label") else None
    if hanja:
        yield Candidate(*hanja.span(1), score * REPEATED, "Chinese characters of the name before them")
