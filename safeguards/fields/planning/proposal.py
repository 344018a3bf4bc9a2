"""Which declaration to write, and why: a rule with its numbers in one place.

1. Fewer than ``FEW_VALUES`` distinct values: leave the search out. Tags sort the rows by value at any width.
2. So few values drawn that they may repeat more than ``IDENTIFIER_MATCHES`` times, with less than
   ``TELLING_PAIRS`` equal pairs to measure it by: nothing is proposed but a larger sample.
3. Frequencies tell nothing: rank matching over full tags names at most ``HARMLESS_GAIN`` of the rows more
   than guessing the commonest value does, and either a search returns no more than ``IDENTIFIER_MATCHES``
   rows (a number that identifies) or the values are as evenly spread as ``EVEN_SHARE`` says (last digits):
   all 128 bits. Shorter tags would only cost UNIQUE, joins and counting.
4. Otherwise the fewest bits whose searches return at most the square root of the rows wrongly, and at most
   ``AFFORDABLE_ROWS``, but ``LEAST_FALSE_POSITIVES`` (CipherSweet's bounds: 2 <= false positives <=
   sqrt(rows)). They are proposed when no attacker can name more than ``TOLERABLE_GUESS`` of the rows by them.
5. Where one can, the values are too few or too uneven for a short tag to hide: leave the search out.

What is tolerable is a judgement, and the report shows the numbers that it rests on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from safeguards.fields.planning import reasons
from safeguards.fields.planning.collisions import false_positives
from safeguards.fields.planning.frequency import guessed_untagged
from safeguards.fields.planning.population import Population
from safeguards.fields.planning.reasons import FEW_VALUES, IDENTIFIER_MATCHES
from safeguards.fields.planning.widths import Gauge, Width
from safeguards.fields.search import FULL_BITS, Search

# The house's judgement as of 2026-11.
HARMLESS_GAIN = 0.01
EVEN_SHARE = 0.5
TELLING_PAIRS = 100
AFFORDABLE_ROWS = 1000.0
LEAST_FALSE_POSITIVES = 2.0
TOLERABLE_GUESS = 0.5

DECLARE, LEAVE_OUT, CANNOT_TELL = "declare", "leave it out", "cannot tell"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The search to declare, or None, with the trade-off in a sentence or two.

    ``verdict`` is "declare", "leave it out" or "cannot tell". ``bits`` is the width it was judged by: that of
    the proposed search, or of the shortest affordable tag.
    """

    verdict: str
    search: Search | None
    bits: int
    reason: str


def propose(search: Search, gauge: Gauge) -> Proposal:
    """Choose a width for ``search``, or none."""
    population, full = gauge.population, gauge.at(FULL_BITS)
    if population.distinct_estimate < FEW_VALUES:
        return Proposal(LEAVE_OUT, None, FULL_BITS, reasons.too_few(population, full))
    if not _telling(population):
        return Proposal(CANNOT_TELL, None, FULL_BITS, reasons.too_small(population))
    if _harmless(population, full):
        return _declared(search, full, reasons.harmless(search, population, full))
    width = gauge.at(affordable_bits(population))
    if width.false_positives >= LEAST_FALSE_POSITIVES and width.guessed_at_most <= TOLERABLE_GUESS:
        return _declared(search, width, reasons.shorter(search, population, full, width))
    return Proposal(LEAVE_OUT, None, width.bits, reasons.uneven(search, population, full, width))


def _declared(search: Search, width: Width, reason: str) -> Proposal:
    return Proposal(DECLARE, replace(search, bits=width.bits), width.bits, reason)


def _telling(population: Population) -> bool:
    return population.matches_at_most <= IDENTIFIER_MATCHES or (
        population.sampled == population.rows or population.equal_pairs >= TELLING_PAIRS
    )


def affordable_bits(population: Population) -> int:
    """Return the fewest bits whose false positives cost no more than a search may."""
    limit = min(math.sqrt(population.rows), AFFORDABLE_ROWS)
    return next(bits for bits in range(1, FULL_BITS + 1) if false_positives(population, bits) <= limit)


def _harmless(population: Population, full: Width) -> bool:
    gain = full.guessed_by_rank - guessed_untagged(population)
    even = population.effective >= EVEN_SHARE * population.distinct_estimate
    return gain <= HARMLESS_GAIN and (even or population.matches <= IDENTIFIER_MATCHES)
