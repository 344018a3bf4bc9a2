"""Draw a document as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from safeguards.errors import InputError
from safeguards.report import charts
from safeguards.report.blocks import Claim, Document, Words
from safeguards.report.catalogue import GRADES, MARKS, STATUSES, WORDS
from safeguards.report.text import LANGUAGES, Language, Text, visible

_LEAST_SHORT = 100_000
_NO_FRACTION = 100
_SMALL = 0.1
_UNITS = ((10**9, "G"), (10**6, "M"), (10**3, "k"))


def render(document: Document, lang: Language = "ko") -> str:
    """Return the document as a page in one language.

    Every word is escaped; invisible characters are written out. The page has no script and loads nothing.

    Raises:
        InputError: the language is neither ``ko`` nor ``en``.
    """
    if lang not in LANGUAGES:
        raise InputError(f"unknown language {lang!r}; use one of: {', '.join(LANGUAGES)}")

    def say(words: Text | str | int) -> str:
        return visible(words.of(lang) if isinstance(words, Text) else words)

    page: str = _environment().get_template("page.html.j2").render(document=document, lang=lang, say=say)
    return page


def in_order(claims: Iterable[Claim]) -> list[Claim]:
    """Return claims with the unknown first, each status in the order in which it was gathered."""
    order = list(STATUSES)
    return sorted(claims, key=lambda claim: order.index(claim.status))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("safeguards.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(charts=charts, STATUSES=STATUSES, GRADES=GRADES, MARKS=MARKS, WORDS=WORDS)
    environment.filters.update(
        in_order=in_order, block=_template, number=_number, percent=_percent, short=short, part=_part
    )
    return environment


def _template(block: Any) -> str:
    """Return the template that draws a block: it is called like its type."""
    return f"{type(block).__name__.lower()}.html.j2"


def _part(document: Document, label: Words) -> int | None:
    """Return the place of the section whose title a label of the summary is."""
    titles = [section.title for section in document.sections]
    return titles.index(label) + 1 if label in titles else None


def _number(count: int) -> str:
    return f"{count:,}"


def _percent(share: float) -> str:
    """Return a share in per cent, with a decimal below ten: one in a thousand is not nothing."""
    return f"{share:.1%}" if 0 < share < _SMALL else f"{share:.0%}"


def short(count: int) -> str:
    """Return a count in at most six characters, for narrow bars; the chart's description has it in full."""
    if count < _LEAST_SHORT:
        return f"{count:,}"
    size, unit = next((size, unit) for size, unit in _UNITS if count >= size)
    # Cut, not rounded: 999,999,999 is no thousand million.
    whole, hundredths = divmod(count * 100 // size, 100)
    return f"{whole}{unit}" if whole >= _NO_FRACTION else f"{whole + hundredths / 100:g}{unit}"
