"""Postal code in English text: behind its label, behind a state or a city, or in the British or
Canadian form.

UPU S42 (forms by country); USPS Publication 28; Royal Mail, "Programmers' Guide to PAF"; Canada
Post, "Addressing Guidelines".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.en.letters import LETTER
from safeguards.items.en.places import MONTH_NAMES, STATES
from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, squeeze, stars, words

_BRITISH = (
    r"(?:[A-PR-UWYZ][0-9][0-9A-HJKPSTUW]?|[A-PR-UWYZ][A-HK-Y][0-9][0-9ABEHMNPRVWXY]?|GIR) "
    r"?[0-9][ABD-HJLNP-UW-Z]{2}"
)
_CANADIAN = r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z] ?[0-9][ABCEGHJ-NPRSTV-Z][0-9]"
_DUTCH = r"[1-9][0-9]{3} [A-Z]{2}"
_DIGITS = r"(?:[A-Z]{1,2}-)?[0-9]{3,6}(?:[ \-][0-9]{2,4})?|[0-9]{7,9}"
CODE = rf"{_BRITISH}|{_CANADIAN}|{_DUTCH}|{_DIGITS}"
_FORM = re.compile(CODE)
_LABELLED = re.compile(
    r"(?i:(?<![a-z.])(?:zip(?:[ \-]?code)?|post(?:al)?[ \-]?code|pin[ \-]?code|plz)s?(?![a-z]))"
    r"(?: (?:is|no\.?|number))?[ \t]{0,3}[:=#]?[ \t]{0,3}"
    rf"(?P<code>(?i:{CODE}))(?![0-9A-Za-z])"
)
_STATE = re.compile(
    rf"[A-Z][A-Za-z.'\-]+,? (?:{'|'.join(STATES)}) (?P<code>[0-9]{{5}}(?:-[0-9]{{4}})?)(?![0-9A-Za-z\-])"
)
_CITY = re.compile(
    r"(?<![A-Za-z])(?i:in|near|from) (?P<city>[^\W\d_][\w.'’\-]*(?: [^\W\d_][\w.'’\-]*){0,4}) "
    r"(?P<code>[0-9]{4,5}(?:-[0-9]{3,4})?)(?= in| by| with| since|[,.;]|$)"
)
_SPEAKING = re.compile(rf"(?<![A-Za-z0-9\-])(?P<code>{_BRITISH}|{_CANADIAN})(?![0-9A-Za-z\-])")
_TOWN_BEFORE = re.compile(r"[A-Z][A-Za-z.'\-]+,? ?\n?[ \t]{0,4}$")
_RULES = (
    (_LABELLED, 0.92, "behind the label of a postal code"),
    (_STATE, 0.7, "behind the name of a US state"),
    (_CITY, 0.55, "behind the name of a place"),
)
_YEAR = re.compile(r"1[89][0-9]{2}|20[0-9]{2}")


def canonical(text: str) -> str:
    """Return the code in capital letters with single spaces."""
    return squeeze(text).upper() if _FORM.fullmatch(squeeze(text).upper()) else plain(text)


def mask(text: str) -> str:
    """Keep the first two characters, which name a region."""
    code = canonical(text)
    return code[:2] + "*" * (len(code) - 2) if _FORM.fullmatch(code) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by the forms of several countries; digits alone prove nothing."""
    code = squeeze(value).upper()
    if re.fullmatch(rf"{_BRITISH}|{_CANADIAN}", code):
        return Verdict(0.45, 0.95, "form of a British or Canadian postal code")
    return Verdict(0.03, 0.8, "form of a postal code") if _FORM.fullmatch(code) else REJECTED


def candidates(text: str) -> Iterator[Candidate]:
    """Yield codes behind a label, a state, a place, or in a form of their own behind a town."""
    for rule, score, reason in _RULES:
        for found in rule.finditer(text):
            if rule is not _CITY or _is_place(found["city"], found["code"]):
                yield Candidate(*found.span("code"), score, reason)
    for found in _SPEAKING.finditer(text):
        town = _TOWN_BEFORE.search(text, max(0, found.start() - 32), found.start())
        score = 0.75 if town and " " in found["code"] else 0.4
        yield Candidate(*found.span("code"), score, "form of a British or Canadian postal code")


def _is_place(city: str, code: str) -> bool:
    named = not {word.lower() for word in re.findall(r"\w+", city)} & MONTH_NAMES
    return named and not _YEAR.fullmatch(code) and (city[0].isupper() or len(code) == 5)


ITEM = Item(
    id="postal_code_en",
    entity="POSTAL_CODE",
    name_ko="우편번호 (해외)",
    name_en="postal code abroad",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words("우편번호, 해외 우편번호, zip, zip code, postal code, postcode"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="UPU S42; USPS Publication 28; Royal Mail PAF; Canada Post",
    validate=validate,
    candidates=candidates,
    column_names=words("해외우편번호, zip, zip code, zipcode, postal code, postcode, post code"),
    anchor=rf"(?i:zip|post|pin|plz)|[{LETTER}.,'’] [0-9]{{4}}|[A-Z][0-9][0-9A-Z]{{0,2}} ?[0-9][A-Z]",
    zero_first=True,
)
