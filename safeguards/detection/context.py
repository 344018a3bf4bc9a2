"""Words near a candidate: labels that support it, and labels that say it is something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from safeguards.items.item import Item, Verdict

BEFORE = 48
"""Characters before a candidate in which a label counts."""

AFTER = 12
"""Characters behind it in which a context word counts."""

SAME_LINE = 0.85
EARLIER_LINE = 0.65
"""How much of the way from the score without to the score in context a label brings that does not touch."""

CONTRADICTED = 0.4
"""What remains of a score when a label of something else touches the candidate."""

_HANGUL_TAIL = re.compile(
    r"(?:번호|정보|란)?(?:은|는|이|가|을|를|의|로|으로|와|과|도|만|이고|이며|인데|입니다|이라고|라고)?"
    r"(?![가-힣])"
)
_LATIN_TAIL = re.compile(r"(?:[ _.\-]?(?:no|number|num|id))?(?![a-z])")
"""What may follow a label; apart from the words, which would each compile it anew."""

_LATIN = re.compile("[A-Za-z]")
_TOUCHING = re.compile(r"[\s:.=\-▶▷→┃│|(\[<>\"'`,#*·]{0,10}")
HEADING_REACH = 2_000
"""Characters before a candidate in which the heading of its table counts."""

FEWEST_COLUMNS = 3
_COLUMNS = re.compile(r"\t| ?[|┃│] ?| +/ +| {2,}|,")

_SPACED = 3
"""Labels of up to three syllables are often spread by spaces: 성    명."""


class Label(NamedTuple):
    """A label that was found, and whether it says that the candidate is something else."""

    start: int
    end: int
    against: bool


class Kind(NamedTuple):
    """What a word of the expression is: Latin words begin a word, Hangul ones may end a longer one."""

    against: bool
    latin: bool


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one item, ready to search: each word of the expression ends with a group of its own.

    ``part_of`` is the item's, compiled.
    """

    expression: re.Pattern[str]
    kinds: tuple[Kind, ...]
    part_of: re.Pattern[str] | None = None

    def judge(self, text: str, start: int, end: int, verdict: Verdict) -> tuple[float, str]:
        """Return score and reason of the candidate ``text[start:end]`` in its surroundings."""
        whole = None if self.part_of is None else _whole(self.part_of, text, start, end)
        before = self._found(text, max(0, start - BEFORE), start)
        label = before[-1] if before else None
        if whole is not None and not _names(text, label, whole):
            return verdict.score * CONTRADICTED, f"{verdict.reason}; part of something else"
        if label is not None and label.against:
            if _TOUCHING.fullmatch(text, label.end, start):
                return verdict.score * CONTRADICTED, f"{verdict.reason}; labelled as something else"
        elif label is not None:
            return _supported(text, label, start, verdict)
        after = self._found(text, end, min(len(text), end + AFTER))
        behind = after[0] if after else None
        if behind is not None and not behind.against and "\n" not in text[end : behind.start]:
            return _raised(verdict, SAME_LINE), _near(verdict, text, behind)
        heading = self._heading(text, start, end) if label is None else None
        if heading is not None:
            named = text[heading.start : heading.end]
            return _raised(verdict, EARLIER_LINE), f"{verdict.reason}; in a table headed {named!r}"
        return verdict.score, verdict.reason

    def _found(self, text: str, start: int, end: int) -> list[Label]:
        """Return the labels between two places; case does not matter.

        The window is searched in lower case, so that the expression needs no flag and begins with a set of
        characters, to which `re` skips.
        """
        window = _lowered(text[start:end])
        labels: list[Label] = []
        place = 0
        while found := self.expression.search(window, place):
            against, latin = self.kinds[found.lastindex or 0]
            at = start + found.start()
            tail = (_LATIN_TAIL if latin else _HANGUL_TAIL).match(window, found.end())
            if tail is None or (latin and at and _LATIN.match(text, at - 1)):
                place = found.start() + 1
            else:
                place = tail.end()
                labels.append(Label(at, start + place, against))
        return labels

    def _heading(self, text: str, start: int, end: int) -> Label | None:
        """Return the label among the headings of the table whose row holds the candidate, if there is one."""
        reach = max(0, start - HEADING_REACH)
        row = text.rfind("\n", reach, start) + 1
        blank = text.rfind("\n\n", reach, start)
        table = blank + 2 if blank >= 0 else 0
        if row <= table or table < reach:
            return None
        ends = text.find("\n", table, row)
        if ends < 0 or not _is_row(text[table:ends]):
            return None
        if not _is_row(text[row : min(end + BEFORE, len(text))]):
            return None
        return next((label for label in self._found(text, table, ends) if not label.against), None)


