"""A person's name in English text (영문 성명): titles, labels, verbs, and gazetteers of given names and
surnames.

PIPA 2(1). The gazetteers are frozen from Faker's locale data; `scripts/freeze_names.py` makes them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from safeguards.items.en import name_rules
from safeguards.items.en.gazetteer import gazetteer
from safeguards.items.en.letters import LETTER, UPPER
from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.text import settle, squeeze, stars, words

_NAME = re.compile(rf"[{LETTER}][{LETTER}.'’\-]*(?: [{LETTER}][{LETTER}.'’\-]*){{0,5}}")
_POSSIBLE = 0.3
_PART = 0.8
"""How sure a given name or surname alone is, in a column that is named for them."""

_FEWEST = 10
_MOST_ARE_NAMES = 0.7


def canonical(text: str) -> str:
    """Return the name in NFKC, casefolded, with single spaces."""
    return settle(lambda name: squeeze(name).casefold(), text)


def mask(text: str) -> str:
    """Keep the initials: ``J*** S****``."""
    name = squeeze(text)
    if not _NAME.fullmatch(name) or len(name) < len("Al B"):
        return stars(text)
    return " ".join(word[0] + "*" * max(len(word) - 1, 1) for word in name.split(" "))


def validate(value: str) -> Verdict:
    """Judge a whole value by its words."""
    name = squeeze(value)
    if " " not in name and gazetteer().names(name):
        return Verdict(0.0, _PART, "given name or surname")
    likely = name_rules.likelihood(name)
    if likely < _POSSIBLE:
        return REJECTED
    alone = likely * 0.7 if " " in value.strip() else 0.1
    return Verdict(alone, max(likely, 0.6), "given name and surname in Latin letters")


def judge_column(values: Sequence[str]) -> Verdict | None:
    """Judge distinct values together: a column of names has given names in most of its rows."""
    likely = [
        value for value in values if " " in value and name_rules.likelihood(squeeze(value)) >= _POSSIBLE
    ]
    if len(values) < _FEWEST or len(likely) < _MOST_ARE_NAMES * len(values):
        return None
    return Verdict(0.8, 0.9, "most rows are a given name and a surname")


ITEM = Item(
    id="person_name_en",
    entity="PERSON",
    name_ko="영문 성명",
    name_en="person's name in Latin letters",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=words("영문성명, 영문이름, 이름, name, full name, first name, last name"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="PIPA 2(1); names of Faker's locale data",
    validate=validate,
    candidates=name_rules.candidates,
    judge_column=judge_column,
    column_names=words(
        """
        영문성명, 영문이름, 영문명, full name, first name, last name, surname, given name, family name,
        eng name, english name, name en
        """
    ),
    anchor=rf"[{LETTER}][.,:;!?'’\")]{{0,2}}\s{{1,4}}[\"“(>]?[{LETTER}]|:[{UPPER}]"
    r"|(?i:name|calls me|(?:mrs?|ms|dr)\.)",
    loose_anchor=rf"[{UPPER}]|(?i:name|calls me|(?:mrs?|ms|dr)\.)",
    ladders={1: "en.name_ranks"},
)
