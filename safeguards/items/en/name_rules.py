"""Rules that find persons' names in English text: capital letters, gazetteers, and what stands beside them.

Every run of capitalised words collects evidence in log-odds; the weights were set on a half of en_templates
(November 2026). A line that holds Hangul is left to the Korean rules.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from safeguards.items.en import name_words as known
from safeguards.items.en.gazetteer import gazetteer
from safeguards.items.en.letters import LETTER, UPPER
from safeguards.items.en.name_context import Evidence, after, before
from safeguards.items.en.places import COUNTRIES
from safeguards.items.item import Candidate

BASE = -1.5
BASE_SINGLE = -2.3
GIVEN = {"common": 2.0, "rare": 1.2, "ambiguous": 0.2, "unknown": -0.9, "word": -2.6}
SURNAME = {"common": 1.5, "rare": 1.2, "ambiguous": 0.3, "unknown": -0.6, "word": -1.8}
SINGLE = {"common": 1.9, "rare": 1.1, "ambiguous": -0.6, "unknown": -0.6, "word": -3.0}
INITIAL = 2.2
LONG = -0.8
CAPITALS = -2.6
PLACE_END = -4.0
TWIN = -1.2
REPEATED = 3.2
IN_LIST = 1.9
IN_SURE_LIST = 3.2
SURE = 2.0
AMONG_GIVEN = 1.0
SENTENCE_START = -0.7
MOST_WORDS = 5
LOWER_LABELLED = 0.72
TELLING_WORD = 6
"""Letters of an ordinary word that tells; shorter ones are syllables of romanised names too: Hong, Sun."""

_WORD = rf"[{UPPER}](?:[{LETTER}]|['’\-](?=[{LETTER}])){{0,30}}\.?"
_PARTICLE = (
    r"(?:de|del|della|di|da|dos|das|do|du|van|von|der|den|ten|ter|el|al|bin|ibn|la|le|zur?|zum|af|av|y|e|'t)"
)
RUN = rf"{_WORD}(?: (?:{_PARTICLE} ){{0,2}}{_WORD}){{0,7}}"
_RUN = re.compile(rf"(?<![{LETTER}0-9_@/\-&'’]){RUN}(?![{LETTER}0-9_@&])")
_TOKEN = re.compile(r"[^ ]+")
_POSSESSIVE = re.compile(r"['’]s$")
_HANGUL = re.compile("[가-힣]")
_ABBREVIATED = known.TITLES | {"st", "jr", "sr"}
_LOWER = re.compile(
    r"(?i:(?<![a-z])(?:my|his|her|their|your|full|first|last|maiden) name is|(?<![a-z])name:|"
    r"everyone calls me|"
    r"(?<![a-z])(?:mr|mrs|ms|dr)\.)"
    r" (?P<name>[a-zà-ɏ][a-zà-ɏ'\-]{1,24}(?: [a-zà-ɏ][a-zà-ɏ'\-]{1,24}){0,2})(?![\w])"
)
_ENDS = re.compile(r"[.!?,\n]|$")
_JOINED = re.compile(r" ?(?:,| and|, and| or) ?|\n")


_NOBODY = known.TWO_WORD_PLACES | known.BRAND_NAMES | {country.lower() for country in COUNTRIES}


@dataclass(frozen=True, slots=True)
class Name:
    """A stretch that may be a name, its words, its log-odds and why."""

    start: int
    end: int
    words: tuple[str, ...]
    odds: float
    reasons: tuple[str, ...] = field(default=())


def candidates(text: str) -> Iterator[Candidate]:
    """Yield names, each with the evidence for it."""
    found = [name for run in _RUN.finditer(text) for name in _read(text, run)]
    for name in _in_lists(text, _repeated(found)):
        reason = ", ".join(["capitalised words", *name.reasons])
        yield Candidate(name.start, name.end, 1 / (1 + math.exp(-name.odds)), reason)
    for lower in _LOWER.finditer(text):
        words = lower["name"].split(" ")
        alone = len(words) == 1 and words[0] not in known.FUNCTION and _ENDS.match(text, lower.end())
        if alone or _kind(words[0], given=True) in {"common", "rare"}:
            upto = 2 if len(words) > 1 and _kind(words[1], given=False) in {"common", "rare"} else 1
            end = lower.start("name") + len(" ".join(words[:upto]))
            yield Candidate(lower.start("name"), end, LOWER_LABELLED, "name in small letters behind a label")


def likelihood(name: str) -> float:
    """Return in 0..1 how much ``name``, a whole value, looks like given name and surname."""
    words = tuple(word for word in name.split(" ") if word)
    if not words or not re.fullmatch(RUN, name):
        return 0.0
    return 1 / (1 + math.exp(-(_shape(words) + (0.0 if len(words) > 1 else -1.0))))


def names_a_thing(words: Sequence[str]) -> bool:
    """Say whether several capitalised words are what a setting, a program or a machine is called."""
    full = [word.lower().rstrip(".") for word in words]
    ordinary = all(_kind(word, given=True) == "word" for word in full)
    return full[-1] in known.ARTEFACTS or (ordinary and max(map(len, full)) >= TELLING_WORD)


def _read(text: str, run: re.Match[str]) -> Iterator[Name]:
    line_start, line_end = _line(text, run.start(), run.end())
    if _HANGUL.search(text, line_start, line_end):
        return
    for start, end in _sentences(run):
        yield from _judge(text, start, end)


def _line(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the line around a place, at most 200 characters to each side."""
    left, right = text.rfind("\n", max(0, start - 200), start), text.find("\n", end, end + 200)
    return (left + 1 if left >= 0 else max(0, start - 200)), (
        right if right >= 0 else min(len(text), end + 200)
    )


