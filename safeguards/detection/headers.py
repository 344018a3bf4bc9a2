"""What a column's name says about its content."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from safeguards.items.item import Item
from safeguards.items.text import header_words

_THING = ""
_NAMED_THING = re.compile(
    r"(?<![0-9a-z])(?:company|corp|bank|card|product|prod|item|goods|file|host|server|domain|event|brand|category|"
    r"group|team|dept|department|project|service|store|shop|city|country|table|column|field|class|course|school|app|"
    r"package|plan|menu|role|status|code|display|model|device|method|job|queue|topic|region|site|page) ?name"
    r"(?:[0-9]{1,2})?(?![0-9a-z])"
)
"""Names of things, which are no persons' names."""

_NO_PLACE = re.compile(
    r"(?<![0-9a-z])(?:lat|latitude|lng|lon|longitude|latlng|geo|gps|coords?|coordinates?) "
    r"(?:[mun]?s|secs?|seconds|millis|avg|mean|median|min|max|sum|std|var|p ?[0-9]{2,3}|diff|delta|err|error|"
    r"score|dist|distance|accuracy|precision|altitude|speed|heading|count|index|rate|term)(?![0-9a-z])"
)
"""Latencies, geometric means, terms of loans, and what is told of coordinates: no coordinates."""

_TAIL = r"(?:번호|일자|정보|값|란|명|원문|평문|[0-9]{1,2})?(?![가-힣])"


def named(header: str, items: Iterable[Item]) -> set[str]:
    """Return the ids of the items that ``header`` names.

    Latin hints match whole words, also of snake_case and camelCase: ``tel`` is not found in ``hotel``. Hangul
    hints match at the end of a word, so that 전화요금 is no telephone number. A hint inside a longer one of
    another item does not count: 이메일주소 is no address, and a name of a thing is no person's.
    """
    text = header_words(header)
    hits = [
        (found.start(), found.end(), item.id)
        for item in items
        for hint in item.column_names
        for found in _hint(hint).finditer(text)
    ]
    hits += [(*found.span(), _THING) for form in (_NAMED_THING, _NO_PLACE) for found in form.finditer(text)]
    return {
        item_id
        for start, end, item_id in hits
        if not any(
            start >= other_start and end <= other_end and end - start < other_end - other_start
            for other_start, other_end, other_id in hits
            if other_id != item_id
        )
    } - {_THING}


@cache
def _hint(hint: str) -> re.Pattern[str]:
    text = re.escape(header_words(hint)).replace(r"\ ", " ?")
    if hint.isascii():
        return re.compile(rf"(?<![0-9a-z]){text}(?:[0-9]{{1,2}})?(?![0-9a-z])")
    return re.compile(text + _TAIL)
