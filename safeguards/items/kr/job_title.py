"""Job title or occupation (직위, 직업): the value of its label, or a rank beside a name.

PIPA 2(1). The name is no part of it. Where a word is as often a field's label as a rank (대표: ..., 판사
...), its score stays below the default threshold.
"""

from __future__ import annotations

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import title_judge, title_patterns, title_rules
from safeguards.items.text import settle, squeeze, stars, words


def canonical(text: str) -> str:
    """Return the title with single spaces, casefolded."""
    return settle(lambda value: squeeze(value).casefold(), text)


def mask(text: str) -> str:
    """Hide all."""
    return stars(text)


def validate(value: str) -> Verdict:
    """Judge by the vocabulary; a column of titles is known by its name only."""
    title = squeeze(value)
    if title_judge.is_title(title):
        return Verdict(0.3, 0.95, "known title or occupation")
    return Verdict(0.0, 0.5, "words, as titles are") if title_judge.may_be_title(title) else REJECTED


ITEM = Item(
    id="job_title",
    entity="JOB_TITLE",
    name_ko="직위",
    name_en="job title",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words("직위, 직급, 직책, 직업, 직무, 직함, job title, position, occupation"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="PIPA 2(1)",
    validate=validate,
    candidates=title_rules.candidates,
    column_names=words("직위, 직급, 직책, 직업, 직무, 직함, job title, job position, occupation, job"),
    anchor=title_patterns.ANCHOR,
)
