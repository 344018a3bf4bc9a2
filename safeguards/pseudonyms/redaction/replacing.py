"""Texts with their spans replaced: detection once over the column, then one pass over the texts it hits."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from safeguards.detection import Detector
from safeguards.pseudonyms.column import plain, trimmed
from safeguards.pseudonyms.redaction.mentions import mentions, telling
from safeguards.pseudonyms.redaction.reading import spellings
from safeguards.pseudonyms.redaction.stand_ins import DocumentTokens, Found, Numbered, Said, Shared

TEXTS_AT_ONCE = 16_384
"""Texts that become Python ones at a time, with what stands in for their spans: memory stays flat."""


class Place(NamedTuple):
    """A span of one text, in code points."""

    start: int
    end: int
    entity: str


class Replacing:
    """Replaces spans in arrays of text, and counts them by entity.

    ``own`` makes stand-ins that hold within one text, for some of the entities; ``shared`` all others.
    ``repeating`` are the entities whose values are looked for again in the same text.
    """

    def __init__(
        self,
        detector: Detector,
        shared: Shared,
        own: Mapping[str, Numbered | DocumentTokens],
        repeating: frozenset[str],
    ) -> None:
        self._detector = detector
        self._shared = shared
        self._own = own
        self._repeating = repeating

    def apply(self, values: Any) -> tuple[Any, Counter[str]]:
        """Return a string array, and how many spans of each entity were replaced; NULL stays NULL."""
        if not pa.types.is_dictionary(values.type):
            return self._replaced(plain(values).cast(pa.string()))
        used = trimmed(values)
        rows = np.bincount(used.indices.drop_null().to_numpy(), minlength=len(used.dictionary))
        unique, counts = self._replaced(plain(used.dictionary).cast(pa.string()), rows)
        return unique.take(used.indices), counts

    def _replaced(self, texts: Any, rows: npt.NDArray[np.intp] | None = None) -> tuple[Any, Counter[str]]:
        counts: Counter[str] = Counter()
        written: list[str] = []
        hits = []
        for part, places in self._hits(texts):
            of_texts = texts.take(pa.array(part)).to_pylist()
            documents = [self._with_mentions(*pair) for pair in zip(of_texts, places, strict=True)]
            written += self._written(of_texts, documents)
            hits.append(part)
            for row, document in zip(part.tolist(), documents, strict=True):
                weight = 1 if rows is None else int(rows[row])
                for place in document:
                    counts[place.entity] += weight
        if not written:
            return texts, counts
        hit = np.zeros(len(texts), np.bool_)
        hit[np.concatenate(hits)] = True
        return pc.replace_with_mask(texts, pa.array(hit), pa.array(written, pa.string())), counts

    def _hits(self, texts: Any) -> Iterator[tuple[npt.NDArray[np.int64], list[list[Place]]]]:
        """Yield the rows in which something is found, some at a time, with the places in each."""
        spans = self._detector.detect_column(texts)
        rows, firsts = np.unique(spans["row"].to_numpy(), return_index=True)
        bounds = [*firsts.tolist(), spans.num_rows]
        for at in range(0, len(rows), TEXTS_AT_ONCE):
            part = rows[at : at + TEXTS_AT_ONCE]
            edges = bounds[at : at + len(part) + 1]
            some = spans.slice(edges[0], edges[-1] - edges[0])
            every = list(map(Place, *(some[name].to_pylist() for name in Place._fields)))
            cuts = [edge - edges[0] for edge in edges]
            yield part, [every[first:last] for first, last in pairwise(cuts)]

    def _with_mentions(self, text: str, places: list[Place]) -> list[Place]:
        """Add where values of the places stand once more, which no rule saw."""
        values: dict[str, str] = {}
        for place in places:
            if place.entity in self._repeating:
                for value in spellings(place.entity, text[place.start : place.end]):
                    values.setdefault(value, place.entity)
        telling_ones = [value for value in values if telling(value)]
        found = [Place(start, end, values[text[start:end]]) for start, end in mentions(text, telling_ones)]
        return _joined(places, found)

    def _written(self, texts: Sequence[str], documents: Sequence[Sequence[Place]]) -> Iterator[str]:
        """Yield the texts with what stands in for their places."""
        found = [
            [(place.entity, text[place.start : place.end]) for place in document]
            for text, document in zip(texts, documents, strict=True)
        ]
        said = self._said(texts, found)
        for text, document, values, mapping in zip(texts, documents, found, said, strict=True):
            parts: list[str] = []
            done = 0
            for place, value in zip(document, values, strict=True):
                parts += text[done : place.start], mapping[value]
                done = place.end
            yield "".join([*parts, text[done:]])

    def _said(self, texts: Sequence[str], found: Sequence[Sequence[Found]]) -> Iterator[Said]:
        shared = self._shared.of({one for values in found for one in values if one[0] not in self._own})
        makers = dict.fromkeys(self._own.values())
        owned = [
            maker.of([[one for one in values if self._own.get(one[0]) is maker] for values in found], texts)
            for maker in makers
        ]
        for values, *mine in zip(found, *owned, strict=True):
            if not mine:
                yield shared
                continue
            mapping = {one: shared[one] for one in values if one in shared}
            for each in mine:
                mapping |= each
            yield mapping


def _joined(places: list[Place], more: Iterable[Place]) -> list[Place]:
    """Return the places with those of ``more`` that overlap none, the first and longest before others.

    One that holds places of its entity, as 홍 길동 holds 길동, stands for these.
    """
    starts, ends = [place.start for place in places], [place.end for place in places]
    added: list[Place] = []
    swallowed: set[Place] = set()
    for place in sorted(more, key=lambda one: (one.start, -one.end)):
        if added and place.start < added[-1].end:
            continue
        within = places[bisect_right(ends, place.start) : bisect_left(starts, place.end)]
        if all(_holds(place, one) for one in within):
            swallowed.update(within)
            added.append(place)
    return sorted([*(place for place in places if place not in swallowed), *added]) if added else places


def _holds(outer: Place, inner: Place) -> bool:
    inside = outer.start <= inner.start and inner.end <= outer.end
    return inside and outer.entity == inner.entity and outer != inner
