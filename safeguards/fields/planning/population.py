"""How often the values of a column occur: counts without the values."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from safeguards.errors import InputError
from safeguards.fields.planning.interval import wilson

LEAST_VALUES = 20
"""Figures on fewer values would say more of single persons than of the column (2026-11)."""

ONE_SIDED = 1.645
"""One-sided 95 % of the normal distribution."""


@dataclass(frozen=True)
class Population:
    """How often each distinct value occurs in a sample of a table, drawn without putting back.

    Args:
        counts: rows of the sample for each distinct value, greatest first; the values are not kept.
        rows: how many rows with a value the table has, or is expected to have.

    Raises:
        InputError: there are fewer than ``LEAST_VALUES`` values, or more of them than rows.
    """

    counts: tuple[int, ...] = field(repr=False)
    rows: int

    def __post_init__(self) -> None:
        if self.sampled < LEAST_VALUES:
            raise InputError(
                f"{self.sampled} values are too few to measure: figures on fewer than {LEAST_VALUES} would "
                "say more of single persons than of the column"
            )
        if self.rows < self.sampled:
            raise InputError("a table has at least as many rows as were drawn from it")

    @classmethod
    def of(cls, values: Iterable[Hashable], rows: int) -> Population:
        """Count values, which may be anything that equals itself, such as tags."""
        return cls(tuple(sorted(Counter(values).values(), reverse=True)), rows)

    @cached_property
    def sampled(self) -> int:
        """Rows of the sample."""
        return sum(self.counts)

    @property
    def distinct(self) -> int:
        """Distinct values in the sample."""
        return len(self.counts)

    @property
    def top_share(self) -> float:
        """The share of the commonest value in the sample."""
        return self.counts[0] / self.sampled

    @property
    def repeats(self) -> bool:
        """Whether some value occurs twice in the sample."""
        return self.counts[0] > 1

    @cached_property
    def pairs(self) -> float:
        """The chance that two different rows of the table are equal, estimated without bias.

        Source: Simpson, "Measurement of Diversity", Nature 163 (1949).
        """
        return self.equal_pairs / math.comb(self.sampled, 2)

    @cached_property
    def equal_pairs(self) -> int:
        """Pairs of equal rows in the sample."""
        return sum(math.comb(count, 2) for count in self.counts)

    @property
    def collision(self) -> float:
        """The chance that two draws of the table's rows, perhaps of the same row, are equal."""
        return (1 + (self.rows - 1) * self.pairs) / self.rows

    @property
    def effective(self) -> float:
        """How many equally common values would repeat as often (Hill's number of order 2)."""
        return 1 / self.collision

    @property
    def matches(self) -> float:
        """How many rows of the table have the value of a random one, that one included."""
        return self.rows * self.collision

    @property
    def matches_at_most(self) -> float:
        """What ``matches`` does not exceed with 95 % confidence; a small sample can rule out little.

        Equal pairs are counted as rare events, by the square root of their number (Anscombe 1948); where some
        values are much commoner than others, how many rows they get in a sample varies as well (the leading
        term of a U-statistic's variance, Hoeffding 1948).
        """
        if self.sampled == self.rows:
            return self.matches
        rare = (math.sqrt(self.equal_pairs + 1) + ONE_SIDED / 2) ** 2 / math.comb(self.sampled, 2)
        triples = sum(math.comb(count, 3) for count in self.counts) / math.comb(self.sampled, 3)
        uneven = ONE_SIDED * math.sqrt(4 / self.sampled * max(0.0, triples - self.pairs**2))
        return 1 + (self.rows - 1) * min(1.0, rare + uneven)

    @cached_property
    def entropy(self) -> float:
        """Shannon's entropy of the sample in bits; a larger table of rarer values has more."""
        return 0.0 - sum(part * math.log2(part) for part in (count / self.sampled for count in self.counts))

    @property
    def min_entropy(self) -> float:
        """Bits of the one guess that is best: the negative logarithm of the top share."""
        return 0.0 - math.log2(self.top_share)

    @property
    def coverage(self) -> float:
        """The estimated share of the table's rows whose value is in the sample.

        One less the share of values that were seen once, of which only the part not drawn yet is unseen.
        Source: Good, "The population frequencies of species", Biometrika 40 (1953), after Turing.
        """
        return 1 - self._once / self.sampled * (1 - self.sampled / self.rows)

    @property
    def distinct_estimate(self) -> int:
        """Distinct values in the whole table, at least: an estimate of a lower bound.

        Source: Chao and Lin, "Nonparametric lower bound estimation of species richness and shared species
        richness for sampling without replacement", Biometrics 68 (2012): Chao1 for a known fraction drawn;
        with one more value seen twice, as in Chao's bias-corrected form, since to see none proves little.
        """
        drawn = self.sampled / self.rows
        if drawn == 1 or not self._once:
            return self.distinct
        twice = self.counts.count(2) + 1
        doubled = 2 * twice * self.sampled / (self.sampled - 1) + self._once * drawn / (1 - drawn)
        unseen = round(self._once * (self._once - 1) / doubled)
        return self.distinct + min(unseen, self.rows - self.sampled)

    def interval(self, count: int) -> tuple[float, float]:
        """Return the 95 % interval of a share of the table, by its count in the sample."""
        return wilson(count, self.sampled, self.rows)

    def document(self) -> dict[str, Any]:
        """Return the measures as JSON data: counts and shares of the column, of no value by name."""
        low, high = self.interval(self.counts[0])
        return {
            "distinct_in_sample": self.distinct,
            "distinct_estimate": self.distinct_estimate,
            "coverage": round(self.coverage, 4),
            "top_share": round(self.top_share, 4),
            "top_share_interval": [round(low, 4), round(high, 4)],
            "entropy_bits": round(self.entropy, 2),
            "min_entropy_bits": round(self.min_entropy, 2),
            "effective_values": round(self.effective, 1),
            "rows_per_match": round(self.matches, 2),
            "rows_per_match_at_most": round(self.matches_at_most, 2),
        }

    @cached_property
    def _once(self) -> int:
        return self.counts.count(1)
