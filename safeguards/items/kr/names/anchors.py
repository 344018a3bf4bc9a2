"""Expressions that select the texts worth reading, made from the tables that the rules read.

Neither has look-around or back-references, so that a native scanner can run them over a whole column. A name
scores 0.5 or more only in a text that ANCHOR matches: :mod:`safeguards.items.kr.names.rules` sees to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from safeguards.items.kr import name_words as known
from safeguards.items.kr.names.endings import FORMS
from safeguards.items.kr.names.lexicon import FOREIGN, GIVEN, KNOWN
from safeguards.items.kr.names.syllables import FIRST, SECOND
from safeguards.items.kr.surnames import COMMON, DOUBLE, SINGLE

USUAL = -0.5
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


_SURNAME = _class(SINGLE)
_USUAL = (
    f"(?:[{''.join(sorted(COMMON))}]|{_any(DOUBLE)})"
    + _class(s for s, odds in FIRST.items() if odds >= USUAL)
    + _class(s for s, odds in SECOND.items() if odds >= USUAL)
)
_ANY_SURNAME = _USUAL.replace("".join(sorted(COMMON)), "".join(sorted(SINGLE)), 1)
_TITLES = _any(form for form in FORMS if len(form) > 1)
_SHORT_FORMS = "[씨군양님]"
_LABELS = _any(known.LABELS)
_COLON = "[:=▶┃│|→>]"
_LATIN_LABELS = "(?:[Nn][Aa][Mm][Ee]|[Mm][Rr][Ss]?|[Mm][Ss]|[Dd][Rr]|" + "|".join(
    sorted(known.LATIN_LABELS - {"name"})
) + ")"  # fmt: skip
_CAPITAL = "[A-ZÀ-ÖØ-Þ]"
_BEFORE_LATIN = r"(?:[ \t]?\([^()\n]{1,12}\))?\.?[ \t]{0,3}[:=▶┃|]?[ \t]{0,4}"

PARTS: dict[str, str] = {
    "a common surname and a known given name": f"[{''.join(sorted(COMMON))}]"
    + _any(name for name in GIVEN if len(name) == 2 and name not in KNOWN),
    "a name and a title": f"{_ANY_SURNAME} ?(?:{_TITLES}|{_SHORT_FORMS})",
    "a title and a name": f"{_TITLES} {_ANY_SURNAME}",
    "a name and brackets": rf"{_USUAL} ?[(|/\t,┃│·]",
    "a mark and a name": rf"[(|/\t\n┃│:>,·)\]0-9][ \t]{{0,4}}{_USUAL}",
    "a name and a personal particle": f"{_USUAL}(?:에게|께|한테|입니다|이라고|라고)",
    "a surname and a form": f"{_SURNAME} ?씨|{_SURNAME}모(?: ?[씨군양(])",
    "a surname and a title": f"[가-힣·,.'\"(] {_SURNAME} (?:대통령|의원|총리|장관|위원장|회장|후보|감독|대표|교수|시장|지사|팀장|판사|검사|변호사|경위|경사)",
    "a letter for a person": r"[A-Z](?: ?씨|양|군|모 | ?\([0-9]{2}\))",
    "a known foreign name": _any(name for name in FOREIGN if len(name) >= 3),
    "a label and a colon": rf"{_LABELS}[명은는이가]?(?:[ \t]?\([^()\n]{{1,12}}\))?[ \t]{{0,6}}{_COLON}[ \t]{{0,6}}[가-힣]",
    "a label and a name": rf"{_LABELS}[명은는이가]?[ \t\n]{{1,6}}{_ANY_SURNAME}",
    "a label and a Latin name": f"(?:(?:{_LABELS}[명은는이가]?|{_TITLES}){_BEFORE_LATIN}|{_LATIN_LABELS}{_BEFORE_LATIN}){_CAPITAL}",
}
"""What lets a text pass, each by its name."""

ANCHOR = "|".join(PARTS.values())
"""For thresholds of 0.5 and more."""

LOOSE_ANCHOR = f"[가-힣]{{2}}|[A-Z] ?[가-힣(]|{_LATIN_LABELS}{_BEFORE_LATIN}{_CAPITAL}"
"""For lower thresholds: nearly every Korean text."""
