"""Every reading of a text that may be a name, with the features that speak for and against it."""

from __future__ import annotations

from collections.abc import Iterator

from safeguards.items.kr.names import context
from safeguards.items.kr.names.endings import BEHIND, onto
from safeguards.items.kr.names.lexicon import FOREIGN, KNOWN
from safeguards.items.kr.names.readings import TIERS, Glance, Reading, bucket, foreignness, tail
from safeguards.items.kr.names.scene import Scene

Features = tuple[str, ...]

_CALLED = frozenset({"right: ssi", "right: title", "right: former", "right: personal details in brackets"})
_AMBIGUOUS = frozenset("이전현고한여주양두우구선부제조신성원정강")
_CAPITALS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_MOST_PARTS = 4
_LONGEST_PART = 7
_JOINTS = frozenset({" ", "·", "-"})
_GLUED = frozenset("씨양군모")
_MO = frozenset({"모", "모씨", "모군", "모양"})
_BEHIND_STRANGE = "behind a foreign word"
_BEFORE_STRANGE = "before a foreign word"
_SPEAKS = "speaks"
_TOPIC = "onto topic"


class Draft:
    """A stretch of text that may be a name; ``place`` counts the words before it."""

    __slots__ = ("end", "features", "kind", "place", "start")

    def __init__(self, place: int, start: int, end: int, kind: str, features: Features) -> None:
        self.place, self.start, self.end, self.kind, self.features = place, start, end, kind, features


def drafts(text: str) -> Iterator[Draft]:
    """Yield the drafts of ``text``, in the order of its words."""
    scene = Scene(text)
    for place, seen in enumerate(scene.glances):
        if seen is not None:
            yield from _in_hangul(scene, place, seen)
        elif scene.words[place] in _CAPITALS and (draft := _letter(scene, place)):
            yield draft


def _in_hangul(scene: Scene, place: int, seen: Glance) -> Iterator[Draft]:
    if seen.readings and (not seen.plain or _stands_out(scene, place)):
        for reading in seen.readings:
            yield _single(scene, place, reading)
    if seen.alone and (draft := _surname(scene, place, seen.alone)):
        yield draft
    if seen.strange:
        yield from _joined(scene, place)


def _stands_out(scene: Scene, place: int) -> bool:
    """Say whether a plain word stands where names stand, so that it is read as one all the same."""
    words = scene.words
    if place and (context.is_label(words[place - 1]) or context.is_title(words[place - 1])):
        return True
    return place + 1 < len(words) and words[place + 1][0] in "씨님"


def _single(scene: Scene, place: int, reading: Reading) -> Draft:
    start = scene.starts[place]
    end = start + reading.length
    features = [*reading.features, context.before(scene, place, end), context.behind(scene, place, end)]
    if end == scene.ends[place]:
        features.append(context.cell(scene.text, start, end))
    _add_neighbours(features, scene, place, place, end)
    if _TOPIC in features and context.speaks(scene.text, end):
        features.append(_SPEAKS)
    return Draft(place, start, end, reading.kind, tuple(features))


def _add_neighbours(features: list[str], scene: Scene, first: int, last: int, end: int) -> None:
    if first and scene.strange(first - 1) and scene.follows(first):
        features.append(_BEHIND_STRANGE)
    if end == scene.ends[last] and scene.follows(last + 1) and _begins_strangely(scene, last + 1):
        features.append(_BEFORE_STRANGE)


def _begins_strangely(scene: Scene, place: int) -> bool:
    word = scene.words[place]
    if word < "가" or scene.plain(place):
        return False
    return scene.strange(place) or word[:3] in FOREIGN or word[:2] in FOREIGN or foreignness(word[:3]) > 0.5


def _surname(scene: Scene, place: int, ending: str) -> Draft | None:
    start, word = scene.starts[place], scene.words[place]
    if place and scene.ends[place - 1] == start:
        return None
    right = context.behind(scene, place, start + 1)
    if ending == "bare":
        if scene.follows(place + 1) and scene.words[place + 1] in _MO:
            right = "right: mo"
        elif right not in _CALLED:
            return None
    features = [
        f"onto {ending}",
        TIERS[word[0]],
        f"surname {word[0]}",
        context.before(scene, place, start + 1),
        right,
    ]
    if ending == "bare" and word[0] in _AMBIGUOUS:
        features.append(f"{right} behind {word[0]}")
    return Draft(place, start, start + 1, "surname", tuple(features))


def _letter(scene: Scene, place: int) -> Draft | None:
    end = scene.ends[place]
    if place and scene.ends[place - 1] == scene.starts[place]:
        return None
    right = context.behind(scene, place, end)
    if place + 1 < len(scene.words) and scene.starts[place + 1] == end:
        following = scene.words[place + 1]
        if following[0] not in _GLUED or not (onto("가", following) or following[0] == "모"):
            return None
        right = "right: glued " + following[0]
    elif right not in _CALLED:
        return None
    left = context.before(scene, place, end)
    return Draft(place, scene.starts[place], end, "letter", (left, right))


def _joined(scene: Scene, place: int) -> Iterator[Draft]:
    """Yield names of several words that begin at ``place``."""
    for last in range(place + 1, min(place + _MOST_PARTS, len(scene.words))):
        if scene.gap(last) not in _JOINTS or scene.words[last] < "가" or scene.plain(last):
            return
        yield from _ending_in(scene, place, last)
        if not scene.strange(last):
            return


def _ending_in(scene: Scene, place: int, last: int) -> Iterator[Draft]:
    word = scene.words[last]
    for length in range(min(len(word), _LONGEST_PART), 0, -1):
        ending = BEHIND[(ord(word[length - 1]) - 0xAC00) % 28 != 0].get(word[length:])
        if ending is None:
            continue
        name = word[:length]
        known = name in FOREIGN
        if known or (name not in KNOWN and foreignness(name) >= 0.1 and (length > 1 or last > place + 1)):
            yield _several(scene, place, last, name, ending)


def _several(scene: Scene, place: int, last: int, name: str, ending: str) -> Draft:
    start, end = scene.starts[place], scene.starts[last] + len(name)
    parts = (*scene.words[place:last], name)
    weakest = min(map(foreignness, parts))
    features = [
        f"onto {ending}",
        f"{len(parts)} words",
        f"{(parts[0] in FOREIGN) + (name in FOREIGN)} known foreign names",
        "first known" if parts[0] in FOREIGN else "first unknown",
        f"foreign {bucket(foreignness(parts[0] + name))}",
        f"weakest {bucket(weakest)}",
        context.before(scene, place, end),
        context.behind(scene, last, end),
    ]
    if ending == "bare":
        features.append(tail(name))
    _add_neighbours(features, scene, place, last, end)
    if ending == "topic" and context.speaks(scene.text, end):
        features.append(_SPEAKS)
    return Draft(place, start, end, "several", tuple(features))
