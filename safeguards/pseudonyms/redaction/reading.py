"""What a stretch of text that detection found is: an item, and its value without disguise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from safeguards.detection.evasions import readings
from safeguards.detection.folding import fold_text
from safeguards.items.item import Item
from safeguards.items.text import spaceless
from safeguards.pseudonyms.redaction.mentions import telling

PERSON = "PERSON"
_TWO_SCRIPTS = re.compile(r"([가-힣][가-힣 ]*[가-힣])\s*\(([^()]*)\)")
_SYLLABLES = re.compile("[가-힣]{3}")


class Read(NamedTuple):
    """An item, and a value as its canonical form, its mask and its token take it."""

    item: Item
    value: str


class Reader:
    """Reads stretches of text by the items that share their entity.

    ``preferred`` names the item for entities whose items are told apart by hardly anything, such as names.
    """

    def __init__(self, items: Iterable[Item], preferred: Mapping[str, str]) -> None:
        self._items: dict[str, list[Item]] = {}
        for item in items:
            if preferred.get(item.entity, item.id) == item.id:
                self._items.setdefault(item.entity, []).append(item)

    def items(self, entity: str) -> list[Item]:
        """Return the items of an entity."""
        return self._items[entity]

    def read(self, entity: str, text: str) -> Read:
        """Return the item that is surest of a stretch of text, and the value that it is sure of."""
        items = self._items[entity]
        folded = fold_text(text).text.strip()
        for value in _undisguised(entity, folded):
            scores = [item.validate(value).in_context for item in items]
            best = max(scores)
            if best > 0:
                return Read(items[scores.index(best)], value)
        return Read(items[-1], folded)  # the most general one, as items are listed


def spellings(entity: str, text: str) -> Iterator[str]:
    """Yield in which other letters a value that was found may stand in the same text."""
    yield text
    if entity != PERSON:
        return
    both = _TWO_SCRIPTS.fullmatch(text)
    hangul = both[1] if both else text
    if both:
        yield from (part for part in both.groups() if telling(part))
    syllables = spaceless(hangul)
    yield syllables
    if _SYLLABLES.fullmatch(syllables):
        yield f"{syllables[0]} {syllables[1:]}"


def _undisguised(entity: str, folded: str) -> Iterator[str]:
    """Yield what the text may say: a name written in two scripts is its Korean one."""
    both = _TWO_SCRIPTS.fullmatch(folded) if entity == PERSON else None
    yield both[1] if both else folded
    yield from (reading.text for reading in readings(folded))
