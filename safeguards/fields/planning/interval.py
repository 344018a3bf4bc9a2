"""How sure a share of a sample is of the table."""

from __future__ import annotations

import math

Z = 1.96
"""Two-sided 95 % of the normal distribution."""


def wilson(count: int, drawn: int, rows: int) -> tuple[float, float]:
    """Return the 95 % interval of the share of ``rows`` of which ``count`` were found among ``drawn``.

    The sample's size is raised for what was drawn without putting back; a table read whole has no interval.

    Source: Wilson, Journal of the American Statistical Association 22 (1927).
    """
    share = count / drawn
    if drawn >= rows:
        return share, share
    size = drawn * (rows - 1) / (rows - drawn)
    middle = (share + Z * Z / (2 * size)) / (1 + Z * Z / size)
    reach = Z * math.sqrt(share * (1 - share) / size + Z * Z / (4 * size * size)) / (1 + Z * Z / size)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def margin(drawn: int, rows: int) -> float:
    """Return how far a share of about one half is from the table's, 95 times in 100; others are nearer."""
    return Z * math.sqrt(0.25 / drawn * (1 - drawn / rows))
