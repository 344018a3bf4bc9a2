"""Expressions that select the texts worth reading, made from the tables that the rules read.

Neither has look-around or back-references, so that a native scanner can run them over a whole column. A name
scores 0.5 or more only in a text that ANCHOR matches: :mod:`safeguards.items.kr.names.rules` sees to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from safeguards.items.kr import name_words as known
from safeguards.items.kr.names.endings import FORMS
from safeguards.items.kr.names.lexicon import FOREIGN
from safeguards.items.kr.names.syllables import FIRST, SECOND
from safeguards.items.kr.surnames import COMMON, DOUBLE, SINGLE

USUAL, VERY_USUAL = -0.5, 0.4
"""Log-odds from which a syllable counts as usual in given names."""


def _any(words: Iterable[str]) -> str:
    """Return an expression of all ``words``, those with a common beginning joined; the longest match first."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(set(words)):
        by_first.setdefault(word[0], []).append(word[1:])
    return "(?:" + "|".join(re.escape(first) + _rest(rest) for first, rest in sorted(by_first.items())) + ")"


def _rest(endings: list[str]) -> str:
    single = "".join(sorted(ending for ending in endings if len(ending) == 1))
    longer = sorted((re.escape(ending) for ending in endings if len(ending) > 1), key=len, reverse=True)
    parts = [*longer, *([f"[{single}]"] if single else [])]
    if not parts:
        return ""
    return f"(?:{'|'.join(parts)})" + ("?" if "" in endings else "")


def _class(syllables: Iterable[str]) -> str:
    return f"[{''.join(sorted(syllables))}]"


def _shortest(words: Iterable[str], *, from_left: bool) -> set[str]:
    """Return the words without those that begin with another one, or end in another one."""
    kept: set[str] = set()
    for word in sorted(words, key=len):
        parts = (word[:cut] if from_left else word[-cut:] for cut in range(1, len(word)))
        if kept.isdisjoint(parts):
            kept.add(word)
    return kept


def _name(surnames: Iterable[str], least: float) -> str:
    first = _class(s for s, odds in FIRST.items() if odds >= least)
    second = _class(s for s, odds in SECOND.items() if odds >= least)
    return f"(?:{_class(surnames)}|{_any(DOUBLE)}){first}{second}"


_SURNAME = _class(SINGLE)
_NAME = _name(SINGLE, USUAL)
_TITLES = {form for form in FORMS if len(form) > 1}
_COLON = "[:=▶┃│|→>]"
_BRACKETS = r"(?:[ \t]?\([^()\n]{1,12}\))?"
_LATIN_LABELS = "(?:[Nn][Aa][Mm][Ee]|[Mm][Rr][Ss]?|[Mm][Ss]|[Dd][Rr]|" + "|".join(
    sorted(known.LATIN_LABELS - {"name"})
) + ")"  # fmt: skip
_LATIN = _BRACKETS + r"\.?[ \t]{0,3}[:=▶┃|]?[ \t]{0,4}[A-ZÀ-ÖØ-Þ]"
_ANNOUNCES = _any(_shortest(known.LABELS | _TITLES, from_left=False)) + "[명은는이가]?"
_BEHIND = _any(_shortest(_TITLES, from_left=True) | set("씨군양님"))
_RANKS = "(?:대통령|의원|총리|장관|위원장|회장|후보|감독|대표|교수|시장|지사|팀장|판사|검사|변호사|경위|경사)"

PARTS: dict[str, str] = {
    "a common surname and a very usual given name": _name(COMMON, VERY_USUAL),
    "a name and what is said behind names": rf"{_NAME}(?: ?(?:{_BEHIND}|[(|/\t,┃│·])|에게|께|한테|입니다|이?라고)",
    "a mark and a name": rf"[(|/\t\n┃│:>,·)\]0-9][ \t]{{0,4}}{_NAME}",
    "a surname and a form": rf"{_SURNAME}(?: ?씨|모 ?[씨군양(])",
    "a surname and a title": rf"[가-힣·,.'\"(] {_SURNAME} {_RANKS}",
    "a letter for a person": r"[A-Z](?: ?씨|양|군|모 | ?\([0-9]{2}\))",
    "a known foreign name": _any(_shortest((name for name in FOREIGN if len(name) >= 4), from_left=True)),
    "a label or title": rf"{_ANNOUNCES}(?:{_BRACKETS}[ \t]{{0,6}}{_COLON}[ \t]{{0,6}}[가-힣]|[ \t\n]{{1,6}}{_NAME}|{_LATIN})",
    "a label in Latin letters and a Latin name": _LATIN_LABELS + _LATIN,
}
"""What lets a text pass, each by its name."""

ANCHOR = "|".join(PARTS.values())
"""For thresholds of 0.5 and more."""

LOOSE_ANCHOR = f"[가-힣]{{2}}|[A-Z] ?[가-힣(]|{_LATIN_LABELS}{_LATIN}"
"""For lower thresholds: nearly every Korean text."""
