"""What height and weight share: a number with its unit behind a label, and not the mean of many."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from safeguards.items.item import Candidate

_MEAN = re.compile(r"(?:평균|권장|표준|기준|이상|미만|제한|목표)[^\n.]{0,24}$")
_LEAD = 40


def finder(
    label: str, value: str, plausible: Callable[[str], bool], reason: str, skipped: str = "(?!)"
) -> Callable[[str], Iterator[Candidate]]:
    """Return what finds ``value`` (a pattern of number and unit) behind ``label``, and behind what is
    ``skipped``.
    """
    rule = re.compile(
        rf"(?<![가-힣A-Za-z])(?:{label})(?:\s?\([^()\n]{{1,8}}\))?[\s:=┃|│▶▷→은는이가/\-]{{0,"
        rf"6}}(?:약 ?)?(?:{skipped})?(?P<value>{value})(?![0-9A-Za-z])"
    )

    def candidates(text: str) -> Iterator[Candidate]:
        for found in rule.finditer(text):
            mean = _MEAN.search(text, max(0, found.start() - _LEAD), found.start()) is not None
            if plausible(found["value"]) and not mean:
                yield Candidate(*found.span("value"), 0.93, reason)

    return candidates
