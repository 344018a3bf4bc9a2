"""A Korean person's name (성명): surname and given name, and Latin names where a label stands before them.

A surname of the census, syllables that given names use, and a label, a title or a particle beside them are
named features, weighed by a small logistic model (:mod:`safeguards.items.kr.names`); foreign, given and stage
names, surnames alone (박씨) and letters for persons (A씨) have weights of their own. Words of the language
come from a packaged list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr.names.anchors import ANCHOR, LOOSE_ANCHOR
from safeguards.items.kr.names.rules import candidates, likelihood
from safeguards.items.kr.surnames import TOP_FIVE
from safeguards.items.text import settle, spaceless, squeeze, stars, words

_HANGUL = re.compile(r"[가-힣]{2,5}")
_LATIN = re.compile(r"[A-Za-z][A-Za-z.'-]*(?: [A-Za-z][A-Za-z.'-]*){1,4}")
_FEWEST = 10
_POSSIBLE = 0.2
_LIKELY = 0.5
_ALONE = 0.45
_MOST_ARE_NAMES = 0.7
_TOP_FIVE_SHARE = (0.3, 0.85)


def canonical(text: str) -> str:
    """Return the name in NFKC, casefolded, without white space."""
    return settle(lambda name: spaceless(name).casefold(), text)


def mask(text: str) -> str:
    """Keep first and last syllable: ``홍*동``, ``홍*``; of Latin names the initials."""
    name = squeeze(text)
    hangul = name.replace(" ", "")
    if _HANGUL.fullmatch(hangul):
        return hangul[0] + "*" * max(len(hangul) - 2, 1) + (hangul[-1] if len(hangul) > 2 else "")
    if _LATIN.fullmatch(name):
        masked = " ".join(word[0] + "*" * (len(word) - 1) for word in name.split(" "))
        return masked if "*" in masked else stars(text)
    return stars(text)


def validate(value: str) -> Verdict:
    """Judge a whole value: surname, plausible given name, no word of the language."""
    hangul = spaceless(value)
    if _HANGUL.fullmatch(hangul):
        likely = likelihood(hangul)
        if likely < _POSSIBLE:
            return REJECTED
        return Verdict(likely * _ALONE, likely, "Korean surname and given name")
    return Verdict(0.05, 0.3, "words in Latin letters") if _LATIN.fullmatch(squeeze(value)) else REJECTED


def judge_column(values: Sequence[str]) -> Verdict | None:
    """Judge distinct values together: in a column of names the surnames are spread as among Koreans.

    Needs ten values; a column of other words does not begin with 김, 이, 박, 최 or 정 in a third of its rows.
    """
    names = [spaceless(value) for value in values]
    likely = [name for name in names if _HANGUL.fullmatch(name) and likelihood(name) >= _LIKELY]
    if len(names) < _FEWEST or len(likely) < _MOST_ARE_NAMES * len(names):
        return None
    share = sum(name[0] in TOP_FIVE for name in likely) / len(likely)
    if not _TOP_FIVE_SHARE[0] <= share <= _TOP_FIVE_SHARE[1]:
        return None
    return Verdict(0.85, 0.95, "surnames are spread as among Koreans")


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
    candidates=candidates,
    judge_column=judge_column,
    anchor=ANCHOR,
    loose_anchor=LOOSE_ANCHOR,
    column_names=words(
        """
        성명, 이름, 성함, 고객명, 회원명, 환자명, 담당자, 신청인, name, full name, user name, customer name,
        member name, person name, patient name, real name, kor name
        """
    ),
    ladders={1: "kr.names.ranks"},
)
