"""Values that are never reported, and values that always are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from safeguards.detection.folding import fold_text
from safeguards.errors import InputError
from safeguards.items.item import Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, stars
from safeguards.items.trie import trie

CERTAIN = 1.0
_NO_WORD = "(?<![0-9A-Za-z_가-힣])"
_ENDS = "(?![0-9A-Za-z_])"


class Lists:
    """The allow list: values that are not reported, in whichever spelling their item knows."""

    def __init__(self, allow: Iterable[str], items: Sequence[Item]) -> None:
        values = _texts(allow, "allow")
        self._plain = {value.casefold() for value in values}
        self._canonical = {item.id: {item.canonical(value) for value in values} for item in items}

    def allows(self, item: Item, value: str) -> bool:
        """Say whether ``value``, found as ``item``, shall not be reported."""
        if not self._plain:
            return False
        return value.strip().casefold() in self._plain or item.canonical(value) in self._canonical[item.id]


def denied(deny: Mapping[str, Iterable[str]], roles: Mapping[str, Item]) -> list[Item]:
    """Return an item for each entity of a deny list: its values are found wherever they stand as words.

    ``roles`` maps entities to items whose legal class such a value shares, where there is one.

    Raises:
        InputError: the list is no mapping of entities to texts, or a text is blank.
    """
    if not isinstance(deny, Mapping):
        raise InputError("deny maps entities to values: {'PROJECT': ['Bluebird']}")
    if not all(isinstance(entity, str) and entity.strip() for entity in deny):
        raise InputError("deny has an entity that is no text, or blank")
    listed = {entity: _texts(values, f"deny[{entity!r}]") for entity, values in deny.items()}
    return [_item(entity, values, roles) for entity, values in listed.items() if values]


def _item(entity: str, values: Sequence[str], roles: Mapping[str, Item]) -> Item:
    expression = re.compile(f"{_NO_WORD}{trie(values)}{_ENDS}", re.IGNORECASE)

    def candidates(text: str) -> Iterator[Candidate]:
        for found in expression.finditer(text):
            yield Candidate(*found.span(), CERTAIN, "on the deny list")

    def validate(value: str) -> Verdict:
        hit = expression.fullmatch(value)
        return Verdict(CERTAIN, CERTAIN, "on the deny list") if hit else Verdict(0, 0, "not on the deny list")

    like = roles.get(entity)
    return Item(
        id=f"deny:{entity}",
        entity=entity,
        name_ko="거부 목록",
        name_en="deny list",
        legal_class=like.legal_class if like else LegalClass.GENERAL,
        role=like.role if like else Role.IDENTIFIER,
        must_encrypt=like.must_encrypt if like else False,
        context=(),
        canonical=plain,
        masks={"finance": stars, "netact": stars},
        source="the deny list",
        validate=validate,
        candidates=candidates,
        anchor=f"(?i:{trie(values)})",
    )


def _texts(values: Any, option: str) -> list[str]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InputError(f"{option} is a list of texts")
    texts = list(values)
    if not all(isinstance(text, str) and fold_text(text).text.strip() for text in texts):
        raise InputError(f"{option} holds something that is no text, or blank")
    return [fold_text(text).text.strip() for text in texts]
