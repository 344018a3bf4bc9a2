"""The value of a title's label: 직위, 직업, 지원 직무."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.item import Candidate
from safeguards.items.kr import title_patterns as p
from safeguards.items.kr.title_judge import may_be_title, title_in
from safeguards.items.kr.title_words import LABEL_STOP

LONGEST_UNKNOWN = 14
"""Characters of a title that is not in the vocabulary."""


def labelled(text: str) -> Iterator[Candidate]:
    """Yield what stands behind labels of titles: known titles, and unknown ones where the label is
    certain.
    """
    for found in p.FIELD.finditer(text):
        if not p.LED.search(text, max(0, found.start() - p.LED_LENGTH), found.start()):
            continue
        sign = found["sign"].strip()
        certain = sign != "" and sign not in "은는이가"
        for score, start, end in _parts(found["field"], certain=certain):
            begin = found.start("field")
            yield Candidate(begin + start, begin + end, score, "value of a title's label")


def _parts(field: str, *, certain: bool) -> Iterator[tuple[float, int, int]]:
    """Yield the best part of a field: a known title, else the first words where the label is certain."""
    head = re.split(r"(?<=[^ ]) {2,}|\t|\. |, (?=[가-힣]+:)", field, maxsplit=1)[0]
    parts = [(part.start(), part.group()) for part in p.PARTS.finditer(head)]
    spans = [(begin + len(part) - len(part.lstrip()), part.strip(" .)'\"")) for begin, part in parts]
    bracket = head.find("(")
    if certain and bracket >= 0 and len(spans) > 1:
        spans.sort(key=lambda span: span[0] < bracket)
    for begin, words in spans[: 3 if certain else 1]:
        title, skipped = title_in(words)
        if title and title not in LABEL_STOP and title not in ("학생", "대학생"):
            yield 0.93 if certain else 0.88, begin + skipped, begin + skipped + len(title)
            return
    if certain and spans and spans[0][1] not in LABEL_STOP and _unknown_title(spans[0][1], head):
        yield 0.55, spans[0][0], spans[0][0] + len(spans[0][1])


def _unknown_title(words: str, head: str) -> bool:
    return (
        may_be_title(words)
        and len(words) <= LONGEST_UNKNOWN
        and not words.endswith(("업", "팀", "학생"))
        and "~" not in head
    )
