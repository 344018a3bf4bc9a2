"""False positives: rows that a tag of few bits returns beside those that were asked for."""

from __future__ import annotations

import math
from random import Random

from safeguards.fields.planning.population import Population

DRAWS = 2000
HEAVY_VALUES = 1000
LEAST_HEAVY = 5
_SEED = 0
_GAUSSIAN_FROM = 60.0


def false_positives(population: Population, bits: int) -> float:
    """Return how many rows of other values a search returns on average, over keys and the rows asked for.

    With N rows and the share p_i of each value: sum of p_i (N - N p_i) / 2^bits, which is N (1 - sum p_i^2) /
    2^bits. CipherSweet's planning takes N / 2^bits for it, which leaves out the value itself.

    Source: https://ciphersweet.paragonie.com/php/blind-index-planning
    """
    return (population.rows - 1) * (1 - population.pairs) * share_tag(bits)


def false_positives_at(population: Population, bits: int, share: float = 0.95, draws: int = DRAWS) -> float:
    """Return the number of false positives that a ``share`` of searches does not exceed.

    Simulated with a fixed seed. The commonest values share the tag of the one asked for each with chance
    2^-bits; the many rare ones together make a compound Poisson sum of the same mean and variance. From a
    sample it is rough where the mean is below about ten rows.
    """
    random = Random(_SEED)  # noqa: S311 - a simulation, no secret
    heavy = [count for count in population.counts[:HEAVY_VALUES] if count >= LEAST_HEAVY]
    light = population.counts[len(heavy) :]
    size, number = _light(population, light)
    scale, chance = population.rows / population.sampled, share_tag(bits)
    asked = _asked(random, heavy, population.sampled, draws)
    found = sorted(
        scale * sum(heavy[at] for at in _chosen(random, len(heavy), chance) if at != own)
        + size * _poisson(random, number * chance)
        for own in asked
    )
    return found[math.ceil(share * draws) - 1]


def worst_case(population: Population, bits: int) -> tuple[float, float]:
    """Return the false positives of a value that shares the commonest value's tag, and the chance of one.

    The chance is over keys: that any of the table's other values falls on that tag.
    """
    top = population.rows * population.top_share
    rows = top + (population.rows - top) * share_tag(bits)
    others = population.distinct_estimate - 1
    if not others:
        return 0.0, 0.0
    return rows, -math.expm1(others * math.log1p(-share_tag(bits)))


def share_tag(bits: int) -> float:
    """Return the chance that two unequal values share a tag of so many bits."""
    return math.ldexp(1.0, -bits)


def _light(population: Population, counts: tuple[int, ...]) -> tuple[float, float]:
    """Return a size and a number of equal values that weigh as much as the rare ones, and vary as much."""
    if not counts:
        return 0.0, 0.0
    drawn, rows = population.sampled, population.rows
    weight = rows * sum(counts) / drawn
    equal = sum(count * (count - 1) for count in counts) / (drawn * (drawn - 1))
    squares = weight + equal * rows * (rows - 1)
    return squares / weight, weight**2 / squares


def _asked(random: Random, heavy: list[int], sampled: int, draws: int) -> list[int]:
    """Draw which value each search is for: the place of a common one, or -1 for any rare one."""
    places = [-1, *range(len(heavy))]
    return random.choices(places, [sampled - sum(heavy), *heavy], k=draws)


def _chosen(random: Random, values: int, chance: float) -> list[int]:
    """Draw the places, of so many, that are hit with a chance each: by the gaps between hits."""
    found: list[int] = []
    at = -1
    while values:
        at += 1 + int(math.log(1 - random.random()) / math.log1p(-chance))
        if at >= values:
            break
        found.append(at)
    return found


def _poisson(random: Random, mean: float) -> float:
    if mean > _GAUSSIAN_FROM:
        return max(0.0, round(random.gauss(mean, math.sqrt(mean))))
    left, found = random.random(), 0
    chance = math.exp(-mean)
    while left > chance and chance > 0:
        left -= chance
        found += 1
        chance *= mean / found
    return found
