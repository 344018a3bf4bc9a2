"""An address in Latin letters (해외 주소): street and number of several countries, unit, city, country and
postal code.

UPU S42; USPS Publication 28 (units, post office boxes, military addresses). Addresses of
institutions are found as well: a text does not say whose they are.
"""

from __future__ import annotations

import re

from safeguards.items.en import address_rules
from safeguards.items.en.letters import LETTER, UPPER
from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.text import settle, squeeze, stars, words

_PUNCTUATION = re.compile(r"\s*[,()\n]\s*")
_FEWEST_PARTS = 2


def canonical(text: str) -> str:
    """Return the address with single spaces, without commas and brackets, casefolded."""
    return settle(lambda address: squeeze(_PUNCTUATION.sub(" ", squeeze(address))).casefold(), text)


def mask(text: str) -> str:
    """Keep what stands behind the last comma or line end, as a rule region or country: ``****, Germany``."""
    parts = [part.strip() for part in re.split(r"[,\n]", text) if part.strip()]
    if len(parts) < _FEWEST_PARTS or not validate(squeeze(text)) or re.search("[0-9]", parts[-1]):
        return stars(text)
    return f"****, {parts[-1]}"


def validate(value: str) -> Verdict:
    """Judge a whole value: it is an address from its first to its last character, but for a city at its
    end."""
    whole = squeeze(value)
    found = [span for span in address_rules.candidates(whole) if span.score >= 0.5]
    if not found or found[0].start != 0:
        return REJECTED
    share = sum(span.end - span.start for span in found) / len(whole)
    score = found[0].score * min(1.0, share)
    return Verdict(score, max(score, 0.6), found[0].reason)


ITEM = Item(
    id="address_en",
    entity="ADDRESS",
    name_ko="해외 주소",
    name_en="address in Latin letters",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words("해외주소, 영문주소, 주소, address, street, residence"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="UPU S42; USPS Publication 28",
    validate=validate,
    candidates=address_rules.candidates,
    column_names=words("해외주소, 영문주소, address en, english address, street address, mailing address"),
    anchor=rf"[0-9] [{LETTER}]|[{LETTER}]\.? [0-9]|(?i:corner of)",
    loose_anchor=rf"[0-9]|[{LETTER}] [{UPPER}]|(?i:corner of)",
)
