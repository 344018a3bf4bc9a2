"""Read labels of bands back: which numbers a label covers, and whether it is one that its settings make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

_BAND = re.compile(r"(?P<low>\d+)-(?P<high>\d+)|(?P<negative>-\d+) to (?P<to>-?\d+)|(?P<only>-?\d+)")
_HALF_OPEN = re.compile(r"\[(?P<low>[-+.\de]+),(?P<end>[-+.\de]+)\)")
_OPEN = re.compile(r"<(?P<below>[-+.\de]+)|(?P<above>[-+.\de]+)\+")
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Band:
    """The numbers from ``low`` up to, but without, ``end``."""

    low: float
    end: float


def read_band(label: str) -> Band | None:
    """Return what ``20-29``, ``1990``, ``[1.5,2)``, ``<20`` or ``80+`` covers; None for another text."""
    try:
        band = _whole(label) or _half_open(label) or _open(label)
    except ValueError:
        return None
    return band if band and band.low < band.end else None


def is_band(label: str, settings: Mapping[str, object]) -> bool:
    """Say whether ``settings`` (the manifest's, with ``band``, ``years`` or ``ages``) make this label."""
    if label == settings.get("other"):
        return True
    width = next(
        (float(w) for way in ("band", "years", "ages") if isinstance(w := settings.get(way), int | float)), 0
    )
    band = read_band(label)
    if band is None or width <= 0:
        return False
    if band.low == -inf:
        return _same(band.end, settings.get("bottom"))
    if band.end == inf:
        return _same(band.low, settings.get("top"))
    return _near(band.end - band.low, width) and _near(band.low / width, round(band.low / width))


def _whole(label: str) -> Band | None:
    found = _BAND.fullmatch(label)
    if not found:
        return None
    low = found["low"] or found["negative"] or found["only"]
    return Band(int(low), int(found["high"] or found["to"] or low) + 1)


def _half_open(label: str) -> Band | None:
    found = _HALF_OPEN.fullmatch(label)
    return Band(float(found["low"]), float(found["end"])) if found else None


def _open(label: str) -> Band | None:
    found = _OPEN.fullmatch(label)
    if not found:
        return None
    return Band(-inf, float(found["below"])) if found["below"] else Band(float(found["above"]), inf)


def _same(edge: float, bound: object) -> bool:
    return isinstance(bound, int | float) and _near(edge, float(bound))


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= _TOLERANCE * max(1.0, abs(one), abs(other))
