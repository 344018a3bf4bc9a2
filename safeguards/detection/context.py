"""Words near a candidate: labels that support it, and labels that say it is something else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

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

_TAIL = (
    r"(?:번호|정보|란)?(?:은|는|이|가|을|를|의|로|으로|와|과|도|만|이고|이며|인데|입니다|이라고|라고)?"
    r"(?![가-힣])"
)
_TOUCHING = re.compile(r"[\s:.=\-▶▷→┃│|(\[<>\"'`,#*·]{0,10}")
HEADING_REACH = 2_000
"""Characters before a candidate in which the heading of its table counts."""

FEWEST_COLUMNS = 3
_COLUMNS = re.compile(r"\t| ?[|┃│] ?| +/ +| {2,}|,")

_SPACED = 3
"""Labels of up to three syllables are often spread by spaces: 성    명."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one item, ready to search."""

    expression: re.Pattern[str]

    def judge(self, text: str, start: int, end: int, verdict: Verdict) -> tuple[float, str]:
        """Return score and reason of the candidate ``text[start:end]`` in its surroundings."""
        label = self._nearest(text, start)
        if label is not None and label.lastgroup == "against":
            if _TOUCHING.fullmatch(text, label.end(), start):
                return verdict.score * CONTRADICTED, f"{verdict.reason}; labelled as something else"
        elif label is not None:
            return self._supported(text, label, start, verdict)
        behind = self.expression.search(text, end, min(len(text), end + AFTER))
        if behind is not None and behind.lastgroup == "context" and "\n" not in text[end : behind.start()]:
            return _raised(verdict, SAME_LINE), f"{verdict.reason}; near {behind.group()!r}"
        heading = self._heading(text, start, end) if label is None else None
        if heading is not None:
            return _raised(verdict, EARLIER_LINE), f"{verdict.reason}; in a table headed {heading.group()!r}"
        return verdict.score, verdict.reason

    def _heading(self, text: str, start: int, end: int) -> re.Match[str] | None:
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
        labels = self.expression.finditer(text, table, ends)
        return next((label for label in labels if label.lastgroup == "context"), None)

    def _nearest(self, text: str, start: int) -> re.Match[str] | None:
        nearest = None
        for nearest in self.expression.finditer(text, max(0, start - BEFORE), start):  # noqa: B007
            pass
        return nearest

    def _supported(self, text: str, label: re.Match[str], start: int, verdict: Verdict) -> tuple[float, str]:
        if _TOUCHING.fullmatch(text, label.end(), start):
            share = 1.0
        else:
            share = EARLIER_LINE if "\n" in text[label.end() : start] else SAME_LINE
        return _raised(verdict, share), f"{verdict.reason}; near {label.group()!r}"


def _is_row(line: str) -> bool:
    return len(_COLUMNS.split(line.strip())) >= FEWEST_COLUMNS


def _raised(verdict: Verdict, share: float) -> float:
    return verdict.score + (verdict.in_context - verdict.score) * share


def compile_labels(item: Item) -> Labels:
    """Compile the context words of ``item``, and the labels that speak against it, into one expression."""
    supporting, opposing = _alternatives(item.context), _alternatives(item.against)
    against = f"|(?P<against>{opposing})" if opposing else ""
    return Labels(re.compile(f"(?P<context>{supporting}){against}", re.IGNORECASE))


def _alternatives(words: Iterable[str]) -> str:
    longest_first = sorted(set(words), key=len, reverse=True)
    hangul = [_spread(word) for word in longest_first if not word.isascii()]
    latin = [re.escape(word).replace(r"\ ", r"[ _\-]?") for word in longest_first if word.isascii()]
    parts = []
    if hangul:
        parts.append(f"(?:{'|'.join(hangul)}){_TAIL}")
    if latin:
        parts.append(f"(?<![A-Za-z])(?:{'|'.join(latin)})(?:[ _.\\-]?(?:no|number|num|id))?(?![A-Za-z])")
    return "|".join(parts)


def _spread(word: str) -> str:
    if len(word) > _SPACED:
        return re.escape(word)
    return r"[ \t]{0,4}".join(map(re.escape, word))
