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
# Whole cells are judged. With a hyphen and the check digit one cell is enough, with a hyphen alone few are;
# thirteen digits alone may be an order number, of which one in eleven meets the check digit by chance, so
# there most cells must have the form, and a quarter must meet it.
_CERTAIN, _SURE, _CHECKED = 0.9, 0.7, 0.6
# Corporations' numbers have the same form and a check digit of their own, which few since 2025 lack. Of
# residents' numbers fewer than one in a hundred has an office, a kind and that check digit.
CRN = "kr_crn"
_CORPORATION, _PERHAPS = 0.5, 0.2
_MOST = 0.9
_SURE_SHARE, _SURE_LEAST = 0.01, 3
_SHARE, _CHECKED_SHARE, CHECKED_LEAST = 0.5, 0.25, 3
# Check digits say nothing since October 2020. A column of births shows all the same: most of its distinct
# values begin with a day, in more years than milliseconds and most order numbers know.
_FEWEST_VALUES, _FEWEST_YEARS = 20, 8
_DAY = (
    "(?:[0-9]{2}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)"
    "|02(?:0[1-9]|1[0-9]|2[0-8]))|(?:[02468][048]|[13579][26])0229)"
)
_BIRTH = f"^{_DAY}[1-8][0-9]{{6}}$"  # nationals have 1-4, foreigners 5-8
_OF_1900S, _NATIONAL = "^.{6}[1256]", "^.{6}[1-4]"
# Names are data too where JSON documents hold them.
_LONGEST_NAME = 256
_RESIDENT = "resident ?(?:registration|reg|no|num|number)"
_LATIN = re.compile(
    f"(?<![0-9a-z])(?:[a-z]*rrns?|rrn(?:o|no|num)|jumin(?:no|num|bunho|beonho)?|{_RESIDENT})(?![a-z])"
)
# 입주민번호 is a tenant's, 이주민번호 a migrant's.
_HANGUL = re.compile("(?<![입거이])주민(?:등록)?번호|실명번호")
_AMERICAN = re.compile("ssn(?: ?(?:no|num|number|nbr|val|value|raw|plain|full|kr|[0-9]{1,2})){0,3}")
# Words before or behind the name that make of it a question about the number. Whatever else stands there is
# taken for the number, or for something derived of it, which may be passed on no more than it.
_ASKED_BEFORE = re.compile(
    "(?<![a-z])(?:has|is|with|without|missing|no|non|needs?|requires?|hide|show)(?![a-z])"
)
_ASKED = re.compile(
    "(?<![a-z])(?:yn|flag|cnt|count|valid|validated|verified|verification|consent|agreed|exists|present|"
    "check|checked|status|required|date|dt|at|length|len|type|error|address|addr|office|center|centre)(?![a-z])"
    "|여부|유무|확인|동의|검증|인증|오류|건수|상태|일자|일시|날짜|^ ?수$"
)
_FRONT, _BACK = re.compile("앞|front|first"), re.compile("뒤|뒷|back|rear|last|full|전체")
# A card's payment has a number that is called so too (ISO 8583, field 37: retrieval reference number).
_PAYMENTS = re.compile(
    "(?<![a-z])(?:card|txn|tran|trans|transaction|payment|pay|pos|acquirer|retrieval|van|pg)(?![a-z])"
)
# What is in every such name, whatever stands between its letters and around them; what other letters may
# look like these is judged in full.
_HINTS = ("rrn", "ssn", "jumin", "resident", "주민", "실명")
_HINTED, _NO_LETTER = re.compile("|".join(_HINTS)), re.compile("[^a-z가-힣]+")
_ORDINARY = re.compile("[\\x00-\\x7f가-힣]*")
_SPREAD = "|".join("[^a-z가-힣]{0,8}".join(hint) for hint in _HINTS)
SUSPECT = rf"(?i)[0-9]{{6}}|[0-9]e[+-]?[0-9]|\\u|[^\x00-\x7f가-힣]|{_SPREAD}"
"""What is in every document with such a number, or with a member that is called so (RE2)."""
_CORPORATIONS = re.compile(
    "법인(?:등록)?번호|(?<![a-z])(?:crn|corp[a-z]* ?reg[a-z]*|corp[a-z]* ?(?:no|num|number))(?![a-z])"
)


def names_one(column: str) -> bool:
    """Say whether a column is called like such numbers, or like what is derived of them.

    The front part alone is a birth date, and whether there is a number is none.
    """
    if _ORDINARY.fullmatch(column) and not _HINTED.search(_NO_LETTER.sub("", column.lower())):
        return False
    words = header_words(plain(column)[:_LONGEST_NAME])
    bare = words.replace(" ", "")
    if bare in _names() or _AMERICAN.fullmatch(words):
        return True
    return any(
        _means_one(text[: found.start()], found[0], text[found.end() :])
        for form, text in ((_LATIN, words), (_HANGUL, bare))
        for found in form.finditer(text)
    )


def names_corporations(column: str) -> bool:
    """Say whether a column is called like corporations' numbers, which have the same form."""
    return bool(_CORPORATIONS.search(header_words(plain(column)[:_LONGEST_NAME])))


def _means_one(before: str, name: str, behind: str) -> bool:
    if _ASKED_BEFORE.search(before) or _ASKED.search(behind):
        return False
    if "rrn" in name and _PAYMENTS.search(before):
        return False
    return not _FRONT.search(behind) or bool(_BACK.search(behind))


def stand_in(values: Any, *, corporations: bool = False) -> bool:
    """Say whether a column, or a leaf of it, holds such numbers.

    ``corporations`` says that corporations' numbers are expected there, whose own check digit is believed.
    """
    return any(
        _mostly(cells, len(leaf), corporations=corporations) or _births(cells, leaf)
        for cells, leaf in candidates(values)
    )


@cache
def _names() -> set[str]:
    return {header_words(known).replace(" ", "") for known in items.get(RRN).column_names}


def _mostly(cells: list[str], total: int, *, corporations: bool) -> bool:
    validate = items.get(RRN).validate
    if validate is None or not cells:
        return False
    scores = [validate(cell).score for cell in cells]
    if max(scores) >= _CHECKED and (left := _no_corporations(cells, believed=corporations)) is not None:
        scores = [score for score, stays in zip(scores, left, strict=True) if stays]
    sure = [score for score in scores if score >= _SURE]
    if any(score >= _CERTAIN for score in sure):
        return True
    if len(sure) >= min(_SURE_LEAST, max(1, total * _SURE_SHARE)):
        return True
    checked = sum(_CHECKED <= score < _SURE for score in scores)
    return len(cells) > total * _SHARE and checked >= max(CHECKED_LEAST, total * _CHECKED_SHARE)


def _no_corporations(cells: list[str], *, believed: bool) -> list[bool] | None:
    """Say which cells are none of corporations' numbers, where almost all are such; None where they are not.

    Judged by all cells of the form, since few of corporations' numbers begin with a day.
    """
    validate = items.get(CRN).validate
    assert validate is not None
    likely = {cell: validate(f"{cell[:6]}-{cell[-7:]}").score for cell in {*cells}}
    corporations = sum(score >= _CORPORATION for score in likely.values())
    if corporations < max(1 if believed else 2, len(likely) * _MOST):
        return None
    return [likely[cell] < _PERHAPS for cell in cells]


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
    if distinct < _FEWEST_VALUES or len(years) < _FEWEST_YEARS or len(national) < CHECKED_LEAST:
        return False
    judge = items.get(RRN).judge_column  # vetoes corporations' numbers, which begin with a court's code
    return judge is None or judge(list(map(str, numbers.to_pylist()))) is None
