"""Postal code (우편번호): five digits since August 2015, until then 123-456; a label or an address makes
it one.

Postal Act Enforcement Rule and Road Name Address Act: the five digits name a basic district
(국가기초구역). They point at some hundred households, so they are a quasi-identifier and no identifier.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.kr.regions import PROVINCES, SHORT
from safeguards.items.text import compact, plain, stars, words

LARGEST = 63999
"""Districts are numbered from Seoul (01) to Jeju (63)."""

_NEW = re.compile(r"[0-9]{5}")
_OLD = re.compile(r"[1-7][0-9]{2}-?[0-9]{3}")
_CODE = r"(?P<code>[0-9]{5}|[1-7][0-9]{2}-[0-9]{3})(?![0-9A-Za-z_%])(?!-[0-9])"
_REGION = "|".join(sorted({*PROVINCES, *SHORT}, key=len, reverse=True))
_SEPARATOR = r"(?:\s?\([^()\n]{1,12}\))?[\s:=|┃│▶▷→#.,은는이가]{0,6}"
_LABELLED = re.compile(
    rf"(?:우\s?편\s?번\s?호|(?<![가-힣])우편|(?i:postal ?code|post ?code|zip ?code|(?<![A-Za-z.])zip))"
    rf"(?:란)?{_SEPARATOR}\(?{_CODE}"
)
_SIGNED = re.compile(rf"(?:(?<![가-힣0-9A-Za-z])[(]?우[.):]?|〒)\s{{0,3}}[(]?{_CODE}")
_BEFORE_ADDRESS = re.compile(
    rf"(?<![0-9A-Za-z가-힣.,-])[(\[]?{_CODE}[)\]]?,? (?:{_REGION}) (?=[가-힣]{{1,6}}[시군구읍면로길])"
)
_BRACKETED = re.compile(rf"(?<=[0-9호동층지빌트워딩사관) ])[(\[]{_CODE}[)\]]")
_ADDRESS = re.compile(rf"(?:{_REGION}|[가-힣]{{1,4}}[시군구]) [^\n]*[0-9][^\n]*$")
_ADDRESS_LENGTH = 70
_RULES = (
    (_LABELLED, 0.97, "label of a postal code"),
    (_SIGNED, 0.93, "postal sign before five digits"),
    (_BEFORE_ADDRESS, 0.85, "five digits before an address"),
)


def canonical(text: str) -> str:
    """Return five or (old codes) six ASCII digits; other text as it is, folded."""
    digits = compact(text)
    return digits if validate(digits) else plain(text)


def mask(text: str) -> str:
    """Keep the first two digits, the province: ``06***``."""
    digits = canonical(text)
    return digits[:2] + "*" * (len(digits) - 2) if validate(digits) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by form and range only; any number of five digits may be something else."""
    if _NEW.fullmatch(value) and 1000 <= int(value) <= LARGEST:
        return Verdict(0.05, 0.95, "five digits of a basic district")
    return Verdict(0.05, 0.85, "six digits of an old postal code") if _OLD.fullmatch(value) else REJECTED


def candidates(text: str) -> Iterator[Candidate]:
    """Yield codes that a label, a sign or an address beside them makes postal codes."""
    for rule, score, reason in _RULES:
        for found in rule.finditer(text):
            if validate(found["code"]):
                yield Candidate(*found.span("code"), score, reason)
    for found in _BRACKETED.finditer(text):
        address = _ADDRESS.search(text, max(0, found.start() - _ADDRESS_LENGTH), found.start())
        if address and validate(found["code"]):
            yield Candidate(*found.span("code"), 0.85, "five digits in brackets behind an address")


ITEM = Item(
    id="kr_postal_code",
    entity="POSTAL_CODE",
    name_ko="우편번호",
    name_en="postal code",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words("우편번호, 우편, 우, zip, zip code, zipcode, postal code, postcode"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="Road Name Address Act; Postal Act Enforcement Rule",
    validate=validate,
    candidates=candidates,
    column_names=words("우편번호, 우편, zip, zip code, zipcode, postal code, postcode, post code"),
    anchor=(
        "편 ?번 ?호|(?:우편|우|〒|[Zz][Ii][Pp]|[Cc][Oo][Dd][Ee])[^0-9]{0,16}[0-9]{3}-?[0-9]{2}"
        rf"|[0-9]{{3}}-?[0-9]{{2,3}}[)\]]?,? (?:{_REGION}) |[(\[][0-9]{{3}}-?[0-9]{{2,3}}[)\]]"
    ),
    zero_first=True,
)
