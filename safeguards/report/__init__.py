"""Reports as self-contained HTML: inline SVG, no script, nothing fetched, in Korean and in English.

The room renders the plain values of :mod:`safeguards.report.blocks` and knows nothing of who made them.
"""

from __future__ import annotations

from safeguards.plugins import require

require("jinja2", "report")

from safeguards.report.blocks import (  # noqa: E402
    Bar,
    Bars,
    Blank,
    Block,
    Claim,
    Claims,
    Code,
    Document,
    Facts,
    Interval,
    Intervals,
    Notices,
    Section,
    Series,
    Stacks,
    Table,
)
from safeguards.report.html import render  # noqa: E402
from safeguards.report.text import LANGUAGES, Text  # noqa: E402

__all__ = [
    "LANGUAGES",
    "Bar",
    "Bars",
    "Blank",
    "Block",
    "Claim",
    "Claims",
    "Code",
    "Document",
    "Facts",
    "Interval",
    "Intervals",
    "Notices",
    "Section",
    "Series",
    "Stacks",
    "Table",
    "Text",
    "render",
]
