"""Rules that find Korean names in text by what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.item import Candidate
from safeguards.items.kr.name_words import GIVEN_SYLLABLES, NO_NAMES
from safeguards.items.kr.surnames import COMMON, DOUBLE, SINGLE

_LABEL = re.compile(
    r"(?:성\s{0,4}명|이\s{0,4}름|성함|예금주|신청인|환자|고객명|보호자|수령인)\s{0,2}[:：]?\s{0,2}(?P<name>[가-힣]{2,5})(?![가-힣])"
)
_TITLED = re.compile(r"(?<![가-힣])(?P<name>[가-힣]{3,4})\s?(?:님|씨|귀하)(?![가-힣])")


def likelihood(hangul: str) -> float:
    """Return in 0..1 how much ``hangul`` (two to five syllables, nothing else) looks like a full name."""
    surname = 2 if hangul[:2] in DOUBLE and len(hangul) > 2 else 1
    given = hangul[surname:]
    if hangul in NO_NAMES or not 1 <= len(given) <= 3 or (surname == 1 and hangul[0] not in SINGLE):
        return 0.0
    if not all(syllable in GIVEN_SYLLABLES for syllable in given):
        return 0.0
    usual = 0.95 if len(given) == 2 else 0.4
    return usual if surname == 2 or hangul[0] in COMMON else usual * 0.7


def candidates(text: str) -> Iterator[Candidate]:
    """Yield names that a label or a title marks."""
    for rule, reason in ((_LABEL, "name behind a label"), (_TITLED, "name before a form of address")):
        for found in rule.finditer(text):
            likely = likelihood(found["name"])
            if likely:
                yield Candidate(*found.span("name"), likely, reason)
