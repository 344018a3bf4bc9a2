"""Frequency analysis: how many rows an attacker names who knows how often each value occurs, and no key."""

from __future__ import annotations

import math
from collections import Counter
from random import Random

from safeguards.fields.planning.collisions import share_tag
from safeguards.fields.planning.population import Population

SIMULATED_VALUES = 20_000
"""Values placed in all, over the random keys of one simulation: few values take more keys."""
MOST_KEYS = 100
_SEED = 0
_RANDOM_BITS = 64
_NO_COLLISION = 0.01


def guessed_untagged(population: Population) -> float:
    """Return the share of rows named without any tag: the commonest value is guessed for every row."""
    return population.top_share


def guessed_by_rank(population: Population, bits: int) -> float:
    """Return the share of the sample's rows that rank matching names right, on average over keys.

    The attacker sorts the tags by how often they occur and the values by how often they do, and takes the
    first for the first; equals are in random order. With one tag a value, all values of a count of their own
    fall, and of those that share a count one on average. With shorter tags the attack is simulated.

    Source: Naveed, Kamara and Wright, CCS 2015 (frequency analysis).
    """
    values = population.distinct
    if values * values * share_tag(bits) / 2 < _NO_COLLISION:
        rows = float(sum(set(population.counts)))
    else:
        keys = max(1, min(MOST_KEYS, SIMULATED_VALUES // values))
        random = Random(_SEED)  # noqa: S311 - a simulation, no secret
        rows = sum(_attack(population.counts, bits, random) for _ in range(keys)) / keys
    return min(rows / population.sampled, guessed_at_most(population, bits))


def guessed_at_most(population: Population, bits: int) -> float:
    """Return the share of the sample's rows that no guess of one value a tag can exceed, over keys.

    It is reached by who learns which values fall on which tag, as by adding rows of known values and looking
    at their tags. A value is the commonest on its tag when none of the r commoner ones is there:
    sum of p_r (1 - 2^-bits)^r.
    """
    alone = math.log1p(-share_tag(bits))
    found = sum(count * math.exp(rank * alone) for rank, count in enumerate(population.counts))
    return found / population.sampled


def _attack(counts: tuple[int, ...], bits: int, random: Random) -> int:
    """Return the rows named right under one random key."""
    # The first bits of one long number a value: a wider tag splits the groups of a narrower one.
    tags = [random.getrandbits(_RANDOM_BITS) >> max(0, _RANDOM_BITS - bits) for _ in counts]
    seen: Counter[int] = Counter()
    for tag, count in zip(tags, counts, strict=True):
        seen[tag] += count
    # Equal counts in the order of their tags, which is random: the order of insertion would betray values.
    ranked = sorted(seen, key=lambda tag: (-seen[tag], tag))
    return sum(count for tag, own, count in zip(ranked, tags, counts, strict=False) if tag == own)
