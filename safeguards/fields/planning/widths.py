"""One width of a search's tag, measured."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from safeguards.fields.planning.anonymity import tags_in_use, values_per_tag
from safeguards.fields.planning.collisions import false_positives, false_positives_at, worst_case
from safeguards.fields.planning.frequency import guessed_at_most, guessed_by_rank
from safeguards.fields.planning.population import Population
from safeguards.fields.search import FULL_BITS

WIDTHS = (4, 6, 8, 10, 12, 14, 16, 20, 24, 32, 64, FULL_BITS)
"""The widths that a plan shows, in bits; the proposed one joins them."""


@dataclass(frozen=True, slots=True)
class Width:
    """What a tag of ``bits`` bits costs and tells. Row counts are a search's; shares are of all rows.

    ``false_positives`` is the mean, ``false_positives_95`` what 95 in 100 searches do not exceed,
    ``worst`` those of a value that shares the commonest value's tag, which exists with ``worst_chance``.
    ``decrypted`` counts true matches too. ``guessed_by_rank`` is what frequency analysis names right,
    ``guessed_at_most`` the bound of any guess by tags. Each tag stands for ``fewest_values`` at least and
    ``median_values`` commonly; the column shows about ``tags`` different ones.
    """

    bits: int
    false_positives: float
    false_positives_95: float
    worst: float
    worst_chance: float
    decrypted: float
    guessed_by_rank: float
    guessed_at_most: float
    fewest_values: int
    median_values: int
    tags: int

    def document(self) -> dict[str, Any]:
        """Return the figures as JSON data, rounded to what a model can tell."""
        return {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


class Gauge:
    """Measures the widths of one population's tags, each once."""

    def __init__(self, population: Population) -> None:
        self.population = population
        self._measured: dict[int, Width] = {}

    def at(self, bits: int) -> Width:
        """Return the figures of a width."""
        if bits not in self._measured:
            self._measured[bits] = _measure(self.population, bits)
        return self._measured[bits]


def _measure(population: Population, bits: int) -> Width:
    wrong = false_positives(population, bits)
    high = false_positives_at(population, bits)
    worst, chance = worst_case(population, bits)
    fewest, median = values_per_tag(population.distinct_estimate, bits)
    return Width(
        bits=bits,
        false_positives=wrong,
        false_positives_95=high,
        worst=max(worst, high),
        worst_chance=chance,
        decrypted=population.matches + wrong,
        guessed_by_rank=guessed_by_rank(population, bits),
        guessed_at_most=guessed_at_most(population, bits),
        fewest_values=fewest,
        median_values=median,
        tags=round(tags_in_use(population.distinct_estimate, bits)),
    )
