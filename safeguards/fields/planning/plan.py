"""A plan: every search of a column, measured at every width, with a proposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from safeguards.fields.cipher import Cipher
from safeguards.fields.codecs import codec_for
from safeguards.fields.planning.population import Population
from safeguards.fields.planning.proposal import Proposal, propose
from safeguards.fields.planning.reasons import FEW_VALUES, warnings
from safeguards.fields.planning.widths import WIDTHS, Gauge, Width
from safeguards.fields.search import FULL_BITS, Exact, Search


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """One search: what its tags have in common, each width measured, and what to declare.

    ``unique`` says whether UNIQUE is possible on it: ``"yes"`` where every row was read and none repeats,
    ``"not refuted"`` where the sample repeats none, else ``"no"``; it always takes all bits.
    """

    search: Search
    population: Population
    widths: tuple[Width, ...]
    proposal: Proposal
    warnings: tuple[str, ...]

    @property
    def unique(self) -> str:
        """Whether equal values can be refused."""
        if self.population.repeats or not isinstance(self.search, Exact):
            return "no"
        return "yes" if self.population.sampled == self.population.rows else "not refuted"

    def at(self, bits: int) -> Width:
        """Return the figures of a width that was measured."""
        return next(width for width in self.widths if width.bits == bits)

    def document(self) -> dict[str, Any]:
        """Return the plan as JSON data: no value, no tag."""
        chosen = self.proposal.search
        return {
            "search": repr(self.search),
            **self.population.document(),
            "fewer_than": FEW_VALUES if self.population.distinct_estimate < FEW_VALUES else None,
            "guessed_untagged": round(self.population.top_share, 4),
            "unique": self.unique,
            "widths": [width.document() for width in self.widths],
            "warnings": list(self.warnings),
            "proposal": {
                "verdict": self.proposal.verdict,
                "declaration": None if chosen is None else f"search={chosen!r}",
                "bits": None if chosen is None else chosen.bits,
                "reason": self.proposal.reason,
            },
        }


def plan_searches(
    values: Sequence[Any],
    searches: Sequence[Search],
    *,
    rows: int,
    field: str = "column",
    kind: type = str,
    item: str | None = None,
) -> list[SearchPlan]:
    """Measure searches over a fair sample of a column's values.

    Args:
        values: values of the type ``kind``, none of them None; read once a search and not kept.
        searches: the searches to measure; their own ``bits`` do not matter.
        rows: how many rows with a value the table has, or is expected to have.
        field: the field's id, for messages.
        item: the kind of personal data, for the canonical form.

    Raises:
        InputError: too few values, a value that is not of the type, or a search that is not for it.
    """
    plans: list[SearchPlan] = []
    gauges: dict[Population, Gauge] = {}  # several searches may tell the same values apart
    for each in searches:
        search = replace(each, bits=FULL_BITS)
        cipher = Cipher(field, codec_for(kind), item=item, search=search)
        population = Population.of((cipher.form(cipher.slices[0], value) for value in values), rows)
        plans.append(plan_counted(search, gauges.setdefault(population, Gauge(population))))
    return plans


def plan_counted(search: Search, gauge: Gauge) -> SearchPlan:
    """Plan a search whose values, or whose tags, were counted already."""
    proposal = propose(search, gauge)
    widths = tuple(gauge.at(bits) for bits in sorted({*WIDTHS, proposal.bits}))
    return SearchPlan(search, gauge.population, widths, proposal, warnings(gauge.population))
