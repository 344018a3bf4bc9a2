"""The ways to read one word in Hangul: a full name, or a foreign, given or stage name."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from safeguards.items.kr.names.endings import ALONE, BEHIND, PARTICLES
from safeguards.items.kr.names.lexicon import FOREIGN, GIVEN, KNOWN, LOANS, WORDS
from safeguards.items.kr.names.syllables import FIRST, FOREIGNNESS, SECOND
from safeguards.items.kr.surnames import COMMON, DOUBLE, PER_10_000, SINGLE
from safeguards.items.text import words

LONGEST = 12
"""Syllables of the longest word that is read."""

STRANGE = 0.3
"""The mean log-odds of its syllables from which an unknown word may be a foreign name."""

_WORTH_READING = 0.1
_LONGEST_PLAIN = 5

REMEMBERED = 1 << 14
"""Words, never texts, whose readings are kept: the common ones come again and again."""

_HOPELESS = -4.0
_VERBAL = frozenset("다고는게지서면며요던네듯음임까나도라")
_VERBAL_PAIRS = frozenset(
    words(
        """
        니다, 는데, 네요, 어요, 아요, 에요, 지만, 하다, 했다, 었다, 았다, 였다, 한다, 된다, 됐다, 하고
        하는, 하게, 하지, 하며, 하면, 해서, 해도, 되는, 되고, 되어, 으며, 으면, 에서, 는지, 을까, 더라
        라도, 거나, 려고, 도록, 든지, 면서, 다가, 다는, 라는, 없이, 없는, 없다, 있는, 있고, 적인, 적이
        적으, 스러, 스럽, 롭게, 로운, 같은, 같다, 들의, 들이, 들은, 들을, 들과, 들도, 이나, 이란, 것을
        것이, 었던, 았던, 했던, 였던, 는게, 는거, 을때, 을듯, 구나, 군요, 냐고, 려는
        """
    )
)
_PLAIN = tuple(
    frozenset(p for p in PARTICLES[0].keys() | PARTICLES[1].keys() if len(p) == n) for n in (1, 2, 3)
)
_NEVER_GIVEN = frozenset("은는이가을를의도만에와과로")
_VERB_BEGINS = frozenset("하되했된할한함해됐돼될")


class _Foreignness(dict[str, float]):
    """Syllables that neither names nor words of the lists hold are rather foreign."""

    def __missing__(self, syllable: str) -> float:
        return 0.4


_strangeness = _Foreignness(FOREIGNNESS).__getitem__
_BEGINNINGS = frozenset(name[:2] for name in FOREIGN | GIVEN)


class Reading(NamedTuple):
    """One reading: how many syllables are the name, its kind, and the features of its shape."""

    length: int
    kind: str
    features: tuple[str, ...]


class Glance(NamedTuple):
    """What a word may be by itself: ``plain`` if it is a word of the language, ``strange`` if it may be part
    of a foreign name; how it may be read; and what is written onto it if it begins with a surname alone.
    """

    plain: bool
    strange: bool
    readings: tuple[Reading, ...]
    alone: str


@lru_cache(maxsize=REMEMBERED)
def glance(word: str) -> Glance | None:
    """Return what a word in Hangul may be; None if it is no name, whatever stands beside it."""
    plain = is_plain(word)
    strange = not plain and is_strange(word)
    read = tuple(readings(word, plain=plain)) if not plain or len(word) <= _LONGEST_PLAIN else ()
    alone = ""
    if word[0] in SINGLE:
        alone = "bare" if len(word) == 1 else "" if word in KNOWN else ALONE.get(word[1:], "")
    return None if plain and not read and not alone else Glance(plain, strange, read, alone)


def is_plain(word: str) -> bool:
    """Say whether ``word`` is a word of the language, with or without a particle or the ending of a verb."""
    if word in KNOWN:
        return True
    size = len(word)
    if size < 3:
        return False
    if word[-2:] in _VERBAL_PAIRS:
        return word not in FOREIGN and not _is_name_and_ending(word)
    if (
        (word[:-1] in KNOWN and word[-1] in _PLAIN[0])
        or (word[:-2] in KNOWN and word[-2:] in _PLAIN[1])
        or (size > 4 and word[:-3] in KNOWN and word[-3:] in _PLAIN[2])
        or (word[2] in _VERB_BEGINS and word[:2] in WORDS)
    ):
        return size != 3 or word[2] in _NEVER_GIVEN or word[0] not in COMMON or word[1:] not in GIVEN
    return False


def _is_name_and_ending(word: str) -> bool:
    """Say whether ``word`` is a full name of three syllables and what introduces it (김민수입니다)."""
    rest = word[3:]
    if len(rest) < 2 or word[0] not in COMMON or word[:2] in WORDS:
        return False
    return rest in PARTICLES[(ord(word[2]) - 0xAC00) % 28 != 0] and _given_odds(word[1:3]) > 0


def is_strange(word: str) -> bool:
    """Say whether ``word``, which is not plain, may be part of a foreign name."""
    return word in FOREIGN or (
        len(word) <= 7 and foreignness(word) >= STRANGE and word[-2:] not in _VERBAL_PAIRS
    )


def foreignness(name: str) -> float:
    """Return the mean log-odds a syllable that ``name`` is a foreign name and not Korean."""
    return sum(map(_strangeness, name)) / len(name)


def readings(word: str, *, plain: bool) -> list[Reading]:
    """Return the readings of a word in Hangul; a plain one is read as a full name only."""
    size = len(word)
    found: list[Reading] = []
    if size > LONGEST:
        return found
    surname = word[0] in SINGLE
    double = word[:2] in DOUBLE
    other = not plain and (word[:2] in _BEGINNINGS or foreignness(word[:3]) >= _WORTH_READING)
    if not (surname or double or other):
        return found
    for length in range(min(size, 8 if other else 4 if double else 3), 1, -1):
        ending = BEHIND[(ord(word[length - 1]) - 0xAC00) % 28 != 0].get(word[length:])
        if ending is None:
            continue
        name = word[:length]
        if _is_full(name, length, surname=surname, double=double):
            reading = _full_name(word, name, ending, plain=plain)
        else:
            reading = _other_name(word, name, ending) if other else None
        if reading:
            found.append(reading)
    return found


def _is_full(name: str, length: int, *, surname: bool, double: bool) -> bool:
    if length == 3:
        return surname or double
    if length == 2:
        return surname and name not in FOREIGN and name not in GIVEN
    return length == 4 and double


def _full_name(word: str, name: str, ending: str, *, plain: bool) -> Reading | None:
    surname = 2 if name[:2] in DOUBLE and len(name) > 2 else 1
    given = name[surname:]
    odds = _given_odds(given)
    if name in KNOWN or (odds < _HOPELESS and name not in FOREIGN):
        return None
    if ending == "bare" and plain and name[:2] in WORDS and name[2:] in _NEVER_GIVEN:
        return None
    features = [
        _tier(name[:surname]),
        _ONTO[ending],
        _GIVEN_BUCKETS[bucket(odds)],
        _SYLLABLES[len(name)],
        _FOREIGN_BUCKETS[bucket(foreignness(name))],
        _wordiness(word, name, ending, plain=plain),
    ]
    if given in GIVEN:
        features.append("known given name")
    if name in FOREIGN:
        features.append("known foreign name")
    if ending == "bare":
        features.append(tail(word))
        if len(name) == 3 and surname == 1 and name[2] in BEHIND[(ord(name[1]) - 0xAC00) % 28 != 0]:
            features.append("last syllable may be a particle")
    return Reading(len(name), "full", tuple(features))


def _other_name(word: str, name: str, ending: str) -> Reading | None:
    known, given = name in FOREIGN, name in GIVEN
    common = name in KNOWN
    if common and (not given or ending == "bare"):
        return None
    strange = foreignness(name)
    parts = "" if known else _parts(name)
    if not (known or given or parts or strange >= STRANGE):
        return None
    features = [
        _ONTO[ending],
        _FOREIGN_BUCKETS[bucket(strange)],
        _SYLLABLES[min(len(name), 6)],
        "known foreign name" if known else parts or ("known given name" if given else "unknown name"),
        _wordiness(word, name, ending, plain=False),
    ]
    if ending == "bare":
        features.append(tail(word))
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


def bucket(odds: float) -> int:
    """Return log-odds in steps of a half, from -8 (-4.0 and less) to 6."""
    return min(max(int((odds + 8) * 2), 8), 22) - 16


_KINDS = {kind for column in BEHIND for kind in column.values()}
_ONTO = {kind: f"onto {kind}" for kind in _KINDS}
_GIVEN_BUCKETS = {step: f"given {step}" for step in range(-8, 7)}
_FOREIGN_BUCKETS = {step: f"foreign {step}" for step in range(-8, 7)}
_SYLLABLES = {number: f"syllables {number}" for number in range(1, 9)}


def _tier(surname: str) -> str:
    return "double surname" if len(surname) == 2 else TIERS[surname]


def _tier_of(bearers: int) -> str:
    for least, tier in _STEPS:
        if bearers >= least:
            return tier
    return "surname of few"


_STEPS = ((400, "surname of one in 25"), (130, "surname of one in 75"), (70, "surname of one in 140"),
          (30, "surname of one in 300"), (10, "surname of one in 1,000"))  # fmt: skip
TIERS = {surname: _tier_of(PER_10_000.get(surname, 0)) for surname in SINGLE}
"""Surnames of one syllable to how common they are."""


def _wordiness(word: str, name: str, ending: str, *, plain: bool) -> str:
    if plain:
        return "the word is common"
    if name in KNOWN:
        return "the name is a common word"
    two = name[:2]
    if (len(word) > 3 and ending == "bare" and word[:-1] in KNOWN) or (len(name) < 3 and word[:3] in KNOWN):
        return "begins with a common word"
    if two in WORDS:
        particle = len(name) == 3 and name[2] in BEHIND[(ord(name[1]) - 0xAC00) % 28 != 0]
        return "a word and a particle" if particle else "two syllables are a word"
    if name[:3] in LOANS or two in LOANS:
        return "begins with a loanword"
    if len(name) == 3 and name[1:] in KNOWN:
        return "the given name is a word"
    return "no common word"


def tail(word: str) -> str:
    """Say how ``word`` ends: like a verb, or like a noun."""
    if word[-2:] in _VERBAL_PAIRS:
        return "verbal pair"
    return "verbal tail" if word[-1] in _VERBAL else "nominal tail"
