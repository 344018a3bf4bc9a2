"""Paths into nested columns: ``address.city``, ``orders[].email``, ``payload["weird.key"]``.

``.name`` or ``["name"]`` (a JSON string) is a field of a struct or a member of a JSON object, ``[]`` every
element of a list or array; a map is a list of entries with the fields ``key`` and ``value``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from unicodedata import normalize

from safeguards.errors import InputError, listed, meant
from safeguards.pseudonyms import Transform

EACH = None
"""The step to every element; a text is the step to the field or member of that name."""

Step = str | None

_BARE = r"[^.\[\]\"]+"
_QUOTED = r"\[(\"(?:[^\"\\]|\\.)*\")\]"
_STEP = re.compile(rf"\.({_BARE})|{_QUOTED}|(\[\])")
_NAME = re.compile(rf"{_QUOTED}|({_BARE})")


@dataclass(frozen=True, slots=True)
class Path:
    """A column, and the steps from there to a part of it; none for the column itself."""

    column: str
    steps: tuple[Step, ...] = ()

    def overlaps(self, other: Path) -> bool:
        """Say whether one of the two leads to, or into, what the other leads to."""
        shared = min(len(self.steps), len(other.steps))
        return self.column == other.column and self.steps[:shared] == other.steps[:shared]


@dataclass(slots=True)
class Branch:
    """What is asked of one part of a column, and of the parts inside it.

    ``name`` is its path as text, which is none of the other columns' names, ``columns``.
    """

    name: str
    columns: Collection[str] = ()
    transform: Transform | None = None
    members: dict[str, Branch] = field(default_factory=dict)
    each: Branch | None = None

    @property
    def inner(self) -> Branch | None:
        """A part inside that something is asked of, None where there is none."""
        return self.each or next(iter(self.members.values()), None)

    def member(self, name: str) -> Branch:
        """Return the part of that name, made where nothing was asked of it yet."""
        if name not in self.members:
            short = f"{self.name}.{name}"
            bare = re.fullmatch(_BARE, name) and short not in self.columns
            quoted = f"{self.name}[{json.dumps(name, ensure_ascii=False)}]"
            self.members[name] = Branch(short if bare else quoted, self.columns)
        return self.members[name]

    def elements(self) -> Branch:
        """Return every element, made where nothing was asked of them yet."""
        if self.each is None:
            self.each = Branch(f"{self.name}[]", self.columns)
        return self.each


def resolve(text: str, columns: Collection[str]) -> Path | None:
    """Return the path that ``text`` is where a table has these columns; None where it leads to none of them.

    A column's exact name always wins, and a longer name over a shorter: names of flat files have dots too.
    """
    if text in columns:
        return Path(text)
    for column in sorted(filter(text.startswith, columns), key=len, reverse=True):
        steps = _steps(text[len(column) :])
        if steps is not None:
            return Path(column, steps)
    return None


def select(asked: Mapping[str, Transform], columns: Collection[str]) -> dict[str, Branch]:
    """Return what is asked of each column, by its name.

    Raises:
        InputError: a path leads to no column, or two lead to the same place.
    """
    branches: dict[str, Branch] = {}
    for text, transform in asked.items():
        path = resolve(text, columns)
        if path is None:
            raise InputError(_nowhere(text, columns))
        branch = branches.setdefault(path.column, Branch(path.column, columns))
        for step in path.steps:
            branch = branch.elements() if step is EACH else branch.member(step)
        if branch.transform is not None:
            raise InputError(f"column {text!r} is named twice, as {branch.name!r} too: name it once")
        branch.transform = transform
    return branches


def names(text: str) -> list[str]:
    """Return the names that may stand in a path or a column's name: all of it, and those between its dots."""
    return [text, *(json.loads(quoted) if quoted else bare for quoted, bare in _found(text))]


def _found(text: str) -> Iterator[tuple[str, str]]:
    for match in _NAME.finditer(text):
        if match[1] is None or _is_json(match[1]):
            yield match[1] or "", match[2] or ""


def _steps(text: str) -> tuple[Step, ...] | None:
    steps: list[Step] = []
    place = 0
    while place < len(text):
        match = _STEP.match(text, place)
        if match is None or (match[2] and not _is_json(match[2])):
            return None
        steps.append(match[1] or (json.loads(match[2]) if match[2] else EACH))
        place = match.end()
    return tuple(steps)


def _is_json(literal: str) -> bool:
    try:
        json.loads(literal)
    except ValueError:
        return False
    return True


def _nowhere(text: str, columns: Iterable[str]) -> str:
    known = [*columns]
    begins = re.split(r"[.\[]", text, maxsplit=1)[0]  # a path's column, which may be what is mistyped
    hint = meant(text, known) or meant(begins, known)
    message = f"no column {text!r}; the columns are: {listed(known)}{hint}"
    if normalize("NFC", text) in {normalize("NFC", column) for column in known}:
        message += "; one is spelled alike in another Unicode form (NFC, NFD): rename it"
    elif text.strip() in map(str.strip, known):
        message += "; one has white space around its name: write that too, in quotes"
    if any(text.startswith((f"{column}.", f"{column}[")) for column in known):
        message += '; paths into them are written a.b, a[].b or a["b.c"]'
    return message
