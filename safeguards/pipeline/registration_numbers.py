"""Resident registration numbers in columns: by what a column is called, and by all that it holds."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from safeguards import items
from safeguards.items.text import header_words, plain
from safeguards.pipeline.leaves import candidates

RRN = "kr_rrn"
_ALSO_AMERICAN = "ssn"
# Whole cells are judged. With a hyphen and the check digit one cell is enough, with a hyphen alone few are;
# thirteen digits alone may be an order number, of which one in eleven meets the check digit by chance, so
# there most cells must have the form, and a quarter must meet it.
_CERTAIN, _SURE, _CHECKED = 0.9, 0.7, 0.6
# Corporations' numbers have the same form and a check digit of their own, which few since 2025 lack: of
# residents' numbers one in fifty meets it.
_CRN = "kr_crn"
_CORPORATION, _PERHAPS = 0.5, 0.2
_MOST = 0.9
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
# What is derived of such a number may be passed on no more than the number itself.
_SUFFIX = (
    "(?: ?(?:no|num|number|nbr|id|val|value|str|string|text|txt|raw|plain|orig|original|full|back|rear|last7|"
    "hash|hashed|hmac|sha|md5|enc|encrypted|encryption|cipher|ciphertext|crypt|masked|mask|token|key|idx|bidx|"
    "번호|앞뒤|뒷|뒤|자리|전체|원본|원문|평문|값|정보|란|암호화|암호|해시|해쉬|마스킹|토큰|[0-9]+))*"
)
# They say whether there is a number.
_FLAGS = "(?!(?:has|is|with|without|missing|no of|count of) )"


def names_one(column: str) -> bool:
    """Say whether a column is called like such numbers."""
    name = plain(column)
    exact, form = _names()
    if _bare(header_words(name)) in exact:
        return True
    words = header_words(_BRACKETED.sub("", name))
    return any(form.fullmatch(spelling) for spelling in (words, _bare(words)))


def stand_in(values: Any) -> bool:
    """Say whether a column, or a leaf of it, is one of such numbers."""
    return any(_mostly(cells, len(leaf)) or _births(cells, leaf) for cells, leaf in candidates(values))


@cache
def _names() -> tuple[set[str], re.Pattern[str]]:
    """Return the names of such numbers, and a form of those that more may stand beside.

    주민(명) counts people, and the ssn of somebody may be an American one.
    """
    known = [header_words(name) for name in items.get(RRN).column_names]
    sure = [name.replace(" ", " ?") for name in known if len(name) > 2 and name != _ALSO_AMERICAN]
    latin = "|".join(name for name in sure if name.isascii())
    hangul = "|".join(name for name in sure if not name.isascii())
    form = f"{_FLAGS}(?:(?:.* )?(?:{latin})|.*(?:{hangul})|{_ALSO_AMERICAN}){_SUFFIX}"
    return {_bare(name) for name in known}, re.compile(form)


def _bare(words: str) -> str:
    return words.replace(" ", "")


def _mostly(cells: list[str], total: int) -> bool:
    validate = items.get(RRN).validate
    if validate is None or not cells:
        return False
    scores = [validate(cell).score for cell in cells]
    sure = _no_corporations(
        [(cell, score) for cell, score in zip(cells, scores, strict=True) if score >= _SURE]
    )
    if any(score >= _CERTAIN for _, score in sure):
        return True
    if len(sure) >= min(_SURE_LEAST, max(1, total * _SURE_SHARE)):
        return True
    checked = sum(_CHECKED <= score < _SURE for score in scores)
    return len(cells) > total * _SHARE and checked >= max(_CHECKED_LEAST, total * _CHECKED_SHARE)


def _no_corporations(found: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Leave out corporations' numbers, where almost all are such."""
    validate = items.get(_CRN).validate
    assert validate is not None
    likely = {cell: validate(cell).score for cell, _ in found}
    corporations = sum(score >= _CORPORATION for score in likely.values())
    if corporations < max(_SURE_LEAST, len(likely) * _MOST):
        return found
    return [(cell, score) for cell, score in found if likely[cell] < _PERHAPS]


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
