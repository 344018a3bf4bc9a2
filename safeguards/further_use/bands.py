"""Read labels of bands back: which numbers a label covers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf

_BAND = re.compile(r"(?P<low>\d+)-(?P<high>\d+)|(?P<negative>-\d+) to (?P<to>-?\d+)|(?P<only>-?\d+)")
_HALF_OPEN = re.compile(r"\[(?P<low>[-+.\de]+),(?P<end>[-+.\de]+)\)")
_OPEN = re.compile(r"<(?P<below>[-+.\de]+)|(?P<above>[-+.\de]+)\+")


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