def _whole(part_of: re.Pattern[str], text: str, start: int, end: int) -> int | None:
    """Return where that begins of which the candidate is part, if it is."""
    before = part_of.finditer(text, max(0, start - BEFORE), min(len(text), end + AFTER))
    return next((found.start() for found in before if found.end() == start), None)


def _supported(text: str, label: Label, start: int, verdict: Verdict) -> tuple[float, str]:
    if _TOUCHING.fullmatch(text, label.end, start):
        share = 1.0
    else:
        share = EARLIER_LINE if "\n" in text[label.end : start] else SAME_LINE
    return _raised(verdict, share), _near(verdict, text, label)


def _names(text: str, label: Label | None, whole: int) -> bool:
    """Say whether a label stands directly before what begins at ``whole``, or is its name."""
    if label is None or label.against:
        return False
    if label.end > whole:
        return text[label.end : label.end + 1] == "/"
    return _TOUCHING.fullmatch(text, label.end, whole) is not None


def _is_row(line: str) -> bool:
    return len(_COLUMNS.split(line.strip())) >= FEWEST_COLUMNS


def compile_labels(item: Item) -> Labels:
    """Compile the context words of ``item``, and the labels that speak against it, into one expression."""
    trees: dict[tuple[str, bool], dict[str, Any]] = {}
    for words, against in ((item.against, True), (item.context, False)):
        for word in map(str.lower, words):
            _plant(trees.setdefault((word[0], word.isascii()), {}), word, against=against)
    kinds = [Kind(against=False, latin=False)]
    branches = [re.escape(first) + _written(tree, kinds) for (first, _), tree in trees.items()]
    part_of = re.compile(item.part_of) if item.part_of else None
    return Labels(re.compile("|".join(branches) or "(?!)"), tuple(kinds), part_of)


def _plant(tree: dict[str, Any], word: str, *, against: bool) -> None:
    """Add a word to the tree of those that begin like it; its end holds what kind it is."""
    for step in _steps(word):
        tree = tree.setdefault(step, {})
    tree[""] = Kind(against, word.isascii())


def _steps(word: str) -> Iterator[str]:
    """Yield the expressions of a word's further characters."""
    spread = r"[ \t]{0,4}" if not word.isascii() and len(word) <= _SPACED else ""
    for letter in word[1:]:
        yield r"[ _\-]?" if letter == " " and word.isascii() else spread + re.escape(letter)


def _written(tree: dict[str, Any], kinds: list[Kind]) -> str:
    """Write the branches below a character: longer words before the one that ends here."""
    branches = [step + _written(below, kinds) for step, below in tree.items() if step]
    if "" in tree:
        kinds.append(tree[""])
        branches.append("()")
    return f"(?:{'|'.join(branches)})" if len(branches) > 1 else branches[0]


def _lowered(text: str) -> str:
    """Return ``text`` in lower case, character for character: İ alone would become two."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(one.lower()[0] for one in text)


def _near(verdict: Verdict, text: str, label: Label) -> str:
    return f"{verdict.reason}; near {text[label.start : label.end]!r}"


def _raised(verdict: Verdict, share: float) -> float:
    return verdict.score + (verdict.in_context - verdict.score) * share
