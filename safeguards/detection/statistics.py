"""How sure a share of a sample is, and what a prior makes of a probability."""

from __future__ import annotations

import math

Z = 1.96
"""Two-sided 95% of the normal distribution."""


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Return both ends of the 95% interval of a share (Wilson 1927); 0 and 1 for an empty sample."""
    if total == 0:
        return 0.0, 1.0
    share = hits / total
    centre = share + Z * Z / (2 * total)
    spread = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
    scale = 1 + Z * Z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def wilson_lower(hits: int, total: int) -> float:
    """Return the lower end of the 95% interval of a share; 0.0 for an empty sample."""
    return wilson(hits, total)[0]


def shifted(probability: float, odds: float) -> float:
    """Return a probability after evidence that multiplies its odds (Bayes); 0 and 1 stay."""
    weighed = probability * odds
    return weighed / (weighed + 1 - probability) if weighed else 0.0
