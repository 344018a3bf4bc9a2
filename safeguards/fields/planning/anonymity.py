"""Anonymity sets: how many different values stand behind one tag."""

from __future__ import annotations

import math
from statistics import NormalDist

_GAUSSIAN_FROM = 400.0
_EVEN_ODDS = 0.5


def values_per_tag(distinct: int, bits: int) -> tuple[int, int]:
    """Return the fewest and the median number of distinct values on a tag in use.

    ``distinct`` values fall on 2^bits tags at random, so that a tag has a Poisson number of them; tags
    without a value are in no row. The fewest is the median, over keys, of the least tag.
    """
    mean = math.ldexp(distinct, -bits)
    used = tags_in_use(distinct, bits)
    fewest = _quantile(mean, -math.expm1(math.log(_EVEN_ODDS) / used))
    return min(distinct, fewest), min(distinct, _quantile(mean, _EVEN_ODDS))


def tags_in_use(distinct: int, bits: int) -> float:
    """Return how many different tags so many distinct values have on average."""
    tags = math.ldexp(1.0, bits)
    return -tags * math.expm1(distinct * math.log1p(-1 / tags))


def _quantile(mean: float, share: float) -> int:
    """Return the least k that a Poisson number which is not zero does not exceed with chance ``share``."""
    if mean > _GAUSSIAN_FROM:
        return max(1, round(NormalDist(mean, math.sqrt(mean)).inv_cdf(share)))
    chance = mean / math.expm1(mean)
    below, k = chance, 1
    while below < share and chance > 0:
        k += 1
        chance *= mean / k
        below += chance
    return k
