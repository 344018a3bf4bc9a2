"""The house's drafts with what Kiwi says of them, and proper nouns that only Kiwi sees."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from safeguards.items.kr.names import context
from safeguards.items.kr.names.drafts import Draft
from safeguards.items.kr.names.drafts import drafts as of_the_house
from safeguards.items.kr.names.lexicon import FOREIGN, GIVEN, KNOWN
from safeguards.items.kr.names.readings import TIERS, bucket, foreignness
from safeguards.items.kr.names.scene import Scene
from safeguards_kiwi.analyser import Morpheme, morphemes

_LONGEST = 8
_MOST_MORPHEMES = 3


def drafts(text: str) -> Iterator[Draft]:
    """Yield every draft of ``text``; what Kiwi sees stands in features that begin with ``kiwi``."""
    seen = _Seen(morphemes(text))
    places = set()
    for draft in of_the_house(text):
        places.add((draft.start, draft.end))
        yield Draft(
            draft.place,
            draft.start,
            draft.end,
            draft.kind,
            (*draft.features, *seen.features(draft.start, draft.end)),
        )
    scene = Scene(text)
    for start, end in seen.proper_nouns(text):
        if (start, end) not in places:
            yield _proper_noun(scene, seen, start, end)


class _Seen:
    """The morphemes of a text, found by where they begin or end."""

    def __init__(self, found: Sequence[Morpheme]) -> None:
        self.found = found
        self._starts = [morpheme.start for morpheme in found]
        self._first = {morpheme.start: place for place, morpheme in reversed(list(enumerate(found)))}

    def features(self, start: int, end: int) -> tuple[str, ...]:
        first = self._first.get(start)
        if first is None:
            return ("kiwi begins inside", f"kiwi inside {self._around(start)}")
        tags: list[str] = []
        place = first
        while place < len(self.found) and self.found[place].end <= end and len(tags) <= _MOST_MORPHEMES:
            tags.append(self.found[place].tag)
            place += 1
        whole = place > first and self.found[place - 1].end == end
        if not whole:
            return (f"kiwi cut {self.found[first].tag}", self._left(first))
        said = "+".join(tags) if len(tags) <= _MOST_MORPHEMES else "many"
        return (f"kiwi {said}", self._left(first), self._right(place, end))

    def _around(self, start: int) -> str:
        place = bisect_right(self._starts, start) - 1
        return self.found[place].tag if place >= 0 else "nothing"

    def _left(self, place: int) -> str:
        if not place:
            return "kiwi opens"
        before = self.found[place - 1]
        glued = "glued " if before.end == self.found[place].start else ""
        return f"kiwi behind {glued}{before.tag}"

    def _right(self, place: int, end: int) -> str:
        if place >= len(self.found):
            return "kiwi closes"
        behind = self.found[place]
        glued = "glued " if behind.start == end else ""
        return f"kiwi before {glued}{behind.tag}"

    def proper_nouns(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield proper nouns of two syllables and more, and two that only a space parts."""
        last: tuple[int, int] | None = None
        for tag, start, end in self.found:
            name = text[start:end]
            if tag != "NNP" or len(name) > 2 * _LONGEST or not all(s >= "가" or s == " " for s in name):
                last = None
                continue
            if len(name) >= 2:
                yield start, end
            if last and start - last[1] <= 1 and text[last[1] : start] in ("", " "):
                yield last[0], end
            last = start, end


def _proper_noun(scene: Scene, seen: _Seen, start: int, end: int) -> Draft:
    name = scene.text[start:end]
    place = max(bisect_right(scene.starts, start) - 1, 0)
    last = max(bisect_right(scene.starts, end - 1) - 1, 0)
    features = [
        f"syllables {min(len(name), _LONGEST)}",
        f"foreign {bucket(foreignness(name))}",
        _known(name),
        TIERS.get(name[0], "no surname"),
        f"{name.count(' ')} spaces",
        context.before(scene, place, end) if scene.starts[place] == start else "left: glued",
        context.behind(scene, last, end),
        *seen.features(start, end),
    ]
    return Draft(place, start, end, "proper noun", tuple(features))


def _known(name: str) -> str:
    if name in KNOWN:
        return "the name is a common word"
    if name in FOREIGN or any(part in FOREIGN for part in name.split()):
        return "known foreign name"
    if name in GIVEN or name[1:] in GIVEN:
        return "known given name"
    return "begins with a common word" if name[:2] in KNOWN else "unknown name"
