"""Nationality (국적): a country behind the label, or before the word 국적.

PIPA 2(1). Nationality is not among the sensitive data of Act 23 and Decree 18, though ethnic origin is;
where a deployment reads it as that, its policy declares the column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items import rows
from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.kr.countries import CODES, STATELESS
from safeguards.items.text import settle, squeeze, stars, words

_NAMES = {name.casefold(): code for name, code in CODES.items()}
_COUNTRY = "|".join(
    re.escape(name).replace(r"\ ", " ?") for name in sorted((*CODES, *STATELESS), key=len, reverse=True)
)
_LABEL = r"(?:국\s{0,4}적|(?i:nationality|citizenship|citizen of|country of citizenship))"
_LABELLED = re.compile(
    rf"{_LABEL}(?:/[가-힣]{{2,4}})?(?:\s?\([^()\n]{{1,20}}\))?[\s:=┃|│은는이가\-▶▷→>]{{0,"
    rf"8}}(?P<country>(?i:{_COUNTRY})(?:인(?![가-힣]))?)(?![A-Za-z])"
)
_WORD = re.compile(r"국적(?!기|항공|선|사)")
_LEADING = re.compile(rf"(?<![가-힣A-Za-z])(?P<country>{_COUNTRY}) ?$")
_WHOLE_FIELD = re.compile(" ?[),]")
_REACH = 24
_cells = rows.finder(_LABEL)


def canonical(text: str) -> str:
    """Return the country's two-letter code; other text as it is, folded."""
    name = settle(squeeze, text)
    return _NAMES.get(name.casefold(), _NAMES.get(name.removesuffix("인").casefold(), name))


def mask(text: str) -> str:
    """Hide all: a rare nationality tells who it is."""
    return stars(text)


def validate(value: str) -> Verdict:
    """Judge by the table of countries; a country alone is nobody's nationality."""
    name = squeeze(value)
    known = {name.casefold(), name.removesuffix("인").casefold()} & _NAMES.keys() or name in STATELESS
    return Verdict(0.1, 0.95, "name of a country") if known else REJECTED


def candidates(text: str) -> Iterator[Candidate]:
    """Yield countries that the label makes a person's nationality."""
    for found in _LABELLED.finditer(text):
        yield Candidate(*found.span("country"), 0.95, "country behind 국적")
    for found in _WORD.finditer(text):
        country = _LEADING.search(text, max(0, found.start() - _REACH), found.start())
        if country:
            whole = _WHOLE_FIELD.match(text, found.end()) is not None
            end = found.end() if whole else country.end("country")
            yield Candidate(country.start("country"), end, 0.8, "country before 국적")
    for start, end in _cells(text):
        if validate(text[start:end]):
            yield Candidate(start, end, 0.9, "country under the heading 국적")


ITEM = Item(
    id="nationality",
    entity="NATIONALITY",
    name_ko="국적",
    name_en="nationality",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words("국적, nationality, citizenship"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="PIPA 2(1); ISO 3166-1",
    validate=validate,
    candidates=candidates,
    column_names=words("국적, nationality, citizenship"),
    anchor="국 {0,4}적|[Nn][Aa][Tt][Ii][Oo][Nn][Aa][Ll][Ii][Tt][Yy]|[Cc][Ii][Tt][Ii][Zz][Ee][Nn]",
)
