"""The ways to read one word: a full name, a foreign or given name, a surname alone, or a letter."""

from __future__ import annotations

from typing import NamedTuple

from safeguards.items.kr.names.endings import SHORT_FORMS, onto
from safeguards.items.kr.names.lexicon import FOREIGN, GIVEN, KNOWN, LOANS, WORDS
from safeguards.items.kr.names.syllables import FIRST, FOREIGNNESS, SECOND
from safeguards.items.kr.surnames import DOUBLE, PER_10_000, SINGLE

LONGEST = 12
_FOREIGN_FROM = 0.3
_VERBAL = frozenset("다고는게지서면며요던네듯음임까나도라")
_VERBAL_PAIRS = frozenset(
    "니다 는데 네요 어요 아요 에요 지만 하다 했다 었다 았다 였다 한다 된다 됐다 하고 하는 하게 하지 하며 하면 해서 해도 되는 되고 되어 으며 으면 으로 에서 는지 을까 더라 라도"
    " 거나 려고 도록 든지 면서 다가 다는 라는 없이 없는 없다 있는 있다 있고 적인 적이 적으 스러 스럽 롭게 로운 같은 같다 들의 들이 들은 들을 들과 들도 이나 이란 것을 것이 ".split()
)


class Reading(NamedTuple):
    """One reading: how many syllables are the name, its kind, and the features of its shape."""

    length: int
    kind: str
    features: tuple[str, ...]


def readings(word: str) -> list[Reading]:
    """Return the readings of a word in Hangul that stands alone."""
    size = len(word)
    if size > LONGEST:
        return []
    surname = word[0] in SINGLE
    found: list[Reading] = []
    whole = word in KNOWN
    for length in range(min(size, 8), 1, -1):
        ending = onto(word[:length], word[length:])
        if not ending:
            continue
        reading = _read(word, length, ending, surname=surname, whole=whole)
        if reading:
            found.append(reading)
    return found


def _read(word: str, length: int, ending: str, *, surname: bool, whole: bool) -> Reading | None:
    name = word[:length]
    if surname and length == 3 or (length <= 4 and name[:2] in DOUBLE and length > 2):
        return full_name(word, name, ending, whole=whole)
    if surname and length == 2 and (name not in FOREIGN and name not in GIVEN or word[:3] == name + "씨"):
        return full_name(word, name, ending, whole=whole)
    return None if whole else other_name(word, name, ending)


def full_name(word: str, name: str, ending: str, *, whole: bool) -> Reading | None:
    """Return the reading of ``name`` as surname and given name, or None where it cannot be one."""
    surname = 2 if name[:2] in DOUBLE and len(name) > 2 else 1
    given = name[surname:]
    odds = _given_odds(given)
    if odds < -4 and name not in FOREIGN:
        return None
    features = [
        _tier(name[:surname]),
        "onto " + ending,
        f"given {_bucket(odds)}",
        f"syllables {len(name)}",
        f"foreign {_bucket(foreignness(name))}",
    ]
    if len(given) == 2 and given in GIVEN:
        features.append("known given name")
    if name in FOREIGN:
        features.append("known foreign name")
    features.append(_wordiness(word, name, ending, whole=whole))
    if ending == "bare":
        features.append(_tail(word))
    if ending == "bare" and len(name) == 3 and surname == 1 and onto(name[:2], name[2]):
        features.append("last syllable may be a particle")
    return Reading(len(name), "full", tuple(features))


def other_name(word: str, name: str, ending: str) -> Reading | None:
    """Return the reading of ``name`` as a foreign, given or stage name, or None where nothing speaks for it."""
    if name in KNOWN and name not in GIVEN:
        return None
    strange = foreignness(name)
    known = name in FOREIGN
    given = name in GIVEN
    parts = "" if known else _parts(name)
    if not (known or given or parts or (strange >= _FOREIGN_FROM and not (ending == "bare" and _tail(word) == "verbal pair"))):
        return None
    if given and name in KNOWN and ending == "bare":
        return None
    features = [
        "onto " + ending,
        f"foreign {_bucket(strange)}",
        f"syllables {min(len(name), 6)}",
        "known foreign name" if known else parts or ("known given name" if given else "unknown name"),
        _wordiness(word, name, ending, whole=False),
    ]
    if ending == "bare":
        features.append(_tail(word))
    return Reading(len(name), "other", tuple(features))


def _parts(name: str) -> str:
    for cut in range(2, len(name) - 1):
        if name[:cut] in FOREIGN:
            return "two known foreign names" if name[cut:] in FOREIGN else "begins with a foreign name"
    return ""


def _given_odds(given: str) -> float:
    if len(given) == 1:
        return max(FIRST.get(given, -1.5), SECOND.get(given, -1.5)) - 1.0
    return FIRST.get(given[0], -2.5) + SECOND.get(given[1], -2.5)


def foreignness(name: str) -> float:
    """Return the mean log-odds a syllable that ``name`` is a foreign name and not Korean."""
    return sum([FOREIGNNESS.get(syllable, 0.4) for syllable in name]) / len(name)


def _bucket(odds: float) -> int:
    return min(max(int((odds + 8) * 2), 8), 22) - 16


def _tier(surname: str) -> str:
    if len(surname) == 2:
        return "double surname"
    bearers = PER_10_000.get(surname, 0)
    for least, tier in _TIERS:
        if bearers >= least:
            return tier
    return "surname of few"


_TIERS = ((400, "surname of one in 25"), (130, "surname of one in 75"), (70, "surname of one in 140"),
          (30, "surname of one in 300"), (10, "surname of one in 1,000"))  # fmt: skip


def _wordiness(word: str, name: str, ending: str, *, whole: bool) -> str:
    if whole:
        return "the word is common"
    if name in KNOWN:
        return "the name is a common word"
    if len(word) > 3 and ending == "bare" and word[:-1] in KNOWN:
        return "begins with a common word"
    if word[:3] in KNOWN and len(name) < 3:
        return "begins with a common word"
    if name[:2] in WORDS:
        return "two syllables are a word" + (", particle" if len(name) == 3 and onto(name[:2], name[2]) else "")
    if name[:3] in LOANS or name[:2] in LOANS:
        return "begins with a loanword"
    if len(name) == 3 and name[1:] in KNOWN:
        return "the given name is a word"
    return "no common word"


def _tail(word: str) -> str:
    if word[-2:] in _VERBAL_PAIRS:
        return "verbal pair"
    return "verbal tail" if word[-1] in _VERBAL else "nominal tail"


def surname_alone(word: str) -> str:
    """Return the ending behind a surname that stands alone in ``word`` (박씨는), or an empty text."""
    if word[0] not in SINGLE:
        return ""
    rest = word[1:]
    if not rest:
        return "bare"
    if rest[0] == "모" and (len(rest) == 1 or rest[1:2] in ("씨", "군", "양") or onto("모", rest[1:])):
        return "mo"
    for length in (2, 1):
        form = rest[:length]
        if form in _SURNAME_FORMS and (len(rest) == length or onto(form, rest[length:])):
            return _SURNAME_FORMS[form]
    return ""


_SURNAME_FORMS = {"씨": "ssi", "군": "child", "양": "child"} | dict.fromkeys(
    (form for form in ("대통령", "감독", "의원", "회장", "장관", "대표", "교수", "시장", "후보", "총리", "지사", "팀장", "부장", "과장", "대리", "사장")), "title"
)
assert SHORT_FORMS
