"""A Korean person's name (성명): surname and given name, and Latin names where a label stands before them.

Rule-based: a surname of the census, syllables that given names use, and a label, a title or a particle beside
it; words of the language that look like names are rejected from a dictionary.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import name_rules
from safeguards.items.text import spaceless, squeeze, stars, words

_HANGUL = re.compile(r"[가-힣]{2,5}")
_LATIN = re.compile(r"[A-Za-z][A-Za-z.'-]*(?: [A-Za-z][A-Za-z.'-]*){1,4}")


def canonical(text: str) -> str:
    """Return the name in NFKC, casefolded, without white space."""
    return spaceless(text).casefold()


def mask(text: str) -> str:
    """Keep first and last syllable: ``홍*동``, ``홍*``; of Latin names the initials."""
    name = squeeze(text)
    hangul = name.replace(" ", "")
    if _HANGUL.fullmatch(hangul):
        return hangul[0] + "*" * max(len(hangul) - 2, 1) + (hangul[-1] if len(hangul) > 2 else "")
    if _LATIN.fullmatch(name):
        return " ".join(word[0] + "*" * (len(word) - 1) for word in name.split(" "))
    return stars(text)


def validate(value: str) -> Verdict:
    """Judge a whole value: surname, plausible given name, no word of the language."""
    hangul = spaceless(value)
    if _HANGUL.fullmatch(hangul):
        likely = name_rules.likelihood(hangul)
        return Verdict(likely / 2, likely, "Korean surname and given name") if likely else REJECTED
    return Verdict(0.05, 0.6, "words in Latin letters") if _LATIN.fullmatch(squeeze(value)) else REJECTED


ITEM = Item(
    id="person_name",
    entity="PERSON",
    name_ko="성명",
    name_en="person's name",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=words(
        """
        성명, 이름, 성함, 고객명, 담당자, name, full name, customer name
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="PIPA 2(1); surnames of the 2015 census",
    validate=validate,
    candidates=name_rules.candidates,
    column_names=words(
        """
        성명, 이름, 성함, 고객명, 회원명, 환자명, 담당자, 신청인, name, full name, user name, customer name,
        member name, person name, patient name, real name, kor name
        """
    ),
)