def _sentences(run: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Cut a run where a full stop ends a sentence: not behind a title or an initial."""
    start = run.start()
    for token in _TOKEN.finditer(run.group()):
        word, end = token.group(), run.start() + token.end()
        if word.endswith(".") and len(word) > 2 and word[:-1].lower() not in _ABBREVIATED:
            yield start, end - 1
            start = end + 1
        elif _POSSESSIVE.search(word) and (
            run.start() + token.start() > start or run.group().count(" ", token.end()) > 1
        ):
            yield start, end
            start = end + 1
    if start < run.end():
        yield start, run.end()


def _judge(text: str, start: int, end: int) -> Iterator[Name]:
    tokens = [(start + token.start(), token.group()) for token in _TOKEN.finditer(text[start:end])]
    dropped: list[str] = []
    while tokens and _leads(tokens, text):
        dropped.append(tokens.pop(0)[1].lower().rstrip("."))
    while tokens and tokens[-1][1] in known.PARTICLES:
        tokens.pop()
    if not tokens or len(tokens) > MOST_WORDS + 2:
        return
    last_start, last = tokens[-1]
    bare = _POSSESSIVE.sub("", last)
    bare = bare if len(bare.rstrip(".")) == 1 and len(tokens) > 1 else bare.rstrip(".")
    first_start, name_end = tokens[0][0], last_start + len(bare)
    words = (*(token for _, token in tokens[:-1]), bare)
    if not bare or not _possible(words):
        return
    evidence = before(text, first_start, dropped, many=len(words) > 1)
    evidence += after(text, first_start, name_end, len(words), possessive=bare != last.rstrip("."))
    odds = _shape(words) + sum(weight for weight, _ in evidence)
    unsure = len(words) == 1 and _kind(bare, given=True) not in {"common", "rare"}
    if unsure and not dropped and _begins_sentence(text, first_start):
        odds += SENTENCE_START
    yield Name(first_start, name_end, words, odds, tuple(reason for _, reason in evidence if reason))


def _leads(tokens: Sequence[tuple[int, str]], text: str) -> bool:
    """Say whether the first token is a title, a trade or a sentence's first word, and no part of the name."""
    place, token = tokens[0]
    word = _POSSESSIVE.sub("", token.lower().rstrip("."))
    if token in known.PARTICLES or word in known.FUNCTION:
        return True
    if len(tokens) == 1 or (len(tokens) == 2 and tokens[1][1] in known.PARTICLES):
        return word in known.TITLES
    if word in known.TITLES or word in known.ROLES:
        return True
    if not _begins_sentence(text, place) or token.isupper() or word in known.PLACE_BEGINS:
        return False
    return (
        _kind(word, given=True) in {"unknown", "ambiguous", "word"}
        and _kind(tokens[1][1], given=True) == "common"
    )


def _begins_sentence(text: str, place: int) -> bool:
    left = text[max(0, place - 3) : place].rstrip(" \t\"'“‘(")
    return not left or left[-1] in ".!?\n>"


def _possible(words: Sequence[str]) -> bool:
    full = [word.lower().rstrip(".") for word in words]
    if len(full) == 1 and (full[0] in known.TITLES or len(full[0]) < 2 or full[0] in known.ROLES):
        return False
    if (
        " ".join(full) in _NOBODY
        or " ".join(full[:2]) in _NOBODY
        or (len(full) > 1 and (full[0] in known.PLACE_BEGINS or names_a_thing(full)))
    ):
        return False
    return not any(word in known.ORGANISATION or word in known.FUNCTION for word in (full[0], full[-1]))


def _shape(words: Sequence[str]) -> float:
    """Return the log-odds of a name by its words alone."""
    full = [word for word in words if len(word.rstrip(".")) > 1 and word not in known.PARTICLES]
    if not full:
        return -6.0
    capitals = CAPITALS if all(word.isupper() for word in full) and len("".join(full)) > 3 else 0.0
    if len(words) == 1:
        kinds = (_kind(full[0], given=True), _kind(full[0], given=False))
        twin = TWIN if "-" in full[0] and kinds[0] == "unknown" else 0.0
        return BASE_SINGLE + max(SINGLE[kinds[0]], SINGLE[kinds[1]] - 0.7) + capitals + twin
    initial = any(len(word.rstrip(".")) == 1 for word in words[1:-1])
    first, last = full[0], full[-1]
    odds = BASE + GIVEN[_kind(first, given=True)] + capitals + (INITIAL if initial else 0.0)
    odds += SURNAME[_kind(last, given=False)] if len(full) > 1 else SURNAME["unknown"]
    surname = last.lower() in known.PLACE_SURNAMES and (initial or _kind(first, given=True) == "common")
    if last.lower() in known.PLACE and not surname:
        odds += PLACE_END
    return odds + LONG * max(0, len(full) - 2 - (_kind(full[min(1, len(full) - 1)], given=True) == "common"))


def _kind(word: str, *, given: bool) -> str:
    """Say how well a word is known as a given name or as a surname."""
    names, bare = gazetteer(), word.lower().rstrip(".").replace("’", "'")
    common, rare = (
        (names.given_common, names.given_rare) if given else (names.surname_common, names.surname_rare)
    )
    parts = [bare, *(part for part in bare.split("-") if "-" in bare)]
    if bare in names.ordinary:
        return "ambiguous" if any(bare in kind for kind in names[:-1]) else "word"
    if any(part in common for part in parts):
        return "common"
    if any(part in rare for part in parts) or (not given and bare.endswith(known.SURNAME_ENDINGS)):
        return "rare"
    return "unknown"


def _repeated(found: Sequence[Name]) -> list[Name]:
    """Raise names that are parts of a surer, longer name of the text, and equal ones to the surest."""
    parts = {word.lower() for name in found if name.odds > 0 and len(name.words) > 1 for word in name.words}
    best: dict[tuple[str, ...], float] = {}
    for name in found:
        best[name.words] = max(best.get(name.words, name.odds), name.odds)
    raised = []
    for name in found:
        if len(name.words) == 1 and name.words[0].lower() in parts and len(name.words[0]) > 2:
            name = replace(name, odds=name.odds + REPEATED, reasons=(*name.reasons, "part of a full name"))
        elif best[name.words] > max(name.odds, 0):
            name = replace(name, odds=best[name.words] * 0.9, reasons=(*name.reasons, "sure elsewhere"))
        raised.append(name)
    return raised


def _in_lists(text: str, found: Sequence[Name]) -> list[Name]:
    """Raise a single name that a comma or ``and`` joins to a sure one."""
    names = _enumerated(text, found)
    for order in (range(1, len(names)), range(len(names) - 2, -1, -1)):
        for place in order:
            other = names[place + (-1 if order.step > 0 else 1)]
            low, high = sorted((names[place], other), key=lambda name: name.start)
            joined = high.start - low.end <= 6 and _JOINED.fullmatch(text, low.end, high.start)
            if joined and "\n" not in joined.group() and other.odds > 0.2 and not _in_list(names[place]):
                odds = names[place].odds + (IN_SURE_LIST if other.odds > SURE else IN_LIST)
                names[place] = replace(
                    names[place], odds=odds, reasons=(*names[place].reasons, "listed with a name")
                )
    return names


def _enumerated(text: str, found: Sequence[Name]) -> list[Name]:
    """Raise the members of an enumeration of three or more single words, two of them known given names."""
    chains: list[list[Name]] = []
    for name in found:
        last = chains[-1][-1] if chains else None
        if (
            last
            and name.start - last.end <= 6
            and _JOINED.fullmatch(text, last.end, name.start)
            and len(name.words) == 1
        ):
            chains[-1].append(name)
        else:
            chains.append([name])
    return [name for chain in chains for name in (map(_among_given, chain) if _are_given(chain) else chain)]


def _are_given(chain: Sequence[Name]) -> bool:
    kinds = [_kind(name.words[0], given=True) for name in chain]
    surnames = [_kind(name.words[0], given=False) == "common" for name in chain]
    given = sum(kind == "common" and not surname for kind, surname in zip(kinds, surnames, strict=True))
    return len(chain) > 2 and given > 1 and (kinds.count("ambiguous") + kinds.count("word")) * 2 < len(kinds)


def _among_given(name: Name) -> Name:
    return replace(name, odds=name.odds + AMONG_GIVEN, reasons=(*name.reasons, "among given names"))


def _in_list(name: Name) -> bool:
    return "listed with a name" in name.reasons


__all__ = ["Evidence", "candidates", "likelihood"]
