"""How sure a share of a sample is."""

from __future__ import annotations

import math

Z = 1.96
"""Two-sided 95% of the normal distribution."""


def wilson_lower(hits: int, total: int) -> float:
    """Return the lower end of the 95% interval of a share (Wilson 1927); 0.0 for an empty sample."""
    if total == 0:
        return 0.0
    share = hits / total
    centre = share + Z * Z / (2 * total)
    spread = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
    return max(0.0, (centre - spread) / (1 + Z * Z / total))
