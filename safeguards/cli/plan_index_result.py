"""What `safeguards plan-index` measured, and as one JSON document; never a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from safeguards.cli.plan_index_column import Sample
from safeguards.fields import Search
from safeguards.fields.planning import SearchPlan

_TYPES: dict[type | None, str] = {
    bytes: "LargeBinary",
    bool: "Boolean",
    int: "BigInteger",
    float: "Float",
    Decimal: "Numeric",
    date: "Date",
    datetime: "DateTime(timezone=True)",
    UUID: "Uuid",
}
ASSUMPTIONS = (
    "a search asks for the value of a random row; 'false positives' are rows of other values that it "
    "decrypts, 'worst' those of a value that shares the commonest one's tag, which some value does with that "
    "chance",
    "'by frequency': rows named by ranking tags against values whose frequencies are known exactly; measured "
    "on the sample, and a larger table may separate more values",
    "'at most': rows named by who knows which values fall on which tag, as by adding rows of known values",
    "each search alone: tags of several searches or columns tell more together",
)


@dataclass(frozen=True, slots=True)
class Report:
    """A measured column, and the number of ``rows`` with a value that the plan is for.

    ``how`` is "plain", "decrypted" or "tags": how values were told apart; ``asked`` says whether a person
    named the searches.
    """

    sample: Sample
    rows: int
    field: str
    kind: type | None
    item: str | None
    how: str
    asked: bool
    plans: Sequence[SearchPlan]

    @property
    def chosen(self) -> tuple[Search, ...]:
        """The proposed searches of those asked for; of those that merely fit, the first alone.

        Of two that would bear the same name, such as two normal forms of equality, the first.
        """
        plans = self.plans if self.asked else self.plans[:1]
        found: dict[str, Search] = {}
        for search in (plan.proposal.search for plan in plans):
            if search is not None:
                found.setdefault(search.name, search)
        return tuple(found.values())

    @property
    def declaration(self) -> str:
        """The column type to write."""
        chosen = self.chosen
        parts = [f'"{self.field}"']
        parts += [_TYPES[self.kind]] if self.kind in _TYPES else []
        parts += [f'item="{self.item}"'] if self.item else []
        parts += [f"search={chosen[0] if len(chosen) == 1 else chosen!r}"] if chosen else []
        return f"Encrypted({', '.join(parts)})"


def document(report: Report) -> dict[str, Any]:
    """Return the report as one JSON document; its keys stay as they are from release to release."""
    sample = report.sample
    return {
        "column": sample.label,
        "item": report.item,
        "measured": report.how,
        "rows": sample.rows,
        "rows_sampled": sample.drawn,
        "sampling": sample.how,
        "share_margin": round(sample.margin, 4),
        "null_share": round(1 - len(sample.values) / sample.drawn, 4),
        "null_share_interval": [round(end, 4) for end in sample.null_interval],
        "values_planned_for": report.rows,
        "searches": [plan.document() for plan in report.plans],
        "declaration": report.declaration,
        "assumptions": list(ASSUMPTIONS),
    }
