"""The sentences of a plan: what was weighed, in shares and rows, and never a value."""

from __future__ import annotations

from dataclasses import replace

from safeguards.fields.planning.population import Population
from safeguards.fields.planning.widths import Width
from safeguards.fields.search import FULL_BITS, Exact, Search

# The house's judgement as of 2026-11; what it decides stands in `proposal`.
FEW_VALUES = 20
HEAVY_SHARE = 0.05
IDENTIFIER_MATCHES = 10.0


def warnings(population: Population) -> tuple[str, ...]:
    """Return what a reader must know whatever the width."""
    found = []
    if population.top_share >= HEAVY_SHARE:
        found.append(
            f"one value is {population.top_share:.1%} of the rows: its tag is the commonest at every width, "
            "and shorter tags do not hide it"
        )
    if population.distinct_estimate < FEW_VALUES:
        found.append(
            f"{_about(population)}, fewer than {FEW_VALUES}: whoever learns one row of each knows the whole "
            "column by its tags"
        )
    return tuple(found)


def harmless(search: Search, population: Population, full: Width) -> str:
    """Say why all bits are proposed."""
    why = (
        f"values hardly repeat (a search finds {population.matches:,.1f} rows)"
        if population.matches <= IDENTIFIER_MATCHES
        else "values are evenly spread"
    )
    return (
        f"{why}, so that frequencies name {full.guessed_by_rank:.1%} of the rows; all {FULL_BITS} bits allow "
        f"{_kept(search, population)}, and decrypt nothing in vain"
    )


def shorter(search: Search, population: Population, full: Width, width: Width) -> str:
    """Say what fewer bits cost and hide."""
    return (
        f"a search decrypts {width.decrypted:,.0f} rows to return {population.matches:,.0f}; frequencies "
        f"name {width.guessed_by_rank:.1%} of the rows instead of {full.guessed_by_rank:.1%}, and no guess "
        f"by tags alone more than {width.guessed_at_most:.1%}. It gives up {_kept(search, population)}"
    )


def too_few(population: Population, full: Width) -> str:
    """Say why a search of few values is left out."""
    return (
        f"{_about(population)}: tags of any width sort the rows by value, and frequencies name "
        f"{full.guessed_by_rank:.1%} of them. Filter after decryption, or narrow the rows by another column"
    )


def too_small(population: Population) -> str:
    """Say why a sample decides nothing."""
    return (
        f"{population.sampled:,} values cannot tell how often {population.rows:,} repeat: as many as "
        f"{population.matches_at_most:,.0f} may be equal. Draw a larger --sample, or plan for fewer rows"
    )


def uneven(search: Search, population: Population, full: Width, width: Width) -> str:
    """Say why no width is proposed."""
    whole = replace(search, bits=FULL_BITS)
    return (
        f"the shortest tag that a search can afford ({width.bits} bits, {width.false_positives:,.0f} false "
        f"positives) still lets an attacker name up to {width.guessed_at_most:.1%} of the rows. If it must "
        f"be searched, {whole!r} has no false positives and gives {full.guessed_by_rank:.1%} to frequencies"
    )


def _kept(search: Search, population: Population) -> str:
    """Name what full tags can do and shorter ones refuse."""
    if not isinstance(search, Exact):
        return "counting and LIMIT"
    return f"{'' if population.repeats else 'UNIQUE, '}joins, !=, counting and LIMIT"


def _about(population: Population) -> str:
    values = population.distinct_estimate
    return f"about {values} distinct values" if values > 1 else "one distinct value"
