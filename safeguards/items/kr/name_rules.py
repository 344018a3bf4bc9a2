"""Rules that find Korean names in text by their syllables and by what stands beside them.

Every token that begins like a full name collects evidence in log-odds; the weights were set on the
development half of ko_documents (November 2026). A name that is sure once in a text is found everywhere in
it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from safeguards.items.item import Candidate
from safeguards.items.kr import name_words as known
from safeguards.items.kr.name_shape import Reading, readings, shape, written_onto
from safeguards.items.kr.surnames import DOUBLE, SINGLE

LABEL_COLON = 5.0
LABEL_SPACE = 3.4
LABEL_LINE = 2.6
PERSONAL_COLON = 3.8
ANY_COLON = 1.2
TITLE_BEFORE = 3.4
DEPARTMENT = 1.7
ROLE = 1.8
INTRODUCED = 2.0
NUMBER_BEFORE = 1.6
IN_BRACKETS = 1.2
CALLER_IN_BRACKETS = 2.6
TITLE_BEHIND = 3.2
PARENTHESIS = 2.8
CONTACT = 2.4
CELL = 1.9
LINE = 1.2
ONTO = {
    "form": (3.4, "form of address"),
    "sent": (1.6, "personal particle"),
    "said": (1.2, "particle of saying"),
}
REPEATED = 0.9

_FIRST = SINGLE | {name[0] for name in DOUBLE}
_TOKEN = re.compile(r"[가-힣A-Za-z子父母]+|[0-9]+")
_LONGEST = 10
_PERSONAL_END = frozenset("자인주원의사관장생수명모부님분")
_ROLE_END = frozenset("자인")
_DEPARTMENT_END = frozenset("팀과실부처터당서F")
_LABEL_TAIL = frozenset("명은는이가")
_LONG_LABELS = tuple(label for label in known.LABELS if len(label) >= 3)
_LONG_TITLES = tuple(title for title in known.TITLES if len(title) >= 2)
_SPREAD = frozenset({"성명", "이름", "대표", "성함"})
_COLON = re.compile(r"[:=▶┃│|→>]")
_IN_PARENTHESIS = re.compile(
    r"\s?\((?:[0-9]{1,3}[),세살]|만 ?[0-9]|[0-9]{6}|[0-9]{2,4}[-.년]|☎|전화|연락처|휴대|010|"
    r"[남여男女MF][,)/ ]|印|인\)|서명|"
    r"한자|가명|생년월일|주민|외국인등록|[一-龥]{2,4}|배우자|[부모자처]\)|[^()\n]{0,24}@)"
)
_CONTACT = re.compile(
    r"[\s,/|:·;님의-]{1,14}"
    r"(?:\(?(?:01[016789]|0[2-6][1-5]?|070)[-. )]?[0-9]{3,4}|[0-9]{6}-[0-9*]|[\w.+-]{1,64}@)"
)
_CELL_MARKS = frozenset("|/,┃│·▶>-")
_CELL_RIGHT = re.compile(r"[ \t]{2,}|\t| ?[|/┃│]|,(?=\S)")
_LATIN_TAIL = re.compile(r" \([A-Z][A-Z ,.-]{2,40}\)")
_LATIN_LABEL = (
    r"(?<![가-힣A-Za-z])(?:(?P<label>[가-힣]{1,10})|(?i:full name|name|mrs?|ms|dr)\.?)"
    r"(?:[ \t]?\([^()\n]{1,12}\))?[ \t]{0,3}[:=▶┃|]?[ \t]{0,4}"
)
_LATIN_WORD = r"(?!(?:Apt|Suite|Unit|Who)\b)(?:[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ž'-]{1,20}|[A-Z]\.)"
_LATIN = re.compile(
    _LATIN_LABEL + rf"(?P<name>{_LATIN_WORD}(?: / | ){_LATIN_WORD}(?: {_LATIN_WORD}){{0,3}})"
    r"(?: ?\((?:한글: ?)?(?P<hangul>[가-힣]{1,8}(?: [가-힣]{1,8}){1,4})\))?"
)
_TRANSCRIBED = re.compile(
    _LATIN_LABEL
    + r"(?P<name>[가-힣]{1,8}(?: [가-힣]{1,8}){1,3} ?\([A-Z][A-Z.'-]{1,20}(?: [A-Z][A-Z.'-]{0,20}){1,3}\))"
)

Evidence = tuple[float, str]


def likelihood(hangul: str) -> float:
    """Return in 0..1 how much ``hangul`` (two to four syllables, nothing else) looks like a full name."""
    return _probability(shape(hangul) + LABEL_SPACE)


def candidates(text: str) -> Iterator[Candidate]:
    """Yield names, each with the evidence for it."""
    tokens = list(_TOKEN.finditer(text))
    found: list[Candidate] = []
    for place, token in enumerate(tokens):
        word = token.group()
        if word[0] in _FIRST and 2 <= len(word) <= _LONGEST:
            found.extend(_judge(text, tokens, place))
    yield from _spread_certainty(text, found)
    yield from _latin_names(text)


def _judge(text: str, tokens: Sequence[re.Match[str]], place: int) -> Iterator[Candidate]:
    token = tokens[place]
    likely = [(reading, _evidence(text, tokens, place, reading)) for reading in readings(token.group())]
    if not likely:
        return
    reading, evidence = max(likely, key=lambda pair: pair[0].odds + sum(weight for weight, _ in pair[1]))
    end = token.start() + reading.length
    tail = _LATIN_TAIL.match(text, end) if end == token.end() else None
    yield Candidate(
        token.start(),
        tail.end() if tail else end,
        _probability(reading.odds + sum(weight for weight, _ in evidence)),
        ", ".join(["Korean surname and given name", *(reason for _, reason in evidence)]),
    )


def _evidence(
    text: str, tokens: Sequence[re.Match[str]], place: int, reading: Reading
) -> tuple[Evidence, ...]:
    start, end = tokens[place].start(), tokens[place].start() + reading.length
    before = _evidence_before(text, tokens, place, end) if place else None
    onto = ONTO.get(reading.onto)
    if place and before is None and reading.onto == "said" and tokens[place - 1].group() in known.INTRODUCING:
        before = INTRODUCED, "introduced"
    if end == tokens[place].end():
        behind = _evidence_behind(text, tokens, place)
        cell = _evidence_of_cell(text, start, end)
    else:
        matched = _IN_PARENTHESIS.match(text, tokens[place].end())
        behind, cell = ((PARENTHESIS, "personal details in brackets") if matched else None), None
    return tuple(evidence for evidence in (before, onto, behind, cell) if evidence)


def _evidence_before(text: str, tokens: Sequence[re.Match[str]], place: int, end: int) -> Evidence | None:
    previous, start = tokens[place - 1], tokens[place].start()
    separator = text[previous.end() : start]
    closed = text[end : end + 1] == ")"
    word = _announcing(text, tokens, place)
    if len(separator) > 12 or (not separator and not previous.group().isdigit()):
        return None
    if word.isdigit():
        return _behind_number(word, separator, closed=closed)
    if _is_label(word):
        return _behind_label(separator)
    if "\n" in separator:
        return None
    if _is_title(word):
        return TITLE_BEFORE, "behind a title"
    if separator.isspace():
        return _behind_word(word)
    return _behind_punctuation(word, separator, closed=closed)


def _announcing(text: str, tokens: Sequence[re.Match[str]], place: int) -> str:
    """Return the word that stands before a token: over brackets, and spread labels (성    명) joined."""
    previous, word = tokens[place - 1], tokens[place - 1].group()
    if place < 2:
        return word
    earlier = tokens[place - 2]
    gap = text[earlier.end() : previous.start()]
    if gap.strip(" \t") == "" and earlier.group() + word in _SPREAD:
        return earlier.group() + word
    if word == "입니다" and earlier.group().isdigit():
        return earlier.group()
    bracketed = gap.lstrip() in ("(", "[") and text[previous.end() : previous.end() + 1] in (")", "]")
    return earlier.group() if bracketed and not _is_label(word) else word


def _behind_number(number: str, separator: str, *, closed: bool) -> Evidence | None:
    if len(number) < 4:
        return None
    if separator.strip() == "(" and closed:
        return CALLER_IN_BRACKETS, "in brackets behind a number"
    return (NUMBER_BEFORE, "behind a number") if separator.isspace() and "\n" not in separator else None


def _behind_label(separator: str) -> Evidence | None:
    lines = separator.count("\n")
    if lines:
        return (LABEL_LINE, "below a label") if lines == 1 else None
    return (LABEL_COLON if _COLON.search(separator) else LABEL_SPACE), "behind a label"


def _behind_word(word: str) -> Evidence | None:
    if word[-1] in _ROLE_END and len(word) >= 3:
        return ROLE, "behind a role"
    return (DEPARTMENT, "behind a department") if word[-1] in _DEPARTMENT_END else None


def _behind_punctuation(word: str, separator: str, *, closed: bool) -> Evidence | None:
    if separator.endswith("(") and closed:
        return IN_BRACKETS, "in brackets"
    if _COLON.search(separator):
        return (PERSONAL_COLON if word[-1] in _PERSONAL_END else ANY_COLON), "behind a colon"
    return None


def _evidence_behind(text: str, tokens: Sequence[re.Match[str]], place: int) -> Evidence | None:
    end = tokens[place].end()
    if place + 1 < len(tokens):
        following = tokens[place + 1]
        gap = text[end : following.start()]
        if (
            gap
            and len(gap) <= 3
            and gap.strip(" \t") == ""
            and written_onto(following.group(), full=True) == "form"
        ):
            return TITLE_BEHIND, "before a title"
    if _IN_PARENTHESIS.match(text, end):
        return PARENTHESIS, "personal details in brackets"
    return (CONTACT, "before a number or address") if _CONTACT.match(text, end) else None


def _evidence_of_cell(text: str, start: int, end: int) -> Evidence | None:
    line_ends = text[end : end + 1] in ("", "\n")
    if not (line_ends or _CELL_RIGHT.match(text, end)) or not _begins_cell(text[max(0, start - 3) : start]):
        return None
    return (LINE, "the end of its line") if line_ends else (CELL, "a cell of its own")


def _begins_cell(left: str) -> bool:
    """Say whether a cell, line or numbered entry begins behind ``left``, up to three characters."""
    if not left or left[-1] in "\n\t" or left[-2:] == "  ":
        return True
    mark = left.removesuffix(" ")
    return mark[-1:] in _CELL_MARKS or (mark[-1:] in {".", ")"} and mark[-2:-1].isdigit())


def _is_label(word: str) -> bool:
    if word in known.LABELS or word.lower() in known.LATIN_LABELS:
        return True
    bare = word[:-1] if len(word) > 2 and word[-1] in _LABEL_TAIL else word
    return bare in known.LABELS or bare.endswith(_LONG_LABELS)


def _is_title(word: str) -> bool:
    return word in known.TITLES or word.endswith(_LONG_TITLES)


def _spread_certainty(text: str, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Yield all candidates, those raised whose name is sure elsewhere in the text."""
    best: dict[str, float] = {}
    for candidate in found:
        name = text[candidate.start : candidate.end]
        best[name] = max(best.get(name, 0.0), candidate.score)
    for candidate in found:
        top = best[text[candidate.start : candidate.end]] * REPEATED
        if top > candidate.score:
            yield Candidate(candidate.start, candidate.end, top, f"{candidate.reason}, sure elsewhere")
        else:
            yield candidate


def _latin_names(text: str) -> Iterator[Candidate]:
    for found in _TRANSCRIBED.finditer(text):
        if _announces(found["label"]):
            yield Candidate(*found.span("name"), 0.9, "transcribed name behind a label")
    for found in _LATIN.finditer(text):
        if not _announces(found["label"]):
            continue
        yield Candidate(*found.span("name"), 0.85, "name in Latin letters behind a label")
        if found["hangul"] and not found["hangul"].endswith(("국적", "출신", "시민권")):
            yield Candidate(*found.span("hangul"), 0.8, "transcription of a name in Latin letters")


def _announces(label: str | None) -> bool:
    return label is None or _is_label(label) or _is_title(label)


def _probability(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))
