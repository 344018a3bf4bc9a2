"""Telephone numbers of the world (국제 전화번호): international form, and national forms with a word beside
them.

ITU-T E.164 and E.123; North American Numbering Plan. Korean numbers, also with +82, are `kr_phone`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.intl.calling_codes import split
from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.kr import labels, phone
from safeguards.items.text import compact, plain, stars, words

_GAP = r"(?: ?[.\-/] ?| ?\(0?\) ?| ?\((?=[0-9])|\) ?-?| )"
_SHAPE = re.compile(
    r"(?<![0-9A-Za-z_+./\-])(?<![0-9],)(?=[+(0-9])(?=(?:[^0-9\nA-Za-z가-힣]{0,3}[0-9]){7})"
    r"(?:\+ ?|00(?=[1-9]))?(?:\((?=\+?[0-9]))?\+?"
    rf"[0-9]{{1,15}}(?:{_GAP}[0-9]{{1,9}}){{0,7}}"
)
_KOREAN = re.compile(phone.ITEM.pattern or "(?!)")
_GROUP = re.compile(r"[0-9]+")
_EXTENSION = re.compile(r" ?(?:x|ext\.?|extension) ?[0-9]{1,6}(?![0-9A-Za-z])", re.IGNORECASE)
_AMERICAN = re.compile(
    r"(?:\+?1[ .\-]?)?(?:\([2-9][0-9]{2}\) ?-?|[2-9][0-9]{2}[ .\-])[2-9][0-9]{2}[ .\-][0-9]{4}"
)
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_DATE = re.compile(
    rf"(?:1[89]|20)[0-9]{{2}} ?[\-./ ] ?{_DAY} ?[\-./ ] ?{_DAY}(?![0-9\-./])|"
    rf"{_DAY}[\-./]{_DAY}[\-./](?:1[89]|20)?[0-9]{{2}}(?![0-9\-./])"
)
_OTHER = re.compile(
    r"[0-9]{6}-[0-9]{7}|(?:1[0-9]|20)[0-9]{2} ?- ?(?:1[0-9]|20)[0-9]{2}|"
    r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9]{3}-[0-9]{2}-[0-9]{4}|"
    r"[0-9]{4}([ \-])[0-9]{4}\1[0-9]{4}\1[0-9]{4}|[0-9]+\.[0-9]+"
)
_WORDS = (
    r"(?i:phon|tel|mobi|cell|fax|call|dial|reac|ring|text|sms|what|hotl|answ|voic|cont|line|mess|regi)"
    r"|전화|연락|휴대폰|핸드폰|팩스"
)
"""How the words of `_NEAR` begin."""

_NEAR = re.compile(
    r"(?i:(?<![a-z])(?:(?:tele)?phones?|tel|mobile|cell(?:ular|phone)?|fax|call(?:ing|ed)?|dial|reach|ring|text|sms|whatsapp|"
    r"hotline|answering|voicemail|contact|landline|line|messages?|registered)(?: ?(?:no|"
    r"number|num|#)?)(?![a-z]))|"
    r"전화|연락처|휴대폰|핸드폰|팩스|연락|국제전화"
)
_BEHIND = re.compile(
    r"[ \t\-]{0,3}[(\[]?(?i:office|fax|mobile|cell|home|work|tel|phone|direct|main|전화|팩스)(?![A-Za-z])"
)
_AGAINST = re.compile(
    r"(?i:(?<![a-z])(?:order|invoice|ticket|tracking|serial|sku|isbn|issn|ean|version|account|card|credit|ssn|iban|zip|"
    r"part|model|case|ref|reference|passport|licen[cs]e|box|lot|batch|id)(?: ?(?:no|number|num|#))?\.?:? ?#?"
    r"(?: is)? ?)$|(?:번호|계좌)(?:는|은|:)? ?$"
)
_LEADS_TO = re.compile(r"[^0-9\n]{0,30}|[ \t]{0,3}:?[ \t]{0,3}\n\s{0,4}")
_BEFORE = 36
_FEWEST, _MOST = 7, 12
_LABELLED = 0.8


def canonical(text: str) -> str:
    """Return ``+`` and digits of an international number, Korean ones as `kr_phone` does, digits of a shape.

    Extensions are left out; other text as it is, folded.
    """
    korean = phone.canonical(text)
    if korean != plain(text) and not korean.startswith("+"):
        return korean
    number = _EXTENSION.sub("", plain(text))
    if abroad := _abroad(number):
        return abroad
    return compact(number) if _is_national(number) else plain(text)


def mask(text: str) -> str:
    """Hide the last four digits: ``+46892857****``."""
    number = canonical(text)
    return f"{number[:-4]}****" if number.lstrip("+").isdigit() and len(number) >= _FEWEST else stars(text)


def validate(value: str) -> Verdict:
    """Judge by the calling code and the length behind it, or by the shape of a national number."""
    number = _EXTENSION.sub("", value)
    if abroad := _abroad(number):
        if abroad.startswith("+82"):
            return REJECTED
        sure = number.lstrip("(").startswith("+")
        return Verdict(0.9 if sure else 0.3, 0.97, "calling code and length of an international number")
    if _AMERICAN.fullmatch(number):
        return Verdict(0.65, 0.95, "shape of a North American number")
    if not _is_national(number):
        return REJECTED
    separated = re.search(r"[^0-9]", number)
    return Verdict(0.1 if separated else 0.0, 0.8 if separated else 0.6, "shape of a national number")


def candidates(text: str) -> Iterator[Candidate]:
    """Yield numbers in international form, and national ones near a word that says so."""
    for found in _SHAPE.finditer(text):
        if _is_korean(found.group()):  # most are, and looking for parts of them takes longer
            continue
        start, number = found.start(), _fitting(found.group())
        verdict = validate(number) if number else REJECTED
        if not verdict or _is_korean(number) or not _stands_free(text, start + len(number)):
            continue
        end = start + len(number)
        if extension := _EXTENSION.match(text, end):
            end = extension.end()
        yield _judged(text, start, end, verdict)


def _judged(text: str, start: int, end: int, verdict: Verdict) -> Candidate:
    before = text[max(0, start - _BEFORE) : start]
    near = None
    for near in _NEAR.finditer(before):  # noqa: B007
        pass
    behind = _BEHIND.match(text, end)
    if near and not _LEADS_TO.fullmatch(before, near.end()):
        near = None
    if _AGAINST.search(before):
        return Candidate(start, end, verdict.score * 0.4, f"{verdict.reason}; labelled as something else")
    if near is None and behind is None:
        return Candidate(start, end, verdict.score, verdict.reason)
    word = behind or near
    label = word.group().strip(" \t([").lower() if word else ""
    return Candidate(start, end, verdict.in_context, f"{verdict.reason}; near {label!r}")


def _fitting(shape: str) -> str:
    """Return the longest part of a shape, from its start to the end of a group, that is one number."""
    if _DATE.match(shape) or _OTHER.fullmatch(shape):
        return ""
    for group in reversed(list(_GROUP.finditer(shape))):
        part = shape[: group.end()]
        if part.count("(") == part.count(")") and (_abroad(part) or _is_national(part)):
            return part
    return ""


def _abroad(number: str) -> str:
    digits = re.sub(r"[ .\-/()]", "", number)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if not re.fullmatch(r"\+[1-9][0-9]{6,15}", digits):
        return ""
    parts = split(digits[1:])
    return f"+{parts[0]}{parts[1]}" if parts else ""


def _is_national(number: str) -> bool:
    digits = re.sub(r"[ .\-/()]", "", number)
    plausible = (
        _FEWEST <= len(digits) <= _MOST and digits.isascii() and digits.isdigit() and len(set(digits)) > 1
    )
    return plausible and not _DATE.fullmatch(number) and not _OTHER.fullmatch(number)


def _is_korean(number: str) -> bool:
    """Say whether `kr_phone` finds it; a Dutch 06-12345678 has Korean digits, but not a Korean spelling."""
    return _KOREAN.fullmatch(number) is not None and bool(phone.validate(number))


def _stands_free(text: str, end: int) -> bool:
    return not re.match(r"[0-9A-Za-z_%:]|[.,\-/][0-9]", text[end : end + 2]) or bool(
        _EXTENSION.match(text, end)
    )


ITEM = Item(
    id="phone",
    entity="PHONE_NUMBER",
    name_ko="국제 전화번호",
    name_en="international telephone number",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=words(
        """
        전화, 전화번호, 연락처, 휴대폰, 국제전화, phone, telephone, tel, mobile, cell, fax, call, contact
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="ITU-T E.164, E.123; North American Numbering Plan",
    validate=validate,
    candidates=candidates,
    column_names=words(
        """
        국제전화번호, 해외전화번호, 해외연락처, intl phone, international phone, phone e164, foreign phone
        """
    ),
    against=labels.CODES,
    anchor=(
        r"\+ ?\(?[1-9]|[2-9][0-9]{2}\)? ?-?[ .\-]?[2-9][0-9]{2}[ .\-][0-9]{4}|"
        rf"(?:{_WORDS})(?s:.){{0,40}}[0-9][0-9 ().\-/]{{5}}|"
        r"[0-9][ \t\-]{0,3}[(\[]?(?i:offi|fax|mobi|cell|home|work|tel|phon|dire|main|전화|팩스)"
    ),
    loose_anchor=r"[0-9][0-9 ().\-/]{5}",
    ladders={1: "intl.phone_ranks"},
    zero_first=True,
)
