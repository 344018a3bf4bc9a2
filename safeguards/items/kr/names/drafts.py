"""Every reading of a text that may be a name, with the features that speak for and against it."""

from __future__ import annotations

from collections.abc import Iterator

from safeguards.items.kr.names import context
from safeguards.items.kr.names.endings import onto
from safeguards.items.kr.names.lexicon import FOREIGN, KNOWN
from safeguards.items.kr.names.readings import Reading, foreignness, readings, surname_alone
from safeguards.items.kr.names.readings import _bucket, _tail, _tier
from safeguards.items.kr.names.scene import Scene

Features = tuple[tuple[str, str], ...]

_CALLED = frozenset({"ssi", "title", "personal details in brackets"})
_MOST_PARTS = 4
_JOINTS = frozenset({" ", "·", "-"})


class Draft:
    """A stretch of text that may be a name."""

    __slots__ = ("end", "features", "kind", "place", "start")

    def __init__(self, place: int, start: int, end: int, kind: str, features: Features) -> None:
        self.place, self.start, self.end, self.kind, self.features = place, start, end, kind, features


def drafts(text: str) -> Iterator[Draft]:
    """Yield the drafts of ``text``, in the order of its words."""
    scene = Scene(text)
    speaks = context.speaks(text)
    pieces = [word[0] >= "가" and _is_piece(word) for word in scene.words]
    for place, word in enumerate(scene.words):
        first = word[0]
        if first >= "가":
            for reading in readings(word):
                yield _single(scene, place, reading, pieces, speaks=speaks)
            alone = surname_alone(word)
            if alone and (draft := _surname(scene, place, alone)):
                yield draft
            if pieces[place]:
                yield from _joined(scene, place, pieces, speaks=speaks)
        elif len(word) == 1 and "A" <= first <= "Z":
            if draft := _letter(scene, place):
                yield draft


def _single(scene: Scene, place: int, reading: Reading, pieces: list[bool], *, speaks: bool) -> Draft:
    start = scene.starts[place]
    end = start + reading.length
    left = context.before(scene, place, end)
    right = context.behind(scene, place, end)
    features = [("shape", feature) for feature in reading.features]
    features += (("before", left), ("behind", right))
    whole = end == scene.ends[place]
    if whole:
        features.append(("cell", context.cell(scene.text, start, end)))
    if place and pieces[place - 1] and scene.gap(place) == " ":
        features.append(("more", "behind a foreign word"))
    if whole and place + 1 < len(pieces) and scene.gap(place + 1) == " " and _piece_like(scene.words[place + 1]):
        features.append(("more", "before a foreign word"))
    if speaks and ("shape", "onto topic") in features:
        features.append(("more", "speaks"))
    return Draft(place, start, end, reading.kind, tuple(features))


def _surname(scene: Scene, place: int, ending: str) -> Draft | None:
    start = scene.starts[place]
    end = start + 1
    word = scene.words[place]
    right = context.behind(scene, place, end)
    if ending == "bare":
        following = scene.words[place + 1] if place + 1 < len(scene.words) and scene.gap(place + 1) == " " else ""
        if following in ("모", "모씨", "모군", "모양") or following.startswith("모씨"):
            right = "mo"
        elif right not in _CALLED:
            return None
    left = context.before(scene, place, end)
    features = [
        ("shape", "onto " + ending),
        ("shape", _tier(word[0])),
        ("shape", "surname " + word[0]),
        ("before", left),
        ("behind", right),
    ]
    if ending == "bare":
        features.append(("more", f"{right} behind {word[0]}" if word[0] in "이전현고한여주양두우구선부제조신성원정강" else right))
    return Draft(place, start, end, "surname", tuple(features))


def _letter(scene: Scene, place: int) -> Draft | None:
    end = scene.ends[place]
    glued = place + 1 < len(scene.words) and scene.starts[place + 1] == end
    right = context.behind(scene, place, end)
    if glued:
        following = scene.words[place + 1]
        if following[0] not in "씨양군모" or not (onto("가", following) or following[0] == "모"):
            return None
        right = "glued " + following[0]
    elif right not in _CALLED:
        return None
    if place and scene.ends[place - 1] == scene.starts[place]:
        return None
    return Draft(place, scene.starts[place], end, "letter",
                 (("before", context.before(scene, place, end)), ("behind", right)))  # fmt: skip


def _is_piece(word: str) -> bool:
    if word in FOREIGN:
        return True
    return word not in KNOWN and len(word) <= 7 and foreignness(word) >= 0.3 and _tail(word) != "verbal pair"


def _piece_like(word: str) -> bool:
    return word[0] >= "가" and word not in KNOWN and (word[:3] in FOREIGN or word[:2] in FOREIGN or foreignness(word[:3]) > 0.5)


def _joined(scene: Scene, place: int, pieces: list[bool], *, speaks: bool) -> Iterator[Draft]:
    """Yield names of several words that begin at ``place``."""
    for last in range(place + 1, min(place + _MOST_PARTS, len(scene.words))):
        if scene.gap(last) not in _JOINTS:
            return
        word = scene.words[last]
        if word[0] < "가":
            return
        for length in range(min(len(word), 7), 0, -1):
            name = word[:length]
            ending = onto(name, word[length:])
            if not ending or (length == 1 and ending == "bare" and last < place + 2 and name not in FOREIGN):
                continue
            if name in KNOWN and name not in FOREIGN:
                continue
            if name not in FOREIGN and foreignness(name) < 0.1:
                continue
            yield _many(scene, place, last, name, ending, speaks=speaks)
        if not pieces[last]:
            return


def _many(scene: Scene, place: int, last: int, name: str, ending: str, *, speaks: bool) -> Draft:
    start = scene.starts[place]
    end = scene.starts[last] + len(name)
    first = scene.words[place]
    middle = scene.words[place + 1 : last]
    known = (first in FOREIGN) + (name in FOREIGN)
    weakest = min(map(foreignness, (first, *middle, name)))
    features = [
        ("shape", "onto " + ending),
        ("shape", f"{last - place + 1} words"),
        ("shape", f"{known} known foreign names"),
        ("shape", "first known" if first in FOREIGN else "first unknown"),
        ("shape", f"foreign {_bucket(foreignness(first + name))}"),
        ("shape", f"weakest {_bucket(weakest)}"),
        ("before", context.before(scene, place, end)),
        ("behind", context.behind(scene, last, end)),
    ]
    if ending == "bare":
        features.append(("shape", _tail(name)))
    if place and scene.gap(place) == " " and _is_piece(scene.words[place - 1]):
        features.append(("more", "behind a foreign word"))
    if end == scene.ends[last] and last + 1 < len(scene.words) and scene.gap(last + 1) == " " and _piece_like(scene.words[last + 1]):
        features.append(("more", "before a foreign word"))
    if speaks and ending == "topic":
        features.append(("more", "speaks"))
    return Draft(place, start, end, "several", tuple(features))
