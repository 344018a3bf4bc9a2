"""Names in Latin letters behind a label, alone or with their transcription."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.en.name_rules import names_a_thing
from safeguards.items.item import Candidate
from safeguards.items.kr.names.context import is_label, is_title

_LABEL = (
    r"(?<![가-힣A-Za-z])(?:(?P<label>[가-힣]{1,10})|(?i:full name|name|mrs?|ms|dr)\.?)"
    r"(?:[ \t]?\([^()\n]{1,12}\))?[ \t]{0,3}[:=▶┃|]?[ \t]{0,4}"
)
_WORD = r"(?!(?:Apt|Suite|Unit|Who)\b)(?:[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ž'-]{1,20}|[A-Z]\.)"
_LATIN = re.compile(
    _LABEL + rf"(?P<name>{_WORD}(?: / | ){_WORD}(?: {_WORD}){{0,3}})"
    r"(?: ?\((?:한글: ?)?(?P<hangul>[가-힣]{1,8}(?: [가-힣]{1,8}){1,4})\))?"
)
_TRANSCRIBED = re.compile(
    _LABEL
    + r"(?P<name>[가-힣]{1,8}(?: [가-힣]{1,8}){1,3} ?\([A-Z][A-Z.'-]{1,20}(?: [A-Z][A-Z.'-]{0,20}){1,3}\))"
)
_TWO_CAPITALS = re.compile(r"[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ž.'-]{0,20}(?: / | )[A-Z]")

TAIL = re.compile(r" \([A-Z][A-Z ,.-]{2,40}\)")
"""The Latin spelling behind a Korean name: ``이재훈 (LEE JAEHOON)`` is one value."""


def latin_names(text: str) -> Iterator[Candidate]:
    """Yield names in Latin letters that a label announces, and their transcriptions."""
    if _TWO_CAPITALS.search(text) is None:
        return
    for found in _TRANSCRIBED.finditer(text):
        if _announces(found["label"]):
            yield Candidate(*found.span("name"), 0.9, "transcribed name behind a label")
    for found in _LATIN.finditer(text):
        if not _announces(found["label"]) or names_a_thing(found["name"].replace("/ ", "").split(" ")):
            continue
        yield Candidate(*found.span("name"), 0.85, "name in Latin letters behind a label")
        if found["hangul"] and not found["hangul"].endswith(("국적", "출신", "시민권")):
            yield Candidate(*found.span("hangul"), 0.8, "transcription of a name in Latin letters")


def _announces(label: str | None) -> bool:
    return label is None or is_label(label) or is_title(label)
