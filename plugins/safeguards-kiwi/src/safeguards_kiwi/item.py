"""The item that replaces the house's own: person_name, with the same canonical form, masks and anchors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from safeguards.items import get
from safeguards.items.item import Candidate, Item
from safeguards.items.kr.names.model import weigh
from safeguards.items.kr.names.rules import judged
from safeguards_kiwi.drafts import drafts
from safeguards_kiwi.weights import BIAS, WEIGHTS


def candidates(text: str) -> Iterator[Candidate]:
    """Yield the names of ``text`` with the probability of each.

    Raises:
        MissingExtra: Kiwi or its model is not installed.
    """
    scored = ((draft, weigh(BIAS[draft.kind], WEIGHTS[draft.kind], draft.features)) for draft in drafts(text))
    yield from judged(text, scored)


ITEM: Item = replace(get("person_name"), candidates=candidates)
"""Names of persons by the house's rules and Kiwi's morphology."""
