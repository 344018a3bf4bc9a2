"""Rules that find bank account numbers: behind the word 계좌 or a bank's name, or before them.

A number alone proves nothing: telephone, business and licence numbers share its forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items import rows
from safeguards.items.checkdigit import LUHN
from safeguards.items.item import Candidate
from safeguards.items.kr import banks
from safeguards.items.text import words
from safeguards.items.trie import branches

FEWEST, MOST = 10, 16
"""Digits of an account number."""


def _one_of(names: tuple[str, ...]) -> str:
    return "|".join(
        re.escape(name).replace(r"\ ", " ?") for name in sorted(set(names), key=len, reverse=True)
    )


_NUMBER = (
    r"(?<![0-9A-Za-z])(?<![0-9A-Za-z][-.])"
    r"(?P<number>[0-9]{1,8}(?: ?- ?[0-9]{1,10}){1,4}|[0-9]{2,6}(?: [0-9]{2,7}){2,3}|[0-9]{10,16})"
    r"(?![0-9A-Za-z_])(?![-.][0-9])"
)
_WORD = (
    r"(?:계좌|통장)(?:\s?번호)?|(?<![가-힣])예금주|송금|입금(?:처|은)?|이체|계좌이체|"
    r"(?i:(?:bank )?account(?: (?:no\.?|number))?|a/c(?: no\.?)?)"
)
_NO_BANK = r"(?!카드|생명|화재|손해|손보|보험|캐피탈|페이|체크|비씨|BC)"
_GAP = (
    r"(?:\s?\([^()\n0-9]{1,16}\))?(?:[^\n0-9A-Za-z.,!?;]|NH|KB|IBK|SC|iM|KEB|[A-Za-z]{2,8} ?(?i:bank)){0,20}?"
)
_LABELLED = re.compile(rf"(?P<label>{_WORD})(?P<gap>{_GAP}){_NUMBER}")
_BANKED = re.compile(rf"(?P<bank>{_one_of(banks.FULL)}){_NO_BANK}(?P<gap>{_GAP}){_NUMBER}")
_SHORT = re.compile(rf"(?<![가-힣A-Za-z])(?P<bank>{_one_of(banks.SHORT)})(?P<gap>[ :/()·-]{{1,3}}){_NUMBER}")
_BEHIND = re.compile(
    rf"{_NUMBER}[ ]?[(\[/,·]? ?(?P<bank>{_one_of(banks.FULL)}|(?:{_one_of(banks.SHORT)})(?= ?(?:[)\]/]|"
    r"은행|예금주))"
    rf"|계좌|예금주){_NO_BANK}"
)
_cells = rows.finder(r"계좌(?:번호)?|(?i:account)")
_CELL = re.compile(r"[0-9]{1,8}(?:-[0-9]{1,10}){0,4}")
_OTHER_LABEL = re.compile(
    r"(?<!계좌)(?<!계좌 )(?<!통장)(?<!통장 )번호|전화|연락처|휴대|핸드폰|폰|팩스|카드|사업자|주민|"
    r"고객센터|문의|콜센터|"
    r"대표|상담|지점장|내선|(?i:tel|fax|phone|card)"
)
_TELLING = re.compile(
    "|".join(
        (
            *branches(
                form
                for name in (*banks.FULL, *banks.SHORT, *words("계좌, 통장, 예금주, 송금, 입금, 이체"))
                for form in (name, name.replace(" ", ""))
            ),
            "a(?i:ccount|/c)",
            "A(?i:ccount|/c)",
        )
    )
)
"""Without one of these words, no number is an account's."""

_STRONG = re.compile(r"(?i)계좌|통장|account|a/c")
_PHONE = re.compile(
    r"(?:01[016789]|0[3-6][1-5]|0[78]0|050[2-8]|02)[- ]?[0-9]{3,4}[- ]?[0-9]{4}|1[568][0-9]{2}-[0-9]{4}"
)
_ELSEWHERE = re.compile(
    r"[0-9]{3}-[0-9]{2}-[0-9]{5}|[0-9]{6} ?- ?[0-9]{7}|[0-9]{2}-[0-9]{6}-[0-9]{2}|[1-9]-[0-9]{10}|"
    r"[0-9]{2}-[0-9]{2}-[0-9]{6}-[0-9]{2}|(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}(?:-[0-9]+)?|"
    r"(?:19|20)[0-9]{6}-?[0-9]{2,8}|[0-9]{4}[- ][0-9]{4}[- ][0-9]{4}[- ][0-9]{4}|(?:19|"
    r"20)[0-9]{2}-[0-9]{4}-[0-9]{2,6}"
)
"""Business, resident, licence and insurance numbers, dates, serials that begin with one, cards."""


def form_of(number: str) -> str:
    """Return the lengths of a number's groups: ``3-3-6``."""
    return "-".join(str(len(group)) for group in re.split(r" ?[- ] ?", number))


def is_other_number(number: str) -> bool:
    """Say whether a number has the form of a telephone, business, resident or licence number, or a date."""
    digits = re.sub(r"[ -]", "", number)
    if _PHONE.fullmatch(number) or _ELSEWHERE.fullmatch(number):
        return True
    return number.isdigit() and len(digits) >= 15 and LUHN.holds(digits)


def candidates(text: str) -> Iterator[Candidate]:
    """Yield numbers that a label, a heading or a bank's name makes an account's."""
    if not _TELLING.search(text):
        return
    for start, end in _cells(text):
        if _CELL.fullmatch(text, start, end) and FEWEST <= sum(map(str.isdigit, text[start:end])) <= MOST:
            yield Candidate(start, end, 0.9, "digits under the heading of accounts")
    for rule in (_LABELLED, _BANKED, _SHORT, _BEHIND):
        for found in rule.finditer(text):
            score, reason = _judged(rule, found)
            if score:
                yield Candidate(*found.span("number"), score, reason)


def _judged(rule: re.Pattern[str], found: re.Match[str]) -> tuple[float, str]:
    number, groups = found["number"], found.groupdict()
    if not FEWEST <= sum(map(str.isdigit, number)) <= MOST or _OTHER_LABEL.search(groups.get("gap") or ""):
        return 0.0, ""
    known, other = form_of(number) in banks.ALL_FORMS, is_other_number(number)
    if rule is _LABELLED:
        return _labelled(found, known=known, other=other)
    if other and not (
        rule is _BANKED and known and found["gap"].strip(" :") == "" and not _PHONE.fullmatch(number)
    ):
        return 0.0, ""
    if rule is not _BANKED and number.isdigit():
        return 0.0, ""
    if rule is _SHORT:
        return (
            (0.85, "short name of a bank, and a form of accounts") if known else (0.6, "short name of a bank")
        )
    near = "bank's name before" if rule is _BANKED else "bank or holder behind"
    return (0.95 if known else 0.85) - (0.15 if number.isdigit() else 0), f"digits of an account, {near}"


def _labelled(found: re.Match[str], *, known: bool, other: bool) -> tuple[float, str]:
    if not _STRONG.search(found["label"]) and not _STRONG.search(found["gap"]):
        weak = other or not known or found["number"].isdigit()
        return (0.0, "") if weak else (0.7, "form of accounts, near a transfer")
    if other:
        touching = re.fullmatch(r"[\s:=|┃(\[]*", found["gap"]) is not None
        return (0.6, "label of an account, form of another number") if touching else (0.0, "")
    return (0.97 if known else 0.93), "label of an account"
