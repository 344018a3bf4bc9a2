"""Resident registration numbers in columns: by what a column is called, and by all that it holds."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from safeguards import items
from safeguards.items.text import plain
from safeguards.pipeline.leaves import candidates

RRN = "kr_rrn"
# Whole cells are judged. A hyphen makes the validator sure, and few such cells are enough; thirteen digits
# alone may be an order number, of which one in eleven meets the check digit by chance, so there most cells
# must have the form, and a quarter must meet it.
_SURE, _CHECKED = 0.7, 0.6
_SURE_SHARE, _SURE_LEAST = 0.01, 3
_SHARE, _CHECKED_SHARE, _CHECKED_LEAST = 0.5, 0.25, 3
# Check digits say nothing since October 2020. A column of births shows all the same: most of its distinct
# values begin with a day, in more years than milliseconds and most order numbers know.
_FEWEST_VALUES, _FEWEST_YEARS = 20, 8
_DAY = (
    "(?:[0-9]{2}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)"
    "|02(?:0[1-9]|1[0-9]|2[0-8]))|(?:[02468][048]|[13579][26])0229)"
)
_BIRTH = f"^{_DAY}[1-8][0-9]{{6}}$"  # nationals have 1-4, foreigners 5-8
_OF_1900S, _NATIONAL = "^.{6}[1256]", "^.{6}[1-4]"
# What may follow the name of such a number. Its front part alone is a birth date, and no such number.
_BRACKETED = re.compile(r"[(\[{<【〔「](?!\s*(?:앞(?!.*뒤)|front|first))[^)\]}>】〕」]*(?:[)\]}>】〕」]|$)")
_NO_LETTER = re.compile(r"[\W_]+")
_SUFFIX = (
    "(?:no|num|number|nbr|id|val|value|str|string|text|txt|raw|plain|orig|original|full|back|rear|last7|"
    "번호|앞뒤|뒷|뒤|자리|전체|원본|원문|평문|값|정보|란|[0-9])*"
)


def names_one(column: str) -> bool:
    """Say whether a column is called like such numbers."""
    name = plain(column).casefold()
    exact, begun = _names()
    return _bare(name) in exact or bool(begun.fullmatch(_bare(_BRACKETED.sub("", name))))


def stand_in(values: Any) -> bool:
    """Say whether a column, or a leaf of it, is one of such numbers."""
    return any(_mostly(cells, len(leaf)) or _births(cells, leaf) for cells, leaf in candidates(values))


@cache
def _names() -> tuple[set[str], re.Pattern[str]]:
    """Return the names of such numbers, and a form of those that more may follow: 주민(명) counts people."""
    exact = {_bare(known.casefold()) for known in items.get(RRN).column_names}
    return exact, re.compile(f"(?:{'|'.join(known for known in exact if len(known) > 2)}){_SUFFIX}")


def _bare(name: str) -> str:
    return _NO_LETTER.sub("", name)


def _mostly(cells: list[str], total: int) -> bool:
    validate = items.get(RRN).validate
    if validate is None or not cells:
        return False
    scores = [validate(cell).score for cell in cells]
    sure = sum(score >= _SURE for score in scores)
    if sure >= min(_SURE_LEAST, max(1, total * _SURE_SHARE)):
        return True
    checked = sum(score >= _CHECKED for score in scores)
    return len(cells) > total * _SHARE and checked >= max(_CHECKED_LEAST, total * _CHECKED_SHARE)


def _births(cells: list[str], leaf: Any) -> bool:
    """Say whether most distinct values of a leaf are such numbers, whatever their check digits.

    A seventh digit that makes somebody a hundred years old is one of an order number or an hour. Foreigners'
    numbers count beside those of nationals, but are none alone.
    """
    numbers = pc.unique(pc.replace_substring(pa.array(cells, pa.string()), "-", ""))
    numbers = numbers.filter(pc.match_substring_regex(numbers, _BIRTH))
    this_year = pa.scalar(f"{datetime.now(UTC):%y}")
    old = pc.less_equal(pc.utf8_slice_codeunits(numbers, 0, 2), this_year)
    old = pc.and_(old, pc.match_substring_regex(numbers, _OF_1900S))
    numbers = numbers.filter(pc.invert(old))
    if len(numbers) < _FEWEST_VALUES * _SHARE or len(numbers) < (distinct := len(pc.unique(leaf))) * _SHARE:
        return False
    years = pc.unique(pc.utf8_slice_codeunits(numbers, 0, 2))
    national = numbers.filter(pc.match_substring_regex(numbers, _NATIONAL))
    if distinct < _FEWEST_VALUES or len(years) < _FEWEST_YEARS or len(national) < _CHECKED_LEAST:
        return False
    judge = items.get(RRN).judge_column  # vetoes corporations' numbers, which begin with a court's code
    return judge is None or judge(list(map(str, numbers.to_pylist()))) is None
