"""Tables written as text: the cells that stand under a heading.

성명 / 국적 / 여권번호
LI WEI  중국  E12345678
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

FEWEST_COLUMNS = 3
LONGEST_LINE = 400
"""Characters of a line that may be a table's row."""

_SEPARATORS = tuple(map(re.compile, (r"\t", r" ?[|┃│] ?", r" +/ +", r" {2,}", r", ?")))


def finder(label: str) -> Callable[[str], Iterator[tuple[int, int]]]:
    """Return what yields the spans of cells under a heading that ``label`` (an expression) begins or ends."""
    expression = re.compile(label)

    def cells(text: str) -> Iterator[tuple[int, int]]:
        position = 0
        while found := expression.search(text, position):
            start, end = _line(text, found.start())
            position = max(end, found.end())
            separator = _separator(text[start:end]) if end - start <= LONGEST_LINE else None
            if separator is None:
                continue
            heads = separator.split(text[start:end].strip())
            column = next((place for place, head in enumerate(heads) if expression.search(head)), None)
            if column is not None:
                for row_start, row_end in _body(text, end):
                    position = row_end
                    yield from _cell(text, row_start, row_end, separator, column, len(heads))

    return cells


def _line(text: str, place: int) -> tuple[int, int]:
    end = text.find("\n", place)
    return text.rfind("\n", 0, place) + 1, len(text) if end < 0 else end


def _separator(line: str) -> re.Pattern[str] | None:
    return next((one for one in _SEPARATORS if len(one.split(line.strip())) >= FEWEST_COLUMNS), None)


def _body(text: str, end: int) -> Iterator[tuple[int, int]]:
    """Yield the lines behind a heading up to one that is empty or has too few columns."""
    while end < len(text):
        start, end = _line(text, end + 1)
        line = text[start:end]
        if end - start > LONGEST_LINE or _separator(line) is None:
            return
        yield start, end


def _cell(
    text: str, start: int, end: int, separator: re.Pattern[str], column: int, columns: int
) -> Iterator[tuple[int, int]]:
    line = text[start:end]
    for one in (separator, *_SEPARATORS):
        bounds = _bounds(line, one)
        if len(bounds) == columns:
            first, last = bounds[column]
            if first < last:
                yield start + first, start + last
            return


def _bounds(line: str, separator: re.Pattern[str]) -> list[tuple[int, int]]:
    begin = len(line) - len(line.lstrip())
    bounds = []
    for found in separator.finditer(line.rstrip(), begin):
        bounds.append((begin, found.start()))
        begin = found.end()
    return [*bounds, (begin, len(line.rstrip()))]
