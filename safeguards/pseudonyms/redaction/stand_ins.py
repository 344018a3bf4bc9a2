"""What stands in for a value that was found in a text: a tag, a mask, a token or a surrogate."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

import pyarrow as pa

from safeguards.crypto.framing import frame
from safeguards.items.item import Item
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.redaction.reading import Read, Reader
from safeguards.pseudonyms.surrogates.surrogate import Surrogate
from safeguards.pseudonyms.tokens.digests import keyed, spelled
from safeguards.pseudonyms.tokens.token import Token
from safeguards.pseudonyms.tokens.tokeniser import LENGTH, head_of

TAG, MASK, TOKEN, SURROGATE = "tag", "mask", "token", "surrogate"
STYLES = (TAG, MASK, TOKEN, SURROGATE)
KEYED = frozenset({TOKEN, SURROGATE})

_PURPOSE = "document"
_NUMBERED = re.compile(r"\[[A-Z_]+_[0-9]+\]")

Found = tuple[str, str]
"""An entity, and the letters that were found."""

Said = dict[Found, str]
Write = Callable[[list[str]], list[str]]


class Shared:
    """Stand-ins that are the same in every text; keys in hand."""

    def __init__(
        self, reader: Reader, styles: Mapping[str, str], domain: Domain | None, profile: str
    ) -> None:
        self._reader = reader
        self._styles = styles
        self._profile = profile
        self.key_id: int | None = None
        self._keyed: dict[tuple[str, str], Write] = {}
        for entity, style in styles.items():
            if style in KEYED:
                self._take_keys(reader.items(entity), style, domain)

    def of(self, found: Iterable[Found]) -> Said:
        """Return what stands for each of these."""
        said: Said = {}
        keyed: dict[tuple[str, str], list[tuple[Found, str]]] = {}
        for one in found:
            style = self._styles[one[0]]
            if style == TAG:
                said[one] = tag(one[0])
                continue
            read = self._reader.read(*one)
            if style == MASK:
                said[one] = self._masked(one, read)
            else:
                keyed.setdefault((read.item.id, style), []).append((one, read.value))
        for way, pairs in keyed.items():
            written = self._keyed[way]([value for _, value in pairs])
            said |= zip((one for one, _ in pairs), written, strict=True)
        return said

    def _take_keys(self, items: Iterable[Item], style: str, domain: Domain | None) -> None:
        for item in items:
            realistic = style == SURROGATE and item.ladders
            # Whatever was found is replaced, also what is written like a placeholder.
            surrogate = Surrogate(item=item.id, other="token", placeholders="other") if realistic else None
            transform = surrogate or Token(item=item.id)
            bound = transform.bind(domain)
            self.key_id = bound.key_id
            self._keyed[item.id, style] = _on_lists(bound.apply)

    def _masked(self, found: Found, read: Read) -> str:
        masked = read.item.mask(read.value, self._profile)
        return tag(found[0]) if read.value in masked or found[1] in masked else masked


class Numbered:
    """Tags that count the different values of an entity in one text, in their order.

    Numbers that the text itself holds in such a tag are left out: whoever types ``[PERSON_1]`` is not taken
    for the person who is named first.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def of(self, documents: Sequence[Sequence[Found]], texts: Sequence[str]) -> Iterator[Said]:
        """Yield, of each text, what stands for what was found in it."""
        canonical: dict[Found, str] = {}
        for document, text in zip(documents, texts, strict=True):
            different = dict.fromkeys(document)
            many = Counter(entity for entity, _ in different)
            numbers: dict[str, dict[str, str]] = {}
            free = _FreeTags(text)
            said: Said = {}
            for found in different:
                entity, letters = found
                # Where an entity stands once, nobody needs to know what its letters say.
                value = self._canonical(found, canonical) if many[entity] > 1 else letters
                of_entity = numbers.setdefault(entity, {})
                if value not in of_entity:
                    of_entity[value] = next(free[entity])
                said[found] = of_entity[value]
            yield said

    def _canonical(self, found: Found, known: dict[Found, str]) -> str:
        if found not in known:
            read = self._reader.read(*found)
            known[found] = read.item.canonical(read.value)
        return known[found]


class DocumentTokens:
    """Tokens that are one for a value within a text, and another in every other text.

    The text's SHA-256 is part of what they are made of, so that they need no state and come out alike in
    every run.
    """

    def __init__(self, reader: Reader, entities: Iterable[str], domain: Domain) -> None:
        self._reader = reader
        self._keys = {
            item.id: domain.key(item.id, _PURPOSE) for entity in entities for item in reader.items(entity)
        }

    @property
    def key_id(self) -> int | None:
        """The root key's id."""
        return next((key_id for key_id, _ in self._keys.values()), None)

    def of(self, documents: Sequence[Sequence[Found]], texts: Sequence[str]) -> Iterator[Said]:
        """Yield, of each text, what stands for what was found in it."""
        said: list[Said] = [{} for _ in documents]
        wanted: dict[str, list[tuple[Said, Found, bytes]]] = {}
        for text, document, mapping in zip(texts, documents, said, strict=True):
            digest = hashlib.sha256(text.encode()).digest() if document else b""
            for found in set(document):
                read = self._reader.read(*found)
                message = frame(digest, read.item.canonical(read.value).encode())
                wanted.setdefault(read.item.id, []).append((mapping, found, message))
        for item, entries in wanted.items():
            digests = keyed(self._keys[item][1], (message for _, _, message in entries))
            tokens = spelled(digests, head_of(item, None), LENGTH).to_pylist()
            for (mapping, found, _), token in zip(entries, tokens, strict=True):
                mapping[found] = token
        yield from said


def tag(entity: str, number: int | None = None) -> str:
    """Return ``[PERSON]``, or ``[PERSON_1]``."""
    return f"[{entity}]" if number is None else f"[{entity}_{number}]"


class _FreeTags(dict[str, Iterator[str]]):
    """The numbered tags of each entity, in order, without those that a text holds already."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._typed = frozenset(_NUMBERED.findall(text))

    def __missing__(self, entity: str) -> Iterator[str]:
        tags = (tag(entity, number) for number in count(1))
        free = self[entity] = (one for one in tags if one not in self._typed)
        return free


def _on_lists(apply: Callable[[Any], Any]) -> Write:
    return lambda values: apply(pa.array(values, pa.string())).to_pylist()
