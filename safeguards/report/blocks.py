"""What a report is made of: plain values that the templates draw.

Words are :class:`~safeguards.report.text.Text` where they have two languages, and plain strings or numbers
where they read alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from safeguards.report.text import Text

Words: TypeAlias = "Text | str | int"
Status: TypeAlias = Literal["unknown", "conflict", "against", "supports"]
Grade: TypeAlias = Literal["declared", "observed", "tested"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of fact with where it comes from; ``grade`` is None where there is no evidence.

    ``sample`` counts the rows examined; ``partial`` says that there are more.
    """

    text: Text
    status: Status
    grade: Grade | None
    source: Text
    time: str
    version: str
    sample: int | None = None
    partial: bool = False
    topic: Words = ""


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims, drawn with the unknown first, then conflicts, then what speaks against, then for."""

    claims: tuple[Claim, ...]
    none: Text


@dataclass(frozen=True, slots=True)
class Facts:
    """Named facts, one a line."""

    rows: tuple[tuple[Words, Words], ...]


@dataclass(frozen=True, slots=True)
class Notices:
    """Sentences that must not be overlooked, or the sentence that says there are none."""

    notices: tuple[Text, ...]
    none: Text


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under labelled columns."""

    caption: Text
    columns: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its count, and whether it is marked."""

    label: Words
    count: int
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart with both axes named; ``mark`` explains the marked bars."""

    title: Text
    across: Text
    up: Text
    bars: tuple[Bar, ...]
    plain: Text
    mark: Text


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of segment in a stacked chart; ``tone`` 0 to 3 goes from pale to dark."""

    label: Text
    tone: int


@dataclass(frozen=True, slots=True)
class Stacks:
    """Stacked bars: ``rows`` are a label and one count for each series."""

    title: Text
    unit: Text
    series: tuple[Series, ...]
    rows: tuple[tuple[Text, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """A share with the ends of its interval, all in 0..1, and whether it is marked."""

    label: Words
    share: float
    lower: float
    upper: float
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Intervals:
    """Lying bars of shares, each with its interval; ``mark`` explains the marked ones."""

    title: Text
    across: Text
    rows: tuple[Interval, ...]
    plain: Text
    mark: Text


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of source or of a diff, as they are."""

    title: Text
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blank:
    """A form that a person fills in by hand: labels, and choices to tick."""

    choices: tuple[Text, ...]
    fields: tuple[Text, ...]


Block: TypeAlias = "Claims | Facts | Notices | Table | Bars | Stacks | Intervals | Code | Blank"


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the report; ``badge`` is a status shown beside the title.

    ``adverse`` counts what speaks against, shown beside the badge, so that an unknown hides none of it.
    """

    title: Text
    blocks: tuple[Block, ...]
    intro: Text | None = None
    badge: Status | None = None
    adverse: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report; ``summary`` is what must be seen before anything else.

    A label of the summary that is a section's title leads there.
    """

    title: Text
    kind: Text
    note: Text
    summary: tuple[tuple[Words, Words], ...]
    facts: Facts
    sections: tuple[Section, ...]
    footer: Text
