"""How much a run of syllables looks like a Korean full name, in log-odds, whatever stands beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from safeguards.items.kr import name_words as known
from safeguards.items.kr.surnames import COMMON, DOUBLE, SINGLE

BASE = -1.9
USUAL_SYLLABLE = 0.4
RARE_SYLLABLE = -0.7
UNKNOWN_SYLLABLE = -3.2
RARE_SURNAME = -0.7
SHORT_NAME = -2.2
WORD_BEGINS = -0.4
WORD_AND_PARTICLE = -3.0
HOPELESS = -7.0

_FORMS = {False: known.SHORT_FORMS, True: known.ADDRESS_FORMS | known.TITLES}


class Reading(NamedTuple):
    """One reading of a token: syllables of the name, log-odds of its shape, and what is written onto it."""

    length: int
    odds: float
    onto: str


def readings(token: str) -> Iterator[Reading]:
    """Yield the ways to read ``token``, Hangul only, as a name with or without something written onto it."""
    for length in (4, 3, 2) if token[:2] in DOUBLE else (3, 2):
        if len(token) < length:
            continue
        odds = shape(token[:length])
        if odds > HOPELESS and (onto := written_onto(token[length:], full=length > 2)):
            yield Reading(length, odds, onto)


def shape(name: str) -> float:
    """Return the log-odds that ``name`` is a full name by its syllables; at most HOPELESS if it is none."""
    surname = 2 if name[:2] in DOUBLE and len(name) > 2 else 1
    given = name[surname:]
    if not 1 <= len(given) <= 2 or (surname == 1 and name[0] not in SINGLE) or _is_word(name):
        return HOPELESS
    odds = BASE + _given(given)
    if surname == 1 and name[0] not in COMMON:
        odds += RARE_SURNAME
    if len(name) == 3 and name[:2] in known.NO_NAMES_SHORT:
        extended = name[2] in known.PARTICLES or name[2] in known.NOUN_ENDINGS
        odds += WORD_AND_PARTICLE if extended else WORD_BEGINS
    return odds


def written_onto(rest: str, *, full: bool) -> str:
    """Say what ``rest`` is to a name: bare, particle, sent, said, form, or "" for none of these."""
    if not rest:
        return "bare"
    for kind, endings in _ENDINGS:
        if rest in endings:
            return kind
    for cut in range(len(rest), 0, -1):
        if rest[:cut] in _FORMS[full]:
            return "form" if not rest[cut:] or rest[cut:] in known.PARTICLES else ""
    return ""


_ENDINGS = (("sent", known.SENDING), ("said", known.SAYING), ("particle", known.PARTICLES))


def _is_word(name: str) -> bool:
    if name in known.NO_NAMES or name in known.LABELS or name in known.TITLES:
        return True
    return len(name) == 2 and name in known.NO_NAMES_SHORT


def _given(given: str) -> float:
    if len(given) == 1:
        usual = given in known.SECOND_USUAL or given in known.FIRST_USUAL
        return SHORT_NAME + (USUAL_SYLLABLE if usual else RARE_SYLLABLE)
    first = _weight(given[0], known.FIRST_USUAL, known.FIRST_RARE)
    return first + _weight(given[1], known.SECOND_USUAL, known.SECOND_RARE)


def _weight(syllable: str, usual: frozenset[str], rare: frozenset[str]) -> float:
    if syllable in usual:
        return USUAL_SYLLABLE
    return RARE_SYLLABLE if syllable in rare else UNKNOWN_SYLLABLE
