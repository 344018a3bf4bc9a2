"""Expressions that select the texts worth reading, made from the tables that the rules read.

Neither has look-around or back-references, so that a native scanner can run them over a whole column. A name
scores 0.5 or more only in a text that ANCHOR matches: :mod:`safeguards.items.kr.names.rules` sees to that.
"""

from __future__ import annotations

from collections.abc import Iterable

from safeguards.items.kr.names.endings import FORMS
from safeguards.items.kr.names.syllables import FIRST, SECOND
from safeguards.items.kr.surnames import COMMON, DOUBLE, SINGLE
from safeguards.items.text import words
from safeguards.items.trie import trie

USUAL, VERY_USUAL = -0.5, 0.4
"""Log-odds from which a syllable counts as usual in given names."""


def _class(syllables: Iterable[str]) -> str:
    return f"[{''.join(sorted(syllables))}]"


def _shortest(words: Iterable[str]) -> set[str]:
    """Return the words without those that begin with another one."""
    kept: set[str] = set()
    for word in sorted(words, key=len):
        if kept.isdisjoint(word[:cut] for cut in range(1, len(word))):
            kept.add(word)
    return kept


def _name(surnames: Iterable[str], least: float) -> str:
    first = _class(s for s, odds in FIRST.items() if odds >= least)
    second = _class(s for s, odds in SECOND.items() if odds >= least)
    return f"(?:{_class(surnames)}|{trie(DOUBLE)}){first}{second}"


_SURNAME = _class(SINGLE)
_NAME = _name(SINGLE, USUAL)
_TITLES = {form for form in FORMS if len(form) > 1}
_BEHIND = trie(_shortest(_TITLES) | set("씨군양님"))
_COLON = "[:=▶┃│|→>]"
_LATIN_LABELS = "(?:[Nn][Aa][Mm][Ee]|[Mm][Rr][Ss]?|[Mm][Ss]|[Dd][Rr])"
_CAPITAL = "[A-ZÀ-ÖØ-Þ]"
_ROLE_ENDS = "인자주관사장님수독원우표명부과팀처"
_RANKS = "(?:대통령|의원|총리|장관|위원장|회장|후보|감독|대표|교수|시장|지사|팀장|판사|검사|변호사|경위|경사)"
_WELL_KNOWN = words(
    """
    로버트, 마이클, 데이비드, 데이빗, 제임스, 윌리엄, 리처드, 리차드, 토머스, 토마스, 크리스, 다니엘
    대니얼, 앤서니, 도널드, 스티븐, 스티브, 앤드류, 앤드루, 조슈아, 브라이언, 에드워드, 티모시, 제이슨
    제프리, 니콜라스, 조너선, 조나단, 저스틴, 벤자민, 사무엘, 그레고리, 알렉산더, 프랭크, 패트릭, 타일러
    제니퍼, 엘리자베스, 제시카, 에밀리, 아만다, 멜리사, 스테파니, 레베카, 캐서린, 안젤리나, 빅토리아
    올리비아, 마르코, 안토니오, 알렉스, 카를로스, 페르난도, 로드리게스, 곤잘레스, 나카무라, 다나카
    야마모토, 스즈키, 다카하시, 와타나베
    """
)

PARTS: dict[str, str] = {
    "a common surname and a very usual given name": _name(COMMON, VERY_USUAL),
    "a name and what is said behind names": rf"{_NAME}(?: ?(?:{_BEHIND}|[(|/\t,┃│·])"
    "|에게|께|한테|입니다|이?라고)",
    "a mark and a name": rf"[(|/\t\n┃│:>,·)\]0-9][ \t]{{0,4}}{_NAME}",
    "a role and a name": rf"[가-힣][{_ROLE_ENDS}][은는이가]?[ \t\n]{{1,4}}{_NAME}",
    "a surname and a form": rf"{_SURNAME}(?: ?씨|모 ?[씨군양(])",
    "a surname and a title": rf"[가-힣·,.'\"(] {_SURNAME} {_RANKS}",
    "a letter for a person": r"[A-Z](?: ?씨|양|군|모 | ?\([0-9]{2}\))",
    "a well-known foreign name": trie(_WELL_KNOWN),
    "a colon": rf"[가-힣][ \t)]{{0,4}}{_COLON}[ \t]{{0,6}}(?:[가-힣]|{_CAPITAL})",
    "two words in Latin letters": rf"(?:[가-힣)][ \t:=|▶┃]{{0,5}}|{_LATIN_LABELS}\.?[ \t:=|▶┃]{{0,6}})"
    rf"{_CAPITAL}[A-Za-zÀ-ž.'-]{{0,20}}(?: / | ){_CAPITAL}",
}
"""What lets a text pass, by name; together they just fit the cache of one automaton of RE2."""

ANCHOR = "|".join(PARTS.values())
"""For thresholds of 0.5 and more."""

LOOSE_ANCHOR = f"[가-힣]{{2}}|[A-Z] ?[가-힣(]|{_LATIN_LABELS}[^a-z]{{0,8}}{_CAPITAL}"
"""For lower thresholds: nearly every Korean text."""
