"""Geometry of the charts, in the units of an SVG view box; the templates only draw it.

The box is narrow, so that its text stays readable on a telephone and in print.
"""

from __future__ import annotations

from dataclasses import dataclass

from safeguards.report.blocks import Bars, Intervals, Stacks

WIDTH = 400
_MARGIN_TOP, _MARGIN_BOTTOM, _MARGIN_SIDE = 34, 44, 8
_PLOT_HEIGHT = 150
_BAR_SHARE = 0.72
_LEAST_BAR = 1.5
_ROW_HEIGHT, _ROW_LABEL, _STACK_HEIGHT = 46, 17, 18
_ROOM_A_DIGIT = 7.5
_THIN_ROW, _THIN_HEIGHT, _SCALE_HEIGHT, _SHARE_ROOM = 34, 8, 30, 44
QUARTERS = (0, 25, 50, 75, 100)
"""Percentages that a scale of shares names."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A drawn bar or segment, with the count it stands for."""

    x: float
    y: float
    width: float
    height: float
    count: int
    style: str
    labelled: bool = True

    @property
    def middle(self) -> float:
        """The horizontal centre."""
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart ready to draw."""

    height: int
    floor: float
    rects: tuple[Rect, ...]


def bars(chart: Bars) -> Plot:
    """Place upright bars on a common floor; a count above zero is never invisible."""
    most = max((bar.count for bar in chart.bars), default=0)
    step = (WIDTH - 2 * _MARGIN_SIDE) / max(1, len(chart.bars))
    floor = _MARGIN_TOP + _PLOT_HEIGHT
    rects = []
    for place, bar in enumerate(chart.bars):
        height = max(_LEAST_BAR, _PLOT_HEIGHT * bar.count / most) if bar.count else 0.0
        x = _MARGIN_SIDE + step * (place + (1 - _BAR_SHARE) / 2)
        style = "marked" if bar.marked else "plain"
        rects.append(_rect(x, floor - height, step * _BAR_SHARE, height, bar.count, style))
    return Plot(floor + _MARGIN_BOTTOM, floor, tuple(rects))


def stacks(chart: Stacks) -> Plot:
    """Place stacked bars under their labels, all on one scale; a number is shown where it fits."""
    most = max((sum(counts) for _, counts in chart.rows), default=0)
    rects = []
    for place, (_, counts) in enumerate(chart.rows):
        x, y = 0.0, place * _ROW_HEIGHT + _ROW_LABEL
        for series, count in zip(chart.series, counts, strict=True):
            width = WIDTH * count / most if most else 0.0
            fits = width >= _ROOM_A_DIGIT * (len(str(count)) + 1)
            rects.append(_rect(x, y, width, _STACK_HEIGHT, count, f"tone{series.tone}", labelled=fits))
            x += width
    return Plot(_ROW_HEIGHT * len(chart.rows), 0.0, tuple(rects))


@dataclass(frozen=True, slots=True)
class Whisker:
    """A share's bar and the line of its interval."""

    y: float
    width: float
    height: float
    left: float
    right: float
    style: str

    @property
    def middle(self) -> float:
        """The height at which the interval is drawn."""
        return round(self.y + self.height / 2, 2)


def intervals(chart: Intervals) -> tuple[int, tuple[Whisker, ...]]:
    """Place lying bars from 0 to 100 % with their intervals, and return the height of all."""
    room = WIDTH - _SHARE_ROOM
    rows = [
        Whisker(
            place * _THIN_ROW + _ROW_LABEL,
            round(max(room * row.share, _LEAST_BAR if row.share else 0.0), 2),
            _THIN_HEIGHT,
            round(room * row.lower, 2),
            round(room * row.upper, 2),
            "marked" if row.marked else "plain",
        )
        for place, row in enumerate(chart.rows)
    ]
    return _THIN_ROW * len(rows) + _SCALE_HEIGHT, tuple(rows)


def scale_x(percent: int) -> float:
    """Return where a percentage stands on the scale of shares."""
    return (WIDTH - _SHARE_ROOM) * percent / 100


def label_y(row: int) -> int:
    """Return the base line of a stacked bar's label."""
    return row * _ROW_HEIGHT + _ROW_LABEL - 5


def _rect(
    x: float, y: float, width: float, height: float, count: int, style: str, labelled: bool = True
) -> Rect:
    return Rect(round(x, 2), round(y, 2), round(width, 2), round(height, 2), count, style, labelled)
